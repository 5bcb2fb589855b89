from datetime import timedelta

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["VPL-07"]
OTHER = "444455556666"


def connections(*found, evidence=None):
    return w.changed(s.ENDPOINT_CONNECTIONS, w.SERVICE, found, evidence)


def state(text):
    return connections(w.connection(text))


def aged(text, days, endpoint):
    return w.connection(text, creation_timestamp=w.NOW - timedelta(days=days), vpc_endpoint_id=endpoint)


def elsewhere(*states):
    """In a region whose API Gateway account AWS does not publish."""
    found = tuple(w.connection(x, vpc_endpoint_owner=OTHER, vpc_endpoint_id=f"vpce-0{i}") for i, x in enumerate(states))
    return connections(*found, evidence=w.healthy(region="ap-southeast-4"))


NO_SERVICE = w.changed(s.ENDPOINT_SERVICES, w.NLB, ())


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(w.healthy(), "pass", id="available"),
        pytest.param(state("Available"), "pass", id="case does not matter"),
        pytest.param(state("pending"), "warn", id="pending"),
        pytest.param(state("partial"), "warn", id="partial"),
        pytest.param(state("pendingAcceptance"), "fail", id="pendingAcceptance"),
        pytest.param(state("PendingAcceptance"), "fail", id="PendingAcceptance"),
        pytest.param(state("rejected"), "fail", id="rejected"),
        pytest.param(state("failed"), "fail", id="failed"),
        pytest.param(state("expired"), "fail", id="expired"),
        pytest.param(state("deleting"), "fail", id="deleting"),
        pytest.param(state("deleted"), "fail", id="deleted"),
        pytest.param(state("dreaming"), "unknown", id="a state that we do not know"),
        pytest.param(connections(), "fail", id="none at all"),
        pytest.param(
            connections(w.connection("available", vpc_endpoint_owner=OTHER)), "fail", id="only another consumer's"
        ),
        pytest.param(
            connections(w.connection("rejected", vpc_endpoint_owner=OTHER), w.connection("available")),
            "pass",
            id="another consumer's rejected one does not matter",
        ),
        pytest.param(
            connections(aged("rejected", 80, "vpce-0old"), aged("available", 2, "vpce-0new")),
            "pass",
            id="newest counts",
        ),
        pytest.param(
            connections(aged("available", 80, "vpce-0old"), aged("rejected", 2, "vpce-0new")),
            "fail",
            id="an older available one does not count",
        ),
        pytest.param(wl.link(connections(), status="PENDING"), "warn", id="none yet: the link is pending"),
        pytest.param(elsewhere("available"), "pass", id="unknown account: one, available"),
        pytest.param(elsewhere("available", "available"), "pass", id="unknown account: all available"),
        pytest.param(elsewhere("rejected", "deleted"), "fail", id="unknown account: none can serve"),
        pytest.param(elsewhere("available", "rejected"), "unknown", id="unknown account: which one is it?"),
        pytest.param(elsewhere(), "fail", id="unknown account: none at all"),
        pytest.param(w.denied(s.ENDPOINT_CONNECTIONS), "unknown", id="not readable"),
    ],
)
def test_endpoint_connection_not_available(evidence, status):
    assert w.judged(CHECK, evidence) == [(status, w.SERVICE)]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wl.second_generation(), [("not-applicable", "orders")], id="nothing there: second generation"),
        pytest.param(NO_SERVICE, [("not-applicable", w.LINK)], id="no service"),
        pytest.param(w.denied(s.ENDPOINT_SERVICES), [("unknown", w.NLB)], id="services not readable"),
    ],
)
def test_without_a_service_there_is_no_connection_to_judge(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    evidence = w.denied(s.ENDPOINT_CONNECTIONS)
    assert w.actions_missing(CHECK, evidence) == {"ec2:DescribeVpcEndpointConnections"}


def test_several_links_with_the_same_service_say_it_for_each_path():
    routes = wl.private("GET", "/orders"), wl.private("GET", "/carts", uri="http://carts.example.com/")
    evidence = connections(w.connection("rejected"), evidence=wl.with_routes(*routes))
    assert [f.paths for f in w.findings(CHECK, evidence)] == [(0,), (1,)]


def test_a_rejected_connection_is_accepted():
    (finding,) = w.findings(CHECK, state("rejected"))
    assert finding.summary == "API Gateway's connection vpce-0c1 to endpoint service vpce-svc-0d1 is rejected."
    assert (finding.citations[0].field, finding.citations[0].value) == ("vpce-0c1.VpcEndpointState", "rejected")
    assert finding.fix.cli == (
        "aws ec2 accept-vpc-endpoint-connections --service-id vpce-svc-0d1 --vpc-endpoint-ids vpce-0c1",
    )


@pytest.mark.parametrize("gone", ["deleted", "expired", "failed"])
def test_what_cannot_be_accepted_any_more_takes_a_new_link(gone):
    (finding,) = w.findings(CHECK, state(gone))
    assert finding.fix.cli[0].startswith("aws apigateway create-vpc-link")


@pytest.mark.parametrize(
    "evidence",
    [state("rejected"), elsewhere("rejected", "deleted"), connections()],
    ids=["ours", "any of them", "none"],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.SERVICE)]


def test_the_code_accepts_the_connection_and_cloudformation_cannot():
    (finding,) = w.findings(CHECK, state("rejected"))
    assert terraform(finding.fix.terraform) == {
        "aws_vpc_endpoint_connection_accepter": {
            "vpc_endpoint_service_id": f'"{w.SERVICE}"',
            "vpc_endpoint_id": '"vpce-0c1"',
        }
    }
    assert cloudformation(finding.fix.cloudformation) == {}
