"""Failures that only the metric tells of: where logging is off, "nothing in the log" says nothing."""

from __future__ import annotations

from bot.diagnosis import metrics
from bot.diagnosis import sources as s
from bot.diagnosis.checks.logging.levels import is_logging
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.path import Walk


def unlogged_failures(walk: Walk) -> int:
    """Return how many requests ended in 5xx in the window, by the metric, if no log would show them; else 0."""
    try:
        api = walk.api
        if api is None or not _blind(walk):
            return 0
        series = walk.evidence.get(s.METRIC, metrics.of_api(api, walk.request.stage)["errors"])
    except MissingEvidence:
        return 0
    since = walk.evidence.at.timestamp() - walk.request.since_minutes * 60
    return round(sum(value for at, value in series.points if at >= since)) if series else 0


def _blind(walk: Walk) -> bool:
    """Whether the stage writes no log that would name a failure."""
    return not walk.access_readings.items and not (is_logging(walk) and walk.log_readings.items)
