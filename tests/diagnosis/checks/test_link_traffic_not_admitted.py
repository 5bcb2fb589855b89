import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.model import State
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["SG-04"]
INTERFACES = ",".join(v2.LINK_SUBNETS)


def link_lets_out(*rules, evidence=None):
    group = w.security_group(v2.LINK_SG, egress=rules)
    return w.changed(s.SECURITY_GROUP, v2.LINK_SG, group, evidence or v2.rest_v2())


def balancer_admits(*rules, evidence=None):
    group = w.security_group(v2.BALANCER_SG, *rules)
    return w.changed(s.SECURITY_GROUP, v2.BALANCER_SG, group, evidence or v2.rest_v2())


def without_interfaces(evidence):
    return w.changed(s.LINK_INTERFACES, INTERFACES, (), evidence)


def interfaces_with(*sets, evidence=None):
    """The link's interfaces carry these sets of groups."""
    evidence = evidence or v2.rest_v2()
    found = tuple(
        r.NetworkInterface(
            network_interface_id=f"eni-0x{i}",
            subnet_id=v2.LINK_SUBNETS[i % 2],
            private_ip_address=f"10.20.2{i % 2 + 1}.{30 + i}",
            groups=tuple(r.GroupIdentifier(group_id=g) for g in groups),
        )
        for i, groups in enumerate(sets)
    )
    return w.changed(s.LINK_INTERFACES, INTERFACES, found, evidence)


OUT, IN = ("pass", v2.LINK_SG), ("pass", v2.BALANCER_SG)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.healthy(), [("not-applicable", w.LINK)], id="nothing there: first generation"),
        pytest.param(
            w.changed(s.LISTENERS, w.ALB, (), v2.rest_v2()), [("not-applicable", v2.LINK_V2)], id="no listener"
        ),
        pytest.param(v2.rest_v2(), [OUT, IN], id="ALB"),
        pytest.param(v2.rest_v2("nlb"), [OUT], id="NLB without groups: nothing to admit"),
        pytest.param(v2.http_api(), [OUT, IN], id="HTTP API"),
        pytest.param(link_lets_out(), [("fail", v2.LINK_SG), IN], id="link lets nothing out"),
        pytest.param(link_lets_out(w.rule(443, "0.0.0.0/0")), [("fail", v2.LINK_SG), IN], id="another port only"),
        pytest.param(link_lets_out(w.rule(80, groups=(v2.BALANCER_SG,))), [OUT, IN], id="out to the balancer's group"),
        pytest.param(link_lets_out(w.rule(80, "10.20.0.0/16")), [OUT, IN], id="out to the balancer's addresses"),
        pytest.param(
            link_lets_out(w.rule(80, "10.20.1.0/24")), [("warn", v2.LINK_SG), IN], id="out to one of two nodes"
        ),
        pytest.param(balancer_admits(), [OUT, ("fail", v2.BALANCER_SG)], id="balancer admits nobody"),
        pytest.param(
            balancer_admits(w.rule(80, groups=("sg-0other",))), [OUT, ("fail", v2.BALANCER_SG)], id="another group"
        ),
        pytest.param(balancer_admits(w.rule(80, "0.0.0.0/0")), [OUT, IN], id="balancer admits everybody"),
        pytest.param(balancer_admits(w.rule(80, "10.20.21.0/24", "10.20.22.0/24")), [OUT, IN], id="link's subnets"),
        pytest.param(
            balancer_admits(w.rule(80, "10.20.21.0/24")), [OUT, ("warn", v2.BALANCER_SG)], id="one of the subnets"
        ),
        pytest.param(
            balancer_admits(evidence=link_lets_out()),
            [("fail", v2.LINK_SG), ("fail", v2.BALANCER_SG)],
            id="several: both are closed",
        ),
        pytest.param(w.denied(s.SECURITY_GROUP, v2.rest_v2()), [("unknown", v2.LINK_SG)], id="groups not readable"),
        pytest.param(
            w.gone(s.SECURITY_GROUP, v2.LINK_SG, evidence=v2.rest_v2()), [("unknown", v2.LINK_SG), IN], id="group gone"
        ),
        pytest.param(w.denied(s.VPC_LINK_V2, v2.rest_v2()), [("unknown", "orders")], id="API Gateway not readable"),
    ],
)
def test_link_traffic_not_admitted(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.SECURITY_GROUP, v2.rest_v2())) == {"ec2:DescribeSecurityGroups"}


def test_rules_open_to_everybody_need_no_addresses():
    assert w.judged(CHECK, w.denied(s.BALANCER_INTERFACES, v2.rest_v2("nlb"))) == [OUT]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        pytest.param((w.rule(80, "10.20.21.0/24", "10.20.22.0/24"),), "pass", id="all of both subnets"),
        pytest.param((w.rule(80, "10.20.21.0/25"),), "unknown", id="a part of them: who stands there is not known"),
        pytest.param((w.rule(80, "172.31.0.0/16"),), "fail", id="no address of them"),
    ],
)
def test_without_interfaces_the_links_subnets_count(rules, said):
    assert w.judged(CHECK, without_interfaces(balancer_admits(*rules))) == [OUT, (said, v2.BALANCER_SG)]


