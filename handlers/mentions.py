"""`@vpclink …`: the way to ask in a thread, where Slack has no slash commands. The answer stays in the thread."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.report.message import Message
from handlers.answering import Asker, carry_out
from handlers.edge import Edge
from handlers.parsing import parse
from handlers.usage import UsageError
from handlers.words import after_mention


def register(app: AsyncApp) -> None:
    """Bind the event."""
    app.event("app_mention")(mentioned)


async def mentioned(
    event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, edge: Edge, reference: str
) -> None:
    """Somebody wrote to the bot. Slack sends the same event again when it got no answer: it is taken once."""
    thread = event.get("thread_ts") or event["ts"]
    key = _key(event)
    try:
        asked = parse(
            after_mention(event.get("text") or "", context.bot_user_id or ""),
            default_region=edge.region_in(event["channel"]),
        )
        asker = Asker(event["channel"], event.get("user") or "", key, reference, thread_ts=thread)
        message = await carry_out(asked, asker, edge)
    except UsageError as error:
        await _tell(event, client, edge, key, edge.notice(error.problem, error.expected))
        return
    if message and await edge.first_time(key):
        await client.chat_postMessage(
            channel=event["channel"], thread_ts=thread, text=message.text, blocks=list(message.blocks)
        )


def _key(event: dict[str, Any]) -> str:
    """The message's own identity: a retry, and the `message` event of the same text, have another event id.

    An edited message is asked anew.
    """
    edited = (event.get("edited") or {}).get("ts", "")
    return f"message:{event['channel']}:{event['ts']}:{edited}"


async def _tell(event: dict[str, Any], client: AsyncWebClient, edge: Edge, key: str, message: Message) -> None:
    """Say what was expected, to the one who wrote; to a bot nothing, or the two would talk for ever."""
    if event.get("user") and not event.get("bot_id") and await edge.first_time(key):
        await client.chat_postEphemeral(
            channel=event["channel"],
            user=event["user"],
            thread_ts=event.get("thread_ts"),
            text=message.text,
            blocks=list(message.blocks),
        )
