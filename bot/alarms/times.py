"""Moments of state changes, in every way in which they are written, as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# `Wednesday 04 March, 2026 10:48:25 UTC` (e-mail) and `Wed, 04 Mar 2026 10:48:25 UTC` (Amazon Q Developer).
_LONG: Final = re.compile(
    r"\b(\d{1,2}) ([A-Za-z]{3})[a-z]{0,6},? (\d{4}),? (\d{1,2}):(\d{2}):(\d{2}) ?(?:UTC|GMT|\+0000)", re.ASCII
)


def moment(value: object) -> datetime | None:
    """Read a moment. One without a time zone is unknown: nobody says whose clock it was."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else None
    if not isinstance(value, str) or len(value) > 200:
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return _long(value)


def _long(value: str) -> datetime | None:
    match = _LONG.search(value)
    if not match or match[2].lower() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
    try:
        return datetime(year, _MONTHS.index(match[2].lower()) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
