"""Where a page of history ends: the moment and id of its last run."""

from __future__ import annotations

from bot.store.interface import Run
from bot.store.times import to_micros


def cursor_of(run: Run) -> str:
    """The cursor behind a run."""
    return f"{to_micros(run.created)}:{run.run_id}"


def position(cursor: str) -> tuple[int, str]:
    """The stored moment and the id in a cursor; ValueError for what is none."""
    created, colon, run_id = cursor.partition(":")
    if not (colon and created.isascii() and created.isdigit()):
        raise ValueError(f"history cursor: expected the `older` of an earlier page, got {cursor!r:.60}")
    return int(created), run_id
