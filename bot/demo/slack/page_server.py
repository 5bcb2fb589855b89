"""The page in the browser: its files, and the live picture of the workspace that it draws."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
from pathlib import Path

from aiohttp import web

from bot.demo.slack.control_views import view_record
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import conversation_object, message_object
from bot.demo.slack.problems import BadRequestError
from bot.demo.slack.services import Services
from bot.demo.slack.workspace import SlackApp, SlackUser

PAGE = Path(__file__).parent / "page"
# Many changes come together, such as a message and its events: they are drawn at once.
_TOGETHER_SECONDS = 0.04
_KEEP_ALIVE_SECONDS = 15
# All that the page needs comes from here; pictures in messages may come from elsewhere.
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; frame-ancestors 'none'"


class PageServer:
    """Serves `/`, permalinks, pictures, uploaded files, and one stream of snapshots per open page."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._state = services.state
        self._closing = False

    def routes(self) -> list[web.RouteDef]:
        """The paths."""
        return [
            web.get("/", self._page),
            web.get("/archives/{channel}/{message}", self._page),
            web.get("/page/{name}", self._asset),
            web.get("/_page/stream", self._stream),
            web.get("/avatars/{id}.svg", self._avatar),
            web.get("/files/{id}/{name}", self._file),
        ]

    def close(self) -> None:
        """Let every open stream end."""
        self._closing = True
        self._state.changes.notify()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        del request  # every address shows the same page, which reads its own
        return web.FileResponse(
            PAGE / "index.html", headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        )

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in ("ui.js", "ui.css", "THIRD_PARTY_LICENSES.txt"):
            raise web.HTTPNotFound(text=f"The page has no file {name}.")
        return web.FileResponse(PAGE / name, headers={"Cache-Control": "no-cache"})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the workspace as one person sees it, again after every change."""
        user = self._state.workspace.find_user(request.query.get("user", ""))
        if user is None:
            raise web.HTTPBadRequest(text="user: expected the id or name of a person in the workspace")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError):  # the page was closed
            await self._follow(response, user)
        return response

    async def _follow(self, response: web.StreamResponse, user: SlackUser) -> None:
        seen = -1
        while not self._closing:
            if self._state.changes.count != seen:
                await asyncio.sleep(_TOGETHER_SECONDS)
                seen = self._state.changes.count
                await response.write(f"data: {json.dumps(self.snapshot(user))}\n\n".encode())
                continue
            try:
                async with asyncio.timeout(_KEEP_ALIVE_SECONDS):
                    await self._state.changes.wait()
            except TimeoutError:
                await response.write(b": still here\n\n")

    def snapshot(self, user: SlackUser) -> Json:
        """All that one person sees."""
        state = self._state
        mine = [one for one in state.conversations if user.id in one.members]
        return {
            "now": state.clock.now(),
            "workspace": state.workspace.name,
            "user": user.id,
            "users": [{"id": one.id, "name": one.name, "realName": one.real_name} for one in state.workspace.users],
            "apps": [self._app(app) for app in state.workspace.apps],
            "channels": [{**conversation_object(one, user.id), "members": list(one.members)} for one in mine],
            "messages": {
                one.id: [
                    message_object(state, message) | {"deleted": message.deleted}
                    for message in state.messages.all_in(one.id)
                    if message.visible_to in (None, user.id)
                ]
                for one in mine
            },
            "statuses": [
                {"channel": channel, "thread": thread, **status} for (channel, thread), status in state.statuses.items()
            ],
            "modals": [view_record(state, view) for view in state.views.stack(user.id)],
            "homes": {
                app.app_id: view_record(state, view)
                for app in state.workspace.apps
                if (view := state.views.home(app.app_id, user.id))
            },
            "alarms": [{"name": alarm.name, "channel": alarm.channel} for alarm in state.workspace.alarms],
        }

    def _app(self, app: SlackApp) -> Json:
        connected = bool(self._services.delivery.socket.connected(app.app_id))
        reachable = connected if app.mode == "socket" else bool(self._state.request_urls.get(app.app_id))
        return {
            "id": app.app_id,
            "userId": app.bot_user_id,
            "name": app.name,
            "color": app.color,
            "hasHome": app.home_tab_enabled,
            "listens": bool(app.slash_commands or app.events),
            "reachable": reachable,
            "commands": [command.model_dump() for command in app.slash_commands],
            "shortcuts": [shortcut.model_dump() for shortcut in app.shortcuts],
        }

    async def _avatar(self, request: web.Request) -> web.Response:
        reference = request.match_info["id"]
        app, user = self._state.workspace.find_app(reference), self._state.workspace.find_user(reference)
        name = app.name if app else user.real_name if user else "Slack"
        color = app.color if app else _PEOPLE[sum(map(ord, reference)) % len(_PEOPLE)]
        return web.Response(text=_picture(name, color), content_type="image/svg+xml")

    async def _file(self, request: web.Request) -> web.Response:
        file = self._state.files.get(request.match_info["id"])
        if file is None or file.content is None:
            raise web.HTTPNotFound(text="There is no such file.")
        # A page that an app uploaded is shown as a picture or as text, never run.
        picture = file.name.rsplit(".", 1)[-1].lower() in _PICTURES
        kind = _PICTURES[file.name.rsplit(".", 1)[-1].lower()] if picture else "text/plain"
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=file.content, content_type=kind, headers=headers)


_PEOPLE = ("#0b6e4f", "#8a3ffc", "#b3261e", "#005a9c", "#7a4100")
_PICTURES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}


def _picture(name: str, color: str) -> str:
    """A square with the first letters of a name."""
    letters = "".join(word[0] for word in name.split()[:2]).upper()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" rx="8" fill="{html.escape(color)}"/>'
        '<text x="24" y="31" text-anchor="middle" font-family="sans-serif" font-size="19" font-weight="700" '
        f'fill="#fff">{html.escape(letters)}</text></svg>'
    )


def refuse_other_sites(request: web.Request) -> None:
    """Only this page and programs may change things: a page of another site gets 403 (BadRequestError)."""
    origin = request.headers.get("Origin")
    if origin and request.method == "POST" and origin.split("://")[-1] != request.host:
        raise BadRequestError(f"{origin} may not drive this workspace")
