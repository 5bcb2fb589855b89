"""Runs, reports and evidence in SQLite."""

from __future__ import annotations

import sqlite3
import zlib
from datetime import datetime

from bot.store import canonical
from bot.store.cursor import cursor_of, position
from bot.store.database import Database
from bot.store.interface import Page, Run, RunAlreadyDone, RunState
from bot.store.times import from_micros, to_micros

_SAVE = """
    INSERT INTO run VALUES (
        :run_id, :job_key, :request, :api_id, :stage, :account, :region, :channel, :message_ts, :thread_ts,
        :state, :report, :created, :finished
    )
    ON CONFLICT (run_id) DO UPDATE SET
        job_key = :job_key, request = :request, api_id = :api_id, stage = :stage, account = :account,
        region = :region, channel = :channel, message_ts = :message_ts, thread_ts = :thread_ts,
        state = :state, report = :report, created = :created, finished = :finished
    WHERE run.state <> 'done' OR :state = 'done'
"""

_SAVE_EVIDENCE = "INSERT INTO evidence VALUES (?, ?) ON CONFLICT (run_id) DO UPDATE SET content = excluded.content"

_LAST = """
    SELECT * FROM run
    WHERE account = :account AND region = :region AND api_id = :api_id AND stage = :stage
    AND (:state IS NULL OR state = :state)
    ORDER BY created DESC, run_id DESC LIMIT 1
"""

_OF_MESSAGE = """
    SELECT * FROM run WHERE channel = ? AND message_ts = ? ORDER BY created DESC, run_id DESC LIMIT 1
"""

_HISTORY = """
    SELECT * FROM run WHERE (created, run_id) < (:created, :run_id) {of_api}
    ORDER BY created DESC, run_id DESC LIMIT :limit
"""
_NEWEST = (2**63 - 1, "")

_FORGET_POSTS = "DELETE FROM post WHERE run_id IN (SELECT run_id FROM run WHERE {condition})"


class SqliteRuns:
    """`Runs` on a SQLite file. Evidence is stored compressed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, run: Run, *, evidence: str | None = None) -> None:
        """See `Runs.save`."""
        row = {
            **vars(run),
            "request": canonical.encode(run.request, "request"),
            "created": to_micros(run.created),
            "finished": None if run.finished is None else to_micros(run.finished),
        }
        content = None if evidence is None else zlib.compress(evidence.encode())

        def write(connection: sqlite3.Connection) -> None:
            if connection.execute(_SAVE, row).rowcount == 0:
                raise RunAlreadyDone(f"run {run.run_id} is done; expected no save of it as {run.state}")
            if content is not None:
                connection.execute(_SAVE_EVIDENCE, (run.run_id, content))

        await self._database.write(write)

    async def get(self, run_id: str) -> Run | None:
        """See `Runs.get`."""
        return await self._one("SELECT * FROM run WHERE run_id = ?", (run_id,))

    async def evidence(self, run_id: str) -> str | None:
        """See `Runs.evidence`."""
        select = "SELECT content FROM evidence WHERE run_id = ?"
        row = await self._database.read(lambda connection: connection.execute(select, (run_id,)).fetchone())
        return None if row is None else zlib.decompress(row["content"]).decode()

    async def last(
        self, *, account: str, region: str, api_id: str, stage: str, state: RunState | None = RunState.DONE
    ) -> Run | None:
        """See `Runs.last`."""
        target = {"account": account, "region": region, "api_id": api_id, "stage": stage, "state": state}
        return await self._one(_LAST, target)

    async def of_message(self, channel: str, ts: str) -> Run | None:
        """See `Runs.of_message`."""
        return await self._one(_OF_MESSAGE, (channel, ts))

    async def history(self, *, api_id: str | None = None, limit: int = 20, before: str | None = None) -> Page:
        """See `Runs.history`."""
        if limit < 1:
            raise ValueError(f"history limit: expected 1 or more, got {limit}")
        created, run_id = _NEWEST if before is None else position(before)
        select = _HISTORY.format(of_api="" if api_id is None else "AND api_id = :api_id")
        # One more than asked for shows whether there is another page.
        values = {"created": created, "run_id": run_id, "api_id": api_id, "limit": limit + 1}
        rows = await self._database.read(lambda connection: connection.execute(select, values).fetchall())
        runs = tuple(_run_of(row) for row in rows[:limit])
        return Page(runs=runs, older=cursor_of(runs[-1]) if len(rows) > limit else None)

    async def _one(self, select: str, values: dict[str, str | None] | tuple[str, ...]) -> Run | None:
        row = await self._database.read(lambda connection: connection.execute(select, values).fetchone())
        return None if row is None else _run_of(row)


def forget_runs_before(connection: sqlite3.Connection, moment: datetime) -> int:
    """Delete the runs created before a moment, their evidence and posts; returns how many runs."""
    return _forget(connection, "created < ?", to_micros(moment))


def forget_runs_of_api(connection: sqlite3.Connection, api_id: str) -> int:
    """Delete the runs of an API, their evidence and posts; returns how many runs."""
    return _forget(connection, "api_id = ?", api_id)


def _forget(connection: sqlite3.Connection, condition: str, value: str | int) -> int:
    connection.execute(_FORGET_POSTS.format(condition=condition), (value,))
    return connection.execute(f"DELETE FROM run WHERE {condition}", (value,)).rowcount  # noqa: S608 - the two literals above


def _run_of(row: sqlite3.Row) -> Run:
    return Run(
        **{
            **dict(row),
            "request": canonical.decode(row["request"], "request"),
            "state": RunState(row["state"]),
            "created": from_micros(row["created"]),
            "finished": None if row["finished"] is None else from_micros(row["finished"]),
        }
    )
