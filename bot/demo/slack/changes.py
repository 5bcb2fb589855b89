"""Tells whoever waits that something in the workspace has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """A counter of changes that can be awaited: by a page's live connection, or by a test."""

    def __init__(self) -> None:
        self.count = 0
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Wake everybody who waits for a change."""
        self.count += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self) -> None:
        """Return at the next change."""
        await self._next.wait()

    async def until(self, predicate: Callable[[], object], timeout: float = 10) -> None:
        """Return once the predicate holds; TimeoutError after that many real seconds."""
        async with asyncio.timeout(timeout):
            while not predicate():
                await self._next.wait()
