"""The running service: intake, queue, housekeeping; started in order, watched, and stopped in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.diagnosis.engine import Clock
from bot.jobs.interface import JobQueue
from bot.kinds import ByKind
from bot.log_lines import event
from bot.metrics import exposition
from bot.reading import SharedReadings
from bot.settings import Settings, SettingsError
from bot.store.catalogue import FRESH_SECONDS
from bot.store.errors import StorageError
from bot.store.interface import Store
from handlers.socket_mode import SILENCE_SECONDS, SocketMode
from handlers.web import HttpServer, Post

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
"""How long running diagnoses may take to finish. With the goodbyes it stays below the ten seconds after which
container runtimes kill a process."""
_HOUSEKEEPING_SECONDS = 6 * 3600.0
_NAMES_SECONDS = FRESH_SECONDS
"""A job that is put more often than that would find the names fresh, and do nothing."""


class Intake(Protocol):
    """A way by which requests come in."""

    async def start(self) -> None:
        """Begin to take requests."""

    async def stop(self) -> None:
        """Take no more."""


@dataclass
class Service:
    """Everything that runs. Use `run`; `start` and `stop` are its two halves."""

    settings: Settings
    app: AsyncApp
    queue: JobQueue
    store: Store
    worker: ByKind
    readings: SharedReadings
    clock: Clock
    further: tuple[Intake, ...] = ()
    """Ways by which alarms come in that Slack does not show."""
    posts: Mapping[str, Post] = field(default_factory=dict)
    """Further paths of the HTTP server."""
    refresh_names: Callable[[], Awaitable[None]] | None = None
    """Puts the job that reads the names for the menus again."""
    intakes: list[Intake] = field(default_factory=list)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _socket: SocketMode | None = None
    http: HttpServer | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises what made the queue end by itself."""
        stopping = asyncio.create_task(stop.wait())
        try:
            await self.start()
            await asyncio.wait({stopping, *self._tasks.values()}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            ended = [task for task in self._tasks.values() if task.done()]
            await self.stop()
        for task in ended:
            task.result()

    async def start(self) -> None:
        """Start the workers, then open the door."""
        self._spawn("queue", self._run_queue())
        self._spawn("housekeeping", self._keep_house())
        self._spawn("names", self._keep_names())
        for intake in await self._make_intakes():
            self.intakes.append(intake)
            await intake.start()
        event(log, "serving", mode="socket" if self.settings.socket_mode else "http")

    async def stop(self) -> None:
        """Close the door, let running work finish or give it back, then end everything else."""
        for intake in reversed(self.intakes):
            await intake.stop()
        self.intakes.clear()
        await self.queue.drain(DRAIN_SECONDS)
        self.readings.close()
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values())
        event(log, "stopped")

    async def health(self) -> tuple[bool, Mapping[str, Any]]:
        """Whether requests are taken and worked on, with the facts."""
        problems = [f"{name} ended" for name, task in self._tasks.items() if task.done()]
        facts: dict[str, Any] = {"mode": "socket" if self.settings.socket_mode else "http"}
        if self._socket:
            silence = round(self._socket.silence(), 1)
            facts |= {"slack_heard_seconds_ago": silence, "reconnected": self._socket.replaced}
            problems += [f"nothing heard of Slack for {silence} s"] if silence > SILENCE_SECONDS else []
        try:
            depth = await self.queue.depth()
            facts["jobs"] = {"ready": depth.ready + depth.delayed, "running": depth.running, "dead": depth.dead}
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the storage is the answer
            problems.append(f"storage: {type(error).__name__}")
        return not problems, {**facts, "problems": problems}

    async def metrics(self) -> bytes:
        """What was counted, for Prometheus; without the queue's depth where the storage has trouble."""
        depth = None
        with suppress(StorageError):
            depth = await self.queue.depth()
        return exposition(depth)

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[name] = asyncio.create_task(work, name=name)

    async def _run_queue(self) -> None:
        await self.queue.run(self.worker.handle, concurrency=self.settings.concurrency, on_dead=self.worker.on_dead)

    async def _keep_house(self) -> None:
        """Forget what is older than the retention, now and several times a day."""
        while True:
            before = self.clock.now() - timedelta(days=self.settings.retention_days)
            try:
                forgotten = await self.store.forget_before(before)
                event(log, "old runs forgotten", runs=forgotten)
            except Exception as error:  # noqa: BLE001 - it is tried again later, and nobody waits for it
                log.error("old runs could not be forgotten: %s: %s", type(error).__name__, error)
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)

    async def _keep_names(self) -> None:
        """Have the names for the menus read, now and whenever they are old."""
        while True:
            try:
                await (self.refresh_names() if self.refresh_names else asyncio.sleep(0))
            except Exception as error:  # noqa: BLE001 - names that are missing are typed by hand
                log.error("no job for the names could be put: %s: %s", type(error).__name__, error)
            await asyncio.sleep(_NAMES_SECONDS)

    async def _make_intakes(self) -> list[Intake]:
        settings = self.settings
        if not settings.socket_mode:
            secret = settings.slack_signing_secret.get_secret_value()
            self.http = HttpServer(
                self.app, settings.host, settings.port, self.health, self.metrics, self.posts, secret=secret
            )
            return [self.http, *self.further]
        token = settings.slack_app_token.get_secret_value()
        await self._check_app_token(token)
        self._socket = SocketMode(self.app, token)
        if not settings.port_is_set:
            return [self._socket, *self.further]
        self.http = HttpServer(None, settings.host, settings.port, self.health, self.metrics, self.posts)
        return [self._socket, self.http, *self.further]

    async def _check_app_token(self, token: str) -> None:
        """A wrong app token would be retried for ever by the SDK: it is found out now. SettingsError."""
        try:
            await self.app.client.apps_connections_open(app_token=token)
        except SlackApiError as error:
            code = error.response.get("error")
            raise SettingsError(
                [f"SLACK_APP_TOKEN: Slack does not take it ({code}); expected one with connections:write"]
            ) from error
