"""The job queue in a SQLite file: for one machine, one or several processes, no service beside it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.jobs.interface import DeadJob, Depth, Handler, Job, OnDead, PutResult
from bot.jobs.message import check_envelope, decode_body, encode_body, job_id
from bot.jobs.runner import Policy, Runner, Sleep
from bot.jobs.sqlite_leases import SqliteLeases, job_of
from bot.store.database import Database
from bot.store.times import from_micros, micros, to_micros, utc_now

RETENTION_SECONDS = 14 * 24 * 3600.0
"""How long a settled job is remembered: as long as Amazon SQS can keep a message (AWS: API_SetQueueAttributes)."""

# The key's own row always; of the rest a few at each put, so that no put is slow.
_FORGET = """
    DELETE FROM job WHERE finished < :before AND (
        key = :key OR seq IN (SELECT seq FROM job WHERE finished < :before ORDER BY finished LIMIT 50)
    )
"""

_PUT = """
    INSERT INTO job (id, key, kind, group_name, body, state, attempts, visible_at, created)
    VALUES (:id, :key, :kind, :group, :body, 'ready', 0, :visible_at, :now)
    ON CONFLICT DO NOTHING
"""


class SqliteJobQueue:
    """
    `JobQueue` on a SQLite file.

    The database stays the caller's to close, after `run` has returned. `leases` is the delivery side, which
    `run` drives.
    """

    def __init__(
        self,
        database: Database,
        *,
        policy: Policy | None = None,
        retention: float = RETENTION_SECONDS,
        now: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
        redact: Callable[[str], str] = str,
    ) -> None:
        policy = policy or Policy()
        self._database = database
        self._retention = micros(retention)
        self._clock = now
        self.leases = SqliteLeases(database, lease_seconds=policy.lease, now=now)
        self._runner = Runner(self.leases, policy, sleep=sleep, redact=redact)

    async def put(
        self, kind: str, body: Mapping[str, Any], *, key: str, group: str | None = None, delay: float = 0
    ) -> PutResult:
        """See `JobQueue.put`. The key of a settled job is known for `retention` seconds."""
        check_envelope(kind, key, group, delay)
        now = self._now()
        job = {
            "id": job_id(key),
            "key": key,
            "kind": kind,
            "group": group,
            "body": encode_body(body),
            "now": now,
            "visible_at": now + micros(delay),
            "before": now - self._retention,
        }

        def insert(connection: sqlite3.Connection) -> bool:
            connection.execute(_FORGET, job)
            return connection.execute(_PUT, job).rowcount == 1

        inserted = await self._database.write(insert)
        self._runner.wake()
        return PutResult(job_id=job_id(key), duplicate=not inserted)

    async def run(self, handler: Handler, *, concurrency: int, on_dead: OnDead | None = None) -> None:
        """See `JobQueue.run`. Other processes' puts are seen at the next poll, this queue's own at once."""
        await self._runner.run(handler, concurrency=concurrency, on_dead=on_dead)

    async def drain(self, deadline: float) -> None:
        """See `JobQueue.drain`."""
        await self._runner.drain(deadline)

    async def stop(self) -> None:
        """See `JobQueue.stop`."""
        await self._runner.drain(0)

    async def depth(self) -> Depth:
        """See `JobQueue.depth`."""
        count = """
            SELECT CASE WHEN state = 'ready' AND visible_at > ? THEN 'delayed' ELSE state END AS name, count(*) AS jobs
            FROM job GROUP BY name
        """
        rows = await self._database.read(lambda connection: connection.execute(count, (self._now(),)).fetchall())
        jobs = {row["name"]: row["jobs"] for row in rows}
        return Depth(
            ready=jobs.get("ready", 0),
            delayed=jobs.get("delayed", 0),
            running=jobs.get("leased", 0),
            dead=jobs.get("dead", 0),
            done=jobs.get("done", 0),
        )

    async def dead(self, limit: int = 100) -> tuple[DeadJob, ...]:
        """See `JobQueue.dead`. A body that is damaged is shown empty; the error says how."""
        select = "SELECT * FROM job WHERE state = 'dead' ORDER BY finished DESC, seq DESC LIMIT ?"
        rows = await self._database.read(lambda connection: connection.execute(select, (limit,)).fetchall())
        return tuple(DeadJob(_readable(row), row["error"], from_micros(row["finished"])) for row in rows)

    async def redrive(self) -> int:
        """See `JobQueue.redrive`."""
        revive = "UPDATE job SET state = 'ready', attempts = 0, visible_at = ?, finished = NULL WHERE state = 'dead'"
        revived = await self._database.write(lambda connection: connection.execute(revive, (self._now(),)).rowcount)
        self._runner.wake()
        return revived

    def _now(self) -> int:
        return to_micros(self._clock())


def _readable(row: sqlite3.Row) -> Job:
    try:
        return job_of(row, decode_body(row["body"]))
    except ValueError:
        return job_of(row, {})
