"""api.*, auth.*, apps.*, assistant.*: https://docs.slack.dev/reference/methods."""

from __future__ import annotations

from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.web_api.method import Arguments, Method, Methods
from bot.demo.slack.workspace import SlackApp

_MOST_LOADING_MESSAGES = 10
# Slack clears a status by itself after this time.
STATUS_SECONDS = 120


def _api_test(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del services, app  # it only echoes
    if arguments.text("error"):
        raise SlackError(arguments.text("error"), args=dict(arguments))
    return {"args": dict(arguments)}


def _auth_test(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del arguments  # the token says it all
    workspace = services.state.workspace
    return {
        "url": f"{services.state.base_url}/",
        "team": workspace.name,
        "user": app.name.lower().replace(" ", ""),
        "team_id": workspace.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def _connections_open(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    del arguments  # the token says it all
    if app.mode != "socket":
        raise SlackError("socket_mode_not_enabled")
    return {"url": services.delivery.socket.open_url(app)}


def _set_status(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    state = services.state
    conversation = services.messaging.writable(app, arguments.required("channel_id"))
    root = state.messages.public(conversation.id, arguments.required("thread_ts"))
    if root is None:
        raise SlackError("thread_not_found")
    loading = arguments.json("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > _MOST_LOADING_MESSAGES:
        raise SlackError.invalid("invalid_arguments", [f"no more than {_MOST_LOADING_MESSAGES} items allowed"])
    key = (conversation.id, root.root_ts)
    if arguments.text("status"):
        until = state.clock.now() + STATUS_SECONDS
        state.statuses[key] = {
            "app": app.name,
            "status": arguments.text("status"),
            "loading_messages": loading,
            "until": until,
        }
        services.delivery.in_background(_expire_status(services))
    else:
        state.statuses.pop(key, None)
    state.changes.notify()
    return {}


async def _expire_status(services: Services) -> None:
    state = services.state
    await state.clock.sleep(STATUS_SECONDS)
    state.statuses = {key: one for key, one in state.statuses.items() if one["until"] > state.clock.now()}
    state.changes.notify()


METHODS: Methods = {
    "api.test": Method(_api_test, tier=4, caller="anybody"),
    "auth.test": Method(_auth_test, tier=4),
    "apps.connections.open": Method(_connections_open, ("connections:write",), tier=None, caller="app level"),
    "assistant.threads.setStatus": Method(_set_status, ("chat:write", "assistant:write"), tier=None),
}
