from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

    from bot.demo.slack import LocalSlack
    from bot.store.interface import Posts
    from bot.store.sqlite import SqliteStore
    from tests.aws_services import AwsServices

# A test never asserts a timing: on a busy machine Hypothesis's own deadline would.
settings.register_profile("vpclink", deadline=None)
settings.load_profile("vpclink")


@pytest.fixture(scope="session")
def aws_services() -> Iterator[AwsServices]:
    from tests.aws_services import AwsServices  # moto takes a second to import, which other tests need not wait for

    services = AwsServices()
    yield services
    services.stop()


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    """A local Slack whose clock stands, with vpclink installed."""
    from tests.handlers.bench import local_slack

    async with local_slack() as running:
        yield running


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """An empty store in a file of its own."""
    from bot.store.database import Database
    from bot.store.sqlite import SqliteStore

    async with Database(tmp_path / "vpclink.sqlite3") as database:
        yield SqliteStore(database)


@pytest.fixture
def posts(store: SqliteStore) -> Posts:
    """What an empty store knows of posts."""
    return store.posts
