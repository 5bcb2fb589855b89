"""AWS Lambda's side of the queue on Amazon SQS: the records of one invocation are claimed, run and settled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from bot.jobs.interface import Handler, Job, OnDead
from bot.jobs.sqs import SqsJobQueue
from bot.jobs.sqs_messages import Message

log = logging.getLogger(__name__)


class SqsDelivery:
    """
    Works on the events of an event source mapping from SQS with `FunctionResponseTypes: [ReportBatchItemFailures]`.

    A job's attempts are counted at its claims and not by SQS, so the queue's `maxReceiveCount` has to be higher than
    `Policy.max_attempts`: 10 or more. Then the dead-letter queue holds only what no function could even claim.
    """

    def __init__(self, queue: SqsJobQueue) -> None:
        self._queue = queue

    async def handle(
        self, event: Mapping[str, Any], handler: Handler, *, on_dead: OnDead | None = None, seconds: float
    ) -> dict[str, list[dict[str, str]]]:
        """
        Run the jobs of all records at the same time and return what the function has to return.

        `event` is the invocation's event (AWS: Lambda, "Using Lambda with Amazon SQS"). `handler` and `on_dead` are
        those of `JobQueue.run`. `seconds` is what a handler may take: the invocation's remaining time less some ten
        seconds for the settling. A handler that takes longer is cancelled (it meets `asyncio.CancelledError`, and may
        still say goodbye), and counts as failed.

        A failed job is put again with a growing pause, and given up after its last attempt, when `on_dead` is told:
        either way its record is done with. A record is reported in `batchItemFailures`, and comes again after the
        queue's visibility timeout, only where its message can neither be understood nor replaced, or where storage has
        trouble. Never raises for one record, so that the others count; ValueError for an event that is not SQS's.
        """
        records = event.get("Records")
        if not isinstance(records, list) or any(record.get("eventSource") != "aws:sqs" for record in records):
            raise ValueError("expected an event of Amazon SQS, with Records whose eventSource is aws:sqs")

        async def limited(job: Job) -> None:
            try:
                async with asyncio.timeout(seconds) as limit:
                    await handler(job)
            except TimeoutError as error:
                if limit.expired():
                    raise TimeoutError(f"expected the job to be done within {seconds:g} seconds") from error
                raise

        settled = await asyncio.gather(*(self._record(record, limited, on_dead) for record in records))
        failed = [record["messageId"] for record, done in zip(records, settled, strict=True) if not done]
        return {"batchItemFailures": [{"itemIdentifier": identity} for identity in failed]}

    async def _record(self, record: Mapping[str, Any], handler: Handler, on_dead: OnDead | None) -> bool:
        """Whether the record is done with."""
        try:
            lease = await self._queue.leases.take(Message(record["body"], record["receiptHandle"]))
            return lease is None or await self._queue.runner.execute(lease, handler, on_dead)
        except Exception as error:  # noqa: BLE001 - whatever it was, the record comes again, and the others count
            log.error("record %s comes again: %s: %s", record["messageId"], type(error).__name__, error)
            return False
