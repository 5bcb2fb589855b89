import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["NET-01"]
PEERING, TABLES = "pcx-0p1", ("rtb-0b1", "rtb-0b2")
OUTSIDE, INSIDE = "10.99.0.10", "10.20.11.99"
KEYS = tuple(f"{w.VPC}/{subnet}" for subnet in w.BALANCER_SUBNETS)
LOCAL = r.Route4(destination_cidr_block="10.20.0.0/16", gateway_id="local", state="active")


def route(destination, **target):
    return r.Route4(**{"destination_cidr_block": destination, "state": "active", **target})


def peered(destination="10.99.0.0/16", **changes):
    return route(destination, vpc_peering_connection_id=PEERING, **changes)


def ip_targets(*addresses, state="unhealthy"):
    """The target group holds these addresses, and no interface of the VPC has them."""
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(target_type="ip"))
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, tuple(w.target(a, state) for a in addresses), evidence)
    for address in addresses:
        evidence = w.gone(s.INTERFACE_BY_ADDRESS, f"{w.VPC}/{address}", evidence=evidence)
    return evidence


def routed(first, second=None, *addresses, status="active", state="unhealthy"):
    """The two subnets of the load balancer have these routes beside the local one."""
    evidence = ip_targets(*(addresses or (OUTSIDE,)), state=state)
    for key, table, routes in zip(KEYS, TABLES, (first, first if second is None else second), strict=True):
        found = r.RouteTable(route_table_id=table, vpc_id=w.VPC, routes=(LOCAL, *routes))
        evidence = w.changed(s.ROUTE_TABLE, key, found, evidence)
    return w.changed(s.PEERING, PEERING, status, evidence) if status else w.gone(s.PEERING, PEERING, evidence=evidence)


def elsewhere(vpc_id):
    instance = w.instance("i-0a2").model_copy(update={"vpc_id": vpc_id})
    return w.changed(s.INSTANCE, "i-0a2", instance)


INTERNET = route("0.0.0.0/0", gateway_id="igw-0i1")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), [("not-applicable", w.GROUP)], id="no target"),
        pytest.param(w.healthy(), [("pass", w.GROUP)], id="instances of the VPC"),
        pytest.param(routed([peered()]), [("pass", w.GROUP)], id="over an active peering"),
        pytest.param(routed([]), [("fail", TABLES[0])], id="no route"),
        pytest.param(routed([peered(state="blackhole")]), [("fail", TABLES[0])], id="blackhole"),
        pytest.param(routed([peered()], status="pending-acceptance"), [("fail", PEERING)], id="peering not accepted"),
        pytest.param(routed([peered()], status="deleted"), [("fail", PEERING)], id="peering deleted"),
        pytest.param(routed([peered()], status=""), [("fail", PEERING)], id="peering gone"),
        pytest.param(routed([peered()], status="quantum"), [("unknown", w.GROUP)], id="status that we do not know"),
        pytest.param(routed([peered()], []), [("warn", TABLES[1])], id="one subnet has no route"),
        pytest.param(
            routed([route("10.0.0.0/8", transit_gateway_id="tgw-0t1")]), [("unknown", w.GROUP)], id="transit gateway"
        ),
        pytest.param(routed([route("10.0.0.0/8", gateway_id="vgw-0v1")]), [("unknown", w.GROUP)], id="VPN"),
        pytest.param(routed([route("0.0.0.0/0")]), [("unknown", w.GROUP)], id="NAT gateway or appliance"),
        pytest.param(routed([INTERNET]), [("warn", TABLES[0])], id="only the way to the internet"),
        pytest.param(routed([INTERNET, peered()]), [("pass", w.GROUP)], id="the most specific route decides"),
        pytest.param(
            routed([route("10.0.0.0/8", transit_gateway_id="tgw-0t1"), peered(state="blackhole")]),
            [("fail", TABLES[0])],
            id="the most specific route is a blackhole",
        ),
        pytest.param(
            routed([r.Route4(transit_gateway_id="tgw-0t1", state="active")]),
            [("unknown", w.GROUP)],
            id="a prefix list may cover it",
        ),
        pytest.param(routed([], None, INSIDE), [("warn", INSIDE)], id="of the VPC, and nobody holds it"),
        pytest.param(routed([], None, INSIDE, state="healthy"), [("pass", w.GROUP)], id="delegated prefix, healthy"),
        pytest.param(
            routed([peered()], None, OUTSIDE, "10.98.0.10", "10.98.0.11"),
            [("pass", w.GROUP), ("fail", TABLES[0])],
            id="several: one is routed, two are not",
        ),
        pytest.param(elsewhere("vpc-0other"), [("fail", "i-0a2")], id="instance of another VPC"),
        pytest.param(w.denied(s.ROUTE_TABLE, routed([peered()])), [("unknown", KEYS[0])], id="routes not readable"),
        pytest.param(w.denied(s.PEERING, routed([peered()])), [("unknown", PEERING)], id="peering not readable"),
        pytest.param(
            w.gone(s.ROUTE_TABLE, KEYS[0], evidence=routed([peered()])), [("unknown", w.GROUP)], id="no table"
        ),
    ],
)
def test_no_route_to_targets(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.ROUTE_TABLE, routed([]))) == {"ec2:DescribeRouteTables"}
    assert w.actions_missing(CHECK, w.denied(s.PEERING, routed([peered()]))) == {"ec2:DescribeVpcPeeringConnections"}


def test_ipv6_targets_follow_ipv6_routes():
    address = "2001:db8:99::10"
    away = r.Route4(destination_ipv6_cidr_block="2001:db8:99::/48", vpc_peering_connection_id=PEERING, state="active")
    assert w.judged(CHECK, routed([away], None, address)) == [("pass", w.GROUP)]
    assert w.judged(CHECK, routed([peered("0.0.0.0/0")], None, address)) == [("fail", TABLES[0])]


