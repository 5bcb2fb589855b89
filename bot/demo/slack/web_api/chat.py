"""chat.*: https://docs.slack.dev/reference/methods?family=chat."""

from __future__ import annotations

from bot.demo.slack.content import Content, read_content
from bot.demo.slack.json_types import Json
from bot.demo.slack.messaging import TRUNCATED_AT
from bot.demo.slack.objects import message_object
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state.messages import Message
from bot.demo.slack.web_api.method import Arguments, Method, Methods
from bot.demo.slack.workspace import SlackApp

# chat.update refuses what chat.postMessage would cut: https://docs.slack.dev/reference/methods/chat.update
_LONGEST_UPDATE = 4000


def _content(services: Services, arguments: Arguments) -> Content:
    return read_content(arguments, services.state.ids, services.state.file_ready)


def _count_post(services: Services, app: SlackApp, channel: str) -> None:
    wait = services.state.rate_limiter.post(app.app_id, channel)
    if wait is not None:
        raise SlackError("ratelimited", retry_after=wait)


def _post_message(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    conversation = services.messaging.writable(app, arguments.required("channel"))
    _count_post(services, app, conversation.id)
    content = _content(services, arguments)
    if content.is_empty:
        raise SlackError("no_text")
    message = services.messaging.post(
        conversation,
        content,
        app=app,
        thread_ts=arguments.text("thread_ts") or None,
        broadcast=arguments.flag("reply_broadcast"),
    )
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "message": message_object(services.state, message, with_metadata=True),
        **_truncation(content),
    }


def _truncation(content: Content) -> Json:
    if len(content.text or "") <= TRUNCATED_AT:
        return {}
    warning = "message_truncated"
    return {"warning": warning, "response_metadata": {"warnings": [warning]}}


def _own_message(services: Services, app: SlackApp, arguments: Arguments, refusal: str) -> Message:
    conversation = services.state.conversations.find(arguments.required("channel"))
    if conversation is None:
        raise SlackError("channel_not_found")
    message = services.state.messages.public(conversation.id, arguments.required("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.app_id != app.app_id:
        raise SlackError(refusal)
    if conversation.is_archived:
        raise SlackError("is_archived")
    return message


def _update(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    message = _own_message(services, app, arguments, "cant_update_message")
    content = _content(services, arguments)
    if len(content.text or "") > _LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    says_something = any(part is not None for part in (content.text, content.blocks, content.attachments))
    after_blocks = message.blocks if content.blocks is None and content.text is None else content.blocks
    after_attachments = message.attachments if content.attachments is None else content.attachments
    if not says_something or not (content.text or after_blocks or after_attachments):
        raise SlackError("no_text")
    after = services.messaging.edit(message, content, editor=app.bot_user_id)
    shown = message_object(services.state, after, with_metadata=True)
    return {"channel": after.channel, "ts": after.ts, "text": after.text, "message": shown}


def _delete(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    message = _own_message(services, app, arguments, "cant_delete_message")
    services.messaging.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def _post_ephemeral(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    conversation = services.messaging.writable(app, arguments.required("channel"))
    user = arguments.required("user")
    if user not in conversation.members:
        raise SlackError("user_not_in_channel")
    _count_post(services, app, conversation.id)
    content = _content(services, arguments)
    if content.is_empty:
        raise SlackError("no_text")
    message = services.messaging.ephemeral(
        conversation.id, user, content, app=app, thread_ts=arguments.text("thread_ts") or None
    )
    return {"message_ts": message.ts}


def _get_permalink(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del app  # any app may ask
    conversation = services.state.conversations.find(arguments.required("channel"))
    if conversation is None:
        raise SlackError("channel_not_found")
    message = services.state.messages.public(conversation.id, arguments.required("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"{services.state.base_url}/archives/{conversation.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.root_ts}&cid={conversation.id}"
    return {"channel": conversation.id, "permalink": link}


METHODS: Methods = {
    "chat.postMessage": Method(_post_message, ("chat:write",), tier=None),
    "chat.update": Method(_update, ("chat:write",)),
    "chat.delete": Method(_delete, ("chat:write",)),
    "chat.postEphemeral": Method(_post_ephemeral, ("chat:write",), tier=None),
    "chat.getPermalink": Method(_get_permalink, tier=4),
}
