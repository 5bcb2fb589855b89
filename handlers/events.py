"""What catches the rest: Slack sends again what is not acknowledged, and warns people whose press got no answer."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from handlers.middleware import describe

log = logging.getLogger(__name__)
_ANY = re.compile(".*")


def register(app: AsyncApp) -> None:
    """Bind one listener to every kind of payload."""
    app.event(_ANY)(other_event)
    app.view(_ANY)(other_view)
    app.view_closed(_ANY)(other_view)
    app.shortcut(_ANY)(other_view)
    app.options(_ANY)(other_options)


async def other_event(body: dict[str, Any]) -> None:
    """An event that nobody asked for here; Bolt acknowledges it."""
    log.debug("an event without a listener: %s", describe(body))


async def other_view(ack: AsyncAck, body: dict[str, Any]) -> None:
    """A modal or a shortcut that nobody listens to."""
    log.warning("no listener for %s: add one in handlers/", describe(body))
    await ack()


async def other_options(ack: AsyncAck, body: dict[str, Any]) -> None:
    """A menu that asks for options that nobody has."""
    log.warning("no listener for the options of %s: add one in handlers/", body.get("action_id"))
    await ack(options=[])
