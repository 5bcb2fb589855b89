"""Every fault on every path that can have it: what breaks shows in the configuration, in the log and in the metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.aws import World
from bot.demo.aws.faults import FAULTS, deployments, links, logging, network_acls, security_groups, targets, tls
from bot.demo.aws.flow_logs import enable_flow_log
from bot.demo.aws.topology import Topology, http_v2, rest_v1_nlb, rest_v2
from bot.demo.aws.traffic import Outcome, advance, record
from bot.demo.aws.traffic.lines import CUT_MARK

HIDES_LOGS = {name for name, fault in FAULTS.items() if fault.check.startswith("LOG-")}
LINE = re.compile(r"\([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\) \S.*", re.DOTALL)
# The signatures of AWS's execution log, one for each class of failure.
REASONS = re.compile(
    r"configuration error: (There was an internal error while executing your request"
    r"|Host name '\S+' does not match the certificate subject provided by the peer \(CN=\S+\)"
    r"|PKIX path (building|validation) failed: .+"
    r"|Unable to verify ECDH ServerKeyExchange signature|Invalid protocol version: .*"
    r"|Invalid Vpc Link id \S+ referenced in integration"
    r"|Unrecognized SSL message.*|Remote host terminated the handshake"
    r"|No match for output mapping and no default output mapping configured\. Endpoint Response Status Code: \d+)"
    r"|an internal error|an vpc link error|a timeout error"
    r"|a network error communicating with endpoint: Connection is closed",
    re.DOTALL,
)


# What these break, no read of the configuration shows: only the log and the metrics tell.
INVISIBLE = {
    "backend-answers-500",
    "backend-too-slow",
    "idle-connection-reset",
    "key-does-not-pair",
    "link-error-now-and-then",
    "ports-exhausted",
}


def configuration(resources: dict[Any, Any]) -> dict[Any, Any]:
    """What the configuration reads would show: everything but the traffic."""
    traffic = {"events", "outcomes"}
    return {kind: [{k: v for k, v in r.items() if k not in traffic} for r in each] for kind, each in resources.items()}


@pytest.fixture
def mended(broken: tuple[str, str], built: dict[str, Topology]) -> Iterator[Topology]:
    """The topology that a fault is applied to; whether the configuration changed is judged when it is put back."""
    topology = built[broken[1]]
    before = topology.world.snapshot()
    yield topology
    changed = [
        r for r in topology.world.regions() if configuration(r.resources) != configuration(before[r.account, r.name][0])
    ]
    topology.world.restore(before)
    assert bool(changed) == (broken[0] not in INVISIBLE)


def since(topology: Topology) -> float:
    return (topology.world.now - timedelta(minutes=12)).timestamp()


def messages(topology: Topology) -> list[str]:
    group = topology.region.find("log-group", logGroupName=topology.log_group)
    events = group["events"] if group else []
    return [str(event["message"]) for event in events if event["timestamp"] >= since(topology) * 1000]


def failures(topology: Topology) -> float:
    """The 5xx answers of the last minutes, by the API's metric."""
    key = frozenset([topology.metric_key, ("Stage", topology.stage)])
    name = topology.metric_names["5xx"]
    return sum(value for at, value in topology.region.metrics["AWS/ApiGateway", name, key] if at >= since(topology))


def test_a_fault_shows(broken: tuple[str, str], mended: Topology) -> None:
    fault, topology = FAULTS[broken[0]], mended
    fault.apply(topology)
    assert re.fullmatch(r"[A-Z]+-\d\d", fault.check)
    assert fault.summary.endswith(".")
    if fault.name in HIDES_LOGS:
        return
    outcomes: tuple[Outcome, ...] = topology.api["outcomes"]
    bad = [outcome for outcome in outcomes if outcome.status >= 400]
    assert bad
    assert (failures(topology) > 0) == any(outcome.status >= 500 for outcome in bad)
    lines = messages(topology)
    assert lines
    if topology.is_rest:
        assert all(LINE.fullmatch(line) for line in lines)
        reasons = [line.split("Execution failed due to ")[1] for line in lines if "Execution failed" in line]
        assert all(REASONS.fullmatch(reason) for reason in reasons)
        assert bool(reasons) == any(outcome.failure for outcome in bad)


