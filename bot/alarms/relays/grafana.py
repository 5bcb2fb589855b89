"""Grafana's and Alertmanager's alerts: `[FIRING:1] name (labels)`, and `[Alerting] name` of Grafana before version 8.

Grafana: "Configure Slack for Alerting", default templates: the title joins the values of the grouping labels, so only
the `alertname` label tells the rule's name for certain.
"""

from __future__ import annotations

import re
from typing import Final

from bot.alarms.card import Card
from bot.alarms.dimensions import API_DIMENSIONS
from bot.alarms.draft import Draft
from bot.alarms.model import AlarmSource, Metric
from bot.alarms.states import State

_TITLE: Final = re.compile(
    r"\[(?P<status>FIRING|RESOLVED|Alerting|OK|No Data|Pending)(?P<count>:\d{1,6})?"
    r"(?:, (?:FIRING|RESOLVED):\d{1,6})?\] *(?P<rest>.{0,600})"
)
_STATES: Final[dict[str, State]] = {
    "FIRING": "ALARM", "Alerting": "ALARM", "Pending": "ALARM",
    "RESOLVED": "OK", "OK": "OK", "No Data": "INSUFFICIENT_DATA",
}  # fmt: skip
_LABEL: Final = re.compile(
    r"^[ \t]{0,8}[-•][ \t]{1,4}[*`]{0,2}(?P<name>\w{1,255})[*`]{0,2}(?: = |: ?)[`\"]?(?P<value>[^`\"\n]{1,1024})",
    re.MULTILINE,
)
_GROUP: Final = re.compile(r"(?P<name>.*\S)\s+\((?P<labels>[^()]*)\)")


def parse(card: Card) -> Draft | None:
    """Read a message whose title has such a status."""
    by_grafana = card.sent_by("grafana") or any("grafana" in link for link in card.links)
    match = _title(card, by_grafana=by_grafana)
    if match is None:
        return None
    source: AlarmSource = "grafana" if by_grafana or match["status"] not in {"FIRING", "RESOLVED"} else "alertmanager"
    text = "\n".join(card.texts)[:20_000]
    labels = {found["name"]: found["value"].strip() for found in reversed(list(_LABEL.finditer(text)))}
    name = labels.get("alertname") or _name(match["rest"])
    if not name:
        return None
    return Draft(
        source=source,
        name=name,
        state=_STATES[match["status"]],
        description=labels.get("description") or labels.get("summary"),
        region=labels.get("Region") or labels.get("region"),
        metrics=metrics_of_labels(labels),
    )


def _title(card: Card, *, by_grafana: bool) -> re.Match[str] | None:
    """Return the first such status. In other people's text only `[FIRING:1]` is one: anybody may write `[OK] done`."""
    for line in card.lines:
        match = _TITLE.search(line)
        headline = match and match["status"] in {"FIRING", "RESOLVED"} and line in card.titles
        if match and (by_grafana or headline or match["count"]):
            return match
    return None


def _name(rest: str) -> str:
    """Return the title without the labels that all alerts share, unless they are all there is."""
    rest = rest.strip()
    if match := _GROUP.fullmatch(rest):
        return match["name"]
    return rest.strip("()")


def metrics_of_labels(labels: dict[str, str]) -> tuple[Metric, ...]:
    """The CloudWatch data source labels its series with dimensions; some rules add namespace and metric."""
    dimensions = tuple((name, value) for name, value in labels.items() if name in API_DIMENSIONS)
    namespace = labels.get("Namespace") or labels.get("namespace")
    metric = Metric(
        namespace if namespace and "/" in namespace else None,  # in Kubernetes, a namespace is something else
        labels.get("MetricName"),
        labels.get("Stat"),
        dimensions if any(name in {"ApiName", "ApiId"} for name, _ in dimensions) else (),
    )
    return (metric,) if metric != Metric() else ()
