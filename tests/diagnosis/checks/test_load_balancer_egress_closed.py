import pytest

from bot.diagnosis import metrics
from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["SG-02"]
NLB_SG, SECOND_SG = "sg-0nlb", "sg-0nlb2"
TO_TARGETS = w.rule(8080, groups=(w.TARGET_SG,))


def letting_out(*rules, group=NLB_SG, evidence=None):
    """The NLB's security group has these outbound rules."""
    if evidence is None:
        evidence = w.changed(s.LOAD_BALANCER, w.NLB, w.balancer(security_groups=(group,)))
    return w.changed(s.SECURITY_GROUP, group, w.security_group(group, egress=rules), evidence)


def health_port(port, *rules):
    return w.changed(s.TARGET_GROUP, w.GROUP, w.group(health_check_port=str(port)), letting_out(*rules))


def ip_targets(*addresses, found=True, evidence=None, **group):
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(target_type="ip", **group), evidence)
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, tuple(w.target(a, "healthy") for a in addresses), evidence)
    for address in addresses:
        key = f"{w.VPC}/{address}"
        interface = r.NetworkInterface(
            network_interface_id="eni-0ip", subnet_id="subnet-0t1", groups=(r.GroupIdentifier(group_id=w.TARGET_SG),)
        )
        if found:
            evidence = w.changed(s.INTERFACE_BY_ADDRESS, key, interface, evidence)
        else:
            evidence = w.gone(s.INTERFACE_BY_ADDRESS, key, evidence=evidence)
    return evidence


def v6(cidr):
    return r.IpPermission(ip_protocol="-1", ipv6_ranges=(r.Ipv6Range(cidr_ipv6=cidr),))


def prefix_list():
    return r.IpPermission(
        ip_protocol="tcp", from_port=8080, to_port=8080, prefix_list_ids=(r.PrefixListId(prefix_list_id="pl-1"),)
    )


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), ("not-applicable", "orders"), id="nothing there"),
        pytest.param(w.healthy(), ("not-applicable", w.NLB), id="load balancer without security group"),
        pytest.param(
            w.changed(s.TARGET_HEALTH, w.GROUP, (), letting_out()), ("not-applicable", NLB_SG), id="no target"
        ),
        pytest.param(letting_out(w.rule(None, "0.0.0.0/0")), ("pass", NLB_SG), id="everything may leave"),
        pytest.param(letting_out(TO_TARGETS), ("pass", NLB_SG), id="to the targets' group"),
        pytest.param(letting_out(w.rule(8080, "10.20.0.0/16")), ("pass", NLB_SG), id="to the targets' addresses"),
        pytest.param(letting_out(), ("fail", NLB_SG), id="nothing may leave"),
        pytest.param(letting_out(w.rule(443, "0.0.0.0/0")), ("fail", NLB_SG), id="another port"),
        pytest.param(
            letting_out(w.rule(8080, "10.20.11.0/24")), ("fail", NLB_SG), id="several: one target is left out"
        ),
        pytest.param(letting_out(w.rule(8080, groups=("sg-0other",))), ("fail", NLB_SG), id="to another group"),
        pytest.param(w.gone(s.SECURITY_GROUP, NLB_SG, evidence=letting_out()), ("unknown", NLB_SG), id="group gone"),
        pytest.param(w.denied(s.SECURITY_GROUP, letting_out()), ("unknown", NLB_SG), id="groups not readable"),
        pytest.param(w.denied(s.INSTANCE, letting_out()), ("unknown", "i-0a1"), id="targets not readable"),
        pytest.param(
            w.denied(s.INSTANCE, letting_out(w.rule(None, "0.0.0.0/0"))), ("pass", NLB_SG), id="open: no target needed"
        ),
    ],
)
def test_load_balancer_egress_closed(evidence, said):
    assert w.judged(CHECK, evidence) == [said]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.INSTANCE, letting_out())) == {"ec2:DescribeInstances"}
    unread = letting_out(prefix_list())
    assert w.actions_missing(CHECK, unread) == {"ec2:GetManagedPrefixListEntries"}


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(health_port(9000, TO_TARGETS), "fail", id="health port closed"),
        pytest.param(health_port(9000, w.rule(9000, "0.0.0.0/0")), "fail", id="traffic port closed"),
        pytest.param(health_port(9000, TO_TARGETS, w.rule(9000, "0.0.0.0/0")), "pass", id="both open"),
    ],
)
def test_both_ports_count(evidence, status):
    assert w.judged(CHECK, evidence) == [(status, NLB_SG)]


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(ip_targets("10.20.11.10", evidence=letting_out(TO_TARGETS)), "pass", id="address, by its group"),
        pytest.param(
            ip_targets("10.99.0.10", found=False, evidence=letting_out()), "fail", id="outside, nothing leaves"
        ),
        pytest.param(
            ip_targets("10.99.0.10", found=False, evidence=letting_out(w.rule(8080, "10.99.0.0/16"))),
            "pass",
            id="outside, its range",
        ),
        pytest.param(
            ip_targets("10.99.0.10", found=False, evidence=letting_out(TO_TARGETS)),
            "unknown",
            id="outside, a group that it may carry",
        ),
        pytest.param(
            ip_targets("2001:db8::10", evidence=letting_out(w.rule(None, "0.0.0.0/0")), ip_address_type="ipv6"),
            "fail",
            id="IPv6, only IPv4 may leave",
        ),
        pytest.param(
            ip_targets("2001:db8::10", evidence=letting_out(v6("::/0")), ip_address_type="ipv6"), "pass", id="IPv6"
        ),
    ],
)
def test_targets_by_address(evidence, status):
    assert w.judged(CHECK, evidence) == [(status, NLB_SG)]


