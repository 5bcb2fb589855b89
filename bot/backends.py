"""Which queue and store the settings choose: a SQLite file, or Amazon SQS and DynamoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.jobs.interface import JobQueue, NewJob
from bot.jobs.sqs_delivery import SqsDelivery
from bot.settings import Settings
from bot.store.interface import Store
from bot.store.times import utc_now

Adopt = Callable[[str], NewJob | None]
"""Makes a job of an SQS message that no vpclink put, such as an alarm from SNS or EventBridge: its text in, the job
out. None where the message is of no concern: it is let go. ValueError where it is not understood: it stays in the
queue, and goes to the dead-letter queue at last."""


@dataclass(frozen=True)
class Backends:
    """What holds jobs and reports. `delivery` is for AWS Lambda; None where jobs are in SQLite."""

    queue: JobQueue
    store: Store
    delivery: SqsDelivery | None = None


@asynccontextmanager
async def open_backends(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    redact: Callable[[str], str] = str,
    adopt: Adopt | None = None,
) -> AsyncIterator[Backends]:
    """
    Open what the settings choose, and close it at the end.

    `VPCLINK_QUEUE_URL` and `VPCLINK_TABLE` choose SQS and DynamoDB, with the credentials and region of this process;
    else it is the SQLite file `VPCLINK_DATABASE`. boto3 is imported only in the first case. Opening makes one call, to
    check the table's schema; StorageError where that fails, and says what was expected.
    `redact` takes secrets out of errors before they are kept. `adopt` is used on SQS alone, by `JobQueue.run` and by
    `delivery` alike.

    AWS Lambda opens it once per process, on its one event loop, and never closes it.
    """
    raise NotImplementedError
    yield
