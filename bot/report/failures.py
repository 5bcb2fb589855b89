"""How many requests failed, in one phrase: from the metrics where they were read, else from the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.diagnosis import metrics
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.model import Report
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import Series
from bot.language import plural
from bot.report.wording import clock_time, duration

_EDGE = timedelta(minutes=5)
"""Errors within the first minutes of the window may have begun before it."""


def failures(report: Report, evidence: Evidence | None) -> str:
    """`24 of 25 requests failed since 03:11 UTC`, `3 failing requests in the log, the newest at …`, or empty."""
    counted = _counted(report, evidence) if evidence else ""
    if counted:
        return counted
    if not report.failing_requests:
        return ""
    if not report.logs:
        return plural(
            "{count} failing request in the log", "{count} failing requests in the log", report.failing_requests
        )
    return plural(
        "{count} failing request in the log, the newest at {time}",
        "{count} failing requests in the log, the newest at {time}",
        report.failing_requests,
        time=clock_time(report.logs[0].at),
    )


def _counted(report: Report, evidence: Evidence) -> str:
    try:
        api = Walk(evidence).api
        keys = metrics.of_api(api, report.request.stage) if api else {}
        errors = evidence.get(s.METRIC, keys["errors"]) if keys else None
        requests = evidence.get(s.METRIC, keys["requests"]) if keys else None
    except MissingEvidence:
        return ""
    if not errors or not requests or errors.total < 1 or requests.total < 1:
        return ""
    whole = max(int(requests.total), int(errors.total))
    return _since(report, errors, f"{int(errors.total):,}", whole)


def _since(report: Report, errors: Series, failed: str, whole: int) -> str:
    first = datetime.fromtimestamp(next(at for at, value in errors.points if value > 0), UTC)
    begin = report.at - timedelta(minutes=report.request.since_minutes)
    if first <= begin + _EDGE:
        return plural(
            "{failed} of {count} request failed in the last {window}",
            "{failed} of {count} requests failed in the last {window}",
            whole,
            failed=failed,
            window=duration(report.request.since_minutes),
        )
    return plural(
        "{failed} of {count} request failed since {time}",
        "{failed} of {count} requests failed since {time}",
        whole,
        failed=failed,
        time=clock_time(first),
    )
