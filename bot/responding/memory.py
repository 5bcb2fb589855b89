"""Which alarms have which thread: what makes a second alarm join the first, and a recovery find its way."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from bot.diagnosis.model import Request
from bot.responding.asking import AlarmAsk
from bot.store.interface import RunState, Store

_OPEN: Final = "alarm-open"
_WINDOW: Final = "alarm-window"
_NOTED: Final = "alarm-noted"
_AGAIN: Final = "alarm-again"
_OPEN_SECONDS: Final = 30 * 24 * 3600.0
"""How long an alarm may stay in ALARM until its recovery is no longer told."""
_NOTED_SECONDS: Final = 3600.0


@dataclass(frozen=True)
class Opened:
    """An alarm that was answered: by which job, where its message and the thread of its diagnosis stand, which run."""

    job: str
    name: str
    ts: str
    thread: str
    run: str
    at: str
    """The state change, in ISO 8601."""

    @property
    def when(self) -> datetime:
        """The state change."""
        return datetime.fromisoformat(self.at)


class AlarmMemory:
    """What is remembered of alarms. `window` is in seconds; 0 lets every alarm have its own run."""

    def __init__(self, store: Store, window: float) -> None:
        self._store = store
        self._window = window

    async def open_or_first(self, ask: AlarmAsk, request: Request, opened: Opened) -> Opened:
        """Open the window of this API and stage with this alarm, or return the alarm that opened it before.

        A run that failed is no diagnosis to join: then this alarm takes its place.
        """
        if self._window <= 0:
            return opened
        values, key = self._store.values, _window_key(ask.channel, request)
        there = await values.put_if_absent(_WINDOW, key, asdict(opened), ttl=self._window)
        if there is None:
            return opened
        first = Opened(**there.value)
        run = await self._store.runs.get(first.run)
        if first.job == opened.job or run is None or run.state is not RunState.FAILED:
            return first
        won = await values.compare_and_set(_WINDOW, key, there.value, asdict(opened), ttl=self._window)
        return opened if won else await self.open_or_first(ask, request, opened)

    async def times_again(self, ask: AlarmAsk, first: Opened, job: str) -> int:
        """How often this alarm has come back to the thread of the first one, this job included."""
        prefix = f"{first.job}/{ask.identity}/"
        await self._store.values.put(_AGAIN, f"{prefix}{job}", value=True, ttl=_OPEN_SECONDS)
        return len(await self._store.values.scan(_AGAIN, prefix))

    async def remember(self, ask: AlarmAsk, opened: Opened) -> None:
        """Keep the alarm until it recovers."""
        await self._store.values.put(_OPEN, ask.identity, asdict(opened), ttl=_OPEN_SECONDS)

    async def opened(self, ask: AlarmAsk) -> Opened | None:
        """The alarm that a recovery is about; none where its reply or edit stands at another message."""
        entry = await self._store.values.get(_OPEN, ask.identity)
        found = Opened(**entry.value) if entry else None
        if found and ask.alarm.follows_up and found.ts not in {ask.thread, ask.ts}:
            return None
        return found

    async def forget(self, ask: AlarmAsk, opened: Opened) -> None:
        """The alarm has recovered, and this was told."""
        await self._store.values.compare_and_delete(_OPEN, ask.identity, asdict(opened))

    async def first_to_say(self, what: str, job: str) -> bool:
        """Whether nobody but this job has said this in the last hour: for what concerns every alarm alike."""
        there = await self._store.values.put_if_absent(_NOTED, what, job, ttl=_NOTED_SECONDS)
        return there is None or there.value == job


def _window_key(channel: str, request: Request) -> str:
    name = f"{channel}/{request.region}/{request.api}/{request.stage}"
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32]