def test_a_target_that_is_no_address_is_never_a_fault():
    assert w.judged(CHECK, routed([], None, "garbage")) == [("unknown", w.GROUP)]


def test_a_transit_gateway_leaves_the_verdict_open_but_not_in_the_way():
    evidence = routed([route("10.0.0.0/8", transit_gateway_id="tgw-0t1")], state="healthy")
    assert report(evidence, [CHECK]).verdict.state == "no-fault-found"


def over_transit(preserve, evidence):
    """REST → VPC link v2 → NLB → an address behind a transit gateway."""
    routes = routed([route("10.0.0.0/8", transit_gateway_id="tgw-0t1")]).reads
    taken = (s.TARGET_GROUP, s.TARGET_HEALTH, s.INTERFACE_BY_ADDRESS, s.ROUTE_TABLE)
    evidence = evidence.with_reads({k: v for k, v in routes.items() if k[0] in {source.name for source in taken}})
    return w.changed(s.GROUP_ATTRIBUTES, w.GROUP, {"preserve_client_ip.enabled": preserve}, evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(over_transit("true", v2.rest_v2("nlb")), "warn", id="preserved"),
        pytest.param(over_transit("false", v2.rest_v2("nlb")), "unknown", id="not preserved"),
        pytest.param(over_transit("true", w.healthy()), "unknown", id="without effect through PrivateLink"),
    ],
)
def test_client_addresses_are_not_preserved_over_a_transit_gateway(evidence, said):
    assert w.judged(CHECK, evidence) == [(said, w.GROUP)]


def test_a_fail_names_the_tables_and_the_command():
    (finding,) = w.findings(CHECK, routed([], None, OUTSIDE, "10.98.0.10"))
    assert finding.summary == (
        "No route leads from orders-nlb to 10.99.0.10, 10.98.0.10, outside vpc-0aa1: rtb-0b1 has no route there; "
        "rtb-0b2 has no route there."
    )
    assert [(c.resource, c.value) for c in finding.citations] == [
        ("rtb-0b1", "10.20.0.0/16"),
        ("rtb-0b2", "10.20.0.0/16"),
    ]
    assert finding.fix.cli[0] == (
        "aws ec2 create-route --route-table-id rtb-0b1 --destination-cidr-block 10.99.0.10/32 "
        "--vpc-peering-connection-id PEERING_ID"
    )


def test_a_blackhole_is_replaced():
    (finding,) = w.findings(CHECK, routed([peered(state="blackhole")]))
    assert finding.fix.cli[0].startswith(
        "aws ec2 replace-route --route-table-id rtb-0b1 --destination-cidr-block 10.99.0.0/16"
    )


def test_a_peering_that_waits_is_accepted():
    (finding,) = w.findings(CHECK, routed([peered()], status="pending-acceptance"))
    assert finding.fix.cli == (f"aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {PEERING}",)


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(routed([]), id="no route"),
        pytest.param(routed([peered(state="blackhole")]), id="blackhole"),
        pytest.param(routed([peered()], status="deleted"), id="peering deleted"),
        pytest.param(routed([], None, "2001:db8:99::10"), id="IPv6"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.GROUP)]


def test_an_instance_does_not_change_its_vpc_on_the_model():
    (finding,) = w.findings(CHECK, elsewhere("vpc-0other"))
    assert CHECK.repair(finding, w.Walk(elsewhere("vpc-0other"))) is None


def test_no_route_explains_unhealthy_targets():
    verdict = report(routed([])).verdict
    assert [(c.check, c.resource) for c in verdict.causes] == [("NET-01", TABLES[0])]
    assert "TG-01" in verdict.causes[0].symptoms


TRANSIT = route("10.99.0.0/16", transit_gateway_id="tgw-0t1")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(routed([TRANSIT])), [("pass", w.GROUP)], id="over a transit gateway, reached"),
        pytest.param(
            p.probed(routed([TRANSIT]), **p.failed_tcp("refused")), [("pass", w.GROUP)], id="refused: a way leads there"
        ),
        pytest.param(
            p.probed(routed([TRANSIT]), **p.failed_tcp("timeout")), [("warn", TABLES[0])], id="no answer from there"
        ),
        pytest.param(
            p.probed(routed([]), **p.failed_tcp("timeout")), [("fail", TABLES[0])], id="no route, and no answer"
        ),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_a_missing_route_is_confirmed_by_silence():
    (cause, *_) = report(p.probed(routed([]), **p.failed_tcp("timeout"))).verdict.causes
    assert (cause.check, cause.confidence) == ("NET-01", "confirmed")


def test_the_code_routes_to_where_the_blackhole_was():
    (finding,) = w.findings(CHECK, routed([peered(state="blackhole")]))
    route = {"RouteTableId": "rtb-0b1", "DestinationCidrBlock": "10.99.0.0/16"}
    assert finding.fix.cloudformation.startswith("# In your own resource")
    assert cloudformation(finding.fix.cloudformation.split("\n\n")[0]) == {
        "AWS::EC2::Route": {**route, "VpcPeeringConnectionId": "PEERING_ID"}
    }
    assert terraform(finding.fix.terraform)["aws_route"]["destination_cidr_block"] == '"10.99.0.0/16"'


def test_the_code_accepts_a_peering_that_waits():
    (finding,) = w.findings(CHECK, routed([peered()], status="pending-acceptance"))
    accepter = terraform(finding.fix.terraform)["aws_vpc_peering_connection_accepter"]
    assert accepter["vpc_peering_connection_id"] == f'"{PEERING}"'
