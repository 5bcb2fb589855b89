"""The HTTP server: Slack's requests (signed), and for whoever runs it `/healthz`, `/livez` and `/metrics`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.metrics import CONTENT_TYPE

log = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
LIVE_PATH = "/livez"
METRICS_PATH = "/metrics"
_SHUTDOWN_SECONDS = 3.0

Metrics = Callable[[], Awaitable[bytes]]
"""What was counted, in Prometheus's text format. It names no API, channel or person."""
Health = Callable[[], Awaitable[tuple[bool, Mapping[str, Any]]]]
"""Whether all is well, and the facts behind it. Nothing in them is secret: anybody may ask."""


class HttpServer:
    """Listens on an address. With an app it takes Slack's requests; without one it only tells how things stand."""

    def __init__(self, app: AsyncApp | None, host: str, port: int, health: Health, metrics: Metrics) -> None:
        self._host = host
        self._port = port
        self._application = app.web_app(EVENTS_PATH, port) if app else web.Application()
        self._application.router.add_get(HEALTH_PATH, self._health)
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

    async def _health(self, _: web.Request) -> web.Response:
        well, facts = await self._report()
        return web.json_response({"status": "ok" if well else "unhealthy", **facts}, status=200 if well else 503)

    async def _live(self, _: web.Request) -> web.Response:
        """That the process answers at all. What a restart would not mend is `/healthz`'s to tell."""
        return web.json_response({"status": "ok"})

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=await self._count(), headers={"Content-Type": CONTENT_TYPE})
