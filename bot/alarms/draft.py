"""What one relay's parser found, before anything is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.alarms.model import AlarmSource, Child, Kind, Metric, SlackDelivery
from bot.alarms.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The facts of one payload, each as it stands there. Regions are kept by origin: they may disagree."""

    is_alarm: bool = True
    source: AlarmSource = "cloudwatch"
    name: str | None = None
    state: State | None = None
    previous_state: State | None = None
    latest_update: State | None = None
    arn: str | None = None
    description: str | None = None
    reason: str | None = None
    at: datetime | None = None
    account: str | None = None
    link_region: str | None = None
    region: str | None = None
    """As the payload writes it: a code or a display name."""
    kind: Kind | None = None
    metrics: tuple[Metric, ...] = ()
    children: tuple[Child, ...] = ()
    alarm_rule: str | None = None
    actions_suppressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the wrappings around a payload say."""

    topic_region: str | None = None
    slack: SlackDelivery | None = None
    relay: str | None = None
    """The outermost wrapping."""
