"""Getting payloads to apps: by Socket Mode or signed HTTP, events again if they were not acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from bot.demo.slack.delivery.envelope import Answer, Envelope, Kind, Transport
from bot.demo.slack.delivery.http_transport import HttpTransport
from bot.demo.slack.delivery.socket_transport import SocketTransport
from bot.demo.slack.json_types import Json
from bot.demo.slack.state import State
from bot.demo.slack.workspace import SlackApp

# When an event that was not acknowledged is sent again: https://docs.slack.dev/apis/events-api/#retries
RETRY_SECONDS = (0, 60, 300)


class Delivery:
    """Delivers; keeps every delivery in the journal."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self.socket = SocketTransport(state)
        self.http = HttpTransport(state)

    def event(self, app: SlackApp, event: Json) -> None:
        """Deliver an event in the background, with Slack's retries."""
        payload = {
            "token": "local",
            "team_id": self._state.workspace.team_id,
            "api_app_id": app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self._state.ids.new("Ev"),
            "event_time": int(self._state.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self._state.workspace.team_id,
                    "user_id": app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
        self.in_background(self._deliver_event(app, payload))

    async def ask(self, app: SlackApp, kind: Kind, payload: Json) -> Answer:
        """Deliver a command or an interaction: once, because a person waits for it."""
        with self._working():
            return await self._attempt(app, Envelope(kind, payload))

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something whose end nobody waits for; `settled` and `close` know of it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self, timeout: float = 10) -> None:
        """Return once nothing is on its way to an app; an event that waits for its next retry does not count."""
        await asyncio.sleep(0)  # what was just put in the background starts
        await self._state.changes.until(lambda: self._under_way == 0, timeout)

    async def close(self) -> None:
        """Give up on what is under way and close every connection."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.socket.disconnect(reason="refresh_requested")
        await self.http.close()

    async def _deliver_event(self, app: SlackApp, payload: Json) -> None:
        with self._working():
            answer = await self._attempt(app, Envelope("events_api", payload))
        for number, seconds in enumerate(RETRY_SECONDS, start=1):
            if answer.is_ok or answer.no_retry:
                return
            if seconds:
                await self._state.clock.sleep(seconds)
            with self._working():
                answer = await self._attempt(app, Envelope("events_api", payload, number, answer.outcome))

    async def _attempt(self, app: SlackApp, envelope: Envelope) -> Answer:
        transport: Transport = self.socket if app.mode == "socket" else self.http
        started = self._state.clock.now()
        answer = Answer("cancelled")
        try:
            answer = await transport.send(app, envelope)
            return answer
        finally:
            self._state.journal.add(
                "delivery",
                app=app.app_id,
                name=envelope.name,
                request=envelope.payload,
                answer=answer.body,
                outcome=answer.outcome,
                started=started,
                transport=app.mode,
                attempt=envelope.attempt,
            )

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._state.changes.notify()
