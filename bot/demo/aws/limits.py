"""AWS's own request limits as token buckets, per account and region (AWS: each service's quotas page)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.aws.protocols import ParsedCall


@dataclass
class _Bucket:
    size: float
    per_second: float
    level: float
    filled_at: float

    def take(self, now: float) -> bool:
        self.level = min(self.size, self.level + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


# EC2 gives these a smaller bucket when called without a filter, an id or a page size (AWS: ec2-api-throttling).
_EC2_COSTLY = frozenset({"DescribeInstances", "DescribeNetworkInterfaces", "DescribeSecurityGroups"})
_FILTER_LOG_EVENTS = {"us-east-1": 25.0, "eu-central-1": 5.0, "ca-west-1": 5.0, "il-central-1": 5.0}


def buckets(call: ParsedCall) -> list[tuple[str, float, float]]:
    """The buckets that a call draws from, each as name, size and refill per second."""
    name = f"{call.service}:{call.operation}"
    if call.service in {"apigateway", "apigatewayv2"}:
        own = [(name, 5.0, 2.5)] if call.operation == "GetResources" else []
        return [("apigateway", 40.0, 10.0), *own]
    if call.service == "elbv2":
        return [("elbv2", 40.0, 10.0)]
    if call.service == "ec2":
        costly = call.operation in _EC2_COSTLY and not call.parameters
        return [(name + ":unfiltered", 50.0, 10.0)] if costly else [(name, 100.0, 20.0)]
    if call.service == "logs":
        rate = _FILTER_LOG_EVENTS.get(call.region, 10.0) if call.operation == "FilterLogEvents" else 10.0
        return [(name, rate, rate)]
    rate = {"cloudwatch:GetMetricData": 500.0, "cloudwatch:ListMetrics": 25.0, "cloudtrail:LookupEvents": 2.0}.get(
        name, 10.0
    )
    return [(name, rate, rate)]


class Limits:
    """All buckets. Not safe for threads by itself: the caller holds a lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def admits(self, call: ParsedCall, account: str) -> bool:
        """Take one token from each bucket of the call; False when one of them is empty."""
        now = self._clock()
        admitted = True
        for name, size, per_second in buckets(call):
            key = (account, call.region, name)
            bucket = self._buckets.setdefault(key, _Bucket(size, per_second, size, now))
            admitted = bucket.take(now) and admitted
        return admitted
