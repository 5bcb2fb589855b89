"""The HTTP server: Slack's requests (signed), and `/healthz`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp

log = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
_SHUTDOWN_SECONDS = 3.0

Post = Callable[[web.Request], Awaitable[web.StreamResponse]]
Health = Callable[[], Awaitable[tuple[bool, Mapping[str, Any]]]]
"""Whether all is well, and the facts behind it. Nothing in them is secret: anybody may ask."""


class HttpServer:
    """Listens on an address. With an app it takes Slack's requests; without one it only answers about health.

    `posts` are further paths that take a POST, each with what handles it.
    """

    def __init__(
        self, app: AsyncApp | None, host: str, port: int, health: Health, posts: Mapping[str, Post] | None = None
    ) -> None:
        self._host = host
        self._port = port
        self._application = app.web_app(EVENTS_PATH, port) if app else web.Application()
        self._application.router.add_get(HEALTH_PATH, self._health)
        for path, handle in (posts or {}).items():
            self._application.router.add_post(path, handle)
        self._report = health
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
