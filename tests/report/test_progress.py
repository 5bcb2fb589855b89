import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Gap, GapReason
from bot.diagnosis.sources import SOURCES
from bot.report.progress import STATIONS, station_of, steps
from tests.diagnosis import worlds as w


def states(evidence, pending=()):
    return {step.id: step.state for step in steps(evidence, pending)}


def test_nothing_read_yet():
    assert states(None) == {
        "api": "in_progress",
        "link": "pending",
        "balancer": "pending",
        "targets": "pending",
        "network": "pending",
        "logs": "pending",
        "metrics": "pending",
    }


def test_stations_tick_off_and_say_what_is_being_read():
    evidence = Evidence(
        request=w.request(),
        at=w.NOW,
        reads={key: value for key, value in w.healthy().reads.items() if station_of(key[0]) in {"api", "link"}},
    )
    found = {step.id: step for step in steps(evidence, {("load-balancer", w.NLB), ("execution-log", w.LOG_GROUP)})}
    assert found["api"].state == found["link"].state == "complete"
    assert (
        found["link"].title == "VPC link orders-link (v1) AVAILABLE · endpoint service Available, connection available"
    )
    assert found["balancer"].state == "in_progress"
    assert found["balancer"].reading == "reading elasticloadbalancing:DescribeLoadBalancers"
    assert found["logs"].reading == "reading logs:FilterLogEvents"
    assert found["targets"].state == "pending"


def test_a_station_of_which_nothing_could_be_read_is_marked():
    refused = Gap(action="elasticloadbalancing:DescribeTargetHealth", resource="x", reason=GapReason.ACCESS_DENIED)
    gaps = {key: refused for key in w.healthy().reads if station_of(key[0]) == "targets"}
    assert states(w.healthy().with_reads(gaps))["targets"] == "error"
    assert states(w.denied(s.TARGET_HEALTH))["targets"] == "complete"


def test_many_reads_are_counted():
    pending = {(name, "x") for name in ("subnet", "security-group", "network-acl", "prefix-list", "route-table")}
    (network,) = [step for step in steps(w.healthy(), pending) if step.id == "network"]
    assert network.reading.endswith("+1 more")


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_every_source_of_evidence_has_a_station(source):
    assert station_of(source) in {station for station, _, _ in STATIONS}
