"""The Web API: reads a call, checks who calls, counts it, runs its method, notes it in the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.demo.slack.faults import Fault
from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.web_api import chat, conversations, files, people, platform, reactions, views
from bot.demo.slack.web_api.method import Arguments, Method, Methods
from bot.demo.slack.workspace import SlackApp

METHODS: Methods = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **platform.METHODS,
    **reactions.METHODS,
    **views.METHODS,
}

# Arguments that apps may send as a string of JSON; the journal and faults see what they mean.
_JSON_ARGUMENTS = ("blocks", "attachments", "metadata", "view", "files", "loading_messages")


@dataclass(frozen=True)
class _Answer:
    body: Json
    status: int = 200
    headers: Mapping[str, str] | None = None


class WebApi:
    """Serves `/api/<method>`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, with whatever fault a test asked for."""
        state, name = self._services.state, request.match_info["method"]
        started = state.clock.now()
        token, arguments = await _read(request)
        seen = {key: _decoded(value) if key in _JSON_ARGUMENTS else value for key, value in arguments.items()}
        fault = state.faults.take(name, seen)
        if fault and fault.delay:
            await state.clock.sleep(fault.delay)
        app = self._caller(token)
        answer = _faulty(fault) or self._answer(name, token, app, arguments)
        state.journal.add(
            "web_api",
            app=app.app_id if app else "",
            name=name,
            request=seen,
            answer=answer.body,
            outcome=str(answer.body.get("error", "ok")) if answer.status in (200, 429) else f"http_{answer.status}",
            started=started,
            transport="http",
            fault=fault.model_dump(exclude={"times"}) if fault else None,
        )
        if fault and fault.lost_reply and request.transport:
            request.transport.abort()
        if fault and fault.http_status:
            return web.Response(status=fault.http_status)
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    def _caller(self, token: str) -> SlackApp | None:
        apps = self._services.state.workspace.apps
        return next((app for app in apps if token and token in (app.bot_token, app.app_token)), None)

    def _answer(self, name: str, token: str, app: SlackApp | None, arguments: Arguments) -> _Answer:
        method = METHODS.get(name)
        try:
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            caller = self._authorize(method, token, app)
            self._count(caller, name, method)
            return _Answer(
                {"ok": True, **method.handler(self._services, caller, arguments)}, headers=_scopes(app, method)
            )
        except SlackError as error:
            retry_after = error.fields.pop("retry_after", None)
            if retry_after is not None:
                return _Answer(error.to_json(), 429, {"Retry-After": str(retry_after)})
            return _Answer(error.to_json(), headers=_scopes(app, method) if method else None)

    def _authorize(self, method: Method, token: str, app: SlackApp | None) -> SlackApp:
        if method.caller == "anybody":
            return app or self._services.state.workspace.apps[0]
        if not token:
            raise SlackError("not_authed")
        if app is None:
            raise SlackError("invalid_auth")
        is_app_token = token == app.app_token
        if is_app_token != (method.caller == "app level"):
            raise SlackError("not_allowed_token_type")
        # An app-level token is made with its scope, connections:write.
        if method.scopes and not is_app_token and not app.scopes.intersection(method.scopes):
            raise SlackError("missing_scope", needed=",".join(method.scopes), provided=",".join(sorted(app.scopes)))
        return app

    def _count(self, app: SlackApp, name: str, method: Method) -> None:
        if method.tier is None:
            return
        wait = self._services.state.rate_limiter.call(app.app_id, name, method.tier)
        if wait is not None:
            raise SlackError("ratelimited", retry_after=wait)


def _faulty(fault: Fault | None) -> _Answer | None:
    """The answer that a fault gives instead of the method's own."""
    if fault is None:
        return None
    if fault.retry_after is not None:
        return _Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(fault.retry_after)})
    if fault.http_status is not None:
        return _Answer({}, fault.http_status)
    if fault.error is not None:
        return _Answer({"ok": False, "error": fault.error})
    return None


def _scopes(app: SlackApp | None, method: Method) -> dict[str, str]:
    return {
        "X-OAuth-Scopes": ",".join(sorted(app.scopes)) if app else "",
        "X-Accepted-OAuth-Scopes": ",".join(method.scopes),
    }


async def _read(request: web.Request) -> tuple[str, Arguments]:
    """The token and the arguments: query string and body together, the body first."""
    arguments = Arguments(request.query)
    if request.content_type == "application/json":
        try:
            body: Any = json.loads(await request.text() or "{}")
        except ValueError:
            body = {}
        arguments |= {key: value for key, value in body.items() if value is not None} if isinstance(body, dict) else {}
    else:
        arguments |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    given = str(arguments.pop("token", ""))
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return (token.strip() if scheme.lower() == "bearer" else given), arguments


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
