"""Jobs as items of the DynamoDB table: the whole truth about each. A message in SQS only says which one to look at."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.jobs.interface import DeadJob, Depth, Job, Lease, NewJob
from bot.jobs.message import decode_body, encode_body, job_id
from bot.store.aws_calls import ConditionFailed
from bot.store.dynamodb_expiry import ABSENT, expiring, lives
from bot.store.dynamodb_runs import sort_key
from bot.store.dynamodb_table import Condition, Item, Key, Table
from bot.store.times import from_micros, micros, to_micros

OPEN_SECONDS = 15 * 24 * 3600.0
"""How long an open job is kept: a day more than SQS can keep its message (AWS: API_SetQueueAttributes)."""

HOLD_SECONDS = 3600.0
"""How long a job that is due, and yet is not claimed, holds up those behind it: its message may be lost."""

READY, LEASED, DONE, DEAD = "ready", "leased", "done", "dead"
_OPEN_STATES = (READY, LEASED)
_JOB = "job"


class JobRecords:
    """The job items. `retention` is how many seconds a settled job is remembered."""

    def __init__(self, table: Table, *, retention: float, now: Callable[[], datetime]) -> None:
        self._table = table
        self._retention = micros(retention)
        self._clock = now
        self._last_place = 0

    def now(self) -> int:
        """The present moment, in microseconds."""
        return to_micros(self._clock())

    async def add(self, job: NewJob, delay: float) -> tuple[Item, bool]:
        """Store a new job; returns the item that now stands for its key, and whether it is new."""
        now = self.now()
        self._last_place = max(self._last_place + 1, now)
        item = {
            **_key_of(job_id(job.key)),
            "job_id": job_id(job.key),
            "job_key": job.key,
            "kind": job.kind,
            "job_group": job.group,
            "body": encode_body(job.body),
            "place": self._last_place,
            "created": now,
            "mark": secrets.token_hex(8),
            **self._open(job_id(job.key), READY, now + micros(delay), attempts=0),
        }
        try:
            await self._table.put(item, Condition(ABSENT, {":now": now}))
        except ConditionFailed as failed:
            # With this call's own mark, the reply to a first write was lost, and boto3 wrote again.
            return dict(failed.item), failed.item["mark"] == item["mark"]
        return item, True

    async def join_group(self, item: Item) -> None:
        """Put a job behind those of its group. To do it twice is harmless."""
        if item.get("job_group"):
            pk, sk = _turn_of(item)
            await self._table.put({"pk": pk, "sk": sk, "job_id": item["job_id"], **self._kept()})

    async def leave_group(self, item: Item) -> str | None:
        """Take a settled job out of its group; returns the id of the one whose turn it is now, where somebody waits."""
        if item.get("job_group") and await self._table.delete(*_turn_of(item)):
            async for entry in self._table.query(Condition("pk = :pk", {":pk": _turn_of(item)[0]}), page=1):
                return str(entry["job_id"])
        return None

    async def has_turn(self, item: Item) -> bool:
        """
        Whether no older job of the same group is open, and no other one runs: one that came late may be the older one.

        What a crash left of settled jobs is cleared away.
        """
        if not item.get("job_group"):
            return True
        pk, sk = _turn_of(item)
        async for entry in self._table.query(Condition("pk = :pk", {":pk": pk})):
            if entry["sk"] == sk:
                continue
            other = await self.get(entry["job_id"])
            if other is None or not is_open(other):
                await self._table.delete(pk, entry["sk"])
            elif self._holds_up(other, older=entry["sk"] < sk):
                return False
        return True

    async def get(self, identity: str) -> Item | None:
        """The item of a job that is open or remembered."""
        item = await self._table.get(*_key_of(identity).values())
        return item if item is not None and lives(item, self.now()) else None

    async def claim(self, item: Item, lease_seconds: float) -> Lease | None:
        """Lease a job that is due; None where somebody was faster. ValueError where its body is damaged: it is dead."""
        now, lease_id, attempts = self.now(), secrets.token_hex(16), int(item["attempts"]) + 1
        identity = item["job_id"]
        changes = self._open(identity, LEASED, now + micros(lease_seconds), attempts=attempts)
        unclaimed = Condition(
            "job_state IN (:ready, :leased) AND visible_at <= :now AND attempts = :attempts",
            {":ready": READY, ":leased": LEASED, ":now": now, ":attempts": attempts - 1},
        )
        try:
            await self._table.update(_table_key(identity), {**changes, "lease_id": lease_id}, unclaimed)
        except ConditionFailed as failed:
            if failed.item.get("lease_id") != lease_id:
                return None
        try:
            return Lease(id=lease_id, job=_job_of(item, decode_body(item["body"]), attempts))
        except ValueError as error:
            lease = Lease(id=lease_id, job=_job_of(item, {}, attempts))
            await self.settle(lease, DEAD, self.ended(identity, DEAD, error=str(error)))
            raise

    async def settle(self, lease: Lease, how: str, changes: Item) -> Item | None:
        """
        Change a job if the lease still stands, and return it as it was before; None where the lease is lost.

        Every settlement leaves a mark, so that one whose reply was lost is known again when boto3 repeats it.
        """
        mark = f"{how} {lease.id}"
        standing = Condition("job_state = :leased AND lease_id = :lease", {":leased": LEASED, ":lease": lease.id})
        try:
            return await self._table.update(_table_key(lease.job.id), {**changes, "settled": mark}, standing)
        except ConditionFailed as failed:
            return dict(failed.item) if failed.item.get("settled") == mark else None

    async def extend(self, lease: Lease, lease_seconds: float) -> bool:
        """Let a lease run its full length from now."""
        changes = self._open(lease.job.id, LEASED, self.now() + micros(lease_seconds), attempts=lease.job.attempts)
        standing = Condition("job_state = :leased AND lease_id = :lease", {":leased": LEASED, ":lease": lease.id})
        try:
            await self._table.update(_table_key(lease.job.id), changes, standing)
        except ConditionFailed:
            return False
        return True

    def again(self, identity: str, delay: float, *, attempts: int, error: str | None = None) -> Item:
        """The changes that make a job ready again."""
        ready = self._open(identity, READY, self.now() + micros(delay), attempts=attempts)
        return {**ready, "lease_id": None, **({} if error is None else {"error": error})}

    def ended(self, identity: str, state: str, *, error: str | None = None) -> Item:
        """The changes that settle a job for good. Of one that is done only what recognises its key again is kept."""
        now = self.now()
        dead = state == DEAD
        return {
            "job_state": state,
            "finished": now,
            "lease_id": None,
            "error": error,
            **({} if dead else {"body": "{}"}),
            "by_time_pk": _listed(DEAD) if dead else None,
            "by_time_sk": sort_key(now, identity) if dead else None,
            **expiring(now + self._retention + 1),
        }

    async def revive(self, identity: str) -> Item | None:
        """Make a dead job ready again, with all its attempts; None where it is dead no more."""
        changes = {**self.again(identity, 0, attempts=0), "finished": None}
        try:
            return await self._table.update(
                _table_key(identity), changes, Condition("job_state = :dead", {":dead": DEAD})
            )
        except ConditionFailed:
            return None

    async def depth(self) -> Depth:
        """How many jobs are in which state, as the index tells; those that are done are not counted."""
        now = sort_key(self.now() + 1, "")
        due = Condition("by_time_pk = :pk AND by_time_sk < :now", {":pk": _listed(READY), ":now": now})
        later = Condition("by_time_pk = :pk AND by_time_sk >= :now", {":pk": _listed(READY), ":now": now})
        counts = [self._table.count(keys, index="by_time") for keys in (due, later, _all(LEASED), _all(DEAD))]
        ready, delayed, running, dead = await asyncio.gather(*counts)
        return Depth(ready, delayed, running, dead, done=None)

    async def dead(self, limit: int) -> tuple[DeadJob, ...]:
        """The jobs that were given up, latest first. A body that is damaged is shown empty; the error says how."""
        keys: list[Key] = []
        async for entry in self._table.query(_all(DEAD), index="by_time", newest_first=True, page=limit):
            keys.append((entry["pk"], entry["sk"]))
            if len(keys) == limit:
                break
        items = await self._table.get_all(keys)
        found = [items[key] for key in keys if key in items and items[key]["job_state"] == DEAD]
        return tuple(DeadJob(_readable(item), item["error"], from_micros(int(item["finished"]))) for item in found)

    async def dead_ids(self) -> list[str]:
        """The ids of all jobs that were given up."""
        return [_identity(entry) async for entry in self._table.query(_all(DEAD), index="by_time")]

    async def stranded_ids(self) -> list[str]:
        """The ids of open jobs that have been due for so long that their messages must be lost."""
        until = sort_key(self.now() - micros(HOLD_SECONDS), "")
        found = []
        for state in _OPEN_STATES:
            overdue = Condition("by_time_pk = :pk AND by_time_sk < :until", {":pk": _listed(state), ":until": until})
            found += [_identity(entry) async for entry in self._table.query(overdue, index="by_time")]
        return found

    def _holds_up(self, other: Item, *, older: bool) -> bool:
        """Whether an open job keeps another one of its group from running."""
        visible_at = int(other["visible_at"])
        if older:
            return visible_at + micros(HOLD_SECONDS) > self.now()
        return bool(other["job_state"] == LEASED) and visible_at > self.now()

    def _open(self, identity: str, state: str, visible_at: int, *, attempts: int) -> Item:
        return {
            "job_state": state,
            "visible_at": visible_at,
            "attempts": attempts,
            "by_time_pk": _listed(state),
            "by_time_sk": sort_key(visible_at, identity),
            **self._kept(),
        }

    def _kept(self) -> Item:
        return expiring(self.now() + micros(OPEN_SECONDS))


def is_open(item: Item) -> bool:
    """Whether a job is neither done nor dead."""
    return item["job_state"] in _OPEN_STATES


def _table_key(identity: str) -> Key:
    return f"job#{identity}", _JOB


def _key_of(identity: str) -> dict[str, str]:
    pk, sk = _table_key(identity)
    return {"pk": pk, "sk": sk}


def _turn_of(item: Item) -> Key:
    return f"group#{item['job_group']}", sort_key(int(item["place"]), item["job_id"])


def _listed(state: str) -> str:
    return f"jobs#{state}"


def _all(state: str) -> Condition:
    return Condition("by_time_pk = :pk", {":pk": _listed(state)})


def _identity(entry: Item) -> str:
    return str(entry["pk"]).removeprefix("job#")


def _job_of(item: Item, body: dict[str, Any], attempts: int) -> Job:
    return Job(
        id=item["job_id"],
        kind=item["kind"],
        body=body,
        key=item["job_key"],
        group=item.get("job_group"),
        attempts=attempts,
        created=from_micros(int(item["created"])),
    )


def _readable(item: Item) -> Job:
    try:
        return _job_of(item, decode_body(item["body"]), int(item["attempts"]))
    except ValueError:
        return _job_of(item, {}, int(item["attempts"]))
