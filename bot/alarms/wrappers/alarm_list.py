"""The whole reply of DescribeAlarms: lists of rows (AWS: API_DescribeAlarms)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.alarms.values import folded, objects
from bot.alarms.wrappers.wrapped import Wrapped


def unwrap(payload: Mapping[str, object]) -> list[Wrapped] | None:
    """Return the rows of metric, composite and log alarms."""
    fields = folded(payload)
    keys = [key for key in ("metricalarms", "compositealarms", "logalarms") if isinstance(fields.get(key), list)]
    return [Wrapped(row) for key in keys for row in objects(fields[key])] if keys else None
