"""What the failing requests of one path show, for checks that weigh the log beside the configuration.

A request whose path is not known (see `path_requests`) may have taken any: no more than a warning can rest on it.
"""

from __future__ import annotations

from bot.diagnosis import metrics
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import Path
from bot.diagnosis.path import Walk
from bot.diagnosis.path_requests import placing, takes_everything
from bot.diagnosis.request_log import RequestLog, outcome
from bot.diagnosis.sources import METRIC
from bot.diagnosis.trends import MINUTE, Minutes, comes_and_goes

LOST_CONNECTION = frozenset({"E1", "E5", "E10"})
"""What the log shows where a connection was not made, or was lost before an answer came."""


def requests_on(walk: Walk, path: Path) -> tuple[RequestLog, ...]:
    """Return the failing requests that took this path, newest first."""
    place = placing(walk)
    return tuple(request for request in walk.failing if place(request) == path.index)


def unplaced_requests(walk: Walk) -> tuple[RequestLog, ...]:
    """Return the failing requests whose log does not tell which of several paths they took."""
    place = placing(walk)
    return tuple(request for request in walk.failing if not request.resource_path and place(request) is None)


def signatures_on(walk: Walk, path: Path) -> frozenset[str]:
    """Return what the failing requests of this path show: E1 … E12, or an outcome of `request_log`."""
    return frozenset(shown for request in requests_on(walk, path) if (shown := outcome(request)))


def signatures_maybe_on(walk: Walk, path: Path) -> frozenset[str]:
    """Return the same, with the requests that may have taken this path."""
    return signatures_on(walk, path) | {shown for x in unplaced_requests(walk) if (shown := outcome(x))}


def minutes_of(walk: Walk, path: Path, signatures: frozenset[str]) -> Minutes:
    """Return the minutes of the path's failing requests that show one of these signatures."""
    found = (r for r in requests_on(walk, path) if outcome(r) in signatures)
    return frozenset(int(r.at.timestamp()) // MINUTE * MINUTE for r in found)


def come_and_go(walk: Walk, path: Path) -> bool:
    """Whether this path's requests fail while others succeed, as far as the API's metrics tell.

    They count a whole stage: where other routes go another way, or where they were not read, they tell nothing.
    """
    if not takes_everything(path, walk):
        return False
    keys = metrics.of_api(path.api, path.stage.name)
    try:
        errors, requests = (walk.evidence.get(METRIC, keys[name]) for name in ("errors", "requests"))
    except MissingEvidence:
        return False
    return bool(errors and requests and comes_and_goes(errors, requests))
