"""AWS CloudTrail (cloudtrail 2013-11-01): the events of the last 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page, without_none
from bot.demo.aws.world import Resource

_PAGE = 50
_FIELDS = {
    "EventId": "EventId",
    "EventName": "EventName",
    "EventSource": "EventSource",
    "ReadOnly": "ReadOnly",
    "Username": "Username",
}


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _matches(event: Resource, key: str, value: str) -> bool:
    if key in _FIELDS:
        return bool(event.get(_FIELDS[key]) == value)
    if key in {"ResourceName", "ResourceType"}:
        return any(resource.get(key) == value for resource in event["Resources"])
    raise AwsError("InvalidLookupAttributesException", f"The lookup attribute {key} is not valid.")


@operation("cloudtrail", "LookupEvents")
def lookup_events(call: Call) -> Answer:
    """Events by one attribute and time, the newest first; a page holds at most 50."""
    attributes = call.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise AwsError("InvalidLookupAttributesException", "Only one lookup attribute can be specified.")
    start = _aware(call.get("StartTime", call.now - timedelta(days=90)))
    end = _aware(call.get("EndTime", call.now))
    if start > end:
        raise AwsError("InvalidTimeRangeException", "The start time is after the end time.")
    size = int(call.get("MaxResults", _PAGE))
    if not 1 <= size <= _PAGE:
        raise AwsError("InvalidMaxResultsException", f"Specify a value from 1 to {_PAGE}.")
    found = [
        event
        for event in sorted(call.region.all("trail-event"), key=lambda each: each["EventTime"], reverse=True)
        if start <= event["EventTime"] <= end
        and all(_matches(event, each["AttributeKey"], each["AttributeValue"]) for each in attributes)
    ]
    events, token = page(found, call.get("NextToken"), size, AwsError("InvalidNextTokenException", "Invalid token."))
    return without_none(Events=events, NextToken=token)
