"""Execution logs: logs. Every message is redacted before anything else sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.aws import insights
from bot.aws.errors import Failure
from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.model import Gap, GapReason
from bot.diagnosis.redaction import redact
from bot.diagnosis.request_log import failing_requests

FAILURE_PHRASES = ('"Execution failed"', '"Method completed with status: 5"')
"""CloudWatch's filter takes a quoted phrase as it stands; what comes back is judged again on our side."""
PAGES = 8
MOST_EVENTS = 2000
FULL_REQUESTS = 5
"""How many failing requests are read whole."""
WIDER = timedelta(hours=24)
"""Where the asked window holds no failure, the last one within this time still tells what fails."""


def log_groups(context: Context, prefix: str) -> tuple[r.LogGroup, ...]:
    """Read the log groups whose names begin with a prefix."""
    pages = context.calls.pages("logs", "describe_log_groups", most=5, logGroupNamePrefix=prefix)
    return tuple(
        r.LogGroup(
            log_group_name=item.get("logGroupName"),
            retention_in_days=item.get("retentionInDays"),
            log_group_class=item.get("logGroupClass"),
        )
        for page in pages
        for item in page.get("logGroups") or []
    )


def deliveries(context: Context, stage_arn: str) -> tuple[r.LogDelivery, ...]:
    """Read where a stage's execution log is delivered to, if it is (since 2026 it can replace the managed group)."""
    pages = context.calls.pages("logs", "describe_delivery_sources", most=5, resourceArns=[stage_arn])
    found: list[r.LogDelivery] = []
    for source in [s for page in pages for s in page.get("deliverySources") or []]:
        if source.get("logType") == "EXECUTION_LOGS" and stage_arn in (source.get("resourceArns") or [stage_arn]):
            found += _deliveries_of(context, source)
    return tuple(found)


def _deliveries_of(context: Context, source: dict[str, Any]) -> Iterable[r.LogDelivery]:
    pages = context.calls.pages("logs", "describe_deliveries", most=5, deliverySourceNames=[source["name"]])
    for delivery in [d for page in pages for d in page.get("deliveries") or []]:
        if delivery.get("deliverySourceName") not in {source["name"], None}:
            continue
        name = (delivery.get("deliveryDestinationArn") or "").rpartition(":")[2]
        reply = context.calls.call("logs", "get_delivery_destination", name=name)
        destination = reply.get("deliveryDestination") or {}
        configuration = destination.get("deliveryDestinationConfiguration") or {}
        yield r.LogDelivery(
            log_type=source.get("logType"),
            destination_type=delivery.get("deliveryDestinationType") or destination.get("deliveryDestinationType"),
            destination_arn=configuration.get("destinationResourceArn"),
            output_format=destination.get("outputFormat"),
        )


def execution_log(context: Context, group: str) -> r.LogReading | Gap:
    """Read the failing requests of a log group: in the asked window, else the last ones within a day."""
    since = context.at - timedelta(minutes=context.request.since_minutes)
    try:
        reading = _failures(context, group, since, FAILURE_PHRASES)
        if not reading.events and not reading.complete:  # too large to page through: a query has an index
            return insights.failures(context, group, since)
        if not reading.events:
            wider = _failures(context, group, context.at - WIDER, FAILURE_PHRASES[:1])
            reading = wider if wider.events else reading
    except Failure as failed:
        if failed.reason is GapReason.ERROR and failed.detail in insights.REFUSALS:
            return insights.failures(context, group, since)
        if failed.reason is not GapReason.NOT_FOUND:
            raise
        detail = "there is no such log group: nothing was logged yet, or logging is off"
        return Gap(action=failed.action, resource=group, reason=GapReason.NOT_FOUND, detail=detail)
    return reading


