"""reactions.*: https://docs.slack.dev/reference/methods?family=reactions."""

from __future__ import annotations

import re

from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import message_object
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state.messages import Message
from bot.demo.slack.web_api.method import Arguments, Method, Methods
from bot.demo.slack.workspace import SlackApp

_NAME = re.compile(r"^[a-z0-9_+'-]+(::skin-tone-[2-6])?$")


def _message(services: Services, app: SlackApp, arguments: Arguments) -> Message:
    conversation = services.messaging.writable(app, arguments.required("channel"))
    message = services.state.messages.public(conversation.id, arguments.required("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return message


def _change(services: Services, app: SlackApp, arguments: Arguments, *, add: bool) -> Json:
    name = arguments.required("name").strip(":")
    if not _NAME.match(name):
        raise SlackError("invalid_name")
    services.messaging.react(_message(services, app, arguments), name, app.bot_user_id, add=add)
    return {}


def _add(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    return _change(services, app, arguments, add=True)


def _remove(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    return _change(services, app, arguments, add=False)


def _get(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    message = _message(services, app, arguments)
    return {"type": "message", "channel": message.channel, "message": message_object(services.state, message)}


METHODS: Methods = {
    "reactions.add": Method(_add, ("reactions:write",)),
    "reactions.remove": Method(_remove, ("reactions:write",), tier=2),
    "reactions.get": Method(_get, ("reactions:read",)),
}
