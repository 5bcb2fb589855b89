"""The slash command."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.report.asking import Ask
from bot.report.contexts import HelpText
from bot.report.explain_view import explain_check, explain_log
from handlers import ids
from handlers.edge import Edge, ephemeral
from handlers.forgetting import forget
from handlers.parsing import (
    DIAGNOSE_USAGE,
    EXPLAIN_USAGE,
    Diagnose,
    ExplainCheck,
    ExplainLog,
    Forget,
    Help,
    UsageError,
    parse,
)

log = logging.getLogger(__name__)


def register(app: AsyncApp) -> None:
    """Bind the command, and what catches every other one."""
    app.command(ids.COMMAND)(vpclink)
    app.command(re.compile(".*"))(unknown_command)


async def vpclink(ack: AsyncAck, body: dict[str, Any], edge: Edge, reference: str) -> None:
    """`/vpclink …`: what needs AWS becomes a job; everything else is answered at once, to the caller alone."""
    try:
        asked = parse(body.get("text") or "", default_region=edge.region_in(body["channel_id"]))
        if isinstance(asked, Diagnose):
            ask = Ask(
                request=asked.request,
                channel=body["channel_id"],
                user=body["user_id"],
                response_url=body["response_url"],
                reference=reference,
            )
            await edge.enqueue(ask, key=f"command:{body['trigger_id']}")
            await ack()
            return
        message = await forget(asked, edge, body["user_id"]) if isinstance(asked, Forget) else answer(asked, edge)
    except UsageError as error:
        message = edge.notice(error.problem, error.expected)
    await ack(ephemeral(message))


def answer(asked: ExplainCheck | ExplainLog | Help, edge: Edge) -> Any:
    """The answer to what needs no AWS. UsageError where there is no such check."""
    if isinstance(asked, Help):
        return edge.message(HelpText(ids.COMMAND, edge.bot_name, DIAGNOSE_USAGE, EXPLAIN_USAGE))
    if isinstance(asked, ExplainLog):
        return edge.message(explain_log(asked.text))
    page = explain_check(asked.code)
    if page is None:
        raise UsageError(f"There is no check {asked.code}.", "a code from a report, such as TG-01")
    return edge.message(page)


async def unknown_command(ack: AsyncAck, body: dict[str, Any], edge: Edge) -> None:
    """A command that the Slack app has and this program has not."""
    command = str(body.get("command"))
    log.error("no listener for %s: add app.command(%r)(…) in handlers/commands.py", command, command)
    await ack(ephemeral(edge.notice(f"I do not know the command {command}.", f"{ids.COMMAND} help")))
