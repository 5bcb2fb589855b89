"""`vpclink forget`: deletes runs with their reports and evidence from the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store.database import Database
from bot.store.sqlite import SqliteStore


async def forget(database: Path, *, api_id: str | None = None, days: float | None = None) -> int:
    """Forget the runs of this API, or those older than so many days, or all; how many. StorageError for the file."""
    async with Database(database) as opened:
        store = SqliteStore(opened)
        if api_id is not None:
            return await store.forget_api(api_id)
        return await store.forget_before(datetime.now(UTC) - timedelta(days=days or 0))