def test_unreadable_interfaces_hide_nothing():
    evidence = v2.rest_v2()
    gap = w.Gap(action="ec2:DescribeNetworkInterfaces", resource=INTERFACES, reason=w.GapReason.ACCESS_DENIED)
    assert w.judged(CHECK, w.changed(s.LINK_INTERFACES, INTERFACES, gap, evidence)) == [OUT, IN]


def test_the_groups_on_the_interfaces_are_the_true_ones():
    """The link lists no group: it carries the VPC's default group, which shows on its interfaces alone."""
    link = v2.rest_v2().get(s.VPC_LINK_V2, v2.LINK_V2).model_copy(update={"security_group_ids": ()})
    evidence = w.changed(s.VPC_LINK_V2, v2.LINK_V2, link, interfaces_with(["sg-0default"], ["sg-0default"]))
    assert w.judged(CHECK, evidence) == [("unknown", "sg-0default"), ("fail", v2.BALANCER_SG)]
    closed = w.changed(s.SECURITY_GROUP, "sg-0default", w.security_group("sg-0default", egress=()), evidence)
    assert w.judged(CHECK, closed) == [("fail", "sg-0default"), ("fail", v2.BALANCER_SG)]


def test_interfaces_of_another_link_that_shares_a_group_do_not_count():
    evidence = interfaces_with([v2.LINK_SG], [v2.LINK_SG, "sg-0other"])
    assert w.judged(CHECK, evidence) == [OUT, IN]


def test_a_fail_says_what_is_closed_and_to_whom():
    out, into = w.findings(CHECK, balancer_admits(w.rule(443, "0.0.0.0/0"), evidence=link_lets_out()))
    assert out.summary == ("sg-0link of VPC link v2lnk9 lets no TCP 80 out to orders-alb (10.20.1.40, 10.20.2.40).")
    assert into.summary == (
        "sg-0balancer of orders-alb admits no TCP 80 from VPC link v2lnk9 (10.20.21.30, 10.20.22.30)."
    )
    assert [(c.field, c.value) for c in into.citations] == [
        ("IpPermissions", "tcp 443 from 0.0.0.0/0"),
        ("addresses", "10.20.21.30, 10.20.22.30"),
    ]
    assert out.fix.cli == (
        "aws ec2 authorize-security-group-egress --group-id sg-0link --ip-permissions "
        "'IpProtocol=tcp,FromPort=80,ToPort=80,UserIdGroupPairs=[{GroupId=sg-0balancer}]'",
    )
    assert into.fix.cli == (
        "aws ec2 authorize-security-group-ingress --group-id sg-0balancer --ip-permissions "
        "'IpProtocol=tcp,FromPort=80,ToPort=80,UserIdGroupPairs=[{GroupId=sg-0link}]'",
    )


@pytest.mark.parametrize(
    ("evidence", "resource"),
    [
        pytest.param(link_lets_out(), v2.LINK_SG, id="link's way out"),
        pytest.param(link_lets_out(evidence=v2.rest_v2("nlb")), v2.LINK_SG, id="link's way out to an NLB"),
        pytest.param(balancer_admits(evidence=v2.http_api()), v2.BALANCER_SG, id="balancer's way in"),
    ],
)
def test_the_fix_heals_the_model(evidence, resource):
    finding = next(f for f in w.findings(CHECK, evidence) if f.status == "fail")
    assert ("pass", resource) in w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence)))


def test_a_closed_group_is_the_cause():
    verdict = report(balancer_admits()).verdict
    assert (verdict.state, [c.check for c in verdict.causes]) == (State.CAUSE_FOUND, ["SG-04"])


CLOUD_MAP = f"arn:aws:servicediscovery:{w.REGION}:{w.ACCOUNT}:service/srv-0orders"


def cloud_map(*instances):
    """HTTP API → VPC link v2 → Cloud Map service."""
    evidence = v2.http_api()
    (route,) = evidence.get(s.ROUTES, f"HTTP/{w.API}")
    changed = route.model_copy(update={"integration": route.integration.model_copy(update={"uri": CLOUD_MAP})})
    registered = tuple(
        r.CloudMapInstance(id=a, attributes={"AWS_INSTANCE_IPV4": a, "AWS_INSTANCE_PORT": str(p)}) for a, p in instances
    )
    return w.changed(s.CLOUD_MAP, CLOUD_MAP, registered, w.changed(s.ROUTES, f"HTTP/{w.API}", (changed,), evidence))


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        pytest.param((w.rule(None, "0.0.0.0/0"),), [OUT], id="open"),
        pytest.param((), [("fail", v2.LINK_SG)], id="closed"),
        pytest.param((w.rule(8080, "10.20.11.10/32"),), [("warn", v2.LINK_SG)], id="open to one of them"),
    ],
)
def test_instances_of_cloud_map(rules, said):
    evidence = cloud_map(("10.20.11.10", 8080), ("10.20.12.10", 8080))
    assert w.judged(CHECK, link_lets_out(*rules, evidence=evidence)) == said


def test_a_link_to_cloud_map_whose_group_was_not_read_is_not_judged():
    evidence = cloud_map(("10.20.11.10", 8080))
    reads = {key: value for key, value in evidence.reads.items() if key != (s.SECURITY_GROUP.name, v2.LINK_SG)}
    evidence = w.Evidence(request=evidence.request, at=evidence.at, reads=reads)
    assert w.judged(CHECK, evidence) == [("not-applicable", v2.LINK_V2)]
