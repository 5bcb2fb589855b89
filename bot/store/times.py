"""Moments as they are stored: whole microseconds since 1970 in UTC, so that they sort and come back exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def utc_now() -> datetime:
    """The present moment. Leases are compared between processes, so this is the wall clock and not a monotonic one."""
    return datetime.now(UTC)


def to_micros(moment: datetime) -> int:
    """The stored form of a moment; ValueError when it names no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"expected a moment with a time zone, got {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment that `to_micros` stored."""
    return _EPOCH + timedelta(microseconds=micros)


def micros(seconds: float) -> int:
    """A duration in the stored unit."""
    return round(seconds * 1_000_000)
