"""CloudWatch Logs Insights: for log groups of the Infrequent Access class, which FilterLogEvents does not read.

Source: AWS: CloudWatch Logs log classes; API reference StartQuery, GetQueryResults. Times are in seconds here.
"""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime

from bot.aws.errors import Failure
from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.model import GapReason
from bot.diagnosis.redaction import redact

REFUSALS = {"InvalidOperationException", "InvalidParameterException", "UnsupportedOperationException"}
QUERY = (
    "fields @timestamp, @message "
    "| filter @message like /Execution failed/ or @message like /Method completed with status: 5/ "
    "| sort @timestamp desc | limit 1000"
)
PATIENCE = 15.0
"""Seconds that a query may run before it is stopped."""
_DONE = {"Complete", "Failed", "Cancelled", "Timeout"}


def failures(context: Context, group: str, since: datetime) -> r.LogReading:
    """Read the failing requests of a log group by a query; raise `Failure` where it does not complete in time."""
    calls = context.calls
    started = calls.call(
        "logs",
        "start_query",
        logGroupName=group,
        startTime=int(since.timestamp()),
        endTime=int(context.at.timestamp()) + 1,
        queryString=QUERY,
        limit=1000,
    )
    query_id = started["queryId"]
    reply = calls.call("logs", "get_query_results", queryId=query_id)
    until = time.monotonic() + PATIENCE
    while reply.get("status") not in _DONE and time.monotonic() < until:
        time.sleep(0.5)
        reply = calls.call("logs", "get_query_results", queryId=query_id)
    if reply.get("status") != "Complete":
        with contextlib.suppress(Failure):
            calls.call("logs", "stop_query", queryId=query_id)
        raise Failure("logs:GetQueryResults", GapReason.TIMEOUT, f"the query ended as {reply.get('status')}")
    events = [event for row in reply.get("results") or [] if (event := _event(row)) is not None]
    return r.LogReading(
        group=group,
        since=since,
        until=context.at,
        events=tuple(sorted(events, key=lambda e: e.at)),
        complete=len(events) < 1000,
    )


def _event(row: list[dict[str, str]]) -> r.LogEvent | None:
    fields = {item.get("field"): item.get("value") or "" for item in row}
    try:
        at = datetime.fromisoformat(fields.get("@timestamp", "")).replace(tzinfo=UTC)
    except ValueError:
        return None
    return r.LogEvent(at=at, message=redact(fields.get("@message", "")))
