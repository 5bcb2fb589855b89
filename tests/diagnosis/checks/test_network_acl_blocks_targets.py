import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["NACL-01"]
EDGE, APPS, OPEN = "acl-0edge", "acl-0apps", "acl-0default"
EPHEMERAL = (1024, 65535)


def closing(subnets, acl_id, *entries, evidence=None):
    """These subnets have an ACL of their own, with these entries before the one that allows everything."""
    for subnet in subnets:
        evidence = w.changed(s.NETWORK_ACL, subnet, w.acl(*entries, acl_id=acl_id), evidence)
    return evidence


def deny(ports, *, egress, number=90, cidr="0.0.0.0/0"):
    return w.entry(number, "deny", egress=egress, ports=ports, cidr=cidr)


def only(*entries, acl_id=APPS):
    """The targets' subnets have an ACL without AWS's rule that allows everything."""
    acl = r.NetworkAcl(network_acl_id=acl_id, entries=(*entries, deny(None, egress=True, number=32767)))
    evidence = None
    for subnet in w.TARGET_SUBNETS:
        evidence = w.changed(s.NETWORK_ACL, subnet, acl, evidence)
    return evidence


def cross_zone(value, evidence):
    return w.changed(s.BALANCER_ATTRIBUTES, w.NLB, {"load_balancing.cross_zone.enabled": value}, evidence)


def same_subnets():
    """The load balancer stands in the targets' subnets."""
    nodes = tuple(
        r.NetworkInterface(network_interface_id=f"eni-{i}", subnet_id=subnet, private_ip_address=f"10.20.1{i + 1}.200")
        for i, subnet in enumerate(w.TARGET_SUBNETS)
    )
    zones = tuple(r.LoadBalancerZone(subnet_id=subnet) for subnet in w.TARGET_SUBNETS)
    evidence = w.changed(s.BALANCER_INTERFACES, w.NLB, nodes)
    return w.changed(s.LOAD_BALANCER, w.NLB, w.balancer(availability_zones=zones), evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), [("not-applicable", w.GROUP)], id="no target"),
        pytest.param(w.healthy(), [("pass", OPEN)], id="everything allowed"),
        pytest.param(w.denied(s.NETWORK_ACL), [("unknown", "subnet-0b1")], id="ACLs not readable"),
        pytest.param(w.denied(s.INSTANCE), [("unknown", "i-0a1")], id="instances not readable"),
        pytest.param(w.gone(s.NETWORK_ACL, "subnet-0t1"), [("unknown", w.GROUP), ("pass", OPEN)], id="no ACL known"),
    ],
)
def test_network_acl_blocks_targets(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.NETWORK_ACL)) == {"ec2:DescribeNetworkAcls"}


@pytest.mark.parametrize(
    ("evidence", "acl", "leg"),
    [
        pytest.param(
            closing(w.BALANCER_SUBNETS, EDGE, deny((8080, 8080), egress=True)),
            EDGE,
            "requests out of the load balancer's subnet on TCP 8080 (outbound rule 90 denies tcp 8080 to 0.0.0.0/0)",
            id="requests out of the load balancer",
        ),
        pytest.param(
            closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False)),
            APPS,
            "requests into the targets' subnet on TCP 8080 (inbound rule 90 denies tcp 8080 from 0.0.0.0/0)",
            id="requests into the targets",
        ),
        pytest.param(
            closing(w.TARGET_SUBNETS, APPS, deny(EPHEMERAL, egress=True)),
            APPS,
            "replies out of the targets' subnet on TCP 1024-65535 "
            "(outbound rule 90 denies tcp 1024-65535 to 0.0.0.0/0)",
            id="replies out of the targets",
        ),
        pytest.param(
            closing(w.BALANCER_SUBNETS, EDGE, deny(EPHEMERAL, egress=False)),
            EDGE,
            "replies into the load balancer's subnet on TCP 1024-65535 "
            "(inbound rule 90 denies tcp 1024-65535 from 0.0.0.0/0)",
            id="replies into the load balancer",
        ),
    ],
)
def test_each_of_the_four_legs_can_stop_everything(evidence, acl, leg):
    assert sorted(w.judged(CHECK, evidence)) == sorted([("fail", acl), ("pass", OPEN)])
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    assert finding.summary == f"{acl} stops {leg}. orders-nlb cannot reach i-0a1, i-0a2."


def test_an_acl_without_rules_stops_everything():
    evidence = only()
    findings = {f.resource: f for f in w.findings(CHECK, evidence)}
    assert findings[APPS].status == "fail"
    assert "no inbound rule allows it" in findings[APPS].summary


