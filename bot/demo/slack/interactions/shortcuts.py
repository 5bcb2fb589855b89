"""Shortcuts in a message's menu and in the composer's: https://docs.slack.dev/interactivity/implementing-shortcuts."""

from __future__ import annotations

from bot.demo.slack.delivery.envelope import Answer
from bot.demo.slack.interactions import common
from bot.demo.slack.objects import message_object
from bot.demo.slack.problems import BadRequestError
from bot.demo.slack.services import Services
from bot.demo.slack.state.conversations import Conversation
from bot.demo.slack.state.messages import Message
from bot.demo.slack.workspace import SlackApp, SlackUser


def _registered(services: Services, callback_id: str, kind: str) -> SlackApp:
    known = {
        shortcut.callback_id: app
        for app in services.state.workspace.apps
        for shortcut in app.shortcuts
        if shortcut.type == kind and "commands" in app.scopes
    }
    if callback_id not in known:
        raise BadRequestError(f"callback_id: expected one of {', '.join(known) or 'none'}; got {callback_id!r}")
    return known[callback_id]


async def run_message_shortcut(
    services: Services, conversation: Conversation, message: Message, user: SlackUser, callback_id: str
) -> Answer:
    """Choose an app's entry in the menu of a message."""
    app, state = _registered(services, callback_id, "message"), services.state
    url = common.response_url(
        services, app, conversation.id, user.id, thread_ts=message.thread_ts, original_ts=message.ts
    )
    payload = {
        **common.base_payload(state, "message_action", app, user),
        "callback_id": callback_id,
        "trigger_id": state.tickets.new_trigger(app.app_id, user.id),
        "action_ts": state.ids.timestamp(),
        "response_url": url,
        "message_ts": message.ts,
        "channel": common.channel_of(conversation),
        "message": message_object(state, message, with_metadata=True),
    }
    answer = await services.delivery.ask(app, "interactive", payload)
    if not answer.is_ok:
        common.report_failure(services, app, answer, channel=conversation.id, user=user.id, thread_ts=message.thread_ts)
    return answer


async def run_global_shortcut(services: Services, user: SlackUser, callback_id: str) -> Answer:
    """Choose an app's entry in the composer's menu."""
    app, state = _registered(services, callback_id, "global"), services.state
    payload = {
        **common.base_payload(state, "shortcut", app, user),
        "callback_id": callback_id,
        "trigger_id": state.tickets.new_trigger(app.app_id, user.id),
        "action_ts": state.ids.timestamp(),
    }
    return await services.delivery.ask(app, "interactive", payload)
