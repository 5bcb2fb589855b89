"""How the control interface shows messages and the state of the workspace."""

from __future__ import annotations

from bot.demo.slack.interactions.modals import values_of
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import conversation_object, file_object, message_object, view_object
from bot.demo.slack.services import Services
from bot.demo.slack.state import State
from bot.demo.slack.state.messages import Message
from bot.demo.slack.state.views import View
from bot.demo.slack.workspace import SlackApp


def message_record(state: State, message: Message) -> Json:
    """A message with all that is known of it: to whom it is visible, what it said before each edit."""
    always: Json = {"thread_ts": message.thread_ts, "blocks": [], "attachments": [], "metadata": None, "edited": None}
    app = state.workspace.app(message.app_id) if message.app_id else None
    return {
        "channel": message.channel,
        **always,
        **message_object(state, message, with_metadata=True),
        "app": app.name if app else None,
        "visible_to": message.visible_to,
        "deleted": message.deleted,
        "versions": list(message.versions),
    }


def view_record(state: State, view: View) -> Json:
    """A view, what the person entered so far, and what they are told is wrong with it."""
    shown = view_object(state, view, values_of(state, view))
    return {**shown, "user": view.user, "errors": view.errors, "trouble": view.trouble}


def _app_record(services: Services, app: SlackApp) -> Json:
    return {
        "appId": app.app_id,
        "botUserId": app.bot_user_id,
        "name": app.name,
        "mode": app.mode,
        "connections": services.delivery.socket.connected(app.app_id),
        "requestUrl": services.state.request_urls.get(app.app_id),
    }


def state_record(services: Services) -> Json:
    """The workspace as it is now; no tokens."""
    state = services.state
    return {
        "workspace": {
            "name": state.workspace.name,
            "domain": state.workspace.domain,
            "teamId": state.workspace.team_id,
        },
        "apps": [_app_record(services, app) for app in state.workspace.apps],
        "users": [user.model_dump() for user in state.workspace.users],
        "channels": [
            {**conversation_object(one, one.members[0] if one.members else ""), "members": list(one.members)}
            for one in state.conversations
        ],
        "views": {
            user.id: [view_record(state, view) for view in state.views.stack(user.id)] for user in state.workspace.users
        },
        "homes": [
            view_record(state, view)
            for app in state.workspace.apps
            for user in state.workspace.users
            if (view := state.views.home(app.app_id, user.id))
        ],
        "statuses": [
            {"channel": channel, "thread_ts": thread_ts, **status}
            for (channel, thread_ts), status in state.statuses.items()
        ],
        "files": [file_object(state, file) for file in state.files],
        "faults": state.faults.to_json(),
        "rateLimits": state.rate_limiter.limits.model_dump(),
    }
