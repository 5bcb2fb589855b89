"""The metrics of a load balancer beside the minutes in which the API's requests failed.

Sources: AWS: load-balancer-cloudwatch-metrics (network), api-gateway-metrics-and-dimensions. A counter that is
reported only when it is not zero counts as zero while there is traffic; with neither there is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.diagnosis import metrics
from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.failures import LOST_CONNECTION, minutes_of
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import Series
from bot.diagnosis.sources import METRIC
from bot.diagnosis.trends import Minutes, minutes_above

PERIOD = 60
TARGET_RESETS, BALANCER_RESETS = "TCP_Target_Reset_Count", "TCP_ELB_Reset_Count"
PORT_ERRORS = "PortAllocationErrorCount"
_FLOWS = "NewFlowCount_TCP"


@dataclass(frozen=True)
class Traffic:
    """When requests of the API came, and when they failed."""

    seen: Minutes
    """Minutes in which the API or the load balancer had traffic."""
    failing: Minutes
    """Minutes with a 5XX in the API's metric, or with a lost connection of this path in the log."""


def network_balancers(walk: Walk) -> Reached[BalancerHop]:
    """Return the network load balancers on the paths: only they count resets and ports."""
    reached = walk.balancers
    return Reached(tuple(x for x in reached.items if ":loadbalancer/net/" in x.arn), reached.gaps)


def counter(hop: BalancerHop, name: str) -> Series:
    """Return one of the load balancer's counters; raises `MissingEvidence` where it was not read."""
    return hop.evidence.get(METRIC, metrics.of_balancer(hop.arn)[name]) or Series()


def traffic(hop: BalancerHop, walk: Walk) -> Traffic:
    """Return when there was traffic and when it failed; raises `MissingEvidence` where the metrics were not read."""
    keys = metrics.of_api(hop.path.api, hop.path.stage.name)
    errors, requests = (hop.evidence.get(METRIC, keys[name]) or Series() for name in ("errors", "requests"))
    seen = minutes_above(requests) | minutes_above(counter(hop, _FLOWS))
    return Traffic(seen=seen, failing=minutes_above(errors) | minutes_of(walk, hop.path, LOST_CONNECTION))


def statistics_command(hop: BalancerHop, name: str, first: str, last: str) -> str:
    """Return the command that shows a counter between two times (ISO 8601, UTC)."""
    dimension = hop.arn.partition(":loadbalancer/")[2]
    return (
        f"aws cloudwatch get-metric-statistics --namespace AWS/NetworkELB --metric-name {name} --statistics Sum "
        f"--period {PERIOD} --dimensions Name=LoadBalancer,Value={dimension} --start-time {first} --end-time {last}"
    )


def name_of(hop: BalancerHop) -> str:
    """Return the load balancer's name."""
    return balancer_name(hop.arn)
