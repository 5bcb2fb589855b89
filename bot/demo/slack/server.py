"""A Slack workspace on this machine: the Web API, Socket Mode, signed HTTP, a page to use it, a way to drive it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.demo.slack.clock import Clock, SystemClock
from bot.demo.slack.control import Control
from bot.demo.slack.control_views import message_record
from bot.demo.slack.journal import Journal
from bot.demo.slack.json_types import Json
from bot.demo.slack.page_server import PageServer, refuse_other_sites
from bot.demo.slack.problems import BadRequestError
from bot.demo.slack.rate_limits import RateLimits
from bot.demo.slack.response_urls import ResponseUrls
from bot.demo.slack.services import OnAlarm, Services
from bot.demo.slack.state import State
from bot.demo.slack.web_api import WebApi
from bot.demo.slack.workspace import Workspace

# Slack takes files of up to 1 GB; what a bot uploads here is pictures and logs.
_LARGEST_BODY = 64 * 1024 * 1024
_STOP_SECONDS = 0.2


class LocalSlack:
    """One workspace, served on one port. Use it as an async context manager, or call `start` and `stop`.

    `port` 0 takes a free one. `clock` moves every deadline, limit and delay. `processing_seconds` is how long an
    uploaded file stays unusable, as in Slack. `on_alarm` is told when somebody raises or clears one of the alarms.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        rate_limits: RateLimits | None = None,
        processing_seconds: float = 1,
        on_alarm: OnAlarm | None = None,
    ) -> None:
        self._host, self._port = host, port
        self.state = State(
            workspace, clock or SystemClock(), rate_limits or RateLimits(), processing_seconds=processing_seconds
        )
        self._services = Services.over(self.state, on_alarm)
        self._page = PageServer(self._services)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the page; empty before the start."""
        return f"{self.state.base_url}/" if self.state.base_url else ""

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, to be given to a Slack client; empty before the start."""
        return f"{self.state.base_url}/api/" if self.state.base_url else ""

    @property
    def workspace(self) -> Workspace:
        """What the workspace consists of."""
        return self.state.workspace

    @property
    def journal(self) -> Journal:
        """What went over the wire."""
        return self.state.journal

    async def start(self) -> None:
        """Listen; OSError if the port is taken."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=_STOP_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        shown = "localhost" if self._host in ("0.0.0.0", "::") else self._host  # noqa: S104 # compared, not bound
        self.state.base_url = f"http://{shown}:{port}"

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        self._page.close()
        await self._services.delivery.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def messages(self, channel: str) -> list[Json]:
        """Every message in a channel, given by id or name: what `GET /_control/messages/<channel>` shows."""
        conversation = self.state.conversations.find(channel)
        if conversation is None:
            raise LookupError(f"no channel {channel}")
        return [message_record(self.state, message) for message in self.state.messages.all_in(conversation.id)]

    async def until(self, predicate: Callable[[], object], timeout: float = 10) -> None:
        """Return once the predicate holds, looked at after every change; TimeoutError after that many seconds."""
        await self.state.changes.until(predicate, timeout)

    async def settled(self, timeout: float = 10) -> None:
        """Return once nothing is on its way to an app."""
        await self._services.delivery.settled(timeout)

    async def set_request_url(self, app_id: str, url: str) -> None:
        """Where an app in HTTP mode is reached; ValueError if it does not return Slack's challenge."""
        app = self.workspace.app(app_id)
        if app is None or not await self._services.delivery.http.verify(app, url):
            raise ValueError(f"{url} did not return the challenge of the url_verification event")

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_same_site])
        api, responses = WebApi(self._services), ResponseUrls(self._services)
        application.add_routes(
            [
                web.route("*", "/api/{method}", api.serve),
                web.get("/link/", self._services.delivery.socket.accept),
                web.post("/responses/{app}/{key}", responses.serve),
                web.post("/upload/v1/{id}", self._upload),
                *Control(self._services).routes(),
                *self._page.routes(),
            ]
        )
        return application

    async def _upload(self, request: web.Request) -> web.Response:
        """The second step of an upload: the bytes."""
        started, file = self.state.clock.now(), self.state.files.get(request.match_info["id"])
        if request.content_type.startswith("multipart/"):
            parts = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
            content = parts[0].file.read() if parts else b""
        else:
            content = await request.read()
        fits = file is not None and len(content) == file.length
        outcome = "ok" if fits else "file_not_found" if file is None else "length_mismatch"
        if file and fits:
            self.state.files.put(replace(file, content=content))
        self.state.journal.add(
            "upload",
            app=file.app_id if file else "",
            name=request.match_info["id"],
            request={"length": len(content)},
            answer=outcome,
            outcome=outcome,
            started=started,
            transport="http",
        )
        if not fits:
            return web.Response(status=400, text=outcome)
        return web.Response(text=f"OK - {len(content)}")


@web.middleware
async def _same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        refuse_other_sites(request)
    except BadRequestError as error:
        return web.json_response({"ok": False, "error": str(error)}, status=403)
    return await handler(request)
