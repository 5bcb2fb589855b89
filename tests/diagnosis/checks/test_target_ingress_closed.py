import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["SG-03"]
NLB_SG, OTHER_SG = "sg-0nlb", "sg-0other"
OPEN_TO_NLB = w.rule(8080, "10.20.1.0/24", "10.20.2.0/24")


def admitting(*rules, evidence=None):
    """The targets' group has these inbound rules."""
    return w.changed(s.SECURITY_GROUP, w.TARGET_SG, w.security_group(w.TARGET_SG, *rules), evidence)


def guarded(enforce, *rules):
    """The NLB carries a security group, and applies it to PrivateLink traffic or not."""
    field = "enforce_security_group_inbound_rules_on_private_link_traffic"
    evidence = w.changed(s.LOAD_BALANCER, w.NLB, w.balancer(security_groups=(NLB_SG,), **{field: enforce}))
    evidence = w.changed(s.SECURITY_GROUP, NLB_SG, w.security_group(NLB_SG), evidence)
    return admitting(*rules, evidence=evidence)


def second_target_with(group_id, *rules):
    """The second target carries another security group."""
    evidence = w.changed(s.INSTANCE, "i-0a2", w.instance("i-0a2", groups=(group_id,)))
    return w.changed(s.SECURITY_GROUP, group_id, w.security_group(group_id, *rules), evidence)


def without_interfaces(evidence=None):
    return w.changed(s.BALANCER_INTERFACES, w.NLB, (), evidence)


def health_port(port, *rules):
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(health_check_port=str(port)))
    return admitting(*rules, evidence=evidence)


def ip_target(address, interface=None, **group):
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(target_type="ip", **group))
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, (w.target(address, "healthy"),), evidence)
    key = f"{w.VPC}/{address}"
    if interface is None:
        return w.gone(s.INTERFACE_BY_ADDRESS, key, evidence=evidence)
    return w.changed(s.INTERFACE_BY_ADDRESS, key, interface, evidence)


def interface(**changes):
    groups = (r.GroupIdentifier(group_id=w.TARGET_SG),)
    return r.NetworkInterface(
        **{"network_interface_id": "eni-0ip", "subnet_id": "subnet-0t1", "vpc_id": w.VPC, "groups": groups, **changes}
    )


def ipv6(*rules):
    """An IPv6 target behind a dual-stack NLB."""
    address = "2001:db8::10"
    evidence = ip_target(
        address, interface(ipv6_addresses=(r.Ipv6Address(ipv6_address=address),)), ip_address_type="ipv6"
    )
    nodes = tuple(
        node.model_copy(update={"ipv6_addresses": (r.Ipv6Address(ipv6_address=f"2001:db8:0:{i}::20"),)})
        for i, node in enumerate(evidence.get(s.BALANCER_INTERFACES, w.NLB))
    )
    return admitting(*rules, evidence=w.changed(s.BALANCER_INTERFACES, w.NLB, nodes, evidence))


def v6_rule(*cidrs):
    ranges = tuple(r.Ipv6Range(cidr_ipv6=c) for c in cidrs)
    return r.IpPermission(ip_protocol="tcp", from_port=8080, to_port=8080, ipv6_ranges=ranges)


def prefix_list_rule():
    return r.IpPermission(
        ip_protocol="tcp", from_port=8080, to_port=8080, prefix_list_ids=(r.PrefixListId(prefix_list_id="pl-1"),)
    )


def stale_reference():
    pair = r.GroupPair(group_id=NLB_SG, peering_status="deleted")
    return r.IpPermission(ip_protocol="tcp", from_port=8080, to_port=8080, user_id_group_pairs=(pair,))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), [("not-applicable", w.GROUP)], id="no target"),
        pytest.param(w.healthy(), [("pass", w.TARGET_SG)], id="admits the NLB's addresses"),
        pytest.param(admitting(w.rule(22, "10.0.0.0/8")), [("fail", w.TARGET_SG)], id="another port is open"),
        pytest.param(admitting(w.rule(8080, "172.31.0.0/16")), [("fail", w.TARGET_SG)], id="another range is admitted"),
        pytest.param(admitting(w.rule(None, "10.20.0.0/16")), [("pass", w.TARGET_SG)], id="all traffic of the VPC"),
        pytest.param(admitting(w.rule(8080, "10.20.1.20/32")), [("fail", w.TARGET_SG)], id="one node reaches nobody"),
        pytest.param(w.denied(s.BALANCER_INTERFACES), [("unknown", w.NLB)], id="node addresses not readable"),
        pytest.param(w.denied(s.INSTANCE), [("unknown", "i-0a1")], id="instances not readable"),
        pytest.param(w.denied(s.SECURITY_GROUP), [("unknown", w.TARGET_SG)], id="groups not readable"),
        pytest.param(w.gone(s.SECURITY_GROUP, w.TARGET_SG), [("unknown", w.TARGET_SG)], id="group is gone"),
    ],
)
def test_target_ingress_closed(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(guarded("on", w.rule(8080, groups=(NLB_SG,))), "pass", id="enforced: the NLB's group counts"),
        pytest.param(guarded("", w.rule(8080, groups=(NLB_SG,))), "pass", id="setting absent: on is the default"),
        pytest.param(guarded("on", OPEN_TO_NLB), "pass", id="enforced: its addresses count too"),
        pytest.param(guarded("off", OPEN_TO_NLB), "pass", id="not enforced: its addresses"),
        pytest.param(guarded("off", w.rule(8080, groups=(NLB_SG,))), "fail", id="not enforced: its group does not"),
        pytest.param(guarded("on", w.rule(8080, groups=("sg-0dead",))), "fail", id="another group is named"),
        pytest.param(guarded("on", stale_reference()), "fail", id="stale reference over a dead peering"),
    ],
)
def test_the_three_cases_of_a_network_load_balancer(evidence, status):
    assert w.judged(CHECK, evidence) == [(status, w.TARGET_SG)]


