"""The backends that the contract suite runs on, and a clock that only moves when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import boto3

from bot.jobs.interface import Adopt, Depth, Handler, Job, JobQueue, Lease, Leases, OnDead
from bot.jobs.runner import Policy
from bot.jobs.sqlite import SqliteJobQueue
from bot.jobs.sqs import SqsJobQueue
from bot.store.aws_calls import AwsCalls
from bot.store.database import Database
from bot.store.dynamodb_table import Table
from tests.aws_services import AwsServices

POLL = 0.5
LEASE = 60.0


class FakeClock:
    """Sleepers wake when `advance` has moved the time far enough."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self._sleepers: dict[asyncio.Future[None], tuple[datetime, float]] = {}
        self._changed = asyncio.Event()

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[sleeper] = (self.moment + timedelta(seconds=seconds), seconds)
        self._changed.set()
        try:
            await sleeper
        finally:
            self._sleepers.pop(sleeper, None)

    async def asleep(self, seconds: float) -> None:
        """Wait until somebody sleeps for exactly this long."""
        while not any(length == seconds for _, length in self._sleepers.values()):
            self._changed.clear()
            await self._changed.wait()

    def jump(self, seconds: float) -> None:
        """Move the time as a suspended process sees it: nobody wakes yet."""
        self.moment += timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        self.jump(seconds)
        for sleeper in [sleeper for sleeper, (wake_at, _) in self._sleepers.items() if wake_at <= self.moment]:
            del self._sleepers[sleeper]
            if not sleeper.done():
                sleeper.set_result(None)


class LeasedQueue(JobQueue, Protocol):
    """A queue whose delivery side a test can drive by hand."""

    @property
    def leases(self) -> Leases: ...


class QueueBackend(Protocol):
    """One storage of jobs; every call of `queue` opens it once more, as another process would."""

    counts_done: bool
    clock: FakeClock

    async def queue(self, policy: Policy | None = None, *, retention: float = ...) -> LeasedQueue: ...


def depth_of(
    backend: QueueBackend, *, ready: int = 0, delayed: int = 0, running: int = 0, dead: int = 0, done: int = 0
) -> Depth:
    """What a queue should say of itself; of the jobs that are done only where the backend counts them."""
    return Depth(ready, delayed, running, dead, done if backend.counts_done else None)


class SqliteBackend:
    """A SQLite file in a test's own directory."""

    counts_done = True

    def __init__(self, directory: Path, opened: AsyncExitStack) -> None:
        self.path = directory / "vpclink.db"
        self.clock = FakeClock()
        self._opened = opened

    async def database(self, *, busy_seconds: float = 2.0) -> Database:
        return await self._opened.enter_async_context(Database(self.path, busy_seconds=busy_seconds))

    async def queue(self, policy: Policy | None = None, *, retention: float = 3600) -> SqliteJobQueue:
        return self.queue_on(await self.database(), policy, retention=retention)

    def queue_on(
        self,
        database: Database,
        policy: Policy | None = None,
        *,
        retention: float = 3600,
        redact: Callable[[str], str] = str,
    ) -> SqliteJobQueue:
        policy = policy or Policy(lease=LEASE, poll=POLL)
        now, sleep = self.clock.now, self.clock.sleep
        return SqliteJobQueue(database, policy=policy, retention=retention, now=now, sleep=sleep, redact=redact)


class Blocking:
    """A handler that starts a job and waits to be let go."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.release = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.keys: list[str] = []

    async def __call__(self, job: Job) -> None:
        self.keys.append(job.key)
        self.started.set()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@asynccontextmanager
async def running(
    queue: JobQueue, handler: Handler, *, concurrency: int = 1, on_dead: OnDead | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Run the queue for the length of the block; ten seconds of real time mean that the test hangs."""
    task = asyncio.create_task(queue.run(handler, concurrency=concurrency, on_dead=on_dead))
    try:
        async with asyncio.timeout(10):
            yield task
    finally:
        await queue.stop()
        await asyncio.wait({task})


async def pass_time(clock: FakeClock, until: Callable[[], bool]) -> None:
    """Let one poll after the other go by, each once the queue has found nothing to do."""
    while not until():
        await clock.asleep(POLL)
        clock.advance(POLL)


class HastyCalls(AwsCalls):
    """
    An SQS that delivers every message again and again, and a delayed one as soon as the queue was found empty.

    So the tests' clock alone decides: what holds here holds on any timing of the real one.
    """

    def __init__(self, session: boto3.Session) -> None:
        super().__init__(session)
        self._delayed: dict[str, list[dict[str, Any]]] = {}

    async def sqs(self, operation: str, queue_url: str, **parameters: Any) -> dict[str, Any]:
        if "VisibilityTimeout" in parameters:
            parameters["VisibilityTimeout"] = 0
        if parameters.pop("DelaySeconds", 0):
            self._delayed.setdefault(queue_url, []).append(parameters)
            return {}
        reply = await super().sqs(operation, queue_url, **parameters)
        if operation == "receive_message" and not reply.get("Messages"):
            for message in self._delayed.pop(queue_url, []):
                await super().sqs("send_message", queue_url, **message)
        return reply


class SqsBackend:
    """An SQS queue and a DynamoDB table of a test's own."""

    counts_done = False

    def __init__(self, services: AwsServices) -> None:
        self.clock = FakeClock()
        self.services = services
        self.url, self.name = services.queue(), services.table()

    async def queue(self, policy: Policy | None = None, *, retention: float = 3600) -> SqsJobQueue:
        return self.queue_on(self.services.calls(HastyCalls), policy, retention=retention)

    def queue_on(
        self, calls: AwsCalls, policy: Policy | None = None, *, retention: float = 3600, adopt: Adopt | None = None
    ) -> SqsJobQueue:
        return SqsJobQueue(
            calls,
            self.url,
            Table(calls, self.name),
            policy=policy or Policy(lease=LEASE, poll=POLL),
            retention=retention,
            now=self.clock.now,
            sleep=self.clock.sleep,
            adopt=adopt,
            wait=0,
        )


async def claimed(queue: SqsJobQueue) -> Lease:
    lease = await queue.leases.claim()
    assert lease is not None
    return lease


def messages(sqs: SqsBackend) -> tuple[int, int, int]:
    """How many messages SQS holds: visible, being worked on, delayed."""
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    counts = sqs.services.sqs.get_queue_attributes(QueueUrl=sqs.url, AttributeNames=names)["Attributes"]
    return int(counts[names[0]]), int(counts[names[1]]), int(counts[names[2]])
