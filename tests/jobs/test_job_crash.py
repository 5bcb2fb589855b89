"""A worker process is killed with `kill -9` again and again: no job that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
from pathlib import Path

from crash_worker import GROUPS

from bot.jobs.interface import Job
from bot.jobs.sqlite import SqliteJobQueue
from bot.store.database import Database

KILLS = 8
WORKER = Path(__file__).with_name("crash_worker.py")


async def run_and_kill(database: Path, name: str, after_lines: int) -> list[tuple[str, str]]:
    """What the process said before it was killed, as (step, key)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(WORKER), str(database), name, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    try:
        async with asyncio.timeout(30):
            while len(lines) < after_lines:
                lines += [await process.stdout.readline()]
    finally:
        process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    said = (line.decode().split() for line in lines)
    return [(step, key) for step, key in said]


async def finish_all(path: Path) -> list[tuple[str, str]]:
    """Run what is left with the true clock: a lease of a minute would be waited for, a dead worker's is not."""
    said: list[tuple[str, str]] = []

    async def handler(job: Job) -> None:
        said.extend([("begin", job.key), ("end", job.key)])

    async with Database(path) as database, asyncio.timeout(30):
        queue = SqliteJobQueue(database)
        runner = asyncio.create_task(queue.run(handler, concurrency=1))
        depth = await queue.depth()
        while depth.ready or depth.delayed or depth.running:
            depth = await queue.depth()
        await queue.stop()
        await runner
        assert depth.dead == 0
    return said


async def test_kill_9_loses_nothing_and_keeps_order(tmp_path: Path) -> None:
    path, chance = tmp_path / "vpclink.db", random.Random(20)  # noqa: S311 - a seed, no secret
    said: list[tuple[str, str]] = []
    for kill in range(KILLS):
        said += await run_and_kill(path, str(kill), after_lines=chance.randint(2, 80))
    said += await finish_all(path)

    acknowledged = {key for step, key in said if step == "put"}
    ended = [key for step, key in said if step == "end"]
    assert len(acknowledged) > KILLS
    assert acknowledged - set(ended) == set()
    for group in range(GROUPS):
        first_ends = [key for key in dict.fromkeys(ended) if int(key.split("-")[1]) % GROUPS == group]
        assert first_ends == sorted(first_ends, key=lambda key: tuple(map(int, key.split("-"))))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
