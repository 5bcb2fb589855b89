"""A watch, and the book of all of them in the store."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.diagnosis.model import Report, Request
from bot.jobs.interface import JobQueue
from bot.store.interface import Values

WATCH: Final = "watch"
"""The kind of the jobs whose body is a `WatchTurn`."""
MOST_PER_CHANNEL: Final = 20
MOST_FAILURES: Final = 5
"""Checks that fail one after the other until a watch ends."""
LONGEST_DELAY: Final = 900.0
"""Seconds that a job may wait (Amazon SQS's own limit); a longer pause takes several jobs."""
_NAMESPACE: Final = "watch"


class WatchTurn(BaseModel):
    """The next check of a watch. One whose `due` is not the watch's own any more is out of date and does nothing."""

    model_config = ConfigDict(frozen=True)

    watch: str
    due: datetime
    hop: int = 0
    """How many jobs this pause has taken before."""
    reference: str = ""


@dataclass(frozen=True)
class Watch:
    """What is watched, for whom, and what the last check said. Times are ISO 8601."""

    id: str
    request: dict[str, Any]
    channel: str
    user: str
    every_minutes: int
    due: str
    thread_ts: str = ""
    """The thread of the watch; its first message where it was not started in one."""
    verdict: str = ""
    """The fingerprint of the last verdict; empty before the first check."""
    headline: str = ""
    """The last verdict in words."""
    checked: str = ""
    failures: int = 0
    response_url: str = ""
    """Where a refusal of the first message goes."""

    @property
    def asked(self) -> Request:
        """The request."""
        return Request.model_validate(self.request)

    @property
    def due_at(self) -> datetime:
        """When the next check is due."""
        return datetime.fromisoformat(self.due)

    def after(self, now: datetime) -> datetime:
        """When the check after one at `now` is due: a whole number of pauses behind the last, none of them past."""
        pause = timedelta(minutes=self.every_minutes)
        behind = max(0, (now - self.due_at) // pause)
        return self.due_at + (behind + 1) * pause


def watch_id(channel: str, request: Request) -> str:
    """One watch for each request in a channel; the window and who asked do not make another one."""
    parts = (channel, request.account, request.region, request.api, request.stage, request.path, request.method)
    return hashlib.sha256("\0".join(part or "" for part in parts).encode(errors="replace")).hexdigest()[:24]


def fingerprint(report: Report) -> str:
    """What of a verdict must change until it is spoken of: its state, and the causes with their resources."""
    causes = sorted(f"{cause.check} {cause.resource}" for cause in report.verdict.causes)
    return hashlib.sha256("\n".join([report.verdict.state.value, *causes]).encode(errors="replace")).hexdigest()[:24]


async def put_turn(jobs: JobQueue, turn: WatchTurn, delay: float) -> None:
    """Keep the next check as a job; the same turn is the same job, whoever puts it."""
    key = f"watch:{turn.watch}:{turn.due.isoformat()}:{turn.hop}"
    await jobs.put(WATCH, turn.model_dump(mode="json"), key=key, delay=min(max(delay, 0.0), LONGEST_DELAY))


class Watches:
    """The book of watches."""

    def __init__(self, values: Values) -> None:
        self._values = values

    async def get(self, watch: str) -> Watch | None:
        """The watch with this id."""
        entry = await self._values.get(_NAMESPACE, watch) if watch else None
        return Watch(**entry.value) if entry else None

    async def add(self, watch: Watch) -> Watch | None:
        """Keep a new watch, and return None; or return the one that stands in its place already."""
        there = await self._values.put_if_absent(_NAMESPACE, watch.id, asdict(watch))
        return Watch(**there.value) if there else None

    async def change(self, before: Watch, **changes: Any) -> Watch | None:
        """Change a watch, unless somebody else has changed or ended it meanwhile: then None."""
        after = replace(before, **changes)
        stored = await self._values.compare_and_set(_NAMESPACE, before.id, asdict(before), asdict(after))
        return after if stored else None

    async def end(self, watch: str) -> bool:
        """Forget a watch, and say whether it was there."""
        return await self._values.delete(_NAMESPACE, watch)

    async def all(self) -> tuple[Watch, ...]:
        """Every watch, by what it watches."""
        found = [Watch(**entry.value) for entry in await self._values.scan(_NAMESPACE)]
        return tuple(sorted(found, key=lambda watch: (watch.asked.api, watch.asked.stage, watch.channel)))

    async def in_channel(self, channel: str) -> tuple[Watch, ...]:
        """The watches of a channel."""
        return tuple(watch for watch in await self.all() if watch.channel == channel)
