"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.slack.clock import DeadlineExceededError, within
from bot.demo.slack.delivery.envelope import ANSWER_SECONDS, Answer, Envelope
from bot.demo.slack.json_types import Json
from bot.demo.slack.state import State
from bot.demo.slack.workspace import SlackApp

_MOST_CONNECTIONS = 10


@dataclass(eq=False)
class _Connection:
    app_id: str
    number: int
    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)


class SocketTransport:
    """The WebSocket connections that apps hold open. An envelope goes to any one of an app's connections."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tickets: dict[str, str] = {}
        self._connections: list[_Connection] = []
        self._silent: set[_Connection] = set()
        self._turn = itertools.count()

    def open_url(self, app: SlackApp) -> str:
        """A WebSocket URL that can be used once."""
        ticket = self._state.ids.new("link").lower()
        self._tickets[ticket] = app.app_id
        return f"{self._state.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={app.app_id}"

    def connected(self, app_id: str) -> int:
        """How many connections an app holds."""
        return len(self._of(app_id))

    async def send(self, app: SlackApp, envelope: Envelope) -> Answer:
        """Deliver once, wait for the answer; never longer than the deadline."""
        try:
            return await within(self._state.clock, ANSWER_SECONDS, self._send(app, envelope))
        except DeadlineExceededError:
            return Answer("timeout")

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection for as long as it lasts."""
        app_id = self._tickets.pop(request.query.get("ticket", ""), None)
        if app_id is None:
            return web.Response(status=403, text="This link was used or never given out: call apps.connections.open.")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = _Connection(app_id, self._state.ids.number("connection"), socket, request)
        if self.connected(app_id) >= _MOST_CONNECTIONS:
            await self._disconnect(connection, "too_many_websockets")
            return socket
        self._connections.append(connection)
        await self._write(connection, self._hello(app_id))
        self._note(connection, "hello", {"connections": self.connected(app_id)})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(connection, message.data)
        finally:
            self._forget(connection)
        return socket

    async def disconnect(self, reason: str | None = None, app_id: str | None = None) -> int:
        """Close connections and say how many: with Slack's reason, or None to cut the wire without a word.

        `warning` only announces; Slack closes some seconds later with `refresh_requested`. `silence` leaves them open
        and deaf, as a connection is whose other end has gone without a word.
        """
        chosen = [one for one in self._connections if app_id in (None, one.app_id)]
        for connection in chosen:
            await self._disconnect(connection, reason)
        return len(chosen)

    async def _send(self, app: SlackApp, envelope: Envelope) -> Answer:
        while not (connections := self._of(app.app_id)):
            await self._state.changes.wait()
        connection = connections[next(self._turn) % len(connections)]
        envelope_id = self._state.ids.new("env").lower()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = answer
        try:
            await self._write(connection, _to_json(envelope, envelope_id))
            return await answer
        finally:
            connection.waiting.pop(envelope_id, None)

    def _acknowledge(self, connection: _Connection, raw: str) -> None:
        try:
            message = json.loads(raw)
        except ValueError:
            message = None
        if not isinstance(message, dict) or "envelope_id" not in message:
            self._note(connection, "unreadable", {"received": raw})
            return
        waiting = connection.waiting.get(message["envelope_id"])
        if waiting is None:
            self._note(connection, "late", message)
        elif not waiting.done():
            waiting.set_result(Answer("ok", message.get("payload")))

    async def _disconnect(self, connection: _Connection, reason: str | None) -> None:
        if reason is None:
            self._forget(connection)
            if connection.request.transport:
                connection.request.transport.abort()
            return
        if reason == "silence":
            self._silent.add(connection)
            if connection.request.transport:
                connection.request.transport.pause_reading()
            return
        goodbye = {"type": "disconnect", "reason": reason, "debug_info": {"host": "localhost"}}
        await self._write(connection, goodbye)
        if reason != "warning":
            self._forget(connection)
            await connection.socket.close()

    def _forget(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_result(Answer("connection_failed"))
        self._note(connection, "closed", {"connections": self.connected(connection.app_id)})

    async def _write(self, connection: _Connection, message: Json) -> None:
        # A connection that breaks while it is written to is noticed, and answered for, by its reader.
        if not connection.socket.closed and connection not in self._silent:
            await connection.socket.send_str(json.dumps(message))

    def _hello(self, app_id: str) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connected(app_id),
            "debug_info": {"host": "localhost", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": app_id},
        }

    def _of(self, app_id: str) -> list[_Connection]:
        return [one for one in self._connections if one.app_id == app_id]

    def _note(self, connection: _Connection, name: str, request: dict[str, Any]) -> None:
        self._state.journal.add(
            "socket",
            app=connection.app_id,
            name=name,
            request={"connection": connection.number, **request},
            answer=None,
            outcome="ok",
            started=self._state.clock.now(),
            transport="socket",
        )


def _to_json(envelope: Envelope, envelope_id: str) -> Json:
    message: Json = {
        "envelope_id": envelope_id,
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.kind != "events_api",
    }
    if envelope.kind == "events_api":
        message |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.retry_reason}
    return message