def test_the_lowest_number_decides():
    entries = (w.entry(80, "allow", egress=False, ports=(8080, 8080)), deny((1, 65535), egress=False))
    assert ("pass", APPS) in w.judged(CHECK, closing(w.TARGET_SUBNETS, APPS, *entries))


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(
            only(
                w.entry(100, "allow", egress=False, ports=(8080, 8080)),
                w.entry(100, "allow", egress=True, ports=(32768, 65535)),
            ),
            "warn",
            id="only the high reply ports",
        ),
        pytest.param(
            closing(w.TARGET_SUBNETS[:1], APPS, deny((8080, 8080), egress=False)), "warn", id="one of two zones"
        ),
        pytest.param(
            closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False, cidr="10.20.1.0/24")),
            "warn",
            id="one of two nodes",
        ),
        pytest.param(
            closing(w.TARGET_SUBNETS, APPS, deny((443, 443), egress=False)), "pass", id="a port that nobody uses"
        ),
        pytest.param(
            closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False, cidr="172.31.0.0/16")),
            "pass",
            id="a range that nobody has",
        ),
    ],
)
def test_what_stays_open(evidence, status):
    assert (status, APPS) in w.judged(CHECK, evidence)


def across(evidence=None):
    """Zone a's targets refuse zone a's node, zone b's targets zone b's: only the way across is open."""
    for subnet, cidr in zip(w.TARGET_SUBNETS, ("10.20.1.0/24", "10.20.2.0/24"), strict=True):
        evidence = closing([subnet], APPS, deny((8080, 8080), egress=False, cidr=cidr), evidence=evidence)
    return evidence


def within(evidence=None):
    """Only the ways that stay in one zone are open."""
    for subnet, cidr in zip(w.TARGET_SUBNETS, ("10.20.2.0/24", "10.20.1.0/24"), strict=True):
        evidence = closing([subnet], APPS, deny((8080, 8080), egress=False, cidr=cidr), evidence=evidence)
    return evidence


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(cross_zone("false", across()), "fail", id="cross-zone off: no way is left"),
        pytest.param(cross_zone("true", across()), "warn", id="cross-zone on: the ways across are left"),
        pytest.param(cross_zone("false", within()), "pass", id="cross-zone off: what crosses does not matter"),
        pytest.param(cross_zone("true", within()), "warn", id="cross-zone on: what crosses is lost"),
        pytest.param(w.denied(s.BALANCER_ATTRIBUTES, across()), "warn", id="attributes not readable: no wrong fail"),
    ],
)
def test_cross_zone(evidence, status):
    assert (status, APPS) in w.judged(CHECK, evidence)


def test_the_groups_own_cross_zone_setting_wins():
    evidence = w.changed(s.GROUP_ATTRIBUTES, w.GROUP, {"load_balancing.cross_zone.enabled": "true"}, across())
    assert ("warn", APPS) in w.judged(CHECK, evidence)


def test_inside_one_subnet_no_acl_is_asked():
    evidence = closing(
        w.TARGET_SUBNETS, APPS, deny(None, egress=False), deny(None, egress=True), evidence=same_subnets()
    )
    assert w.judged(CHECK, evidence) == [("not-applicable", w.GROUP)]


def test_an_open_pair_inside_one_subnet_leaves_a_way():
    """With cross-zone on, the first node reaches the target beside it although the ACL closes every other way."""
    nodes = w.healthy().get(s.BALANCER_INTERFACES, w.NLB)
    moved = (nodes[0].model_copy(update={"subnet_id": "subnet-0t1"}), nodes[1])
    evidence = cross_zone("true", w.changed(s.BALANCER_INTERFACES, w.NLB, moved))
    zones = tuple(r.LoadBalancerZone(subnet_id=x) for x in ("subnet-0t1", "subnet-0b2"))
    evidence = w.changed(s.LOAD_BALANCER, w.NLB, w.balancer(availability_zones=zones), evidence)
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False), evidence=evidence)
    assert ("warn", APPS) in w.judged(CHECK, evidence)


@pytest.mark.parametrize(("port", "told"), [(8080, "orders-nlb"), (9000, "health checks of orders-nlb")])
def test_traffic_and_health_port_count(port, told):
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(health_check_port="9000"))
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((port, port), egress=False), evidence=evidence)
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    assert finding.summary.endswith(f" {told} cannot reach i-0a1, i-0a2.")


def test_two_acls_that_each_stop_everything_both_fail():
    evidence = closing(w.BALANCER_SUBNETS, EDGE, deny((8080, 8080), egress=True))
    evidence = closing(w.TARGET_SUBNETS, APPS, deny(EPHEMERAL, egress=True), evidence=evidence)
    assert w.judged(CHECK, evidence) == [("fail", EDGE), ("fail", APPS)]


def test_two_acls_that_only_together_leave_no_way():
    evidence = closing(w.TARGET_SUBNETS[:1], "acl-0a", deny((8080, 8080), egress=False))
    evidence = closing(w.TARGET_SUBNETS[1:], "acl-0b", deny((8080, 8080), egress=False), evidence=evidence)
    assert sorted(w.judged(CHECK, evidence)) == [("fail", "acl-0a"), ("fail", "acl-0b"), ("pass", OPEN)]


