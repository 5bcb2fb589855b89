"""The one place where a listener's failure ends: people get a message by its kind, with the reference of the log."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.access import RefusedError
from bot.language import _
from bot.log_lines import event
from bot.report.contexts import Notice, NoticeView, Refused
from bot.report.message import Message
from bot.store.errors import StorageBusy, StorageError, StorageFull
from handlers.edge import Edge, ephemeral, new_reference
from handlers.middleware import describe

log = logging.getLogger(__name__)

_TOO_LATE = {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"}
_NO_ENTRY = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action"}


def register(app: AsyncApp) -> None:
    """Bind the handler of every failure."""
    app.error(failed)


async def failed(
    error: Exception, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
) -> BoltResponse:
    """Say what went wrong to whoever asked, to nobody else; acknowledge, so that Slack adds no warning of its own."""
    reference = context.get("reference") or new_reference()
    edge = context.get("edge")
    if isinstance(error, RefusedError):
        event(log, "request refused", what=describe(body), reason=error.problem)
    else:
        log.error("a listener failed on %s", describe(body), exc_info=error)
    if not isinstance(edge, Edge):
        return BoltResponse(status=500, body="")
    message = edge.renderer.message(told(error, reference))
    if "command" in body:
        return BoltResponse(status=200, body=ephemeral(message))
    shown = body.get("view") or {}
    modal = shown.get("id") if shown.get("type") != "home" else None
    text = (
        str(error)
        if isinstance(error, RefusedError)
        else _("{problem} (reference {reference})", problem=words(error), reference=reference)
    )
    view = edge.renderer.view(NoticeView("vpclink", text))
    if body.get("type") == "view_submission":
        return BoltResponse(status=200, body={"response_action": "update", "view": view})
    try:
        if modal:
            await client.views_update(view_id=modal, view=view)
        elif shown:
            await client.chat_postMessage(channel=body["user"]["id"], text=message.text, blocks=list(message.blocks))
        else:
            await _tell(body, context, client, message)
    except Exception as trouble:  # noqa: BLE001 - nothing is left to be tried, and the failure itself is logged
        log.error("nobody could be told (%s: %s)", type(trouble).__name__, trouble)
    # Nobody pressed anything who could try again: not acknowledged, the event comes again.
    lost = isinstance(error, StorageError) and (body.get("event") or {}).get("type") == "message"
    return BoltResponse(status=503 if lost else 200, body="")


def told(error: Exception, reference: str) -> Notice | Refused:
    """What people are shown. A refusal is no failure: it says who can, and what would have been understood."""
    if isinstance(error, RefusedError):
        return Refused(error.problem, error.expected, error.who.users, error.who.groups, error.who.channels)
    return Notice(words(error), reference=reference)


def words(error: Exception) -> str:
    """What people are told, by the kind of the failure."""
    if isinstance(error, StorageFull):
        return _("I cannot keep your request: the disk of vpclink is full. Nothing was started.")
    if isinstance(error, StorageBusy):
        return _("My storage is busy. Nothing was started; please try again.")
    if isinstance(error, StorageError):
        return _("I cannot keep your request: the storage of vpclink has trouble. Nothing was started.")
    if isinstance(error, SlackApiError):
        return _words_of_slack(str(error.response.get("error")))
    return _("Something went wrong in vpclink itself; it says nothing about your API.")


def _words_of_slack(code: str) -> str:
    if code in _TOO_LATE:
        return _("That took longer than the three seconds that Slack allows. Please press again.")
    if code in _NO_ENTRY:
        return _(
            "Slack does not let me write there ({code}). Write /invite for me in the channel, and try again.", code=code
        )
    if code == "missing_scope":
        return _("This Slack app may not do that yet. Install it again with the manifest of this version.")
    if code == "ratelimited":
        return _("Slack asks me to slow down. Please try again in a minute.")
    return _("Slack refuses what I wanted to show ({code}).", code=code)


async def _tell(body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient, message: Message) -> None:
    if context.response_url and context.respond:
        await context.respond(ephemeral(message))
        return
    said = body.get("event") or {}
    user, channel = said.get("user"), said.get("channel")
    if user and channel and not said.get("bot_id"):
        await client.chat_postEphemeral(
            channel=channel,
            user=user,
            thread_ts=said.get("thread_ts"),
            text=message.text,
            blocks=list(message.blocks),
        )
