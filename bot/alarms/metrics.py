"""The metrics of an alarm: of an SNS `Trigger`, an EventBridge `configuration`, or a row of DescribeAlarms.

All three say the same with other keys, so one reading does for all (keys are folded to lower case first).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.alarms.dimensions import read_dimensions
from bot.alarms.expressions import is_band, metric_in
from bot.alarms.model import Kind, Metric
from bot.alarms.names import account_id
from bot.alarms.values import folded, objects, text

_STATISTICS: Final = {
    name.upper(): name for name in ("Sum", "Average", "Minimum", "Maximum", "SampleCount")
}  # SNS writes them in capitals, the API does not
_LOG_KEYS: Final = frozenset({"loggroups", "querystring", "scheduledqueryconfiguration", "loggroupidentifiers"})


def read_metrics(value: object) -> tuple[Kind | None, tuple[Metric, ...]]:
    """Return what kind of alarm it is, and its metrics, those that it returns first."""
    fields = folded(value)
    queries = [folded(query) for query in objects(fields.get("metrics"))]
    if queries:
        return _of_queries(queries, band=bool(text(fields.get("thresholdmetricid"))))
    metric = _metric(fields, fields)
    if metric != Metric(period=metric.period):
        return "metric", (metric,)
    return ("log", ()) if fields.keys() & _LOG_KEYS else (None, ())


def is_log_alarm(value: object) -> bool:
    """Say whether an object has the keys of a log alarm (AWS: API_LogAlarm)."""
    return bool(folded(value).keys() & _LOG_KEYS)


def of_contributor(metrics: tuple[Metric, ...], attributes: object) -> tuple[Metric, ...]:
    """Complete the metrics of a query with the attributes of the series (the "contributor") that changed."""
    named = read_dimensions(attributes)
    return tuple(replace(metric, dimensions=(*metric.dimensions, *named)) for metric in metrics) if named else metrics


def _of_queries(queries: list[dict[str, object]], *, band: bool) -> tuple[Kind | None, tuple[Metric, ...]]:
    expressions = [written for query in queries if (written := text(query.get("expression")))]
    found: list[tuple[bool, Metric]] = []
    for query in queries:
        stat = folded(query.get("metricstat"))
        expression = text(query.get("expression"))
        metric = metric_in(expression) if expression else _metric(folded(stat.get("metric")), stat)
        if metric and (expression or metric.name or metric.namespace):
            account = account_id(query.get("accountid"))
            found.append((query.get("returndata") is not False, replace(metric, account=account)))
    ordered = [metric for returned in (True, False) for shown, metric in found if shown is returned]
    if band or any(is_band(expression) for expression in expressions):
        kind: Kind = "anomaly"
    else:
        kind = "math" if expressions else "metric"
    return kind, tuple(ordered)


def _metric(names: Mapping[str, object], stat: Mapping[str, object]) -> Metric:
    """Read a metric from where it is named, and from where its statistic and period stand."""
    statistic = text(stat.get("stat")) or text(stat.get("statistic")) or text(stat.get("extendedstatistic"))
    period = stat.get("period")
    return Metric(
        namespace=text(names.get("namespace")),
        name=text(names.get("metricname")) or text(names.get("name")),
        statistic=_STATISTICS.get(statistic.upper(), statistic) if statistic else None,
        dimensions=read_dimensions(names.get("dimensions")),
        period=period if isinstance(period, int) and not isinstance(period, bool) else None,
    )