def test_a_fault_refuses_a_path_that_cannot_have_it() -> None:
    with pytest.raises(ValueError, match="link-inactive does not fit orders, a rest-v1 topology"):
        links.link_inactive(rest_v1_nlb(World()))


def test_the_checks_along_the_path_have_faults() -> None:
    covered = {fault.check for fault in FAULTS.values()}
    assert {"VPL-01", "VPL-02", "VPL-03", "VPL-04", "VPL-06", "VPL-07"} <= covered
    assert {f"LB-0{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9)} <= covered
    assert {"TG-01", "SG-01", "SG-02", "SG-03", "SG-04", "NACL-01", "NACL-02"} <= covered
    assert {f"TLS-0{number}" for number in (1, 2, 3, 4, 5, 7, 8)} <= covered
    assert {"BE-02", "BE-03", "BE-04", "DEP-01", "DEP-02", "INT-01", "TMO-01", "LOG-01", "LOG-03", "LOG-04"} <= covered


def health(topology: Topology) -> set[tuple[str, str | None]]:
    found = [each["TargetHealth"] for each in topology.backend_group["Targets"]]
    return {(each["State"], each.get("Reason")) for each in found}


def test_a_closed_server_fails_its_health_checks() -> None:
    topology = rest_v1_nlb(World())
    security_groups.target_security_group_closed(topology)
    assert health(topology) == {("unhealthy", "Target.FailedHealthChecks")}


def test_behind_an_alb_the_check_times_out_and_the_alb_answers() -> None:
    topology = rest_v2(World())
    security_groups.target_security_group_closed(topology)
    assert health(topology) == {("unhealthy", "Target.Timeout")}
    assert any("Received response. Status: 504" in line for line in messages(topology))


def test_targets_look_healthy_where_only_the_health_port_is_open() -> None:
    topology = rest_v1_nlb(World())
    targets.only_health_port_open(topology)
    assert health(topology) == {("healthy", None)}
    assert failures(topology) > 0


def test_four_legs_and_each_denies_on_its_own_side() -> None:
    legs = {}
    for fault in (
        network_acls.acl_denies_out_of_balancer,
        network_acls.acl_denies_into_targets,
        network_acls.acl_denies_out_of_targets,
        network_acls.acl_denies_into_balancer,
    ):
        topology = rest_v1_nlb(World())
        fault(topology)
        (acl,) = [each for each in topology.region.all("network-acl") if not each["IsDefault"]]
        (denied,) = [e for e in acl["Entries"] if e["RuleAction"] == "deny" and e["RuleNumber"] != 32767]
        side = "targets" if acl["Associations"][0]["SubnetId"] in topology.network.target_subnets else "balancer"
        legs[side, "out" if denied["Egress"] else "in"] = denied["PortRange"]
    assert legs == {
        ("balancer", "out"): {"From": 8080, "To": 8080},
        ("targets", "in"): {"From": 8080, "To": 8080},
        ("targets", "out"): {"From": 1024, "To": 65535},
        ("balancer", "in"): {"From": 1024, "To": 65535},
    }


def test_a_subnet_has_one_acl_at_a_time() -> None:
    topology = rest_v1_nlb(World())
    network_acls.acl_allows_nothing(topology)
    owners = [a["SubnetId"] for acl in topology.region.all("network-acl") for a in acl["Associations"]]
    assert sorted(owners) == sorted(each["SubnetId"] for each in topology.region.all("subnet"))


def test_an_undeployed_correction_is_in_the_draft_alone() -> None:
    topology = rest_v1_nlb(World())
    deployments.change_not_deployed(topology)
    wanted = topology.stage_resource["deploymentId"]
    deployed = topology.region.get("deployment", id=wanted)["resources"][1]["resourceMethods"]["ANY"]
    assert topology.integration["uri"] == "http://orders.internal.example.com/{proxy}"
    assert deployed["methodIntegration"]["uri"] == "http://orders.internal.example.com:8081/{proxy}"


def test_one_request_in_ten_goes_to_the_canary() -> None:
    topology = rest_v1_nlb(World())
    deployments.canary_broken(topology)
    assert failures(topology) == 4
    canary = topology.region.get("log-group", logGroupName=f"{topology.log_group}/Canary")
    assert sum("Invalid Vpc Link id" in event["message"] for event in canary["events"]) == 4


def test_the_wrong_certificate_is_served_by_the_listener() -> None:
    topology = rest_v1_nlb(World(), "users", scheme="https", listener="TLS")
    tls.certificate_names_another_host(topology)
    arn = topology.listener["Certificates"][0]["CertificateArn"]
    assert topology.region.get("certificate", CertificateArn=arn)["DomainName"] == "users.example.org"
    said = "Host name 'users.internal.example.com' does not match the certificate subject provided by the peer"
    assert any(f"{said} (CN=users.example.org)" in line for line in messages(topology))


@pytest.mark.parametrize("first", ["log", "other"])
def test_hidden_logs_stay_hidden_in_either_order(first: str) -> None:
    topology = rest_v1_nlb(World())
    steps = [logging.logging_off, security_groups.target_security_group_closed]
    for step in steps if first == "log" else reversed(steps):
        step(topology)
    assert messages(topology) == []
    assert failures(topology) > 0


def test_level_error_leaves_the_failure_line_alone() -> None:
    topology = rest_v1_nlb(World())
    security_groups.target_security_group_closed(topology)
    logging.logging_errors_only(topology)
    assert messages(topology)
    assert all("Execution failed due to" in line for line in messages(topology))


def test_delivered_logs_are_json_in_another_group() -> None:
    topology = rest_v1_nlb(World())
    logging.log_delivered_to_other_group(topology)
    links.endpoint_connection_rejected(topology)
    delivered = topology.region.get("log-group", logGroupName="/delivered/orders")["events"]
    assert any('"payload": "Execution failed due to' in event["message"] for event in delivered)
    assert messages(topology) == []


def test_access_log_of_an_http_api_tells_the_failure() -> None:
    topology = http_v2(World())
    links.link_inactive(topology)
    (line, *_) = messages(topology)
    assert '"status": "503"' in line
    assert '"integrationErrorMessage": "INTEGRATION_NETWORK_FAILURE"' in line
    assert '"integrationStatus": "-"' in line


def test_a_flow_log_shows_the_rejected_packets() -> None:
    topology = rest_v1_nlb(World())
    group = enable_flow_log(topology)
    security_groups.target_security_group_closed(topology)
    records = [each["message"] for each in topology.region.get("log-group", logGroupName=group)["events"]]
    assert len(records) == 24
    assert all(re.fullmatch(r"2 \d{12} eni-\w+ 10\.\S+ 10\.\S+ \d+ 8080 6 3 180 \d+ \d+ REJECT OK", r) for r in records)


def test_requests_go_on_as_they_are() -> None:
    topology = rest_v1_nlb(World())
    links.link_failed(topology)
    later = topology.world.now + timedelta(minutes=5)
    request_id = advance(topology, later)
    lines = [e["message"] for e in topology.region.get("log-group", logGroupName=topology.log_group)["events"]]
    assert [line.split(") ")[1] for line in lines if request_id in line][-1] == "Method completed with status: 500"


def test_a_long_line_is_cut_as_aws_cuts_it() -> None:
    topology = rest_v1_nlb(World())
    topology.stage_resource["methodSettings"]["*/*"]["dataTraceEnabled"] = True
    reason = "configuration error: " + "é" * 1200
    request_id = record(topology, topology.world.now, Outcome(status=500, failure=reason, backend_status=None))
    lines = [e["message"] for e in topology.region.get("log-group", logGroupName=topology.log_group)["events"]]
    (cut,) = [line for line in lines if request_id in line and "Execution failed" in line]
    assert cut.endswith(CUT_MARK)
    assert len(cut.encode()) <= 1024
    assert any("Endpoint request headers: {x-amzn-apigateway-api-id=" in line for line in lines)
