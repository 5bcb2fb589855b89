from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from store_backends import SqliteBackend, StoreBackend

BACKENDS = {"sqlite": SqliteBackend}


@pytest.fixture(params=BACKENDS)
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StoreBackend]:
    async with AsyncExitStack() as opened:
        yield BACKENDS[request.param](tmp_path, opened)
