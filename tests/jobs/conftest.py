from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from job_backends import QueueBackend, SqliteBackend

BACKENDS = {"sqlite": SqliteBackend}


@pytest.fixture(params=BACKENDS)
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[QueueBackend]:
    async with AsyncExitStack() as opened:
        yield BACKENDS[request.param](tmp_path, opened)


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqliteBackend]:
    async with AsyncExitStack() as opened:
        yield SqliteBackend(tmp_path, opened)
