"""How a sentence names several things: the first few of them, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable

from bot.language import _


def first_few(names: Iterable[str], most: int) -> str:
    """Return `a, b, c +2 more`."""
    every = list(names)
    listed = ", ".join(every[:most])
    return _("{names} +{count} more", names=listed, count=len(every) - most) if len(every) > most else listed
