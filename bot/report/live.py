"""A message that follows what happens: edited when its channel's turn comes, with what is true then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


_LAST_EDIT_SECONDS = 5.0


class LiveMessage:
    """Edits after changes, one edit at a time; changes that come meanwhile become one edit.

    `turn` returns when the channel may be written to, `edit` then says what is true at that moment, so that nothing
    stale is shown. Either may fail: a progress view that lags is no reason to lose a report.
    """

    def __init__(self, turn: Callable[[], Awaitable[object]], edit: Callable[[], Awaitable[object]]) -> None:
        self._turn = turn
        self._edit = edit
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._editing: asyncio.Future[object] | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._follow())

    def change(self) -> None:
        """Something is different now."""
        self._changed.set()

    async def stop(self) -> None:
        """Edit no more. An edit that is on its way to Slack is awaited: it must not overtake what comes next."""
        task, self._task = self._task, None
        if task is None:
            return
        if self._editing is not None and not self._editing.done():
            await asyncio.wait({self._editing}, timeout=_LAST_EDIT_SECONDS)
        task.cancel()
        await asyncio.wait({task})

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            try:
                await self._turn()
                self._changed.clear()
                self._editing = asyncio.ensure_future(self._edit())
                await asyncio.shield(self._editing)
            except Exception as error:  # noqa: BLE001 - whatever it was, the report goes on without this edit
                self._changed.clear()
                log.warning("the progress could not be shown: %s: %s", type(error).__name__, error)
