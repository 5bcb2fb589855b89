"""Logs with failing requests of several kinds, for checks that judge what a log shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.diagnosis import metrics
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Gap, GapReason
from bot.diagnosis.resources import AccessLog, LogEvent, LogReading, Series
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_v2 as v2

TAKEN = "HTTP Method: GET, Resource Path: /{proxy+}"
ENDED = "Method completed with status: 500"
E1 = "Execution failed due to configuration error: There was an internal error while executing your request"
E2 = (
    "Execution failed due to configuration error: Host name 'old.example.com' does not match the certificate subject "
    "provided by the peer (CN=orders.example.com)"
)
E8 = "Execution failed due to an vpc link error"
E9 = "Execution failed due to a timeout error"
NO_MATCH = (
    "Execution failed due to configuration error: No match for output mapping and no default output mapping "
    "configured. Endpoint Response Status Code: 200"
)
AUTHORIZER = "Execution failed due to configuration error: Authorizer error"
ACCESS_GROUP = "/orders/access"
ACCESS_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "status": "$context.status",
        "routeKey": "$context.routeKey",
        "backend": "$context.integration.status",
        "error": "$context.integrationErrorMessage",
    }
)
HTTP_STAGE = f"HTTP/{w.API}/{w.STAGE}"
LATENCY = metrics.of_api(wl.api(), w.STAGE)["latency"]


def answered(status: int) -> tuple[str, ...]:
    """The lines of a request that the backend answered."""
    received = f"Received response. Status: {status}, Integration latency: 12 ms"
    return (TAKEN, received, f"Method completed with status: {status}")


def request(number: int, *messages: str, minutes_ago: int = 0) -> tuple[LogEvent, ...]:
    at = w.NOW - timedelta(minutes=minutes_ago)
    return tuple(LogEvent(at=at, message=f"(6e1c1f0e-0000-4000-8000-{number:012}) {m}") for m in messages)


def log(*requests: tuple[str, ...], evidence: Evidence | None = None) -> Evidence:
    """The execution log holds these requests, the first one the newest."""
    events = tuple(e for n, lines in enumerate(requests) for e in request(n + 1, *lines, minutes_ago=n))
    reading = LogReading(group=w.LOG_GROUP, since=w.NOW - timedelta(minutes=60), until=w.NOW, events=events)
    return w.changed(s.EXECUTION_LOG, w.LOG_GROUP, reading, evidence)


def access(*lines: Mapping[str, Any], log_format: str = ACCESS_FORMAT, evidence: Evidence | None = None) -> Evidence:
    """An HTTP API whose access log holds these lines; what a line leaves out is `-`, as AWS writes it."""
    evidence = evidence or v2.http_api()
    arn = f"arn:aws:logs:{w.REGION}:{w.ACCOUNT}:log-group:{ACCESS_GROUP}"
    stage = evidence.get(s.STAGE, HTTP_STAGE)
    stage = stage.model_copy(update={"access_log": AccessLog(destination_arn=arn, format=log_format)})
    names = json.loads(log_format)
    events = tuple(
        LogEvent(at=w.NOW - timedelta(minutes=n), message=json.dumps({k: str(line.get(k, "-")) for k in names}))
        for n, line in enumerate(lines)
    )
    reading = LogReading(group=ACCESS_GROUP, since=w.NOW - timedelta(minutes=60), until=w.NOW, events=events)
    return w.changed(s.ACCESS_LOG, ACCESS_GROUP, reading, w.changed(s.STAGE, HTTP_STAGE, stage, evidence))


def line(number: int, status: int, **values: Any) -> dict[str, Any]:
    return {"requestId": f"KyDfdgZ{number}", "status": status, "routeKey": "ANY /{proxy+}", **values}


def unlogged(evidence: Evidence) -> Evidence:
    """Nobody read a log, and none could be."""
    dropped = {s.EXECUTION_LOG.name, s.ACCESS_LOG.name}
    return Evidence(
        request=evidence.request,
        at=evidence.at,
        reads={key: value for key, value in evidence.reads.items() if key[0] not in dropped},
    )


def measured(key: str, *values: float, evidence: Evidence | None = None) -> Evidence:
    start = int(w.NOW.timestamp()) - 60 * len(values)
    points = tuple((start + 60 * n, value) for n, value in enumerate(values))
    return w.changed(s.METRIC, key, Series(points=points), evidence)


def two_paths(evidence: Evidence | None = None) -> Evidence:
    """Two methods that go to different ports of the load balancer, and a Lambda function."""
    routes = (
        wl.private(path="/orders", method="GET", uri="http://orders.example.com/orders"),
        wl.private(path="/stock", method="GET", uri="http://orders.example.com:8081/stock"),
        wl.lambda_route(),
    )
    return w.changed(s.ROUTES, wl.ROUTES_KEY, routes, evidence)


def at(path: str, *messages: str) -> tuple[str, ...]:
    """The lines of a request to a path."""
    return (f"HTTP Method: GET, Resource Path: {path}", *messages)


def gap(source: s.Source[Any], reason: GapReason = GapReason.ERROR, detail: str = "") -> Gap:
    return Gap(action=source.action, resource="there", reason=reason, detail=detail)
