"""The failing requests of one path, as the logs tell them.

A request belongs to the path of the route that it took. The log of an older request may be read only in part: where it
does not say which route that was, the request counts for every path.
"""

from __future__ import annotations

from bot.diagnosis.hops import Path
from bot.diagnosis.integration import matching_route
from bot.diagnosis.model import Gap, GapReason
from bot.diagnosis.path import Walk
from bot.diagnosis.request_log import RequestLog, outcome

MINUTE = 60
LOST_CONNECTION = frozenset({"E1", "E5", "E10"})
"""What the log shows where a connection was not made, or was lost before an answer came."""


def requests_on(walk: Walk, path: Path) -> tuple[RequestLog, ...]:
    """Return the failing requests that took this path or may have taken it, newest first."""
    taken: dict[tuple[str, str | None], bool] = {}

    def takes(request: RequestLog) -> bool:
        if not request.resource_path:
            return True
        key = (request.resource_path, request.http_method)
        if key not in taken:
            route = matching_route(walk.routes, *key)
            taken[key] = route is None or route in path.routes
        return taken[key]

    return tuple(request for request in walk.failing if takes(request))


def signatures_on(walk: Walk, path: Path) -> frozenset[str]:
    """Return what the failing requests of this path show: E1 … E12, or an outcome of `request_log`."""
    return frozenset(shown for request in requests_on(walk, path) if (shown := outcome(request)))


def minutes_of(walk: Walk, path: Path, signatures: frozenset[str]) -> frozenset[int]:
    """Return the minutes (seconds since the epoch of their start) of the path's requests that show one of these."""
    found = (r for r in requests_on(walk, path) if outcome(r) in signatures)
    return frozenset(int(r.at.timestamp()) // MINUTE * MINUTE for r in found)


def unreadable_logs(walk: Walk) -> tuple[Gap, ...]:
    """Return the gaps that hide every log of this stage; none where one was read, or where there is no log at all."""
    if walk.log_readings.items or walk.access_readings.items:
        return ()
    gaps = walk.log_readings.gaps + walk.access_readings.gaps
    return tuple(gap for gap in gaps if gap.reason is not GapReason.NOT_FOUND)
