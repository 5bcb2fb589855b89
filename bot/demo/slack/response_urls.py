"""Response URLs: answers to an interaction, five in thirty minutes, wherever it happened.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

import json

from aiohttp import web

from bot.demo.slack.content import Content, read_content
from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state.messages import Message
from bot.demo.slack.state.tickets import ResponseUrl

_GONE = ("invalid_url", "expired_url", "used_url")


class ResponseUrls:
    """Serves `/responses/<app>/<key>`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def serve(self, request: web.Request) -> web.Response:
        """Do what the app answers."""
        state = self._services.state
        started, key = state.clock.now(), f"{request.match_info['app']}/{request.match_info['key']}"
        body: Json = {}
        outcome = "ok"
        try:
            body = await _body(request)
            self._respond(state.tickets.use_response_url(key), body)
        except SlackError as error:
            outcome = error.code
        state.journal.add(
            "response_url",
            app=request.match_info["app"],
            name=key,
            request=body,
            answer=outcome,
            outcome=outcome,
            started=started,
            transport="http",
        )
        if outcome == "ok":
            return web.Response(text="ok")
        return web.json_response({"ok": False, "error": outcome}, status=404 if outcome in _GONE else 400)

    def _respond(self, url: ResponseUrl, body: Json) -> None:
        state, messaging = self._services.state, self._services.messaging
        original = state.messages.get(url.channel, url.original_ts) if url.original_ts else None
        if body.get("delete_original"):
            messaging.delete(_there(original))
            return
        content = read_content(body, state.ids, state.file_ready)
        if content.is_empty:
            raise SlackError("no_text")
        if body.get("replace_original") and original:
            messaging.edit(_there(original), content, editor=original.author)
            return
        self._post(url, body, content)

    def _post(self, url: ResponseUrl, body: Json, content: Content) -> None:
        state, messaging = self._services.state, self._services.messaging
        app, conversation = state.workspace.app(url.app_id), state.conversations.get(url.channel)
        if app is None or conversation is None:
            raise SlackError("invalid_url")
        thread_ts = str(body.get("thread_ts") or "") or None
        if body.get("response_type") == "in_channel":
            messaging.post(conversation, content, app=app, thread_ts=thread_ts)
        else:
            messaging.ephemeral(conversation.id, url.user, content, app=app, thread_ts=thread_ts)


def _there(message: Message | None) -> Message:
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    return message


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body
