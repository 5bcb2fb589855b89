"""conversations.*: https://docs.slack.dev/reference/methods?family=conversations."""

from __future__ import annotations

from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import conversation_object, message_object
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state.conversations import Conversation
from bot.demo.slack.state.messages import Message
from bot.demo.slack.web_api.method import Arguments, Method, Methods, page_of
from bot.demo.slack.workspace import SlackApp

_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")


def _visible(services: Services, app: SlackApp, arguments: Arguments) -> Conversation:
    """The named conversation; a private one hides itself from strangers."""
    conversation = services.state.conversations.get(arguments.required("channel"))
    member = conversation is not None and app.bot_user_id in conversation.members
    if conversation is None or (conversation.kind != "public_channel" and not member):
        raise SlackError("channel_not_found")
    return conversation


def _joined(services: Services, app: SlackApp, arguments: Arguments) -> Conversation:
    conversation = _visible(services, app, arguments)
    if app.bot_user_id not in conversation.members:
        raise SlackError("not_in_channel")
    return conversation


def _info(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    return {"channel": conversation_object(_visible(services, app, arguments), app.bot_user_id)}


def _list(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    return _page(services, app, arguments, member=None)


def _of_user(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    return _page(services, app, arguments, member=arguments.text("user") or app.bot_user_id)


def _page(services: Services, app: SlackApp, arguments: Arguments, *, member: str | None) -> Json:
    kinds = arguments.text("types", "public_channel").replace(" ", "").split(",")
    hide_archived = arguments.flag("exclude_archived")
    found = [
        conversation
        for conversation in services.state.conversations
        if conversation.kind in kinds
        and (conversation.kind == "public_channel" or app.bot_user_id in conversation.members)
        and (member is None or member in conversation.members)
        and not (hide_archived and conversation.is_archived)
    ]
    page, cursor = page_of(found, arguments)
    channels = [conversation_object(conversation, app.bot_user_id) for conversation in page]
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def _members(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    page, cursor = page_of(list(_visible(services, app, arguments).members), arguments)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _history(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    conversation = _joined(services, app, arguments)
    newest_first = list(reversed(services.state.messages.top_level(conversation.id)))
    return _messages(services, newest_first, arguments)


def _replies(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    conversation = _joined(services, app, arguments)
    asked = services.state.messages.get(conversation.id, arguments.required("ts"))
    root = services.state.messages.get(conversation.id, asked.root_ts) if asked else None
    if root is None or root.visible_to:
        raise SlackError("thread_not_found")
    return _messages(services, [root, *services.state.messages.replies(conversation.id, root.ts)], arguments)


def _messages(services: Services, messages: list[Message], arguments: Arguments) -> Json:
    oldest, latest = _moment(arguments, "oldest", "0"), _moment(arguments, "latest", "inf")
    inclusive = arguments.flag("inclusive")
    within = [
        message
        for message in messages
        if oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest))
    ]
    page, cursor = page_of(within, arguments)
    with_metadata = arguments.flag("include_all_metadata")
    return {
        "messages": [message_object(services.state, message, with_metadata=with_metadata) for message in page],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _moment(arguments: Arguments, name: str, default: str) -> float:
    try:
        return float(arguments.text(name) or default)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _join(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    conversation = _visible(services, app, arguments)
    if conversation.kind != "public_channel":
        raise SlackError("method_not_supported_for_channel_type")
    if conversation.is_archived:
        raise SlackError("is_archived")
    if services.state.conversations.join(conversation, app.bot_user_id):
        services.events.membership(_visible(services, app, arguments), app.bot_user_id, joined=True)
    return {"channel": conversation_object(_visible(services, app, arguments), app.bot_user_id)}


def _open(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    user = services.state.workspace.find_user(arguments.required("users"))
    if user is None:
        raise SlackError("user_not_found")
    conversation = services.state.conversations.direct(app, user.id)
    return {"channel": {"id": conversation.id}}


METHODS: Methods = {
    "conversations.info": Method(_info, _READ),
    "conversations.list": Method(_list, _READ, tier=2),
    "conversations.members": Method(_members, _READ, tier=4),
    "conversations.history": Method(_history, _HISTORY),
    "conversations.replies": Method(_replies, _HISTORY),
    "conversations.join": Method(_join, ("channels:join",)),
    "conversations.open": Method(_open, ("im:write",)),
    "users.conversations": Method(_of_user, _READ),
}
