"""The delivery side of the SQLite queue: claim, keep, settle. Every step is one transaction."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.jobs.interface import Job, Lease
from bot.jobs.message import decode_body
from bot.jobs.presence import Presence
from bot.store.database import Database
from bot.store.errors import StorageError
from bot.store.times import from_micros, micros, to_micros

_CLAIM = """
    UPDATE job
    SET state = 'leased', lease_id = :lease, owner = :owner, attempts = attempts + 1, visible_at = :until
    WHERE seq = (
        SELECT seq FROM job AS candidate
        WHERE state IN ('ready', 'leased') AND visible_at <= :now AND NOT EXISTS (
            SELECT 1 FROM job AS earlier
            WHERE earlier.group_name = candidate.group_name AND earlier.seq < candidate.seq
            AND earlier.state IN ('ready', 'leased')
        )
        ORDER BY seq LIMIT 1
    )
    RETURNING id, kind, body, key, group_name, attempts, created
"""

_TAKE_OVER = """
    UPDATE job SET state = 'ready', visible_at = :now, lease_id = NULL, owner = NULL
    WHERE state = 'leased' AND owner = :owner
"""

_GIVE_BACK = """
    UPDATE job SET state = 'ready', visible_at = :now, lease_id = NULL, owner = NULL, attempts = attempts - 1
    WHERE state = 'leased' AND owner = :owner
"""


def job_of(row: sqlite3.Row, body: dict[str, Any]) -> Job:
    """The job in a row, with its body as decoded."""
    return Job(
        id=row["id"],
        kind=row["kind"],
        body=body,
        key=row["key"],
        group=row["group_name"],
        attempts=row["attempts"],
        created=from_micros(row["created"]),
    )


class SqliteLeases:
    """`Leases` on a SQLite file; `lease_seconds` is how long a claim stands without being extended."""

    def __init__(self, database: Database, *, lease_seconds: float, now: Callable[[], datetime]) -> None:
        self._database = database
        self._lease = micros(lease_seconds)
        self._clock = now
        self._presence: Presence | None = None

    async def arrive(self) -> int:
        """See `Leases.arrive`. Dead workers are known by their lock files, in a directory beside the database."""
        await self._database.open()
        presence = self._presence = Presence(self._database.path.with_name(self._database.path.name + ".workers"))

        def take_over(connection: sqlite3.Connection) -> int:
            return sum(self._update(connection, _TAKE_OVER, owner=owner) for owner in departed)

        try:
            presence.announce()
            with presence.departed() as departed:
                return await self._database.write(take_over)
        except OSError as error:
            raise StorageError(f"expected a directory that can be written beside the database; {error}") from error

    async def leave(self) -> None:
        """See `Leases.leave`."""
        presence, self._presence = self._presence, None
        if presence is None:
            return
        settled = False
        try:
            await self._database.write(lambda connection: self._update(connection, _GIVE_BACK, owner=presence.id))
            settled = True
        finally:
            presence.withdraw(settled=settled)

    async def claim(self) -> Lease | None:
        """See `Leases.claim`. A job whose stored body is damaged is buried, and the next one is looked at."""
        return await self._database.write(self._claim)

    async def extend(self, lease: Lease) -> bool:
        """See `Leases.extend`."""
        return await self._settle(lease, "visible_at = :now + :more", more=self._lease)

    async def finish(self, lease: Lease) -> bool:
        """See `Leases.finish`. Of a job that is done only what recognises its key again is kept."""
        return await self._settle(lease, "state = 'done', finished = :now, lease_id = NULL, body = '{}', error = NULL")

    async def retry(self, lease: Lease, error: str, delay: float) -> bool:
        """See `Leases.retry`."""
        changes = "state = 'ready', visible_at = :now + :delay, lease_id = NULL, owner = NULL, error = :error"
        return await self._settle(lease, changes, delay=micros(delay), error=error)

    async def bury(self, lease: Lease, error: str) -> bool:
        """See `Leases.bury`."""
        changes = "state = 'dead', finished = :now, lease_id = NULL, error = :error"
        return await self._settle(lease, changes, error=error)

    async def release(self, lease: Lease) -> bool:
        """See `Leases.release`."""
        changes = "state = 'ready', visible_at = :now, lease_id = NULL, owner = NULL, attempts = attempts - 1"
        return await self._settle(lease, changes)

    def _claim(self, connection: sqlite3.Connection) -> Lease | None:
        owner = None if self._presence is None else self._presence.id
        while True:
            now = self._now()
            lease_id = secrets.token_hex(16)
            claim = {"now": now, "until": now + self._lease, "lease": lease_id, "owner": owner}
            rows = connection.execute(_CLAIM, claim).fetchall()
            if not rows:
                return None
            try:
                return Lease(id=lease_id, job=job_of(rows[0], decode_body(rows[0]["body"])))
            except ValueError as error:
                bury = "UPDATE job SET state = 'dead', finished = ?, lease_id = NULL, error = ? WHERE lease_id = ?"
                connection.execute(bury, (now, str(error), lease_id))

    async def _settle(self, lease: Lease, changes: str, **values: Any) -> bool:
        # The changes are this file's own literals; every value is bound.
        statement = f"UPDATE job SET {changes} WHERE id = :id AND state = 'leased' AND lease_id = :lease"  # noqa: S608 - see above
        settle = {"id": lease.job.id, "lease": lease.id, **values}
        return await self._database.write(lambda connection: self._update(connection, statement, **settle)) == 1

    def _update(self, connection: sqlite3.Connection, statement: str, **values: Any) -> int:
        return connection.execute(statement, {"now": self._now(), **values}).rowcount

    def _now(self) -> int:
        return to_micros(self._clock())
