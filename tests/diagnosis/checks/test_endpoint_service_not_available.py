import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.resources import VpcLinkV1
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl

CHECK = by_code()["VPL-06"]
OTHER_NLB = w.NLB.replace("orders-nlb", "carts-nlb")
TWO = wl.with_routes(wl.private("GET", "/orders"), wl.private("GET", "/carts", connection_id="zz9qk2")).with_reads(
    {
        (s.VPC_LINK_V1.name, "zz9qk2"): VpcLinkV1(id="zz9qk2", status="AVAILABLE", target_arns=(OTHER_NLB,)),
        (s.ENDPOINT_SERVICES.name, OTHER_NLB): (),
    }
)


def state(text):
    return w.changed(s.ENDPOINT_SERVICES, w.NLB, (w.endpoint_service(service_state=text),))


NONE = w.changed(s.ENDPOINT_SERVICES, w.NLB, ())


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wl.second_generation(), [("not-applicable", "orders")], id="nothing there: second generation"),
        pytest.param(wl.other_protocol("HTTP", w.LINK), [("not-applicable", "orders")], id="v1 link in an HTTP API"),
        pytest.param(wl.link(target_arns=()), [("not-applicable", "orders")], id="link without load balancer"),
        pytest.param(w.healthy(), [("pass", w.SERVICE)], id="available"),
        pytest.param(state("available"), [("pass", w.SERVICE)], id="lower case"),
        pytest.param(state("Pending"), [("warn", w.SERVICE)], id="pending"),
        pytest.param(state("Deleting"), [("fail", w.SERVICE)], id="deleting"),
        pytest.param(state("Deleted"), [("fail", w.SERVICE)], id="deleted"),
        pytest.param(state("Failed"), [("fail", w.SERVICE)], id="failed"),
        pytest.param(state("Sleeping"), [("unknown", w.SERVICE)], id="a state that we do not know"),
        pytest.param(NONE, [("fail", w.LINK)], id="none"),
        pytest.param(wl.link(NONE, status="PENDING"), [("warn", w.LINK)], id="none yet: the link is pending"),
        pytest.param(TWO, [("fail", "zz9qk2"), ("pass", w.SERVICE)], id="several"),
        pytest.param(w.denied(s.ENDPOINT_SERVICES), [("unknown", w.NLB)], id="not readable"),
    ],
)
def test_endpoint_service_not_available(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    evidence = w.denied(s.ENDPOINT_SERVICES)
    assert w.actions_missing(CHECK, evidence) == {"ec2:DescribeVpcEndpointServiceConfigurations"}


def test_a_deleted_service_names_load_balancer_and_link_and_the_link_is_replaced():
    (finding,) = w.findings(CHECK, NONE)
    assert finding.summary == (
        "There is no endpoint service in front of orders-nlb: the one that VPC link v1lnk7 uses was deleted."
    )
    assert finding.fix.cli[0] == f"aws apigateway create-vpc-link --name orders-link --target-arns {w.NLB}"
    assert finding.citations[0].resource == w.NLB


def test_a_state_is_cited():
    (finding,) = w.findings(CHECK, state("Failed"))
    assert (finding.citations[0].field, finding.citations[0].value) == ("ServiceState", "Failed")


@pytest.mark.parametrize(
    ("evidence", "service"),
    [pytest.param(state("Failed"), w.SERVICE, id="failed"), pytest.param(NONE, "vpce-svc-new", id="deleted")],
)
def test_the_new_link_heals_the_model(evidence, service):
    (finding,) = w.findings(CHECK, evidence)
    healed = CHECK.repair(finding, w.Walk(evidence))
    assert w.judged(CHECK, healed) == [("pass", service)]
    assert w.judged(by_code()["VPL-07"], healed) == [("pass", service)]
