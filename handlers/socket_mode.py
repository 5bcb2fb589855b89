"""Socket Mode: the connection that Slack's requests come in by, and a watchdog over it.

The SDK reconnects by itself in most cases. In some it keeps a connection that is dead, or hangs while closing one
(slackapi/bolt-python#1529, slackapi/python-slack-sdk#1701): when nothing was heard for too long, the whole client is
replaced.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.metrics import RECONNECTS

log = logging.getLogger(__name__)

PING_SECONDS = 10.0
SILENCE_SECONDS = 60.0
"""Slack answers every ping: six of them without an answer are no bad luck."""
_LOOK_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_LONGEST_HELLO = 1000


class SocketMode:
    """Holds one connection open. `wall` is the clock that the SDK stamps its pings with."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._app = app
        self._token = app_token
        self._wall = wall
        self._sleep = sleep
        self._handler: AsyncSocketModeHandler | None = None
        self._heard = wall()
        self._watch: asyncio.Task[None] | None = None
        self._connected = False
        self.replaced = 0
        """How often the watchdog has replaced the client."""

    async def start(self) -> None:
        """Connect, and begin to watch."""
        await self._connect()
        self._watch = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Close the connection; Slack gives what comes next to another one, or again later."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait({self._watch})
        await self._close()

    def silence(self) -> float:
        """Seconds since anything was heard of Slack: a hello, an envelope, the answer to a ping."""
        pong = self._handler.client.last_ping_pong_time if self._handler else None
        return max(0.0, self._wall() - max(self._heard, pong or 0.0))

    async def _connect(self) -> None:
        handler = AsyncSocketModeHandler(self._app, self._token, ping_interval=PING_SECONDS)
        handler.client.on_message_listeners.append(self._hear)
        self._handler = handler
        self._heard = self._wall()
        await handler.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    async def _hear(self, message: WSMessage) -> None:
        self._heard = self._wall()
        if _is_hello(message.data):
            if self._connected:
                RECONNECTS.inc()
            self._connected = True

    async def _look(self) -> None:
        while True:
            await self._sleep(_LOOK_SECONDS)
            if self.silence() < SILENCE_SECONDS:
                continue
            log.error("nothing was heard of Slack for %d s: connecting anew", self.silence())
            self.replaced += 1
            await self._close()
            try:
                await asyncio.wait_for(self._connect(), SILENCE_SECONDS)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next look tries again
                log.error("Slack cannot be reached: %s: %s", type(error).__name__, error)

    async def _close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        handler.client.closed = True  # a client that is still connecting gives up
        with suppress(Exception):  # it is thrown away: what goes wrong with it concerns nobody
            closing = handler.client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
            await asyncio.wait_for(closing, _CLOSE_SECONDS)


def _is_hello(text: str) -> bool:
    """Whether this is the first word of a connection (https://docs.slack.dev/apis/events-api/using-socket-mode/)."""
    return len(text) < _LONGEST_HELLO and json.loads(text).get("type") == "hello"
