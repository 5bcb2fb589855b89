"""The parts of a running local Slack, handed to whatever serves a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.slack.delivery import Delivery
from bot.demo.slack.events import Events
from bot.demo.slack.messaging import Messaging
from bot.demo.slack.state import State

OnAlarm = Callable[[str, str], None]
"""Told of an alarm's name and new state before its card is posted, so that an AWS beside this Slack can follow."""


@dataclass(frozen=True)
class Services:
    """State, and everything that acts on it."""

    state: State
    delivery: Delivery
    events: Events
    messaging: Messaging
    on_alarm: OnAlarm | None = None

    @classmethod
    def over(cls, state: State, on_alarm: OnAlarm | None = None) -> Services:
        """The parts, wired."""
        delivery = Delivery(state)
        events = Events(state, delivery)
        return cls(state, delivery, events, Messaging(state, events), on_alarm)
