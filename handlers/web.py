"""The HTTP server: Slack's requests (signed), and for whoever runs it `/healthz`, `/livez` and `/metrics`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.log_lines import event
from bot.metrics import CONTENT_TYPE
from handlers import intake

log = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
LIVE_PATH = "/livez"
METRICS_PATH = "/metrics"
_SHUTDOWN_SECONDS = 3.0
_BODY_SECONDS = 5.0
"""How long a body may take: Slack gives up after three."""

Post = Callable[[web.Request], Awaitable[web.StreamResponse]]
Metrics = Callable[[], Awaitable[bytes]]
"""What was counted, in Prometheus's text format. It names no API, channel or person."""
Health = Callable[[], Awaitable[tuple[bool, Mapping[str, Any]]]]
"""Whether all is well, and the facts behind it. Nothing in them is secret: anybody may ask."""


class HttpServer:
    """Listens on an address. With an app it takes Slack's requests; without one it only tells how things stand.

    `posts` are further paths that take a POST, each with what handles it. `secret` is the signing secret; without it no
    request is Slack's. `wall` is a clock, in seconds since 1970.
    """

    def __init__(
        self,
        app: AsyncApp | None,
        host: str,
        port: int,
        health: Health,
        metrics: Metrics,
        posts: Mapping[str, Post] | None = None,
        *,
        secret: str = "",
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._host = host
        self._port = port
        self._secret = secret
        self._wall = wall
        self._application = web.Application(client_max_size=intake.LONGEST_BODY)
        if app is not None:
            self._application.router.add_post(EVENTS_PATH, self._slack(app))
        self._application.router.add_get(HEALTH_PATH, self._health)
        for path, handle in (posts or {}).items():
            self._application.router.add_post(path, handle)
        self._application.router.add_get(LIVE_PATH, self._live)
        self._application.router.add_get(METRICS_PATH, self._metrics)
        self._report = health
        self._count = metrics
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where it listens, as a URL; the port is the real one where 0 was asked for."""
        host, port = (self._runner.addresses[0][:2]) if self._runner and self._runner.addresses else ("", 0)
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Listen; OSError where the port is taken."""
        self._runner = web.AppRunner(self._application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        log.info("listening on %s", self.address)

    async def stop(self) -> None:
        """Take no more requests, and let those that came finish."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def _slack(self, app: AsyncApp) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            headers = {name.lower(): request.headers.getall(name) for name in request.headers}
            payload = await self._read(request, headers)
            if isinstance(payload, intake.Refusal):
                event(log, "http request refused", status=payload.status, reason=payload.reason)
                return web.Response(status=payload.status)
            # It is verified and read, and goes to Bolt as a payload, as Socket Mode's do. Bolt would verify it again,
            # and read it differently: a form whose text has the word "payload" in it comes out empty.
            passed = {name: values for name, values in headers.items() if name.startswith("x-slack-retry")}
            asked = AsyncBoltRequest(mode="socket_mode", body=payload, headers=passed)  # type: ignore[arg-type]  # dicts are invariant
            return await to_aiohttp_response(await app.async_dispatch(asked))

        return answer

    async def _read(self, request: web.Request, headers: intake.Headers) -> dict[str, Any] | intake.Refusal:
        refusal = intake.refuse_headers(headers, self._wall())
        if refusal is not None:
            return refusal
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return intake.Refusal(413, "a body that is longer than its headers say")
        except TimeoutError:
            return intake.Refusal(408, "a body that does not come")
        return intake.read_body(headers, body, self._secret, self._wall())

    async def _health(self, _: web.Request) -> web.Response:
        well, facts = await self._report()
        return web.json_response({"status": "ok" if well else "unhealthy", **facts}, status=200 if well else 503)

    async def _live(self, _: web.Request) -> web.Response:
        """That the process answers at all. What a restart would not mend is `/healthz`'s to tell."""
        return web.json_response({"status": "ok"})

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=await self._count(), headers={"Content-Type": CONTENT_TYPE})
