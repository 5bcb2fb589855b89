from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from store_backends import DynamoBackend, SqliteBackend, StoreBackend


@pytest.fixture(params=["sqlite", "dynamodb"])
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StoreBackend]:
    async with AsyncExitStack() as opened:
        if request.param == "sqlite":
            yield SqliteBackend(tmp_path, opened)
        else:
            yield DynamoBackend(request.getfixturevalue("aws_services"))


@pytest.fixture
def dynamodb(request: pytest.FixtureRequest) -> DynamoBackend:
    return DynamoBackend(request.getfixturevalue("aws_services"))