@pytest.mark.parametrize(("entries", "status"), [(("10.20.0.0/16",), "pass"), (("192.0.2.0/24",), "fail")])
def test_prefix_lists(entries, status):
    evidence = w.changed(s.PREFIX_LIST, "pl-1", entries, letting_out(prefix_list()))
    assert w.judged(CHECK, evidence) == [(status, NLB_SG)]


def test_the_rules_of_several_groups_count_together():
    evidence = w.changed(s.LOAD_BALANCER, w.NLB, w.balancer(security_groups=(NLB_SG, SECOND_SG)))
    evidence = letting_out(w.rule(8080, "10.20.11.0/24"), evidence=evidence)
    evidence = letting_out(w.rule(8080, "10.20.12.0/24"), group=SECOND_SG, evidence=evidence)
    assert w.judged(CHECK, evidence) == [("pass", NLB_SG)]


def test_an_alb_behind_an_nlb_is_a_target_too():
    guarded = w.changed(s.LOAD_BALANCER, w.NLB, w.balancer(security_groups=(NLB_SG,)), v2.alb_behind_nlb())
    to_alb = letting_out(w.rule(80, groups=(v2.BALANCER_SG,)), evidence=guarded)
    assert w.judged(CHECK, to_alb) == [("pass", NLB_SG), ("pass", v2.BALANCER_SG)]
    assert w.judged(CHECK, letting_out(evidence=guarded)) == [("fail", NLB_SG), ("pass", v2.BALANCER_SG)]


def test_an_application_load_balancer():
    evidence = letting_out(group=v2.BALANCER_SG, evidence=v2.http_api())
    assert w.judged(CHECK, evidence) == [("fail", v2.BALANCER_SG)]


def test_a_fail_says_what_is_closed():
    evidence = letting_out(w.rule(443, "0.0.0.0/0"))
    key = metrics.of_balancer(w.NLB)["SecurityGroupBlockedFlowCount_Outbound_TCP"]
    (finding,) = w.findings(CHECK, w.changed(s.METRIC, key, r.Series(points=((0, 3.0),)), evidence))
    assert finding.summary == "sg-0nlb of orders-nlb lets no TCP 8080 out to i-0a1:8080, i-0a2:8080."
    assert [c.value for c in finding.citations] == ["tcp 443 to 0.0.0.0/0", "3"]
    assert finding.fix.cli == (
        "aws ec2 authorize-security-group-egress --group-id sg-0nlb --ip-permissions "
        "'IpProtocol=tcp,FromPort=8080,ToPort=8080,UserIdGroupPairs=[{GroupId=sg-0target}]'",
    )


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(letting_out(), id="instances"),
        pytest.param(health_port(9000), id="two ports"),
        pytest.param(ip_targets("10.99.0.10", found=False, evidence=letting_out()), id="outside the VPC"),
        pytest.param(
            ip_targets("2001:db8::10", found=False, evidence=letting_out(), ip_address_type="ipv6"), id="IPv6"
        ),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", NLB_SG)]
