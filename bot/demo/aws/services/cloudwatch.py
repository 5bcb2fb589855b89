"""Amazon CloudWatch metrics and alarms (monitoring 2010-08-01)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page, without_none
from bot.demo.aws.world import Region

_MOST_QUERIES = 500
_MOST_POINTS = 100_800
_METRICS_PER_PAGE = 500


def statistic(name: str, values: list[float]) -> float:
    """One statistic over raw samples; ``pNN`` is a percentile. AwsError for a statistic that does not exist."""
    simple = {
        "Average": sum(values) / len(values),
        "Maximum": max(values),
        "Minimum": min(values),
        "SampleCount": float(len(values)),
        "Sum": sum(values),
    }
    if name in simple:
        return simple[name]
    found = re.fullmatch(r"p(\d{1,2}(?:\.\d+)?|100)", name)
    if found is None:
        raise AwsError("ValidationError", f"The value {name} for parameter Stat is not supported.")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(float(found[1]) / 100 * len(ordered)) - 1)]


def series(region: Region, query: dict[str, Any], start: float, end: float) -> list[tuple[float, float]]:
    """Time (of the period's start) and value of each period that has samples, oldest first."""
    stat, metric = query["MetricStat"], query["MetricStat"]["Metric"]
    dimensions = frozenset((d["Name"], d["Value"]) for d in metric.get("Dimensions", []))
    samples = region.metrics.get((metric.get("Namespace", ""), metric["MetricName"], dimensions), [])
    period = int(stat["Period"])
    if period <= 0 or (period >= 60 and period % 60):
        raise AwsError("ValidationError", "The parameter Period must be a multiple of 60.")
    start = start // period * period
    buckets: dict[float, list[float]] = {}
    for at, value in samples:
        if start <= at < end:
            buckets.setdefault(at // period * period, []).append(value)
    return [(at, statistic(stat["Stat"], values)) for at, values in sorted(buckets.items())]


@operation("cloudwatch", "GetMetricData")
def get_metric_data(call: Call) -> Answer:
    """Metric values, for exactly the dimensions asked; expressions are not evaluated here and are refused."""
    queries = call["MetricDataQueries"]
    if len(queries) > _MOST_QUERIES:
        raise AwsError(
            "ValidationError", f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}."
        )
    if any("MetricStat" not in query for query in queries):
        raise AwsError("ValidationError", "The local AWS evaluates no metric expressions: ask for MetricStat.")
    start, end = (_seconds(call[name]) for name in ("StartTime", "EndTime"))
    if start >= end:
        raise AwsError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
    newest_first = call.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    points = []
    for number, query in enumerate(queries):
        found = series(call.region, query, start, end)
        points += [(number, at, value) for at, value in (reversed(found) if newest_first else found)]
    bad = AwsError("InvalidNextToken", "The token is not valid")
    size = int(call.get("MaxDatapoints", _MOST_POINTS))
    shown, token = page(points, call.get("NextToken"), size, bad)
    results = [_result(query, number, shown) for number, query in enumerate(queries) if query.get("ReturnData", True)]
    return without_none(MetricDataResults=results, Messages=[], NextToken=token)


def _result(query: dict[str, Any], number: int, points: list[tuple[int, float, float]]) -> Answer:
    own = [(at, value) for index, at, value in points if index == number]
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or query["MetricStat"]["Metric"]["MetricName"],
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in own],
        "Values": [value for _, value in own],
        "StatusCode": "Complete",
    }


def _seconds(value: datetime) -> float:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


@operation("cloudwatch", "DescribeAlarms")
def describe_alarms(call: Call) -> Answer:
    """Metric alarms (and composite ones when asked) by name, prefix or state."""
    names, prefix, state = call.get("AlarmNames", []), call.get("AlarmNamePrefix", ""), call.get("StateValue")
    types = call.get("AlarmTypes", ["MetricAlarm"])
    found = [
        alarm
        for alarm in call.region.all("alarm")
        if (not names or alarm["AlarmName"] in names)
        and alarm["AlarmName"].startswith(prefix)
        and state in {None, alarm["StateValue"]}
        and ("CompositeAlarm" if "AlarmRule" in alarm else "MetricAlarm") in types
    ]
    bad = AwsError("InvalidNextToken", "The token is not valid")
    shown, token = page(found, call.get("NextToken"), int(call.get("MaxRecords", 50)), bad)
    return without_none(
        MetricAlarms=[alarm for alarm in shown if "AlarmRule" not in alarm],
        CompositeAlarms=[alarm for alarm in shown if "AlarmRule" in alarm],
        NextToken=token,
    )


@operation("cloudwatch", "ListMetrics")
def list_metrics(call: Call) -> Answer:
    """The metrics that have samples, by namespace, name and dimensions."""
    wanted = [(d["Name"], d.get("Value")) for d in call.get("Dimensions", [])]
    found = []
    for namespace, name, dimensions in sorted(call.region.metrics, key=lambda key: (key[0], key[1], sorted(key[2]))):
        own = dict(dimensions)
        if call.get("Namespace") not in {None, namespace} or call.get("MetricName") not in {None, name}:
            continue
        if all(key in own and value in {None, own[key]} for key, value in wanted):
            shown = [{"Name": key, "Value": value} for key, value in sorted(dimensions)]
            found.append({"Namespace": namespace, "MetricName": name, "Dimensions": shown})
    bad = AwsError("InvalidParameterValue", "The token is not valid")
    metrics, token = page(found, call.get("NextToken"), _METRICS_PER_PAGE, bad)
    return without_none(Metrics=metrics, NextToken=token)
