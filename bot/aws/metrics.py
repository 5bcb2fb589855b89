"""Metrics: one GetMetricData call for every series that is wanted, for it is billed by the series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.evidence import Outcome

PERIOD = 60
WINDOW = timedelta(hours=3)
"""Long enough to hold a quiet time before the failure to compare with."""


def series(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read series by key (see `bot.diagnosis.metrics`)."""
    names = {f"s{i}": key for i, key in enumerate(keys)}
    start = context.at - max(WINDOW, timedelta(minutes=context.request.since_minutes))
    points: dict[str, dict[int, float]] = {key: {} for key in keys}
    pages = context.calls.pages(
        "cloudwatch",
        "get_metric_data",
        MetricDataQueries=[_query(name, key) for name, key in names.items()],
        StartTime=start.replace(second=0, microsecond=0),
        EndTime=context.at + timedelta(minutes=1),
        ScanBy="TimestampAscending",
    )
    for page in pages:
        for result in page.get("MetricDataResults") or []:
            key = names.get(result.get("Id", ""), "")
            pairs = zip(result.get("Timestamps") or [], result.get("Values") or [], strict=False)
            points.get(key, {}).update({int(at.timestamp()): float(value) for at, value in pairs})
    return {key: r.Series(points=tuple(sorted(points[key].items()))) for key in keys}


def _query(name: str, key: str) -> dict[str, Any]:
    namespace, metric, statistic, *dimensions = key.split("|")
    pairs = [dimension.partition("=") for dimension in dimensions]
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": n, "Value": v} for n, _, v in pairs],
            },
            "Period": PERIOD,
            "Stat": statistic,
        },
        "ReturnData": True,
    }
