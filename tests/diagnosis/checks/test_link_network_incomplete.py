import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.evidence import Absent
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import terraform

CHECK = by_code()["VPL-05"]
FIRST, SECOND = v2.LINK_SUBNETS
INTERFACES = ",".join(v2.LINK_SUBNETS)


def subnet(name=FIRST, evidence=None, **changes):
    evidence = evidence or v2.rest_v2()
    return w.changed(s.SUBNET, name, evidence.get(s.SUBNET, name).model_copy(update=changes), evidence)


def link(evidence=None, **changes):
    evidence = evidence or v2.rest_v2()
    found = evidence.get(s.VPC_LINK_V2, v2.LINK_V2).model_copy(update=changes)
    return w.changed(s.VPC_LINK_V2, v2.LINK_V2, found, evidence)


def interfaces(*found, evidence=None):
    return w.changed(s.LINK_INTERFACES, INTERFACES, found, evidence or v2.rest_v2())


def other_group():
    (first, *_) = v2.rest_v2().get(s.LINK_INTERFACES, INTERFACES)
    return first.model_copy(update={"groups": (w.r.GroupIdentifier(group_id="sg-0other"),)})


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, wl.ROUTES_KEY, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LINK)], id="a link of the first generation"),
        pytest.param(v2.rest_v2(), [("pass", v2.LINK_V2)], id="all there: REST, ALB"),
        pytest.param(v2.http_api("nlb"), [("pass", v2.LINK_V2)], id="all there: HTTP API, NLB"),
        pytest.param(w.gone(s.SUBNET, FIRST, evidence=v2.rest_v2()), [("fail", v2.LINK_V2)], id="subnet gone"),
        pytest.param(subnet(state="unavailable"), [("fail", v2.LINK_V2)], id="subnet unavailable"),
        pytest.param(subnet(state="pending"), [("fail", v2.LINK_V2)], id="subnet pending"),
        pytest.param(subnet(state="resting"), [("unknown", v2.LINK_V2)], id="a state that nobody knows"),
        pytest.param(
            w.gone(s.SUBNET, FIRST, evidence=subnet(SECOND, state="failed")),
            [("fail", v2.LINK_V2), ("fail", v2.LINK_V2)],
            id="several subnets",
        ),
        pytest.param(interfaces(), [("warn", v2.LINK_V2)], id="AVAILABLE without interface"),
        pytest.param(interfaces(other_group()), [("warn", v2.LINK_V2)], id="interfaces of other groups only"),
        pytest.param(
            interfaces(other_group(), evidence=link(security_group_ids=())),
            [("pass", v2.LINK_V2)],
            id="a link without groups takes any",
        ),
        pytest.param(
            interfaces(evidence=link(status="INACTIVE")), [("pass", v2.LINK_V2)], id="INACTIVE has none: VPL-04's"
        ),
        pytest.param(subnet(available_ip_address_count=0), [("warn", v2.LINK_V2)], id="no free address"),
        pytest.param(
            subnet(available_ip_address_count=0, ipv6_native=True), [("pass", v2.LINK_V2)], id="a subnet of IPv6 alone"
        ),
        pytest.param(subnet(vpc_id="vpc-0other"), [("warn", v2.LINK_V2)], id="load balancer in another VPC"),
        pytest.param(w.denied(s.SUBNET, v2.rest_v2()), [("unknown", FIRST)], id="subnets not readable"),
        pytest.param(
            w.changed(s.LOAD_BALANCER, w.ALB, Absent(), v2.rest_v2()),
            [("pass", v2.LINK_V2)],
            id="balancer gone: LB-01's",
        ),
    ],
)
def test_link_network_incomplete(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("source", "action"),
    [(s.SUBNET, "ec2:DescribeSubnets"), (s.LINK_INTERFACES, "ec2:DescribeNetworkInterfaces")],
    ids=["subnets", "interfaces"],
)
def test_the_unknown_names_the_action(source, action):
    assert w.actions_missing(CHECK, w.denied(source, v2.rest_v2())) == {action}


def test_a_load_balancer_that_cannot_be_read_only_costs_the_comparison():
    assert w.judged(CHECK, w.denied(s.LOAD_BALANCER, v2.rest_v2())) == [("pass", v2.LINK_V2)]


def test_a_missing_subnet_is_left_out_of_the_new_link():
    (finding,) = w.findings(CHECK, w.gone(s.SUBNET, FIRST, evidence=v2.rest_v2()))
    assert finding.summary == f"Subnet {FIRST} of VPC link {v2.LINK_V2} does not exist."
    assert finding.citations[0].resource == FIRST
    assert f"--subnet-ids {SECOND} --security-group-ids {v2.LINK_SG}" in finding.fix.cli[0]
    assert terraform(finding.fix.terraform)["aws_apigatewayv2_vpc_link"]["subnet_ids"] == [f'"{SECOND}"']


def test_it_names_the_interfaces_that_carry_other_groups():
    (finding,) = w.findings(CHECK, interfaces(other_group()))
    assert "1 carry other groups" in finding.summary
    assert "sg-0other" in finding.citations[0].value
