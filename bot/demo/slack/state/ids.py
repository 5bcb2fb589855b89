"""Identifiers of the kinds that Slack gives out. Counted, so that two runs give the same ones."""

from __future__ import annotations

from collections import Counter

from bot.demo.slack.clock import Clock

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Ids:
    """Gives out identifiers and message timestamps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._last_microsecond = 0

    def new(self, prefix: str) -> str:
        """A new identifier with that prefix, such as `F01LOCAL0001` for a file."""
        self._counts[prefix] += 1
        return f"{prefix}01LOCAL{_base36(self._counts[prefix]).rjust(4, '0')}"

    def timestamp(self) -> str:
        """A message's `ts`: the time in seconds with six decimals, never the same twice, always later."""
        microsecond = max(int(self._clock.now() * 1_000_000), self._last_microsecond + 1)
        self._last_microsecond = microsecond
        return f"{microsecond // 1_000_000}.{microsecond % 1_000_000:06d}"

    def number(self, name: str) -> int:
        """A counter of its own for that name."""
        self._counts[name] += 1
        return self._counts[name]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
