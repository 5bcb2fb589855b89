"""Reports by the id of the run, or of the fresh look into the logs, that made them."""

from __future__ import annotations

from typing import Final

from bot.diagnosis.model import Report
from bot.store.interface import Store

_FRESH_LOGS: Final = "fresh-logs"
_KEPT_SECONDS: Final = 24 * 3600.0


class Reports:
    """What buttons find again. A look into the logs is kept for a day: its run, if there is one, has them longer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, run_id: str) -> Report | None:
        """The report, where it is still kept."""
        run = await self._store.runs.get(run_id)
        if run is None:
            entry = await self._store.values.get(_FRESH_LOGS, run_id) if run_id else None
            return Report.model_validate_json(entry.value) if entry else None
        return Report.model_validate_json(run.report) if run.report else None

    async def keep_logs(self, look: str, report: Report) -> None:
        """Keep what a look into the logs found, so that Show logs opens it."""
        await self._store.values.put(_FRESH_LOGS, look, report.to_json(), ttl=_KEPT_SECONDS)
