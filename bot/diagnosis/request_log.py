"""Which requests failed, from the events of a log."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot.diagnosis.access_log import access_requests
from bot.diagnosis.resources import LogEvent
from bot.diagnosis.signatures import LogLine, RequestLog, group_by_request


def failing_requests(events: Iterable[LogEvent]) -> tuple[RequestLog, ...]:
    """Return the requests of an execution log that ended in a 5xx or name a failure, newest first."""
    if isinstance(events, tuple):
        return _remembered(_Same(events))
    return _failing(events)


class _Same:
    """A tuple that equals only itself: the plan asks about the same reading after every answer."""

    def __init__(self, events: tuple[LogEvent, ...]) -> None:
        self.events = events

    def __hash__(self) -> int:
        return id(self.events)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.events is self.events


@lru_cache(maxsize=128)  # two logs for each of the 64 diagnoses that may run at the same time
def _remembered(same: _Same) -> tuple[RequestLog, ...]:
    return _failing(same.events)


def _failing(events: Iterable[LogEvent]) -> tuple[RequestLog, ...]:
    lines = [LogLine(at=event.at, message=event.message) for event in events]
    return newest_first(request for request in group_by_request(lines) if _failed(request))


def failing_accesses(events: Iterable[LogEvent], log_format: str) -> tuple[RequestLog, ...]:
    """Return the same of an access log, whose format is the stage's own."""
    return newest_first(request for request in access_requests(events, log_format) if _failed_access(request))


BACKEND_ANSWERED = "backend-5xx"
"""What a failing request shows when the backend itself answered 5xx: the link carried it there and back."""
NOT_THE_LINK = "not-the-link"
"""What it shows when a Lambda function, an authorizer, WAF or a usage plan failed it."""


def outcome(request: RequestLog) -> str:
    """Return what a failing request shows: a signature, or one of the two outcomes that are no fault of the link."""
    if request.explanation.signature:
        return request.explanation.signature
    if request.explanation.label != "none":
        return NOT_THE_LINK
    return BACKEND_ANSWERED if request.backend_status is not None and request.backend_status >= 500 else ""


def newest_first(requests: Iterable[RequestLog]) -> tuple[RequestLog, ...]:
    """Order requests by time, the newest first."""
    return tuple(sorted(requests, key=lambda request: (request.at, request.request_id or ""), reverse=True))


def _failed(request: RequestLog) -> bool:
    statuses = (request.method_status, request.backend_status)
    return request.explanation.label != "none" or any(status is not None and status >= 500 for status in statuses)


def _failed_access(request: RequestLog) -> bool:
    status = request.method_status
    return status >= 500 if status is not None else request.explanation.label != "none"


__all__ = [
    "BACKEND_ANSWERED",
    "NOT_THE_LINK",
    "RequestLog",
    "failing_accesses",
    "failing_requests",
    "newest_first",
    "outcome",
]
