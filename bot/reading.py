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
from bot.diagnosis.model import Gap, Request
from bot.diagnosis.sources import CALLER
from bot.language import _

Readers = Callable[[Request], engine.Reader]
"""Makes the reader for one request; CannotReadError where the request asks for what nobody configured."""


class CannotReadError(Exception):
    """The request cannot be read at all, and trying again will not help; the text says what was expected."""


class NoCredentialsError(CannotReadError):
    """AWS takes no call at all with the credentials of this process."""


class Collector(Protocol):
    """Reads what one request needs, away from the event loop."""

    async def collect(
        self, request: Request, progress: engine.Progress, *, deadline: float, only: frozenset[str] | None = None
    ) -> Evidence:
        """Read for at most `deadline` seconds: everything, or these sources alone.

        `progress` is called on the event loop after every answer. CannotReadError.
        """

    def close(self) -> None:
        """Start nothing more. What is being read is not waited for."""


class InThreads:
    """Reads in threads of this process."""

    def __init__(self, readers: Readers, clock: engine.Clock, *, threads: int) -> None:
        self._readers = readers
        self._clock = clock
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="diagnose")

    async def collect(
        self, request: Request, progress: engine.Progress, *, deadline: float, only: frozenset[str] | None = None
    ) -> Evidence:
        """See `Collector.collect`."""
        loop = asyncio.get_running_loop()

        def told(evidence: Evidence, pending: frozenset[Key]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(progress, evidence, pending)

        def read() -> Evidence:
            reader = self._readers(request)
            return engine.collect(request, reader, self._clock, deadline=deadline, progress=told, only=only)

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

    A run that is cancelled leaves its reading to the others. `deadline` is in seconds, for one reading, and counts for
    those that start from now on.
    """

    def __init__(self, collector: Collector, *, deadline: float) -> None:
        self._collector = collector
        self.deadline = deadline
        self._flights: dict[Request, _Flight] = {}
        self._tasks: set[asyncio.Task[Evidence]] = set()

    async def evidence(
        self,
        request: Request,
        progress: engine.Progress,
        *,
        alone: bool = False,
        only: frozenset[str] | None = None,
    ) -> Evidence:
        """Read what the request needs, or of it these sources alone.

        `progress` is called on the event loop after every answer. CannotReadError also where AWS does not take the
        credentials.
        """
        alone = alone or only is not None
        flight = None if alone else self._flights.get(request)
        if flight is None:
            flight = self._start(request, shared=not alone, only=only)
        flight.listeners.append(progress)
        if flight.latest:
            progress(*flight.latest)
        try:
            return _with_credentials(await asyncio.shield(flight.task))
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

    def _start(self, request: Request, *, shared: bool, only: frozenset[str] | None) -> _Flight:
        flight: _Flight | None = None

        def tell(evidence: Evidence, pending: frozenset[Key]) -> None:
            if flight is not None:
                flight.latest = (evidence, pending)
                for listener in list(flight.listeners):
                    listener(evidence, pending)

        task = asyncio.create_task(self._collector.collect(request, tell, deadline=self.deadline, only=only))
        flight = _Flight(task)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        if shared:
            self._flights[request] = flight
            task.add_done_callback(lambda _: self._flights.pop(request, None))
        return flight


def _with_credentials(evidence: Evidence) -> Evidence:
    """The evidence, unless every read failed for want of credentials: a report of gaps alone would hide it."""
    who = evidence.reads.get((CALLER.name, ""))
    if (
        isinstance(who, Gap)
        and "credentials" in who.detail
        and all(isinstance(x, Gap) for x in evidence.reads.values())
    ):
        raise NoCredentialsError(
            _(
                "I cannot read AWS: {detail}. Renew the credentials of the process that runs vpclink, and ask again.",
                detail=who.detail,
            )
        )
    return evidence
