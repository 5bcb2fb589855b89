"""Arithmetic of metric series: what rose in the minutes in which requests failed.

A series holds one value a minute. Elastic Load Balancing reports its counters only when they are not zero, so a minute
without a value counts as zero while there is traffic (AWS: load-balancer-cloudwatch-metrics). A few resets are normal
at any time: only a comparison with quiet minutes tells whether they belong to the failures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.diagnosis.resources import Series

MINUTE = 60
Minutes = frozenset[int]
"""Starts of minutes, in seconds since the epoch."""

_ENOUGH_QUIET = 10
_RISE = 3.0
_APART = 2


def minutes_above(series: Series, threshold: float = 0.0) -> Minutes:
    """Return the minutes whose value is greater than the threshold."""
    return frozenset(_start(at) for at, value in series.points if value > threshold)


def stretched(minutes: Iterable[int], before: int, after: int) -> Minutes:
    """Return these minutes with as many minutes before and after each of them."""
    return frozenset(start + MINUTE * step for start in minutes for step in range(-before, after + 1))


def total_in(series: Series, minutes: Minutes) -> float:
    """Return the sum over these minutes."""
    return sum(value for at, value in series.points if _start(at) in minutes)


def total_since(series: Series, since: float) -> float:
    """Return the sum of the values from this time on (seconds since the epoch)."""
    return sum(value for at, value in series.points if at >= since)


@dataclass(frozen=True)
class Comparison:
    """A counter in the failing minutes against the same counter in quiet ones."""

    total: float
    """The sum over the failing minutes and the minute before each."""
    minutes: int
    """How many minutes failed."""
    hit: int
    """In how many of them, or in the minute before, the counter was above zero."""
    quiet_total: float
    quiet_minutes: int
    """Minutes with traffic, at least two minutes away from every failing one."""

    @property
    def rate(self) -> float:
        """The counter's mean in a failing minute."""
        return self.total / self.minutes if self.minutes else 0.0

    @property
    def quiet_rate(self) -> float:
        """The counter's mean in a quiet minute."""
        return self.quiet_total / self.quiet_minutes if self.quiet_minutes else 0.0

    @property
    def comparable(self) -> bool:
        """Whether there is enough quiet time to compare with."""
        return self.quiet_minutes >= _ENOUGH_QUIET

    @property
    def rises(self) -> bool:
        """Whether the counter goes with the failures: in most failing minutes, and three times as high as else."""
        together = self.total > 0 and self.hit * 2 >= self.minutes
        return self.comparable and together and self.rate >= _RISE * self.quiet_rate


def compare(counter: Series, failing: Minutes, traffic: Minutes) -> Comparison:
    """Compare a counter in the failing minutes with the quiet minutes among those that had traffic.

    A failure is counted when its request ends, so what made it fail may stand in the minute before.
    """
    raised = minutes_above(counter)
    quiet = traffic - stretched(failing, _APART, _APART)
    return Comparison(
        total=total_in(counter, stretched(failing, 1, 0)),
        minutes=len(failing),
        hit=sum(bool(raised & {start, start - MINUTE}) for start in failing),
        quiet_total=total_in(counter, quiet),
        quiet_minutes=len(quiet),
    )


def comes_and_goes(errors: Series, requests: Series) -> bool:
    """Whether most minutes with errors also hold requests that succeeded."""
    answered = {_start(at): value for at, value in requests.points}
    bad = [(_start(at), value) for at, value in errors.points if value > 0]
    mixed = [start for start, value in bad if answered.get(start, 0.0) > value]
    return bool(bad) and len(mixed) * 2 > len(bad)


def _start(at: int) -> int:
    return at // MINUTE * MINUTE
