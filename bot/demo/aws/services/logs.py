"""Amazon CloudWatch Logs (logs 2014-03-28): groups, events and deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page, without_none
from bot.demo.aws.services.logs_pattern import compile_pattern
from bot.demo.aws.world import Resource

_MOST_EVENTS = 10000
_GROUPS_PER_PAGE = 50


def _bad_token() -> AwsError:
    return AwsError("InvalidParameterException", "The specified nextToken is invalid.")


def group_of(call: Call, name: str | None) -> Resource:
    """The named log group (a name, or its ARN), or ResourceNotFoundException."""
    wanted = str(name or "").split(":log-group:")[-1].removesuffix(":*")
    found = call.region.find("log-group", logGroupName=wanted)
    if found is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return found


def readable_group(call: Call, name: str | None) -> Resource:
    """As `group_of`, but a group of class Infrequent Access refuses (AWS: CloudWatch_Logs_Log_Classes)."""
    group = group_of(call, name)
    if group.get("logGroupClass") == "INFREQUENT_ACCESS":
        text = f"{call.operation} is not supported for a log group of class INFREQUENT_ACCESS."
        raise AwsError("InvalidOperationException", text)
    return group


@operation("logs", "DescribeLogGroups")
def describe_log_groups(call: Call) -> Answer:
    """Log groups by prefix or part of the name, in the order of their names."""
    prefix, part, name_class = (
        call.get("logGroupNamePrefix"),
        call.get("logGroupNamePattern"),
        call.get("logGroupClass"),
    )
    wanted = {name.split(":log-group:")[-1].removesuffix(":*") for name in call.get("logGroupIdentifiers", [])}
    if prefix and part:
        raise AwsError("InvalidParameterException", "logGroupNamePrefix and logGroupNamePattern exclude each other.")
    found = [
        group
        for group in sorted(call.region.all("log-group"), key=lambda each: str(each["logGroupName"]))
        if group["logGroupName"].startswith(prefix or "")
        and (part or "").lower() in group["logGroupName"].lower()
        and name_class in {None, group["logGroupClass"]}
        and (not wanted or group["logGroupName"] in wanted)
    ]
    groups, token = page(found, call.get("nextToken"), int(call.get("limit", _GROUPS_PER_PAGE)), _bad_token())
    return without_none(logGroups=groups, nextToken=token)


def _in_window(events: Iterable[Resource], call: Call, streams: list[str]) -> list[Resource]:
    start, end = call.get("startTime", 0), call.get("endTime", 1 << 62)
    prefix = call.get("logStreamNamePrefix", "")
    return [
        event
        for event in events
        if start <= event["timestamp"] <= end
        and (not streams or event["logStreamName"] in streams)
        and event["logStreamName"].startswith(prefix)
    ]


@operation("logs", "FilterLogEvents")
def filter_log_events(call: Call) -> Answer:
    """The events of a window that match a pattern, by page; a page may be empty and still have a successor."""
    group = readable_group(call, call.get("logGroupName") or call.get("logGroupIdentifier"))
    matches = compile_pattern(call.get("filterPattern"))
    window = _in_window(group["events"], call, call.get("logStreamNames", []))
    if call.get("startFromHead", default=True) is False:
        window.reverse()
    most = min(int(call.get("limit", _MOST_EVENTS)), _MOST_EVENTS)
    stretch, token = page(window, call.get("nextToken"), call.world.log_events_per_page, _bad_token())
    found = [event for event in stretch if matches(event["message"])]
    if len(found) > most:
        last = window.index(found[most - 1])
        token = page(window, None, last + 1)[1]
        found = found[:most]
    return without_none(events=found, searchedLogStreams=[], nextToken=token)


@operation("logs", "GetLogEvents")
def get_log_events(call: Call) -> Answer:
    """The events of one stream. The end is reached when the token comes back unchanged (AWS: API_GetLogEvents)."""
    group = readable_group(call, call.get("logGroupName") or call.get("logGroupIdentifier"))
    stream = call["logStreamName"]
    if all(event["logStreamName"] != stream for event in group["events"]):
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    window = [e for e in _in_window(group["events"], call, [stream]) if e["timestamp"] != call.get("endTime")]
    size = int(call.get("limit", _MOST_EVENTS))
    token = call.get("nextToken")
    first = 0 if call.get("startFromHead", default=False) else max(0, len(window) - size)
    start = _position(token) if token else first
    if token and token.startswith("b/"):
        start, end = max(0, start - size), start
    else:
        end = min(len(window), start + size)
    return {
        "events": window[start:end],
        "nextForwardToken": f"f/{end:056d}/s",
        "nextBackwardToken": f"b/{start:056d}/s",
    }


def _position(token: str) -> int:
    parts = token.split("/")
    if len(parts) != 3 or not parts[1].isdigit():
        raise _bad_token()
    return int(parts[1])


@operation("logs", "DescribeDeliverySources")
def describe_delivery_sources(call: Call) -> Answer:
    """What delivers logs, for which resources."""
    wanted = set(call.get("resourceArns", []))
    found = [each for each in call.region.all("delivery-source") if not wanted or wanted & set(each["resourceArns"])]
    return _listed(call, "deliverySources", found)


@operation("logs", "DescribeDeliveries")
def describe_deliveries(call: Call) -> Answer:
    """Which source delivers to which destination."""
    wanted = call.get("deliverySourceNames", [])
    found = [each for each in call.region.all("delivery") if not wanted or each["deliverySourceName"] in wanted]
    return _listed(call, "deliveries", found)


def _listed(call: Call, name: str, items: list[Resource]) -> Answer:
    found, token = page(items, call.get("nextToken"), int(call.get("limit", _GROUPS_PER_PAGE)), _bad_token())
    return without_none(**{name: found, "nextToken": token})


@operation("logs", "GetDeliveryDestination")
def get_delivery_destination(call: Call) -> Answer:
    """One delivery destination."""
    found: Any = call.region.find("delivery-destination", name=call["name"])
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Requested Delivery Destination {call['name']} does not exist.")
    return {"deliveryDestination": found}
