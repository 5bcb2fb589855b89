"""Which requests failed, from the events of a log."""

from __future__ import annotations

from collections.abc import Iterable

from bot.diagnosis.resources import LogEvent
from bot.diagnosis.signatures import LogLine, RequestLog, group_by_request


def failing_requests(events: Iterable[LogEvent]) -> tuple[RequestLog, ...]:
    """Return the requests that ended in a 5xx or name a failure, newest first."""
    lines = [LogLine(at=event.at, message=event.message) for event in events]
    failing = [request for request in group_by_request(lines) if _failed(request)]
    return tuple(sorted(failing, key=lambda request: (request.at, request.request_id or ""), reverse=True))


def _failed(request: RequestLog) -> bool:
    statuses = (request.method_status, request.backend_status)
    return request.explanation.label != "none" or any(status is not None and status >= 500 for status in statuses)


__all__ = ["RequestLog", "failing_requests"]
