import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["NET-02"]
GROUP, KEY = "/vpc/flow", "8080//vpc/flow"
LONG_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id}"
)
E1 = "Execution failed due to configuration error: There was an internal error while executing your request"


def flow_log(**changes):
    return r.FlowLog(**{"flow_log_id": "fl-0f1", "flow_log_status": "ACTIVE", "log_group_name": GROUP, **changes})


def flow(source="10.20.1.20", destination="10.20.11.10", port=8080, count=3):
    return r.RejectedFlow(source=source, destination=destination, port=port, count=count)


def flows(*rejected, logs=None, evidence=None):
    """The VPC has this flow log, and it shows these records."""
    evidence = w.changed(s.FLOW_LOGS, w.VPC, (flow_log(),) if logs is None else logs, evidence)
    return w.changed(s.REJECTED_FLOWS, KEY, rejected, evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.GROUP)], id="nothing fails: no flow log was read"),
        pytest.param(flows(), [("pass", w.GROUP)], id="no refused packet"),
        pytest.param(flows(flow()), [("fail", w.GROUP)], id="refused from the load balancer"),
        pytest.param(flows(flow(), flow("10.20.2.20", "10.20.12.10")), [("fail", w.GROUP)], id="several: both targets"),
        pytest.param(flows(flow("10.20.50.5")), [("pass", w.GROUP)], id="refused from somebody else"),
        pytest.param(flows(flow(destination="10.20.50.5")), [("pass", w.GROUP)], id="refused to somebody else"),
        pytest.param(flows(flow(port=9999)), [("pass", w.GROUP)], id="refused on a port that nobody uses"),
        pytest.param(flows(flow("no address")), [("pass", w.GROUP)], id="a record that cannot be read"),
        pytest.param(flows(logs=()), [("unknown", w.GROUP)], id="no flow log"),
        pytest.param(flows(logs=(flow_log(log_group_name=""),)), [("unknown", w.GROUP)], id="flow log goes to S3"),
        pytest.param(flows(logs=(flow_log(traffic_type="ACCEPT"),)), [("unknown", w.GROUP)], id="accepted only"),
        pytest.param(flows(logs=(flow_log(flow_log_status="INACTIVE"),)), [("unknown", w.GROUP)], id="inactive"),
        pytest.param(
            flows(flow(), logs=(flow_log(log_format="${srcaddr} ${action}"),)), [("unknown", w.GROUP)], id="own format"
        ),
        pytest.param(
            flows(flow(), logs=(flow_log(log_format=LONG_FORMAT),)), [("fail", w.GROUP)], id="default format and more"
        ),
        pytest.param(w.denied(s.FLOW_LOGS, flows()), [("unknown", w.VPC)], id="flow logs not readable"),
        pytest.param(w.denied(s.REJECTED_FLOWS, flows()), [("unknown", KEY)], id="records not readable"),
        pytest.param(w.changed(s.BALANCER_INTERFACES, w.NLB, (), flows(flow())), [("unknown", w.GROUP)], id="no nodes"),
    ],
)
def test_flows_refused(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.FLOW_LOGS, flows())) == {"ec2:DescribeFlowLogs"}
    assert w.actions_missing(CHECK, w.denied(s.REJECTED_FLOWS, flows())) == {"logs:FilterLogEvents"}


def test_requests_that_keep_the_links_address_count_too():
    """A network load balancer in front of instances keeps the address of the link's interfaces."""
    assert w.judged(CHECK, flows(flow("10.20.21.30"), evidence=v2.rest_v2("nlb"))) == [("fail", w.GROUP)]
    assert w.judged(CHECK, flows(flow("10.20.21.31"), evidence=v2.rest_v2("nlb"))) == [("pass", w.GROUP)]


def test_a_fail_counts_and_cites_the_records():
    (finding,) = w.findings(CHECK, flows(flow(count=2), flow("10.20.2.20", "10.20.12.10", count=5)))
    assert finding.summary == (
        "Flow log fl-0f1 shows 7 refused flow(s) from orders-nlb (10.20.1.20, 10.20.2.20) to TCP 8080 of 10.20.11.10, "
        "10.20.12.10: a security group or a network ACL drops them."
    )
    assert [(c.resource, c.field, c.value) for c in finding.citations] == [
        (GROUP, "10.20.2.20 → 10.20.12.10:8080", "REJECT (5)"),
        (GROUP, "10.20.1.20 → 10.20.11.10:8080", "REJECT (2)"),
    ]
    assert finding.fix.cli[:2] == (
        "aws ec2 describe-security-groups --group-ids sg-0target",
        "aws ec2 describe-network-acls --filters "
        "Name=association.subnet-id,Values=subnet-0b1,subnet-0b2,subnet-0t1,subnet-0t2",
    )


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(w.denied(s.FLOW_LOGS, flows()), id="flow logs not readable"),
        pytest.param(flows(logs=()), id="no flow log"),
    ],
)
def test_missing_evidence_does_not_stand_in_the_way_of_a_healthy_path(evidence):
    assert report(evidence).verdict.state == "no-fault-found"


def test_with_a_failing_request_it_is_the_cause_that_is_seen():
    verdict = report(w.logged(E1, evidence=flows(flow()))).verdict
    assert [(c.check, c.confidence) for c in verdict.causes] == [("NET-02", "confirmed")]


def closed_ingress():
    return w.changed(s.SECURITY_GROUP, w.TARGET_SG, w.security_group(w.TARGET_SG), flows(flow()))


def closed_acl():
    evidence = flows(flow())
    denying = w.acl(w.entry(90, "deny", egress=False, ports=(8080, 8080)), acl_id="acl-0apps")
    for subnet in w.TARGET_SUBNETS:
        evidence = w.changed(s.NETWORK_ACL, subnet, denying, evidence)
    return evidence


@pytest.mark.parametrize(
    ("evidence", "cause"),
    [
        pytest.param(closed_ingress(), "SG-03", id="security group"),
        pytest.param(closed_acl(), "NACL-01", id="network ACL"),
    ],
)
def test_the_rule_that_refuses_is_the_cause_and_the_records_its_symptom(evidence, cause):
    (found,) = report(w.logged(E1, evidence=evidence)).verdict.causes
    assert (found.check, "NET-02" in found.symptoms) == (cause, True)
