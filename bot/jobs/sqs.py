"""The job queue on an Amazon SQS standard queue and a DynamoDB table: for several machines, and for AWS Lambda."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.jobs.interface import Adopt, DeadJob, Depth, Handler, NewJob, OnDead, PutResult
from bot.jobs.message import check_envelope
from bot.jobs.runner import Policy, Runner, Sleep
from bot.jobs.sqs_leases import SqsLeases
from bot.jobs.sqs_messages import Messages
from bot.jobs.sqs_records import JobRecords, is_open
from bot.store.aws_calls import AwsCalls
from bot.store.dynamodb_table import Table
from bot.store.times import utc_now

RETENTION_SECONDS = 14 * 24 * 3600.0
"""How long a settled job is remembered: as long as Amazon SQS can keep a message (AWS: API_SetQueueAttributes)."""

WAIT_SECONDS = 2
"""How long one poll waits for a message, and a stopping worker at most for it."""


class SqsJobQueue:
    """
    `JobQueue` on SQS and DynamoDB.

    The job is in the table, and a message in the queue tells a worker to look at it. `leases` and `runner` are the
    delivery side, which `run` drives, and on AWS Lambda `bot.jobs.sqs_delivery`.
    """

    def __init__(
        self,
        calls: AwsCalls,
        url: str,
        table: Table,
        *,
        policy: Policy | None = None,
        retention: float = RETENTION_SECONDS,
        now: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
        redact: Callable[[str], str] = str,
        adopt: Adopt | None = None,
        wait: int = WAIT_SECONDS,
    ) -> None:
        policy = policy or Policy()
        self._messages = Messages(calls, url, wait=wait)
        self._records = JobRecords(table, retention=retention, now=now)
        self.leases = SqsLeases(self._messages, self._records, lease_seconds=policy.lease, adopt=adopt)
        self.runner = Runner(self.leases, policy, sleep=sleep, redact=redact)

    async def put(
        self, kind: str, body: Mapping[str, Any], *, key: str, group: str | None = None, delay: float = 0
    ) -> PutResult:
        """
        See `JobQueue.put`. The key of a settled job is known for `retention` seconds.

        An open job's second put sends a second message: the first caller may have ended before it sent one.
        """
        check_envelope(kind, key, group, delay)
        item, new = await self._records.add(NewJob(kind, body, key, group), delay)
        if is_open(item):
            await self._records.join_group(item)
            await self._messages.send(item["job_id"], delay)
            self.runner.wake()
        return PutResult(job_id=item["job_id"], duplicate=not new)

    async def run(self, handler: Handler, *, concurrency: int, on_dead: OnDead | None = None) -> None:
        """See `JobQueue.run`. StorageError where the queue cannot be used at all."""
        await self.runner.run(handler, concurrency=concurrency, on_dead=on_dead)

    async def drain(self, deadline: float) -> None:
        """See `JobQueue.drain`."""
        await self.runner.drain(deadline)

    async def stop(self) -> None:
        """See `JobQueue.stop`."""
        await self.runner.drain(0)

    async def depth(self) -> Depth:
        """See `JobQueue.depth`. It may be some seconds old; what is done is not counted."""
        return await self._records.depth()

    async def dead(self, limit: int = 100) -> tuple[DeadJob, ...]:
        """See `JobQueue.dead`."""
        return await self._records.dead(limit)

    async def redrive(self) -> int:
        """See `JobQueue.redrive`. Open jobs whose messages must be lost get a new one, too; they are not counted."""
        revived = 0
        for identity in await self._records.dead_ids():
            item = await self._records.revive(identity)
            if item is not None:
                await self._records.join_group(item)
                await self._messages.send(identity, 0)
                revived += 1
        for identity in await self._records.stranded_ids():
            await self._messages.send(identity, 0)
        self.runner.wake()
        return revived
