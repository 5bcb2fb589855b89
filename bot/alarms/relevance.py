"""Is an alarm about the failures that this project explains: 5xx or latency of API Gateway?

AWS: "Amazon API Gateway dimensions and metrics" (REST) and "Monitor WebSocket and HTTP APIs with CloudWatch metrics".
Names of alarms say nothing: people call the alarm of a load balancer "API 5xx" too.
"""

from __future__ import annotations

from typing import Final

from bot.alarms.dimensions import API_GATEWAY
from bot.alarms.model import Kind, Metric

RELEVANT_METRICS: Final = frozenset({"5XXError", "5xx", "Latency", "IntegrationLatency"})
_FOLDED: Final = {name.lower() for name in RELEVANT_METRICS}


def relevance(kind: Kind | None, metrics: tuple[Metric, ...]) -> bool | None:
    """Return True if any metric is such a one, False if all are known to be others, else None."""
    if kind == "log":
        return False
    verdicts = [metric_relevance(metric) for metric in metrics]
    if True in verdicts:
        return True
    return None if None in verdicts or not verdicts else False


def metric_relevance(metric: Metric) -> bool | None:
    """Judge one metric. A name alone may not tell: AWS/AppSync has a 5XXError and a Latency as well."""
    name = metric.name.lower() if metric.name else None
    if metric.namespace is not None:
        if metric.namespace != API_GATEWAY:
            return False
        return name in _FOLDED if name else None
    if name is None or "5xx" in name or "latency" in name:
        return None
    return False
