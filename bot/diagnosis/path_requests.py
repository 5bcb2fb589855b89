"""The failing requests of the logs, each put to the path that it took, and how to cite them.

A request is put to a path by the route that its log names. A log that names none (level ERROR, an access log without
the route) still tells the path where the API has only one way; otherwise the request is nobody's, and no more than a
warning can rest on it. A canary's requests stand in the stage's log too (AWS: canary-release) and count for the
stage's own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import Path
from bot.diagnosis.integration import matching_route
from bot.diagnosis.model import Citation
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.request_log import RequestLog, outcome
from bot.diagnosis.signatures import classify
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG
from bot.language import _, plural

_CITED = 3
_QUOTED = 240


@dataclass(frozen=True)
class PathRequests:
    """A path with the failing requests that took it and tell what failed, newest first.

    The newest requests are read whole, of the others only the line that names a failure: an answer of the backend's
    own has none. So that all kinds count alike, `requests` are those that name their route, if any does. `unplaced`
    are those that could have taken any path; only the first path has them.
    """

    path: Path
    requests: tuple[RequestLog, ...]
    unplaced: tuple[RequestLog, ...] = ()

    def showing(self, what: str) -> tuple[RequestLog, ...]:
        """Return the path's requests that show a signature or an outcome."""
        return tuple(x for x in self.requests if outcome(x) == what)

    def maybe_showing(self, what: str) -> tuple[RequestLog, ...]:
        """Return those of unknown path that show it."""
        return tuple(x for x in self.unplaced if outcome(x) == what)


def by_path(walk: Walk) -> Reached[PathRequests]:
    """Return every path of the stage's own (not a canary's) with its failing requests."""
    ways = [path for path in walk.paths.items if not path.canary]
    if not ways:
        return Reached((), walk.paths.gaps)
    place = placing(walk)
    telling = [(request, place(request)) for request in walk.failing if outcome(request)]
    unplaced = tuple(request for request, index in telling if index is None and not request.resource_path)
    found = []
    for path in ways:
        mine = tuple(request for request, index in telling if index == path.index)
        whole = tuple(request for request in mine if request.resource_path)
        found.append(PathRequests(path, whole or mine, unplaced if path is ways[0] else ()))
    return Reached(tuple(found), walk.paths.gaps)


def placing(walk: Walk) -> Callable[[RequestLog], int | None]:
    """Return the function that tells the index of the path that a request took; None where that is not known."""
    ways = [path for path in walk.paths.items if not path.canary]
    only = ways[0].index if len(ways) == 1 and takes_everything(ways[0], walk) else None
    known: dict[tuple[str, str | None], int | None] = {}

    def place(request: RequestLog) -> int | None:
        if not request.resource_path:
            return only
        key = (request.resource_path, request.http_method)
        if key not in known:
            route = matching_route(walk.routes, *key)
            known[key] = next((path.index for path in ways if route in path.routes), None)
        return known[key]

    return place


def takes_everything(path: Path, walk: Walk) -> bool:
    """Whether every integration of the API goes this way, so that what is said of the stage holds for the path."""
    return all(route in path.routes for route in walk.routes if route.integration)


def has_log(walk: Walk) -> bool:
    """Whether a log of the stage was read; raise `MissingEvidence` where there is one that could not be."""
    if walk.log_readings.items or walk.access_readings.items:
        return True
    for gap in walk.log_readings.gaps + walk.access_readings.gaps:
        raise MissingEvidence(gap)
    return False


def most(some: Sequence[RequestLog], every: Sequence[RequestLog]) -> bool:
    """Whether these are at least half of the requests: what a few show is not why the others fail."""
    return bool(some) and 2 * len(some) >= len(every)


def others(every: Iterable[RequestLog], what: str) -> str:
    """Return "; 2 show E1, 1 shows E5" for the requests that show something else, or nothing."""
    counted = Counter(outcome(x) for x in every if outcome(x) != what)
    listed = ", ".join(
        plural("{count} shows {signature}", "{count} show {signature}", n, signature=shown)
        for shown, n in counted.most_common(3)
    )
    return _("; of the others, {listed}", listed=listed) if listed else ""


def moment(request: RequestLog) -> str:
    """Return when a request came, in UTC, to the second."""
    return f"{request.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def citations(requests: Sequence[RequestLog], walk: Walk) -> list[Citation]:
    """Return the telling lines of the newest of these requests."""
    found = []
    for request in requests[:_CITED]:
        call, group = _where(request, walk)
        field = _("request without id at {time}", time=moment(request))
        if request.request_id:
            field = _("request {id} at {time}", id=request.request_id, time=moment(request))
        found.append(Citation(source=call, resource=group, field=field, value=telling_line(request)))
    return found


def log_group(request: RequestLog, walk: Walk) -> str:
    """Return the name of the log group that holds a request."""
    return _where(request, walk)[1]


def from_access_log(request: RequestLog, walk: Walk) -> bool:
    """Whether a request is known from the access log alone."""
    lines = {(line.at, line.message) for line in request.lines}
    return any((e.at, e.message) in lines for reading in walk.access_readings.items for e in reading.events)


def _where(request: RequestLog, walk: Walk) -> tuple[str, str]:
    lines = {(line.at, line.message) for line in request.lines}
    for source, readings in ((EXECUTION_LOG, walk.log_readings), (ACCESS_LOG, walk.access_readings)):
        for reading in readings.items:
            if any((event.at, event.message) in lines for event in reading.events):
                return source.call, reading.group
    return EXECUTION_LOG.call, ""


def telling_line(request: RequestLog) -> str:
    """Return the line that tells what a request shows, without its request id, cut to what a message can show."""
    messages = [line.message for line in request.lines]
    label = request.explanation.label
    if label == "none":
        told = next((m for m in messages if "Received response. Status: 5" in m), messages[-1] if messages else "")
    else:
        told = next((m for m in reversed(messages) if classify(m).label == label), messages[-1] if messages else "")
    text = " ".join(told.replace(f"({request.request_id})", "").split())
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
