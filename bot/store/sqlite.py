"""The store in a SQLite file: for one machine, one or several processes, no service beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from bot.store.database import Database
from bot.store.interface import Post
from bot.store.sqlite_runs import SqliteRuns, forget_runs_before, forget_runs_of_api
from bot.store.sqlite_values import SqliteValues, forget_expired
from bot.store.times import from_micros, to_micros, utc_now

_INTEND = "INSERT INTO post (run_id, name, channel, intended) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_POSTED = "UPDATE post SET ts = ? WHERE run_id = ? AND name = ?"
# Posts whose run was never saved; a run takes its own with it.
_FORGET_STRAYS = "DELETE FROM post WHERE intended < ? AND run_id NOT IN (SELECT run_id FROM run)"
_GET = "SELECT channel, ts, intended FROM post WHERE run_id = ? AND name = ?"


class SqlitePosts:
    """`Posts` on a SQLite file."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = now

    async def intend(self, run_id: str, name: str, channel: str) -> Post:
        """See `Posts.intend`."""
        intended = to_micros(self._clock())

        def write(connection: sqlite3.Connection) -> Post:
            fresh = connection.execute(_INTEND, (run_id, name, channel, intended)).rowcount == 1
            return _post_of(connection.execute(_GET, (run_id, name)).fetchone(), fresh=fresh)

        return await self._database.write(write)

    async def posted(self, run_id: str, name: str, ts: str) -> None:
        """See `Posts.posted`."""
        changed = await self._database.write(
            lambda connection: connection.execute(_POSTED, (ts, run_id, name)).rowcount
        )
        if changed == 0:
            raise LookupError(f"message {name} of run {run_id}: expected an intent before its ts {ts}")

    async def get(self, run_id: str, name: str) -> Post | None:
        """See `Posts.get`."""
        row = await self._database.read(lambda connection: connection.execute(_GET, (run_id, name)).fetchone())
        return None if row is None else _post_of(row, fresh=False)


class SqliteStore:
    """`Store` on a SQLite file. The database stays the caller's to close."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = now
        self.runs = SqliteRuns(database)
        self.values = SqliteValues(database, now=now)
        self.posts = SqlitePosts(database, now=now)

    async def forget_before(self, moment: datetime) -> int:
        """See `Store.forget_before`."""

        def write(connection: sqlite3.Connection) -> int:
            forget_expired(connection, to_micros(self._clock()))
            forgotten = forget_runs_before(connection, moment)
            connection.execute(_FORGET_STRAYS, (to_micros(moment),))
            return forgotten

        return await self._database.write(write)

    async def forget_api(self, api_id: str) -> int:
        """See `Store.forget_api`."""
        return await self._database.write(lambda connection: forget_runs_of_api(connection, api_id))


def _post_of(row: sqlite3.Row, *, fresh: bool) -> Post:
    return Post(channel=row["channel"], ts=row["ts"], intended=from_micros(row["intended"]), fresh=fresh)
