"""What is SQLite's alone: a locked or full file, damaged rows, and workers that are certainly dead."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from job_backends import LEASE, POLL, SqliteBackend, pass_time, running

from bot.jobs.interface import Job, Lease
from bot.jobs.runner import Policy
from bot.store.errors import StorageBusy, StorageFull


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


class TestALockedFile:
    async def test_a_put_says_so_and_keeps_nothing(self, sqlite: SqliteBackend) -> None:
        queue = sqlite.queue_on(await sqlite.database(busy_seconds=0))
        with locked(sqlite.path), pytest.raises(StorageBusy, match="another process was writing"):
            await queue.put("diagnose", {}, key="Ev1")
        assert (await queue.depth()).ready == 0
        assert not (await queue.put("diagnose", {}, key="Ev1")).duplicate

    async def test_a_worker_waits_until_it_can_claim(self, sqlite: SqliteBackend) -> None:
        queue = sqlite.queue_on(await sqlite.database(busy_seconds=0))
        seen: list[str] = []

        async def handler(job: Job) -> None:
            seen.append(job.key)

        async with running(queue, handler):
            await sqlite.clock.asleep(POLL)
            await (await sqlite.queue()).put("diagnose", {}, key="Ev1")
            with locked(sqlite.path):
                sqlite.clock.advance(POLL)
                await sqlite.clock.asleep(POLL)
            assert seen == []
            await pass_time(sqlite.clock, lambda: seen == ["Ev1"])

    async def test_an_outcome_that_cannot_be_stored_is_delivered_again(self, sqlite: SqliteBackend) -> None:
        queue = sqlite.queue_on(await sqlite.database(busy_seconds=0), Policy(lease=3, poll=POLL))
        await queue.put("diagnose", {}, key="Ev1")
        attempts: list[int] = []
        lock = locked(sqlite.path)

        async def handler(job: Job) -> None:
            attempts.append(job.attempts)
            if job.attempts == 1:
                lock.__enter__()

        async with running(queue, handler):
            await sqlite.clock.asleep(POLL)
            lock.__exit__(None, None, None)
            await pass_time(sqlite.clock, lambda: attempts == [1, 2])
            await sqlite.clock.asleep(POLL)
        assert (await queue.depth()).done == 1


async def test_a_full_disk_is_told_before_anything_is_acknowledged(sqlite: SqliteBackend) -> None:
    database = await sqlite.database()
    queue = sqlite.queue_on(database)
    await queue.put("diagnose", {}, key="before")
    pages = await database.read(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    await database.read(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(StorageFull, match="no room left on the disk"):
        await queue.put("diagnose", {"x": "y" * 100_000}, key="Ev1")
    assert (await queue.depth()).ready == 1
    await database.read(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    assert not (await queue.put("diagnose", {"x": "y" * 100_000}, key="Ev1")).duplicate


@pytest.mark.parametrize(("stored", "expected"), [("{broken", "expected JSON"), ("[1]", "expected a JSON object")])
async def test_a_damaged_job_is_buried_and_the_next_one_claimed(
    sqlite: SqliteBackend, stored: str, expected: str
) -> None:
    database = await sqlite.database()
    queue = sqlite.queue_on(database)
    for key in ("damaged", "sound"):
        await queue.put("diagnose", {}, key=key)
    damage = "UPDATE job SET body = ? WHERE key = 'damaged'"
    await database.write(lambda connection: connection.execute(damage, (stored,)))
    lease = await queue.leases.claim()
    assert lease is not None
    assert lease.job.key == "sound"
    (dead,) = await queue.dead()
    assert (dead.job.key, dead.job.body) == ("damaged", {})
    assert expected in dead.error


async def test_a_job_that_is_done_leaves_no_body_behind(sqlite: SqliteBackend) -> None:
    database = await sqlite.database()
    queue = sqlite.queue_on(database)
    await queue.put("diagnose", {"api": "orders"}, key="Ev1")
    lease = await queue.leases.claim()
    assert lease is not None
    await queue.leases.finish(lease)
    bodies = await database.read(lambda connection: connection.execute("SELECT body FROM job").fetchall())
    assert [row["body"] for row in bodies] == ["{}"]


class TestTakingOver:
    async def test_a_living_worker_keeps_its_jobs(self, sqlite: SqliteBackend) -> None:
        old, new = await sqlite.queue(), await sqlite.queue()
        await old.put("diagnose", {}, key="Ev1")
        await old.leases.arrive()
        assert await old.leases.claim() is not None
        assert await new.leases.arrive() == 0
        assert await new.leases.claim() is None
        await new.leases.leave()
        await old.leases.leave()

    async def test_what_a_worker_could_not_give_back_is_taken_over_at_once(self, sqlite: SqliteBackend) -> None:
        old, new = sqlite.queue_on(await sqlite.database(busy_seconds=0)), await sqlite.queue()
        await old.put("diagnose", {}, key="Ev1")
        await old.leases.arrive()
        assert await old.leases.claim() is not None
        with locked(sqlite.path), pytest.raises(StorageBusy):
            await old.leases.leave()
        assert await new.leases.claim() is None
        assert await new.leases.arrive() == 1
        again = await new.leases.claim()
        assert again is not None
        assert again.job.attempts == 2
        await new.leases.leave()

    async def test_without_its_lock_file_a_worker_is_not_known_to_be_dead(self, sqlite: SqliteBackend) -> None:
        old, new = await sqlite.queue(), await sqlite.queue()
        await old.put("diagnose", {}, key="Ev1")
        await old.leases.arrive()
        assert await old.leases.claim() is not None
        for lock in Path(f"{sqlite.path}.workers").iterdir():
            lock.unlink()
        assert await new.leases.arrive() == 0
        sqlite.clock.advance(LEASE)
        assert await new.leases.claim() is not None
        await new.leases.leave()
        await old.leases.leave()

    async def test_leaving_gives_everything_back_and_cleans_up(self, sqlite: SqliteBackend) -> None:
        queue = await sqlite.queue()
        await queue.put("diagnose", {}, key="Ev1")
        await queue.leases.arrive()
        assert await queue.leases.claim() is not None
        await queue.leases.leave()
        assert list(Path(f"{sqlite.path}.workers").iterdir()) == []
        again = await queue.leases.claim()
        assert again is not None
        assert again.job.attempts == 1


@pytest.mark.parametrize("end", ["stop", "cancel"])
async def test_a_claim_that_is_under_way_when_the_run_ends_is_given_back(sqlite: SqliteBackend, end: str) -> None:
    queue = await sqlite.queue()
    await queue.put("diagnose", {}, key="Ev1")
    started, may_go_on, claimed = asyncio.Event(), asyncio.Event(), asyncio.Event()
    claim = queue.leases.claim

    async def slow_claim() -> Lease | None:
        started.set()
        await may_go_on.wait()
        lease = await claim()
        claimed.set()
        return lease

    queue.leases.claim = slow_claim  # type: ignore[method-assign]  # the same claim, as slow as the test likes

    async def never(job: Job) -> None:
        raise AssertionError("the run had ended before")

    async with running(queue, never) as task:
        await started.wait()
        ending = asyncio.create_task(queue.stop()) if end == "stop" else task
        if end == "cancel":
            task.cancel()
        for _ in range(10):  # let the end come as far as it gets without the claim
            await asyncio.sleep(0)
        may_go_on.set()
        await claimed.wait()
        await asyncio.wait({task, ending})
    depth = await queue.depth()
    assert (depth.ready, depth.running, depth.delayed) == (1, 0, 0)


async def test_a_backlog_is_claimed_through_an_index(sqlite: SqliteBackend) -> None:
    from bot.jobs.sqlite_leases import _CLAIM  # the statement itself is what is looked at

    names = {"now": 0, "until": 0, "lease": "", "owner": ""}
    database = await sqlite.database()
    plan = await database.read(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {_CLAIM}", names).fetchall())
    steps = [row["detail"] for row in plan]
    assert "SCAN candidate USING INDEX job_open" in steps
    assert any("earlier USING INDEX job_group" in step for step in steps)