def _failures(context: Context, group: str, since: datetime, phrases: Iterable[str]) -> r.LogReading:
    events: dict[str, r.LogEvent] = {}
    complete = True
    for phrase in phrases:
        found, whole = _filter(context, group, since, context.at, phrase)
        events.update(found)
        complete = complete and whole
    failing = failing_requests(_ordered(events))
    if failing:
        events.update(_whole_requests(context, group, [f.request_id for f in failing if f.request_id], failing[0].at))
        wanted = {f.request_id for f in failing_requests(_ordered(events))}
        events = {k: e for k, e in events.items() if not wanted or any(i in e.message for i in wanted if i)} or events
    kept = _ordered(events) if failing else []
    return r.LogReading(group=group, since=since, until=context.at, events=tuple(kept), complete=complete)


def _ordered(events: dict[str, r.LogEvent]) -> list[r.LogEvent]:
    """Order by time; events of one millisecond keep CloudWatch's own order, which is the order of their keys."""
    return [event for _, event in sorted(events.items(), key=lambda item: (item[1].at, item[0]))]


def _whole_requests(context: Context, group: str, ids: list[str], newest: datetime) -> dict[str, r.LogEvent]:
    """Read every line of the newest failing requests. What cannot be read is only missing detail, never a gap."""
    phrases = " ".join(f'?"{request_id}"' for request_id in dict.fromkeys(ids[:FULL_REQUESTS]))
    if not phrases:
        return {}
    try:
        found, _ = _filter(context, group, newest - WIDER, newest + timedelta(minutes=2), phrases)
    except Failure:
        return {}
    return {key: event for key, event in found.items() if any(i in event.message for i in ids)}


def _filter(
    context: Context, group: str, since: datetime, until: datetime, pattern: str, *, newest_first: bool = False
) -> tuple[dict[str, r.LogEvent], bool]:
    """Read the events that a pattern matches, and whether those are all. An empty page need not be the last one."""
    events: dict[str, r.LogEvent] = {}
    more: dict[str, Any] = {"filterPattern": pattern} if pattern else {}
    if newest_first:
        more["startFromHead"] = False
    for _ in range(PAGES):
        page = context.calls.call(
            "logs",
            "filter_log_events",
            logGroupName=group,
            startTime=int(since.timestamp() * 1000),
            endTime=int(until.timestamp() * 1000),
            **more,
        )
        for index, item in enumerate(page.get("events") or []):
            at = datetime.fromtimestamp(item.get("timestamp", 0) / 1000, UTC)
            key = item.get("eventId") or f"{item.get('timestamp')}-{index:05}-{item.get('message')}"
            events[key] = r.LogEvent(at=at, message=redact(item.get("message") or ""))
        if not page.get("nextToken"):
            return events, True
        if len(events) >= MOST_EVENTS:
            return events, False
        more["nextToken"] = page["nextToken"]
    return events, False


def access_log(context: Context, group: str) -> r.LogReading | Gap:
    """Read the newest lines of an access log. Its format is the user's own: which lines fail is judged elsewhere."""
    since = context.at - timedelta(minutes=context.request.since_minutes)
    try:
        events, complete = _filter(context, group, since, context.at, "", newest_first=True)
    except Failure as failed:
        if failed.reason is not GapReason.NOT_FOUND:
            raise
        detail = "there is no such log group"
        return Gap(action=failed.action, resource=group, reason=GapReason.NOT_FOUND, detail=detail)
    return r.LogReading(
        group=group, since=since, until=context.at, events=tuple(_ordered(events)[-MOST_EVENTS:]), complete=complete
    )


def rejected_flows(context: Context, key: str) -> tuple[r.RejectedFlow, ...]:
    """Read the packets to a port that a flow log shows as rejected (default format)."""
    port, _, group = key.partition("/")
    since = context.at - timedelta(minutes=context.request.since_minutes)
    events, _ = _filter(context, group, since, context.at, '"REJECT"')
    counts: Counter[tuple[str, str]] = Counter()
    for event in events.values():
        fields = event.message.split()
        # version account interface srcaddr dstaddr srcport dstport protocol packets bytes start end action status
        if len(fields) >= 14 and fields[6] == port and fields[12] == "REJECT":
            counts[fields[3], fields[4]] += 1
    return tuple(
        r.RejectedFlow(source=source, destination=destination, port=int(port), count=count)
        for (source, destination), count in sorted(counts.items())
    )
