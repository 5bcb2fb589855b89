"""Slash commands: https://docs.slack.dev/interactivity/implementing-slash-commands."""

from __future__ import annotations

import re

from bot.demo.slack.content import read_content
from bot.demo.slack.delivery.envelope import Answer
from bot.demo.slack.interactions.common import error_code, response_url
from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state.conversations import Conversation
from bot.demo.slack.workspace import SlackApp, SlackUser

_HANDLED_BY_SLACK = Answer("ok")


async def run_command(
    services: Services, conversation: Conversation, user: SlackUser, command: str, text: str, *, in_thread: str | None
) -> Answer:
    """Send a command to the app that registered it, and show its answer. `in_thread` is a thread's `ts`."""

    def tell(what: str) -> None:
        services.messaging.notice(conversation.id, user.id, what, thread_ts=in_thread)

    if in_thread:
        tell(f"{command} is not supported in threads. Sorry!")
        return _HANDLED_BY_SLACK
    if command in ("/invite", "/remove"):
        tell(_change_members(services, conversation, user, command, text))
        return _HANDLED_BY_SLACK
    app = next((one for one in services.state.workspace.apps if _has_command(one, command)), None)
    if app is None:
        tell(f"{command} is not a command that anything here knows.")
        return _HANDLED_BY_SLACK
    answer = await services.delivery.ask(
        app, "slash_commands", _payload(services, app, conversation, user, command, text)
    )
    if not answer.is_ok:
        tell(f'{command} failed with the error "{error_code(answer)}"')
        return answer
    try:
        _show_answer(services, app, conversation, user, answer)
    except SlackError as error:
        tell(f'{command} failed with the error "invalid_command_response" ({error.code})')
    return answer


def _has_command(app: SlackApp, command: str) -> bool:
    return "commands" in app.scopes and any(one.command == command for one in app.slash_commands)


def _payload(
    services: Services, app: SlackApp, conversation: Conversation, user: SlackUser, command: str, text: str
) -> Json:
    state = services.state
    registered = next(one for one in app.slash_commands if one.command == command)
    return {
        "token": "local",
        "team_id": state.workspace.team_id,
        "team_domain": state.workspace.domain,
        "channel_id": conversation.id,
        "channel_name": "directmessage" if conversation.kind == "im" else conversation.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": escape_names(services, text) if registered.should_escape else text,
        "api_app_id": app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(services, app, conversation.id, user.id, thread_ts=None, original_ts=None),
        "trigger_id": state.tickets.new_trigger(app.app_id, user.id),
    }


def _show_answer(
    services: Services, app: SlackApp, conversation: Conversation, user: SlackUser, answer: Answer
) -> None:
    body = {"text": answer.body} if isinstance(answer.body, str) else answer.body
    if not isinstance(body, dict):
        return
    content = read_content(body, services.state.ids, services.state.file_ready)
    if content.is_empty:
        return
    if body.get("response_type") == "in_channel":
        services.messaging.post(conversation, content, app=app)
    else:
        services.messaging.ephemeral(conversation.id, user.id, content, app=app)


def _change_members(services: Services, conversation: Conversation, user: SlackUser, command: str, text: str) -> str:
    """`/invite @name` and `/remove @name`, which Slack itself understands."""
    name = re.sub(r"^<@([A-Z0-9]+)(\|[^>]*)?>$", r"\1", text.strip()).removeprefix("@")
    workspace = services.state.workspace
    app, other = workspace.find_app(name), workspace.find_user(name)
    member = app.bot_user_id if app else other.id if other else None
    if member is None:
        return f"{command} expects the name of a person or an app, such as {command} @{workspace.apps[0].name}."
    conversations = services.state.conversations
    joined = command == "/invite"
    changed = (conversations.join if joined else conversations.leave)(conversation, member)
    if not changed:
        return f"@{name} was {'already' if joined else 'not'} in #{conversation.name}."
    current = conversations.get(conversation.id) or conversation
    services.events.membership(current, member, joined=joined, inviter=user.id if joined else None)
    services.state.changes.notify()
    return f"@{name} {'is now in' if joined else 'has left'} #{conversation.name}."


def escape_names(services: Services, text: str) -> str:
    """The text with every `@name` and `#channel` that exists turned into Slack's notation for it."""
    state = services.state

    def mention(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        if kind == "#":
            conversation = state.conversations.find(name)
            return f"<#{conversation.id}|{conversation.name}>" if conversation else match[0]
        app, user = state.workspace.find_app(name), state.workspace.find_user(name)
        member = app.bot_user_id if app else user.id if user else None
        return f"<@{member}>" if member else match[0]

    return re.sub(r"(?<![\w<@#])([@#])([\w-]+)", mention, text)
