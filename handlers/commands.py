"""The slash command."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import _
from handlers import ids
from handlers.answering import Asker, carry_out
from handlers.edge import Edge, ephemeral, to_all
from handlers.parsing import parse
from handlers.picker import PickerState, open_picker
from handlers.requested import Alarms, Pick
from handlers.usage import UsageError

log = logging.getLogger(__name__)


def register(app: AsyncApp) -> None:
    """Bind the command, and what catches every other one."""
    app.command(ids.COMMAND)(vpclink)
    app.command(re.compile(".*"))(unknown_command)


async def vpclink(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, edge: Edge, reference: str) -> None:
    """`/vpclink …`: what needs AWS becomes a job; everything else is answered at once, to the caller alone."""
    asker = Asker(
        channel=body["channel_id"],
        user=body["user_id"],
        key=f"command:{body['trigger_id']}",
        reference=reference,
        response_url=body["response_url"],
    )
    try:
        asked = parse(body.get("text") or "", default_region=edge.region_in(asker.channel))
        if isinstance(asked, Pick):
            state = PickerState(channel=asker.channel, response_url=asker.response_url)
            await open_picker(body["trigger_id"], state, client, edge)
            message = None
        else:
            message = await carry_out(asked, asker, edge)
            if message and isinstance(asked, Alarms) and asked.on is not None:
                await ack(to_all(message))
                return
    except UsageError as error:
        message = edge.notice(error.problem, error.expected)
    await (ack(ephemeral(message)) if message else ack())


async def unknown_command(ack: AsyncAck, body: dict[str, Any], edge: Edge) -> None:
    """A command that the Slack app has and this program has not."""
    command = str(body.get("command"))
    log.error("no listener for %s: add app.command(%r)(…) in handlers/commands.py", command, command)
    await ack(ephemeral(edge.notice(_("I do not know the command {command}.", command=command), f"{ids.COMMAND} help")))
