"""Which queue and store the settings choose: a SQLite file, or Amazon SQS and DynamoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.jobs.interface import Adopt, JobQueue
from bot.jobs.sqlite import SqliteJobQueue
from bot.settings import Settings
from bot.store.database import Database
from bot.store.interface import Store
from bot.store.sqlite import SqliteStore
from bot.store.times import utc_now

if TYPE_CHECKING:
    from bot.jobs.sqs_delivery import SqsDelivery

_DAY = 24 * 3600.0


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
    if settings.on_aws:
        yield await _on_aws(settings, now, redact, adopt)
        return
    async with Database(settings.database) as database:
        yield Backends(SqliteJobQueue(database, redact=redact), SqliteStore(database, now=now))


async def _on_aws(
    settings: Settings,
    now: Callable[[], datetime],
    redact: Callable[[str], str],
    adopt: Adopt | None,
) -> Backends:
    from bot.jobs.sqs import SqsJobQueue
    from bot.jobs.sqs_delivery import SqsDelivery
    from bot.store.aws_calls import AwsCalls
    from bot.store.dynamodb import DynamoStore
    from bot.store.dynamodb_schema import check_schema
    from bot.store.dynamodb_table import Table

    calls = AwsCalls()
    table = Table(calls, settings.table)
    await check_schema(table)
    queue = SqsJobQueue(calls, settings.queue_url, table, redact=redact, adopt=adopt)
    store = DynamoStore(table, retention=settings.retention_days * _DAY, now=now)
    return Backends(queue, store, SqsDelivery(queue))
