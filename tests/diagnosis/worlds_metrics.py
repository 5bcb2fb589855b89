"""Evidence with metrics: every series of the path was read, and each value stands so many minutes before NOW."""

from __future__ import annotations

from collections.abc import Mapping

from bot.diagnosis import metrics
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import Series
from tests.diagnosis import worlds as w

Minutes = Mapping[int, float]
"""Minutes before NOW → value."""
HOURS = range(1, 181)


def minute(before: int) -> int:
    """The start of the minute that is so many minutes before NOW, in seconds since the epoch."""
    return int(w.NOW.timestamp()) // 60 * 60 - 60 * before


def series(values: Minutes) -> Series:
    return Series(points=tuple(sorted((minute(before), value) for before, value in values.items())))


def steady(value: float = 20.0) -> Minutes:
    """The same value in every minute of the last three hours."""
    return dict.fromkeys(HOURS, value)


def measured(evidence: Evidence | None = None, **values: Minutes) -> Evidence:
    """… with the API's `errors`, `requests`, `latency` and the balancers' and groups' counters by metric name."""
    evidence = evidence or w.healthy()
    walk = Walk(evidence)
    named = [metrics.of_api(walk.api, walk.request.stage)]
    named += [metrics.of_balancer(hop.arn) for hop in walk.balancers.items]
    named += [metrics.of_target_group(hop.balancer.arn, hop.arn) for hop in walk.target_groups.items]
    reads = {(s.METRIC.name, key): series(values.get(name, {})) for keys in named for name, key in keys.items()}
    assert set(values) <= {name for keys in named for name in keys}, "a metric that no station of this path has"
    return evidence.with_reads(reads)
