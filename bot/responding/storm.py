"""Many alarms at once: how many are answered one by one, and where the others are kept until they are summed up.

Slack takes about one message a second in a channel, and DescribeAlarms nine calls a second in an account (AWS:
"CloudWatch service quotas"). So a channel has a bucket of alarms that fills slowly; those that find it empty are kept,
and jobs of their own look them up a hundred at a time and edit one message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from bot.jobs.interface import JobQueue
from bot.responding.asking import AlarmAsk
from bot.store.interface import Values

STORM: Final = "alarm-storm"
"""The kind of the jobs that sum up a storm. The body is a channel and the storm's id."""

BURST: Final = 10
"""Alarms that a channel answers one by one at once."""
REFILL_SECONDS: Final = 6.0
"""Seconds until one more is answered."""
SUMMARY_SECONDS: Final = 10.0
"""A storm is summed up once in so many seconds, after the last of its alarms too."""
_QUIET_SECONDS: Final = 300.0
"""A storm ends when nothing came for so long."""
_KEPT_SECONDS: Final = 24 * 3600.0
_ADMITTED_SECONDS: Final = 3600.0

_BUCKET: Final = "alarm-bucket"
_ADMITTED: Final = "alarm-admitted"
_OPEN: Final = "alarm-storm-open"
_KEPT: Final = "alarm-storm-kept"

Fate = Literal["new", "ours", "diagnosed", "left"]


@dataclass(frozen=True)
class Kept:
    """An alarm of a storm: what became of it, what it is about, and whether it is over."""

    ask: dict[str, Any]
    fate: Fate = "new"
    subject: str = ""
    over: bool = False

    @property
    def asked(self) -> AlarmAsk:
        """The alarm as it came."""
        return AlarmAsk.model_validate(self.ask)


class Storms:
    """Keeps count for every channel. `now` names a time zone."""

    def __init__(self, values: Values, jobs: JobQueue, now: Callable[[], datetime]) -> None:
        self._values = values
        self._jobs = jobs
        self._now = now

    async def admits(self, channel: str, job: str) -> bool:
        """Whether this alarm is answered by itself. The same job gets the same answer again."""
        known = await self._values.get(_ADMITTED, job)
        if known is not None:
            return bool(known.value)
        admitted = await self._take(channel)
        there = await self._values.put_if_absent(_ADMITTED, job, admitted, ttl=_ADMITTED_SECONDS)
        return admitted if there is None else bool(there.value)

    async def _take(self, channel: str) -> bool:
        while True:
            now = self._now().timestamp()
            entry = await self._values.get(_BUCKET, channel)
            tokens, at = entry.value if entry else (float(BURST), now)
            tokens = min(float(BURST), tokens + max(0.0, now - at) / REFILL_SECONDS)
            left = [tokens - 1 if tokens >= 1 else tokens, now]
            if entry is None:
                done = await self._values.put_if_absent(_BUCKET, channel, left) is None
            else:
                done = await self._values.compare_and_set(_BUCKET, channel, entry.value, left)
            if done:
                return tokens >= 1

    async def keep(self, job: str, ask: AlarmAsk) -> None:
        """Keep an alarm for the summary. An alarm that rings several times in one storm is kept once."""
        begun = await self._values.put_if_absent(_OPEN, ask.channel, job, ttl=_QUIET_SECONDS)
        storm = str(begun.value) if begun else job
        if begun:
            await self._values.put(_OPEN, ask.channel, storm, ttl=_QUIET_SECONDS)
        kept = asdict(Kept(ask.model_dump(mode="json")))
        await self._values.put_if_absent(_KEPT, _key(ask.channel, storm, ask.identity), kept, ttl=_KEPT_SECONDS)
        await self._sum_up(ask.channel, storm)

    async def over(self, ask: AlarmAsk) -> None:
        """An alarm of the storm that goes on has recovered."""
        begun = await self._values.get(_OPEN, ask.channel)
        if begun is None:
            return
        key = _key(ask.channel, str(begun.value), ask.identity)
        entry = await self._values.get(_KEPT, key)
        if entry is not None:
            kept = asdict(replace(Kept(**entry.value), over=True))
            if await self._values.compare_and_set(_KEPT, key, entry.value, kept, ttl=_KEPT_SECONDS):
                await self._sum_up(ask.channel, str(begun.value))

    async def kept(self, channel: str, storm: str) -> list[Kept]:
        """Every alarm of a storm, in the order of their state changes."""
        entries = await self._values.scan(_KEPT, f"{channel}/{storm}/")
        return sorted((Kept(**entry.value) for entry in entries), key=lambda kept: (kept.asked.when, kept.asked.ts))

    async def settle(self, storm: str, before: Kept, fate: Fate, subject: str, *, over: bool = False) -> Kept:
        """Write down what becomes of an alarm; what was written meanwhile stays."""
        key = _key(before.asked.channel, storm, before.asked.identity)
        after = replace(before, fate=fate, subject=subject, over=before.over or over)
        if await self._values.compare_and_set(_KEPT, key, asdict(before), asdict(after), ttl=_KEPT_SECONDS):
            return after
        entry = await self._values.get(_KEPT, key)
        return Kept(**entry.value) if entry else after

    async def _sum_up(self, channel: str, storm: str) -> None:
        """One job for each stretch of time, at its end: it finds everything that came in it."""
        now = self._now().timestamp()
        stretch = int(now // SUMMARY_SECONDS)
        await self._jobs.put(
            STORM,
            {"channel": channel, "storm": storm},
            key=f"storm:{channel}:{storm}:{stretch}",
            group=f"storm:{channel}",
            delay=(stretch + 1) * SUMMARY_SECONDS - now,
        )


def _key(channel: str, storm: str, identity: str) -> str:
    return f"{channel}/{storm}/{identity}"
