"""Facts that any relay's card may show under labels of its own choice: one reading for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.alarms.card import Card, says_something
from bot.alarms.dimensions import API_DIMENSIONS, written_dimensions
from bot.alarms.draft import Draft
from bot.alarms.model import Dimensions, Metric
from bot.alarms.names import AlarmLink, account_id, alarm_link, arn_in, arn_parts
from bot.alarms.slack_text import bare
from bot.alarms.states import STATE_WORD, State, change_of
from bot.alarms.times import moment

_REASON: Final = re.compile(
    r"(?:Thresholds? Crossed|Insufficient Data|Unchecked)\b.{0,2000}"
    rf"|arn:aws\S{{1,600}} transitioned to {STATE_WORD}.{{0,200}}"
)
_REASON_LINE: Final = re.compile(r"^(?:Thresholds? Crossed|Insufficient Data|Unchecked)\b", re.MULTILINE)
_DESCRIPTION_LABELS: Final = ("alarm description", "description", "alarmdescription")
_REASON_LABELS: Final = (
    "reason for state change",
    "alarm reason",
    "reason",
    "state reason",
    "new state reason",
    "newstatereason",
)
_NEW_STATE_LABELS: Final = (
    "new state",
    "current state",
    "alarm state",
    "newstatevalue",
    "state",
    "status",
    "alarm status",
    "new status",
)
_OLD_STATE_LABELS: Final = ("old state", "previous state", "oldstatevalue", "old status", "previous status")
_CHANGE_LABELS: Final = ("state change", "state transition", "transition", *_NEW_STATE_LABELS)
_TIME_LABELS: Final = ("timestamp", "state change time", "statechangetime", "time", "changed at", "date")
_ACCOUNT_LABELS: Final = ("aws account", "account", "account id", "aws account id", "awsaccountid")
_NAMESPACE_LABELS: Final = ("metricnamespace", "namespace", "metric namespace")
_METRIC_LABELS: Final = ("metricname", "metric name", "metric")
_NAMESPACED: Final = re.compile(r"(?P<namespace>AWS/\w{1,60})[\s/:.-]{1,3}(?P<name>[\w.-]{1,255})")


@dataclass(frozen=True, slots=True)
class States:
    """A card's states, as far as its labels give them."""

    previous: State | None
    now: State | None


def states_of(card: Card) -> States:
    """Read the labelled states; `OK -> ALARM` under one label gives both."""
    for label in _CHANGE_LABELS:
        previous, now = change_of(card.value(label))
        if now:
            return States(previous or change_of(card.value(*_OLD_STATE_LABELS))[1], now)
    return States(change_of(card.value(*_OLD_STATE_LABELS))[1], None)


def reason_of(card: Card) -> str | None:
    """Return the labelled reason, or the text that begins as CloudWatch's reasons do."""
    if reason := card.value(*_REASON_LABELS):
        return reason
    for text in card.texts:
        if match := _REASON.search(text[:20_000]):
            return bare(match[0].rstrip("*` "))
    return None


def description_of(card: Card) -> str | None:
    """Return the labelled description; some relays print the reason right below it."""
    described = card.value(*_DESCRIPTION_LABELS)
    return _REASON_LINE.split(described, maxsplit=1)[0].strip() or None if described else None


def link_of(card: Card) -> AlarmLink | None:
    """Return the first link to an alarm in the console."""
    return next((link for url in card.links if (link := alarm_link(url))), None)


def name_of_link(link: AlarmLink, card: Card) -> str:
    """Return the linked alarm's name, in the reading that the card also shows, if it shows one."""
    shown = link.plus_name != link.name and any(link.plus_name in line for line in card.lines)
    return link.plus_name if shown else link.name


def arn_of(card: Card) -> str | None:
    """Return the alarm's ARN: labelled, or first in the text outside of reasons (they name other alarms)."""
    labelled = card.value("alarm arn", "alarmarn", "arn")
    if labelled and arn_parts(labelled):
        return labelled.strip()
    lines = (line for line in card.lines if "transitioned to" not in line and not re.match(r"\s*- arn:", line))
    return next((arn for line in lines if (arn := arn_in(line))), None)


def metrics_of(card: Card) -> tuple[Metric, ...]:
    """Return the metric that the card names, or shows the dimensions of; none if it shows neither."""
    namespace, name = card.value(*_NAMESPACE_LABELS), card.value(*_METRIC_LABELS)
    if name and (match := _NAMESPACED.fullmatch(name)):
        namespace, name = namespace or match["namespace"], match["name"]
    statistic = card.value("statistic")
    metric = Metric(namespace, name, statistic if namespace or name else None, dimensions_of(card))
    return (metric,) if metric != Metric() else ()


def dimensions_of(card: Card) -> Dimensions:
    """Return the dimensions: listed under `Dimensions`, or one field each beside the API's name or id.

    `Stage` alone may be a deployment's name and `Resource` anything, so they count only beside the API.
    """
    if listed := card.value("dimensions", "dimension"):
        return written_dimensions(listed)
    fields = tuple(
        (label, value) for label, value in card.labelled if label in API_DIMENSIONS and says_something(value)
    )
    return fields if any(name in {"ApiName", "ApiId"} for name, _ in fields) else ()


def common(card: Card, *, name: str, state: State | None) -> Draft:
    """Return the draft that every CloudWatch card's parser begins with."""
    states, link = states_of(card), link_of(card)
    arn = arn_of(card)
    parts = arn_parts(arn)
    return Draft(
        name=name,
        state=state or states.now,
        previous_state=states.previous,
        arn=arn if parts and parts[3] == name else None,
        description=description_of(card),
        reason=reason_of(card),
        at=moment(card.value(*_TIME_LABELS)),
        account=account_id(card.value(*_ACCOUNT_LABELS)) or (parts[2] if parts else None),
        link_region=(parts[1] if parts else None) or (link.region if link else None),
        region=card.value("region", "aws region"),
        metrics=metrics_of(card),
    )