@pytest.mark.parametrize("preserve", ["true", "false"])
def test_client_ip_preservation_does_not_matter_on_private_link(preserve):
    closed = admitting(w.rule(8080, "203.0.113.0/24"))
    evidence = w.changed(s.GROUP_ATTRIBUTES, w.GROUP, {"preserve_client_ip.enabled": preserve}, closed)
    assert w.judged(CHECK, evidence) == [("fail", w.TARGET_SG)]


def test_healthy_targets_can_still_refuse_the_links_requests():
    (finding,) = w.findings(CHECK, guarded("off", w.rule(8080, groups=(NLB_SG,))))
    assert finding.summary == (
        "sg-0target on i-0a1, i-0a2 admits TCP 8080 only from the security group of orders-nlb; requests of the VPC "
        "link come from its addresses 10.20.1.20, 10.20.2.20 without that group, so health checks "
        "pass and requests do not."
    )
    assert ("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "off") in [
        (c.field, c.value) for c in finding.citations
    ]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(health_port(9000, OPEN_TO_NLB), [("fail", w.TARGET_SG)], id="health port closed"),
        pytest.param(
            health_port(9000, w.rule(9000, "10.20.0.0/16")), [("fail", w.TARGET_SG)], id="traffic port closed"
        ),
        pytest.param(
            health_port(9000, OPEN_TO_NLB, w.rule(9000, "10.20.0.0/16")), [("pass", w.TARGET_SG)], id="both open"
        ),
    ],
)
def test_both_ports_count(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(
            second_target_with(OTHER_SG),
            [("pass", w.TARGET_SG), ("fail", OTHER_SG)],
            id="one of two groups is closed",
        ),
        pytest.param(
            admitting(w.rule(22, "10.0.0.0/8"), evidence=second_target_with(OTHER_SG)),
            [("fail", w.TARGET_SG), ("fail", OTHER_SG)],
            id="both are closed",
        ),
        pytest.param(
            admitting(
                w.rule(8080, "10.20.1.20/32"), evidence=second_target_with(OTHER_SG, w.rule(8080, "10.20.2.20/32"))
            ),
            [("warn", w.TARGET_SG), ("warn", OTHER_SG)],
            id="each admits the node of its own zone",
        ),
    ],
)
def test_several_sets_of_groups(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_two_groups_on_one_target_count_together():
    evidence = w.changed(s.INSTANCE, "i-0a1", w.instance("i-0a1", groups=(OTHER_SG, w.TARGET_SG)))
    evidence = w.changed(s.SECURITY_GROUP, OTHER_SG, w.security_group(OTHER_SG), evidence)
    assert w.judged(CHECK, evidence) == [("pass", OTHER_SG), ("pass", w.TARGET_SG)]


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        pytest.param(w.rule(8080, "10.20.0.0/16"), "pass", id="all of both subnets"),
        pytest.param(w.rule(8080, "10.20.1.0/25"), "unknown", id="a part of them: who stands there is not known"),
        pytest.param(w.rule(8080, "172.31.0.0/16"), "fail", id="no address of them"),
    ],
)
def test_without_interfaces_the_subnets_ranges_count(rule, status):
    assert w.judged(CHECK, without_interfaces(admitting(rule))) == [(status, w.TARGET_SG)]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(ip_target("10.20.11.10", interface()), [("pass", w.TARGET_SG)], id="address in the VPC"),
        pytest.param(ip_target("10.99.0.10"), [("unknown", "10.99.0.10")], id="address outside the VPC"),
        pytest.param(ipv6(v6_rule("2001:db8::/32")), [("pass", w.TARGET_SG)], id="IPv6 admitted"),
        pytest.param(ipv6(w.rule(8080, "0.0.0.0/0")), [("fail", w.TARGET_SG)], id="IPv6: only IPv4 rules"),
        pytest.param(ipv6(v6_rule("2001:db8:ffff::/48")), [("fail", w.TARGET_SG)], id="IPv6: another range"),
    ],
)
def test_targets_by_address(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        pytest.param(("10.20.0.0/16",), [("pass", w.TARGET_SG)], id="list holds the NLB"),
        pytest.param(("192.0.2.0/24",), [("fail", w.TARGET_SG)], id="list does not"),
        pytest.param(None, [("unknown", "pl-1")], id="list not readable"),
    ],
)
def test_prefix_lists(entries, said):
    evidence = w.changed(s.PREFIX_LIST, "pl-1", entries or (), admitting(prefix_list_rule()))
    if entries is None:
        evidence = w.denied(s.PREFIX_LIST, evidence)
        assert w.actions_missing(CHECK, evidence) == {"ec2:GetManagedPrefixListEntries"}
    assert w.judged(CHECK, evidence) == said


