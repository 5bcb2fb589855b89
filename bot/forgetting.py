"""`vpclink forget`: deletes runs with their reports and evidence from where the settings keep them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.backends import open_backends
from bot.settings import Settings


async def forget(settings: Settings, *, api_id: str | None = None, days: float | None = None) -> int:
    """Forget the runs of this API, or those older than so many days, or all; how many. StorageError."""
    async with open_backends(settings) as backends:
        if api_id is not None:
            return await backends.store.forget_api(api_id)
        return await backends.store.forget_before(datetime.now(UTC) - timedelta(days=days or 0))
