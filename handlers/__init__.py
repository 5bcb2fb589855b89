"""Slack's edge: parse, acknowledge, enqueue, answer.

Every listener runs before its acknowledgement (`process_before_response`): what is acknowledged is kept. None of them
speaks to AWS.
"""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers import alarm_choices, alarms, buttons, commands, errors, events, mentions, middleware
from handlers.edge import Edge

__all__ = ["Edge", "register"]


def register(app: AsyncApp, edge: Edge) -> None:
    """Bind every listener. The order counts: what catches the rest comes last."""
    middleware.register(app, edge)
    commands.register(app)
    mentions.register(app)
    alarms.register(app)
    alarm_choices.register(app)
    buttons.register(app)
    events.register(app)
    errors.register(app)
