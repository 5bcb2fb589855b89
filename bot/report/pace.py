"""One write a second and channel: what Slack lets an app write without refusing it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

# Slack allows about one message a second in a channel (https://docs.slack.dev/apis/web-api/rate-limits).
SECONDS = 1.0
_MOST_CHANNELS = 1000


class Pace:
    """Gives out turns, one after another in each channel. `monotonic` counts seconds."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: float = SECONDS,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._seconds = seconds
        self._last: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def turn(self, channel: str, *, urgent: bool = False) -> None:
        """Return once it is this channel's turn again. Turns are given in the order in which they were asked for.

        What is `urgent` (a first sign of life, a verdict) goes at once: Slack tolerates short bursts. It counts for
        those who wait.
        """
        self._forget_idle()
        if urgent:
            self._last[channel] = self._monotonic()
            return
        async with self._locks.setdefault(channel, asyncio.Lock()):
            while (wait := self._wait(channel)) > 0:
                await self._sleep(wait)
            self._last[channel] = self._monotonic()

    def _wait(self, channel: str) -> float:
        last = self._last.get(channel)
        return 0.0 if last is None else last + self._seconds - self._monotonic()

    def _forget_idle(self) -> None:
        if len(self._last) > _MOST_CHANNELS:
            busy = {channel for channel, lock in self._locks.items() if lock.locked()}
            self._locks = {channel: lock for channel, lock in self._locks.items() if channel in busy}
            self._last = {channel: last for channel, last in self._last.items() if channel in busy}
