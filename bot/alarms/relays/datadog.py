"""Datadog's monitors: a title that begins with the transition, `Triggered: name` or `[P1] [Recovered] name`.

They are no CloudWatch alarms, so DescribeAlarms does not know them. A metric shown as `aws.apigateway.5xxerror` is API
Gateway's (Datadog: "Amazon API Gateway" integration, data collected), and its tags name the API.
"""

from __future__ import annotations

import re
from typing import Final

from bot.alarms.card import Card
from bot.alarms.dimensions import API_GATEWAY
from bot.alarms.draft import Draft
from bot.alarms.model import Metric
from bot.alarms.states import State

_TITLE: Final = re.compile(
    r"[^A-Za-z\[]{0,20}(?:\[P\d\] ?)?\[?(?:Re-?)?(?P<transition>Triggered|Alert|Warn(?:ed|ing)?|No ?Data|Recovered)"
    r"(?: on \{[^}\n]{0,300}\})?\]?:? +(?P<name>\S.{0,600})",
    re.IGNORECASE,
)
_STATES: Final[dict[str, State]] = {
    "triggered": "ALARM", "alert": "ALARM", "warn": "ALARM", "warned": "ALARM", "warning": "ALARM",
    "nodata": "INSUFFICIENT_DATA", "recovered": "OK",
}  # fmt: skip
_METRIC: Final = re.compile(r"\b(?:avg|sum|min|max|p\d\d):(?P<metric>[a-z][\w.]{2,200})\{(?P<scope>[^}\n]{0,600})\}")
_API_GATEWAY: Final = re.compile(
    r"\baws\.apigateway\.(?P<metric>5xxerror|4xxerror|5xx|4xx|integration_latency|latency|count)\b"
)
_NAMES: Final = {
    "5xxerror": "5XXError", "4xxerror": "4XXError", "5xx": "5xx", "4xx": "4xx", "count": "Count",
    "latency": "Latency", "integration_latency": "IntegrationLatency",
}  # fmt: skip
_TAGS: Final = {"apiname": "ApiName", "apiid": "ApiId", "stage": "Stage", "resource": "Resource", "method": "Method"}
_TAG: Final = re.compile(r"\b(apiname|apiid|stage|resource|method):([^\s,}]{1,255})")


def parse(card: Card) -> Draft | None:
    """Read a message of Datadog's."""
    if not card.sent_by("datadog") and not any("datadoghq." in link or "ddog-gov.com" in link for link in card.links):
        return None
    match = next((match for line in card.lines if (match := _TITLE.fullmatch(line))), None)
    if match is None:
        return None
    shown = "\n".join(card.texts)[:20_000]
    return Draft(
        source="datadog",
        name=match["name"].strip(),
        state=_STATES[re.sub(r"[ -]", "", match["transition"].lower())],
        reason=next((text.strip() for text in card.texts if match["name"] not in text), None),
        metrics=_metrics(shown),
    )


def _metrics(text: str) -> tuple[Metric, ...]:
    """Return the metrics that the monitor's text shows; API Gateway's by their CloudWatch names."""
    if match := _API_GATEWAY.search(text):
        tags = tuple((_TAGS[tag], value) for tag, value in _TAG.findall(text[match.end() : match.end() + 700]))
        return (Metric(API_GATEWAY, _NAMES[match["metric"]], None, tags),)
    return tuple(Metric(None, match["metric"]) for match in _METRIC.finditer(text))
