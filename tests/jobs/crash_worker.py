"""Run as a process and killed: puts jobs and runs them, and says each step on standard output."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys

from bot.jobs.interface import Job
from bot.jobs.runner import Policy
from bot.jobs.sqlite import SqliteJobQueue
from bot.store.database import Database

GROUPS = 4


def say(*words: str) -> None:
    os.write(1, (" ".join(words) + "\n").encode())


async def handler(job: Job) -> None:
    say("begin", job.key)
    await asyncio.sleep(0)
    say("end", job.key)


async def main(path: str, name: str) -> None:
    async with Database(path) as database:
        queue = SqliteJobQueue(database, policy=Policy(poll=0.01))
        runner = asyncio.create_task(queue.run(handler, concurrency=3))
        for n in itertools.count():
            key = f"{name}-{n}"
            await queue.put("work", {"n": n}, key=key, group=f"group {n % GROUPS}")
            say("put", key)
        await runner


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
