"""Time, as the local Slack sees it: the machine's own, or one that a test moves by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable
from typing import Any, Protocol, TypeVar

from bot.demo.slack.changes import Changes

T = TypeVar("T")


class Clock(Protocol):
    """What every deadline, limit and delay of the local Slack asks."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until a test moves it.

    It starts at the machine's time, because Bolt compares a request's signed time with that.
    """

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, float, asyncio.Future[None]]] = []
        self._changes = Changes()

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (self._now + seconds, next(self._order), seconds, woken)
        heapq.heappush(self._sleepers, entry)
        self._changes.notify()
        try:
            await woken
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)
                heapq.heapify(self._sleepers)

    def move(self, seconds: float) -> None:
        """Move the time on and wake every sleeper whose time has come."""
        self._now += seconds
        while self._sleepers and self._sleepers[0][0] <= self._now:
            woken = heapq.heappop(self._sleepers)[-1]
            if not woken.done():
                woken.set_result(None)

    async def until_sleeping(self, seconds: float, timeout: float = 10) -> None:
        """Wait until something sleeps that asked for exactly this many seconds."""
        await self._changes.until(lambda: any(asked == seconds for _, _, asked, _ in self._sleepers), timeout)


class DeadlineExceededError(Exception):
    """The awaited thing took longer than its deadline."""


async def within(clock: Clock, seconds: float, awaitable: Awaitable[T]) -> T:
    """Await with a deadline on the given clock; raises DeadlineExceededError and cancels what was awaited."""
    work: asyncio.Future[T] = asyncio.ensure_future(awaitable)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    either: set[asyncio.Future[Any]] = {work, timer}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise DeadlineExceededError(f"nothing came within {seconds:g} s")
    finally:
        work.cancel()
        timer.cancel()
