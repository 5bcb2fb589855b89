"""The backends that the store's contract suite runs on, and a clock that only moves when a test says so."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.store.database import Database
from bot.store.dynamodb import DynamoStore
from bot.store.dynamodb_table import Table
from bot.store.interface import Store
from bot.store.sqlite import SqliteStore
from tests.aws_services import AwsServices

RETENTION = 30 * 24 * 3600.0


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class StoreBackend(Protocol):
    """One storage; every call of `store` opens it once more, as another process would."""

    clock: Clock

    async def store(self) -> Store: ...


class SqliteBackend:
    """A SQLite file in a test's own directory."""

    def __init__(self, directory: Path, opened: AsyncExitStack) -> None:
        self.path = directory / "vpclink.db"
        self.clock = Clock()
        self._opened = opened

    async def store(self) -> SqliteStore:
        database = await self._opened.enter_async_context(Database(self.path))
        return SqliteStore(database, now=self.clock.now)


class DynamoBackend:
    """A DynamoDB table of a test's own."""

    def __init__(self, services: AwsServices) -> None:
        self.clock = Clock()
        self.services = services
        self.name = services.table()

    def table(self) -> Table:
        return Table(self.services.calls(), self.name)

    async def store(self) -> DynamoStore:
        return DynamoStore(self.table(), retention=RETENTION, now=self.clock.now)
