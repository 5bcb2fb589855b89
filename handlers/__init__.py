"""Slack's edge: parse, acknowledge, enqueue, answer.

Every listener runs before its acknowledgement (`process_before_response`): what is acknowledged is kept. None of them
speaks to AWS.
"""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers import (
    alarm_choices,
    alarms,
    buttons,
    checks,
    commands,
    errors,
    events,
    histories,
    home,
    logs,
    mentions,
    middleware,
    more,
    picker,
    watching,
)
from handlers.edge import Edge

__all__ = ["Edge", "register"]


def register(app: AsyncApp, edge: Edge) -> None:
    """Bind every listener. The order counts: what catches the rest comes last."""
    middleware.register(app, edge)
    commands.register(app)
    mentions.register(app)
    alarms.register(app)
    alarm_choices.register(app)
    home.register(app)
    for part in (logs, checks, more, histories, watching, picker, buttons):
        part.register(app)
    events.register(app)
    errors.register(app)
