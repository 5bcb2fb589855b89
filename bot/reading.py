"""Reading evidence for runs, shared by equal requests, with progress told on the event loop.

Where the reading happens is a collector's business: in threads of this process (here), or in a process of its own
(`bot/reading_apart`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Protocol

from bot.diagnosis import engine
from bot.diagnosis.evidence import Evidence, Key
from bot.diagnosis.model import Request

Readers = Callable[[Request], engine.Reader]
"""Makes the reader for one request; CannotReadError where the request asks for what nobody configured."""


class CannotReadError(Exception):
    """The request cannot be read at all, and trying again will not help; the text says what was expected."""


class Collector(Protocol):
    """Reads what one request needs, away from the event loop."""

    async def collect(self, request: Request, progress: engine.Progress) -> Evidence:
        """Read. `progress` is called on the event loop after every answer. CannotReadError."""

    def close(self) -> None:
        """Start nothing more. What is being read is not waited for."""


class InThreads:
    """Reads in threads of this process. `deadline` is in seconds, for one reading."""

    def __init__(self, readers: Readers, clock: engine.Clock, *, deadline: float, threads: int) -> None:
        self._readers = readers
        self._clock = clock
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="diagnose")

    async def collect(self, request: Request, progress: engine.Progress) -> Evidence:
        """See `Collector.collect`."""
        loop = asyncio.get_running_loop()

        def told(evidence: Evidence, pending: frozenset[Key]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(progress, evidence, pending)

        def read() -> Evidence:
            return engine.collect(request, self._readers(request), self._clock, deadline=self._deadline, progress=told)

        # With the context, the reference goes along: it stands in log lines, and in what CloudTrail shows.
        return await loop.run_in_executor(self._pool, copy_context().run, read)

    def close(self) -> None:
        """See `Collector.close`."""
        self._pool.shutdown(wait=False, cancel_futures=True)


@dataclass(eq=False)
class _Flight:
    task: asyncio.Task[Evidence]
    listeners: list[engine.Progress] = field(default_factory=list)
    latest: tuple[Evidence, frozenset[Key]] | None = None


class SharedReadings:
    """Reads for several runs at the same time. Equal requests that do not ask to be `alone` share one reading.

    A run that is cancelled leaves its reading to the others.
    """

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._flights: dict[Request, _Flight] = {}
        self._tasks: set[asyncio.Task[Evidence]] = set()

    async def evidence(self, request: Request, progress: engine.Progress, *, alone: bool = False) -> Evidence:
        """Read what the request needs. `progress` is called on the event loop after every answer."""
        flight = None if alone else self._flights.get(request)
        if flight is None:
            flight = self._start(request, shared=not alone)
        flight.listeners.append(progress)
        if flight.latest:
            progress(*flight.latest)
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.listeners.remove(progress)

    def close(self) -> None:
        """Start nothing more. What is being read is not waited for."""
        for task in self._tasks:
            task.cancel()
        self._collector.close()

    def _ended(self, task: asyncio.Task[Evidence]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # asked for, so that a failure whose runs were all cancelled is no "never retrieved"

    def _start(self, request: Request, *, shared: bool) -> _Flight:
        flight: _Flight | None = None

        def tell(evidence: Evidence, pending: frozenset[Key]) -> None:
            if flight is not None:
                flight.latest = (evidence, pending)
                for listener in list(flight.listeners):
                    listener(evidence, pending)

        task = asyncio.create_task(self._collector.collect(request, tell))
        flight = _Flight(task)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        if shared:
            self._flights[request] = flight
            task.add_done_callback(lambda _: self._flights.pop(request, None))
        return flight
