"""Metrics that stand in an expression only: SEARCH and Metrics Insights.

AWS: "Use search expressions in graphs" and "Query components and syntax" of CloudWatch Metrics Insights.
"""

from __future__ import annotations

import re
from typing import Final

from bot.alarms.model import Metric

_LONGEST: Final = 4_096
_BAND: Final = re.compile(r"\s*ANOMALY_DETECTION_BAND\s*\(", re.IGNORECASE)
_SELECT: Final = re.compile(
    r"\bSELECT\s{1,20}(\w{2,20})\s{0,20}\(\s{0,20}\"?([^\s\")]{1,255})\"?\s{0,20}\)", re.IGNORECASE
)
_FROM: Final = re.compile(r"\bFROM\s{1,20}(?:SCHEMA\s{0,20}\(\s{0,20})?\"?([^\s\",)]{1,255})", re.IGNORECASE)
_WHERE: Final = re.compile(r"\"?([A-Za-z]\w{0,254})\"?\s{0,20}=\s{0,20}'([^'\n]{1,1024})'")
_SCHEMA: Final = re.compile(r"\{\s{0,20}\"?([^\s\",{}]{1,255})")
_METRIC_NAME: Final = re.compile(r"MetricName\s{0,20}=\s{0,20}\\?\"?([\w.-]{1,255})", re.IGNORECASE)
_SEARCHED: Final = re.compile(r"\b(ApiName|ApiId|Stage|Resource|Method)\s{0,20}=\s{0,20}\\?\"?([^\s\"'\\)]{1,1024})")
_READS_METRICS: Final = re.compile(r"\b(?:SEARCH\s{0,20}\(|SELECT\s)", re.IGNORECASE)


def is_band(expression: str) -> bool:
    """Say whether the expression is the band of an anomaly alarm."""
    return bool(_BAND.match(expression[:_LONGEST]))


def metric_in(expression: str) -> Metric | None:
    """Return the metric that an expression fetches by itself, with what it says of it; None if it fetches none."""
    expression = expression[:_LONGEST]
    if not _READS_METRICS.search(expression):
        return None
    if select := _SELECT.search(expression):
        origin = _FROM.search(expression)
        conditions = expression[origin.end() :] if origin else ""
        dimensions = tuple(_WHERE.findall(conditions))
        return Metric(origin[1] if origin else None, select[2], select[1].capitalize(), dimensions)
    schema, name = _SCHEMA.search(expression), _METRIC_NAME.search(expression)
    return Metric(schema[1] if schema else None, name[1] if name else None, None, tuple(_SEARCHED.findall(expression)))
