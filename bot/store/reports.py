"""Reports by the id of the run, or of the fresh look into the logs, that made them."""

from __future__ import annotations

import json
from typing import Final

from bot.diagnosis.model import Report
from bot.store.interface import Store

_FRESH_LOGS: Final = "fresh-logs"
_KEPT_SECONDS: Final = 24 * 3600.0
_BUDGET: Final = 300_000
"""Bytes of JSON: well below what a value may hold."""


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

    async def keep_logs(self, look: str, report: Report) -> Report:
        """Keep what a look into the logs found, so that Show logs opens it; returns it as it is kept.

        Where that is too long for a value, the oldest requests are left out: `failing_requests` still counts them.
        """
        while report.logs and len(json.dumps(report.to_json())) > _BUDGET:
            report = report.model_copy(update={"logs": report.logs[:-1]})
        await self._store.values.put(_FRESH_LOGS, look, report.to_json(), ttl=_KEPT_SECONDS)
        return report