def test_a_terminated_instance_leaves_no_way_open():
    evidence = w.changed(s.INSTANCE, "i-0a2", w.instance("i-0a2", "terminated"))
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False), evidence=evidence)
    assert ("fail", APPS) in w.judged(CHECK, evidence)


def test_a_target_outside_the_vpc_may_still_be_reached():
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(target_type="ip"))
    targets = (w.target("10.20.11.10", "healthy"), w.target("10.99.0.10", "healthy"))
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, targets, evidence)
    inside = r.NetworkInterface(network_interface_id="eni-1", subnet_id="subnet-0t1", private_ip_address="10.20.11.10")
    evidence = w.changed(s.INTERFACE_BY_ADDRESS, f"{w.VPC}/10.20.11.10", inside, evidence)
    evidence = w.gone(s.INTERFACE_BY_ADDRESS, f"{w.VPC}/10.99.0.10", evidence=evidence)
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False), evidence=evidence)
    assert w.judged(CHECK, evidence) == [("unknown", w.GROUP), ("pass", OPEN), ("warn", APPS)]


@pytest.mark.parametrize(
    ("health", "status"),
    [
        pytest.param("traffic-port", "fail", id="health checks surely come from the NLB"),
        pytest.param("9000", "warn", id="requests may carry the link's address"),
    ],
)
def test_links_of_the_second_generation_through_an_nlb(health, status):
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(health_check_port=health), v2.rest_v2("nlb"))
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False), evidence=evidence)
    assert (status, APPS) in w.judged(CHECK, evidence)


def test_behind_an_alb_requests_come_from_the_alb():
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False), evidence=v2.http_api())
    assert ("fail", APPS) in w.judged(CHECK, evidence)


def test_between_an_nlb_and_its_alb_in_another_subnet():
    albs = tuple(
        node.model_copy(update={"subnet_id": subnet})
        for node, subnet in zip(v2.alb_behind_nlb().get(s.BALANCER_INTERFACES, w.ALB), w.TARGET_SUBNETS, strict=True)
    )
    zones = tuple(r.LoadBalancerZone(subnet_id=subnet) for subnet in w.TARGET_SUBNETS)
    evidence = w.changed(s.BALANCER_INTERFACES, w.ALB, albs, v2.alb_behind_nlb())
    alb = evidence.get(s.LOAD_BALANCER, w.ALB).model_copy(update={"availability_zones": zones})
    evidence = w.changed(s.LOAD_BALANCER, w.ALB, alb, evidence)
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((80, 80), egress=False), evidence=evidence)
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    assert finding.resource == APPS
    assert finding.summary.endswith("orders-nlb cannot reach orders-alb.")


def test_the_fix_is_a_rule_before_the_one_that_denies():
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False))
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    assert finding.fix.summary == "Add the missing allow entries to acl-0apps, before rule 90."
    assert finding.fix.cli[0] == (
        "aws ec2 create-network-acl-entry --network-acl-id acl-0apps --rule-number 89 --protocol 6 "
        "--rule-action allow --ingress --cidr-block 10.20.1.0/24 --port-range From=8080,To=8080"
    )
    assert [(c.resource, c.value) for c in finding.citations] == [
        (APPS, "inbound rule 90 denies tcp 8080 from 0.0.0.0/0")
    ]


def test_no_number_is_free_before_the_first_rule():
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False, number=1))
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    assert finding.fix.cli == ("aws ec2 delete-network-acl-entry --network-acl-id acl-0apps --rule-number 1 --ingress",)


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False)), id="a deny"),
        pytest.param(closing(w.TARGET_SUBNETS, APPS, deny(None, egress=True, number=1)), id="a deny of everything"),
        pytest.param(only(), id="no rule at all"),
        pytest.param(
            only(w.entry(100, "allow", egress=False), w.entry(100, "allow", egress=True, ports=(32768, 65535))),
            id="a part of the reply ports",
        ),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status in {"fail", "warn"}]
    assert ("pass", APPS) in w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence)))


def test_the_code_adds_the_entry():
    evidence = closing(w.TARGET_SUBNETS, APPS, deny((8080, 8080), egress=False))
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    entry = cloudformation(finding.fix.cloudformation)["AWS::EC2::NetworkAclEntry"]
    assert (entry["NetworkAclId"], entry["Protocol"], entry["Egress"]) == ("acl-0apps", 6, False)
    assert entry["PortRange"] == {"From": 8080, "To": 8080}
    rule = terraform(finding.fix.terraform)["aws_network_acl_rule"]
    assert (rule["network_acl_id"], rule["from_port"], rule["rule_action"]) == ('"acl-0apps"', 8080, '"allow"')
