"""How a sentence names several things: the first few of them, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable

from bot.language import plural


def first_few(names: Iterable[str], most: int) -> str:
    """Return `a, b, c +2 more`."""
    every = list(names)
    listed = ", ".join(every[:most])
    more = len(every) - most
    return plural("{names} +{count} more", "{names} +{count} more", more, names=listed) if more > 0 else listed