def v2_nlb(*rules, preserve="true"):
    evidence = w.changed(s.GROUP_ATTRIBUTES, w.GROUP, {"preserve_client_ip.enabled": preserve}, v2.rest_v2("nlb"))
    return admitting(*rules, evidence=evidence)


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(v2.rest_v2(), "pass", id="ALB: admits its addresses"),
        pytest.param(
            admitting(w.rule(8080, groups=(v2.BALANCER_SG,)), evidence=v2.rest_v2()), "pass", id="ALB: its group"
        ),
        pytest.param(
            admitting(w.rule(8080, groups=(v2.LINK_SG,)), evidence=v2.rest_v2()), "fail", id="ALB: the link's"
        ),
        pytest.param(admitting(evidence=v2.http_api()), "fail", id="HTTP API, ALB: nothing"),
        pytest.param(v2_nlb(OPEN_TO_NLB, preserve="false"), "pass", id="NLB: its addresses"),
        pytest.param(v2_nlb(OPEN_TO_NLB), "warn", id="NLB keeps the link's address, which is not admitted"),
        pytest.param(
            v2_nlb(OPEN_TO_NLB, w.rule(8080, "10.20.21.0/24", "10.20.22.0/24")), "pass", id="NLB: both admitted"
        ),
        pytest.param(v2_nlb(w.rule(8080, "10.20.21.0/24")), "fail", id="NLB: its health checks are refused"),
        pytest.param(v2_nlb(), "fail", id="NLB: closed to everybody"),
    ],
)
def test_links_of_the_second_generation(evidence, status):
    assert w.judged(CHECK, evidence) == [(status, w.TARGET_SG)]


def inner_alb(*rules):
    return w.changed(s.SECURITY_GROUP, v2.BALANCER_SG, w.security_group(v2.BALANCER_SG, *rules), v2.alb_behind_nlb())


def test_an_alb_behind_an_nlb_must_admit_the_nlbs_addresses():
    assert w.judged(CHECK, v2.alb_behind_nlb()) == [("pass", v2.BALANCER_SG), ("pass", w.TARGET_SG)]
    assert w.judged(CHECK, inner_alb(w.rule(443, "0.0.0.0/0"))) == [("fail", v2.BALANCER_SG), ("pass", w.TARGET_SG)]


def test_a_fail_says_what_is_closed_and_to_whom():
    closed = r.SecurityGroup(group_id=w.TARGET_SG, group_name="orders-app", ip_permissions=(w.rule(22, "10.0.0.0/8"),))
    (finding,) = w.findings(CHECK, w.changed(s.SECURITY_GROUP, w.TARGET_SG, closed))
    assert finding.summary == (
        "sg-0target (orders-app) on i-0a1, i-0a2 admits no TCP 8080 from 10.20.1.20, 10.20.2.20, where "
        "orders-nlb stands."
    )
    assert [(c.resource, c.value) for c in finding.citations] == [
        (w.TARGET_SG, "tcp 22 from 10.0.0.0/8"),
        (w.NLB, "10.20.1.20, 10.20.2.20"),
    ]
    assert finding.fix.cli == (
        "aws ec2 authorize-security-group-ingress --group-id sg-0target --ip-permissions "
        "'IpProtocol=tcp,FromPort=8080,ToPort=8080,IpRanges=[{CidrIp=10.20.1.20/32},{CidrIp=10.20.2.20/32}]'",
    )


def test_behind_an_alb_the_fix_names_its_group():
    (finding,) = w.findings(CHECK, admitting(evidence=v2.rest_v2()))
    assert finding.fix.cli[0].endswith(
        "'IpProtocol=tcp,FromPort=8080,ToPort=8080,UserIdGroupPairs=[{GroupId=sg-0balancer}]'"
    )


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(admitting(), id="closed"),
        pytest.param(guarded("off", w.rule(8080, groups=(NLB_SG,))), id="admitted by reference only"),
        pytest.param(health_port(9000), id="two ports"),
        pytest.param(ipv6(), id="IPv6"),
        pytest.param(without_interfaces(admitting()), id="ranges"),
        pytest.param(v2_nlb(), id="second generation, NLB"),
        pytest.param(admitting(evidence=v2.rest_v2()), id="ALB"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.TARGET_SG)]


def test_a_draining_target_does_not_count():
    old = w.target("i-0a2", "draining", "Target.DeregistrationInProgress", port=8081)
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, (w.target("i-0a1", "healthy"), old))
    assert w.judged(CHECK, evidence) == [("pass", w.TARGET_SG)]
