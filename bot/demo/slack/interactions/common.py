"""What the payloads of all interactions have in common, and what a person sees when the app fails."""

from __future__ import annotations

from bot.demo.slack.delivery.envelope import Answer
from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import BadRequestError
from bot.demo.slack.services import Services
from bot.demo.slack.state import State
from bot.demo.slack.state.conversations import Conversation
from bot.demo.slack.state.messages import Message
from bot.demo.slack.state.views import View
from bot.demo.slack.workspace import SlackApp, SlackUser

_TIMEOUTS = ("timeout", "http_timeout")


def error_code(answer: Answer) -> str:
    """Slack's word for why an app could not be asked."""
    return "operation_timeout" if answer.outcome in _TIMEOUTS else "dispatch_failed"


def report_failure(
    services: Services, app: SlackApp, answer: Answer, *, channel: str, user: str, thread_ts: str | None
) -> None:
    """Tell the person that their click went nowhere."""
    text = f'{app.name} failed with the error "{error_code(answer)}"'
    services.messaging.notice(channel, user, text, thread_ts=thread_ts)


def base_payload(state: State, kind: str, app: SlackApp, user: SlackUser) -> Json:
    """Who did it, in which workspace, for which app."""
    return {
        "type": kind,
        "team": {"id": state.workspace.team_id, "domain": state.workspace.domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": state.workspace.team_id},
        "api_app_id": app.app_id,
        "token": "local",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_of(conversation: Conversation) -> Json:
    """How a payload names a conversation."""
    return {"id": conversation.id, "name": "directmessage" if conversation.kind == "im" else conversation.name}


def response_url(
    services: Services, app: SlackApp, channel: str, user: str, *, thread_ts: str | None, original_ts: str | None
) -> str:
    """A new response URL."""
    key = services.state.tickets.new_response_url(
        app.app_id, channel, user, thread_ts=thread_ts, original_ts=original_ts
    )
    return f"{services.state.base_url}/responses/{key}"


def person(state: State, reference: str) -> SlackUser:
    """The user with that id or name; BadRequestError names those there are."""
    user = state.workspace.find_user(reference)
    if user is None:
        known = ", ".join(f"{one.id} ({one.name})" for one in state.workspace.users)
        raise BadRequestError(f"user: expected one of {known}; got {reference!r}")
    return user


def place(state: State, reference: str) -> Conversation:
    """The conversation with that id or name; BadRequestError names those there are."""
    conversation = state.conversations.find(reference)
    if conversation is None:
        known = ", ".join(f"{one.id} (#{one.name})" for one in state.conversations)
        raise BadRequestError(f"channel: expected one of {known}; got {reference!r}")
    return conversation


def installed_app(state: State, reference: str) -> SlackApp:
    """The app with that id or name; BadRequestError names those there are."""
    app = state.workspace.find_app(reference)
    if app is None:
        known = ", ".join(f"{one.app_id} ({one.name})" for one in state.workspace.apps)
        raise BadRequestError(f"app: expected one of {known}; got {reference!r}")
    return app


def seen_message(state: State, channel: str, ts: str, user: str) -> Message:
    """A message as that person sees it; BadRequestError if they see none."""
    message = state.messages.get(channel, ts)
    if message is None or message.deleted or message.visible_to not in (None, user):
        raise BadRequestError(f"messageTs: {user} sees no message {ts!r} in {channel}")
    return message


def open_view(state: State, view_id: str, user: str) -> View:
    """A view that the person has open; BadRequestError if they have not."""
    view = state.views.get(view_id)
    if view is None or view.user != user:
        raise BadRequestError(f"viewId: {user} has no view {view_id!r} open")
    return view
