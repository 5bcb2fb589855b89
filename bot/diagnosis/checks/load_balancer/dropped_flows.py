"""The flows that a load balancer's security groups dropped, as further evidence.

Source: AWS: load-balancer-cloudwatch-metrics (network).
"""

from __future__ import annotations

from bot.diagnosis import metrics
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Citation
from bot.diagnosis.sources import METRIC


def dropped_flows(balancer: BalancerHop, metric: str) -> tuple[Citation, ...]:
    """Cite a metric of a load balancer where it shows something; unreadable or silent, it changes no judgement."""
    try:
        series = balancer.evidence.get(METRIC, metrics.of_balancer(balancer.arn).get(metric, ""))
    except MissingEvidence:
        return ()
    if series is None or series.total <= 0:
        return ()
    return (Citation(source=METRIC.call, resource=balancer.arn, field=metric, value=f"{series.total:g}"),)
