"""CloudWatch Logs Insights, the part that reading an execution log needs: fields, filter, sort and limit.

A query is answered at once; the first GetQueryResults still says Running, as AWS does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation
from bot.demo.aws.services.logs import group_of
from bot.demo.aws.world import Resource

Event = dict[str, str]
_DEFAULT_LIMIT = 10_000
_CONDITION = re.compile(
    r"""^(?P<field>@?[\w.]+)\s*(?P<sign>not\s+like|like|=~|!=|>=|<=|=|>|<)\s*"""
    r"""(?P<value>/(?:[^/\\]|\\.)*/|"[^"]*"|'[^']*'|-?[\d.]+)$""",
    re.IGNORECASE,
)


@operation("logs", "StartQuery")
def start_query(call: Call) -> Answer:
    """Start a query over one or more groups. A query that cannot be read is MalformedQueryException."""
    names = [*call.get("logGroupNames", []), *call.get("logGroupIdentifiers", [])]
    names += [call["logGroupName"]] if call.get("logGroupName") else []
    if not names:
        raise AwsError("InvalidParameterException", "A log group is required.")
    groups = [group_of(call, name) for name in names]
    events = [_fields(event, group) for group in groups for event in group["events"] if _in_window(event, call)]
    rows = run(call["queryString"], events, call.get("limit"))
    query_id = call.region.identifier("query", str(len(call.region.queries)), length=32)
    query_id = f"{query_id[:8]}-{query_id[8:12]}-{query_id[12:16]}-{query_id[16:20]}-{query_id[20:]}"
    call.region.queries[query_id] = {"status": "Running", "rows": rows, "scanned": len(events)}
    return {"queryId": query_id}


def _in_window(event: Resource, call: Call) -> bool:
    return bool(call["startTime"] * 1000 <= event["timestamp"] < (call["endTime"] + 1) * 1000)


def _fields(event: Resource, group: Resource) -> Event:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    found = {
        "@timestamp": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
        "@message": event["message"],
        "@logStream": event["logStreamName"],
        "@log": group["logGroupArn"].split(":")[4] + ":" + group["logGroupName"],
        "@ptr": event["eventId"],
    }
    try:
        parsed = json.loads(event["message"])
    except ValueError:
        return found
    return found | ({key: str(value) for key, value in parsed.items()} if isinstance(parsed, dict) else {})


def _query(call: Call) -> dict[str, Any]:
    query = call.region.queries.get(call["queryId"])
    if query is None:
        raise AwsError("ResourceNotFoundException", f"Query {call['queryId']} does not exist.")
    return query


@operation("logs", "GetQueryResults")
def get_query_results(call: Call) -> Answer:
    """The rows of a query and its status."""
    query = _query(call)
    status = query["status"]
    if status == "Running":
        query["status"] = "Complete"
        return {"status": "Running", "results": [], "statistics": {"recordsMatched": 0.0, "recordsScanned": 0.0}}
    rows = query["rows"] if status == "Complete" else []
    statistics = {"recordsMatched": float(len(rows)), "recordsScanned": float(query["scanned"]), "bytesScanned": 0.0}
    results = [[{"field": key, "value": value} for key, value in row.items()] for row in rows]
    return {"status": status, "results": results, "statistics": statistics, "queryLanguage": "CWLI"}


@operation("logs", "StopQuery")
def stop_query(call: Call) -> Answer:
    """Cancel a query that still runs."""
    query = _query(call)
    if query["status"] != "Running":
        raise AwsError("InvalidParameterException", "Query is not running and cannot be stopped.")
    query["status"] = "Cancelled"
    return {"success": True}


def run(text: str, events: list[Event], most: int | None = None) -> list[Event]:
    """The rows of a query over events. AwsError for a command that is not written here: nothing is ignored silently."""
    fields = ["@timestamp", "@message"]
    rows = sorted(events, key=lambda event: event["@timestamp"], reverse=True)
    limit = most or _DEFAULT_LIMIT
    for command in _commands(text):
        word, _, rest = command.partition(" ")
        rest = rest.strip()
        if word in {"fields", "display"}:
            fields = [name.strip() for name in rest.split(",")]
        elif word == "filter":
            test = _condition(rest)
            rows = [row for row in rows if test(row)]
        elif word == "sort":
            rows = _sorted(rows, rest)
        elif word in {"limit", "head"} and rest.isdigit():
            limit = int(rest)
        else:
            raise AwsError("MalformedQueryException", f"The local AWS cannot run: {command}")
    chosen = [*fields, "@ptr"]
    return [{name: row[name] for name in chosen if name in row} for row in rows[:limit]]


def _commands(text: str) -> list[str]:
    """The commands between the pipes; a pipe within quotes or slashes is text."""
    parts = re.findall(r"""(?:/(?:[^/\\]|\\.)*/|"[^"]*"|'[^']*'|[^|])+""", text)
    return [" ".join(part.split()) for part in parts if part.strip() and not part.strip().startswith("#")]


def _sorted(rows: list[Event], rest: str) -> list[Event]:
    name, _, order = rest.partition(" ")
    return sorted(rows, key=lambda row: row.get(name, ""), reverse=order.strip().lower() != "asc")


def _condition(text: str) -> Callable[[Event], bool]:
    """``and`` binds stronger than ``or``; parentheses are not written here."""
    alternatives = [
        re.split(r"\s+and\s+", part, flags=re.IGNORECASE) for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE)
    ]
    tests = [[_comparison(each) for each in group] for group in alternatives]
    return lambda row: any(all(test(row) for test in group) for group in tests)


def _comparison(text: str) -> Callable[[Event], bool]:
    found = _CONDITION.match(text.strip())
    if found is None:
        raise AwsError("MalformedQueryException", f"The local AWS cannot read the condition: {text}")
    name, sign, value = found["field"], " ".join(found["sign"].lower().split()), found["value"]
    if sign in {"like", "not like", "=~"}:
        pattern = re.compile(value[1:-1] if value.startswith("/") else re.escape(value.strip("\"'")))
        return lambda row: (pattern.search(row.get(name, "")) is not None) == (sign != "not like")
    wanted = value.strip("\"'")
    return lambda row: name in row and _compare(row[name], sign, wanted)


def _compare(found: str, sign: str, wanted: str) -> bool:
    try:
        left, right = float(found), float(wanted)
    except ValueError:
        return (found == wanted) if sign == "=" else sign == "!=" and found != wanted
    return {
        "=": left == right,
        "!=": left != right,
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
    }[sign]
