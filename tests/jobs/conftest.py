from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from job_backends import QueueBackend, SqliteBackend, SqsBackend

from bot.jobs.sqs import SqsJobQueue
from tests.faulty_calls import FaultyCalls


@pytest.fixture(params=["sqlite", "sqs"])
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[QueueBackend]:
    async with AsyncExitStack() as opened:
        if request.param == "sqlite":
            yield SqliteBackend(tmp_path, opened)
        else:
            yield SqsBackend(request.getfixturevalue("aws_services"))


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqliteBackend]:
    async with AsyncExitStack() as opened:
        yield SqliteBackend(tmp_path, opened)


@pytest.fixture
def sqs(request: pytest.FixtureRequest) -> SqsBackend:
    return SqsBackend(request.getfixturevalue("aws_services"))


@pytest.fixture
def calls(sqs: SqsBackend) -> FaultyCalls:
    return FaultyCalls(sqs.services)


@pytest.fixture
def queue(sqs: SqsBackend, calls: FaultyCalls) -> SqsJobQueue:
    """A queue on an SQS that keeps to delays and visibility timeouts."""
    return sqs.queue_on(calls)
