"""The log lines of one request: a REST API's execution log, an HTTP API's access log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bot.demo.aws.traffic.outcome import Outcome

if TYPE_CHECKING:
    from bot.demo.aws.handle import Topology

_LONGEST_EVENT = 1024
CUT_MARK = " [TRUNCATED]"
_EXTENDED = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_CLIENT_TEXTS = {500: "Internal Server Error", 503: "Service Unavailable", 504: "Endpoint request timed out"}
Line = tuple[int, str]


def event_text(request_id: str, text: str) -> str:
    """One event of an execution log, cut at 1,024 bytes (AWS: api-gateway-known-issues)."""
    event = f"({request_id}) {text}"
    if len(event.encode()) <= _LONGEST_EVENT:
        return event
    return event.encode()[: _LONGEST_EVENT - len(CUT_MARK)].decode(errors="ignore") + CUT_MARK


def extended_id(topology: Topology, request_id: str) -> str:
    """The extended request id, which clients cannot choose."""
    return topology.region.identifier(request_id, "extended", length=15, alphabet=_EXTENDED) + "="


def execution_lines(topology: Topology, request_id: str, outcome: Outcome, *, traced: bool) -> Iterator[Line]:
    """The lines of one request, each with the milliseconds since its start. ``traced`` adds headers and bodies."""
    yield from _before(topology, request_id, traced=traced)
    if outcome.sent:
        yield from _sending(topology, traced=traced)
    yield from _after(outcome, traced=traced)


def _before(topology: Topology, request_id: str, *, traced: bool) -> Iterator[Line]:
    stage = f"{topology.api_id}/{topology.stage}"
    method = f"{topology.verb} {topology.resource_path}"
    yield 0, f"Extended Request Id: {extended_id(topology, request_id)}"
    yield 0, f"Verifying Usage Plan for request: {request_id}. API Key:  API Stage: {stage}"
    free = "does not require API Key. Request will not contribute to throttle or quota limits"
    yield 1, f"API Key  authorized because method '{method}' {free}"
    yield 1, f"Usage Plan check succeeded for API Key  and API Stage {stage}"
    yield 1, f"Starting execution for request: {request_id}"
    yield 1, f"HTTP Method: GET, Resource Path: {topology.resource_path}"
    if traced:
        key = "**********************************7QzA"
        yield 1, "Method request path: {proxy=items}"
        yield 1, "Method request query string: {}"
        yield 1, f"Method request headers: {{Accept=application/json, Authorization={key}}}"
        yield 1, "Method request body before transformations: "


def _sending(topology: Topology, *, traced: bool) -> Iterator[Line]:
    url = topology.endpoint_url
    if traced:
        host = url.split("://")[1].split("/")[0]
        agent = f"x-amzn-apigateway-api-id={topology.api_id}, User-Agent=AmazonAPIGateway_{topology.api_id}"
        yield 2, f"Endpoint request URI: {url}"
        yield 2, f"Endpoint request headers: {{{agent}, Host={host}}}"
        yield 2, "Endpoint request body after transformations: "
    yield 2, f"Sending request to {url}"


def _after(outcome: Outcome, *, traced: bool) -> Iterator[Line]:
    end = 2 + outcome.milliseconds
    if outcome.backend_status is not None:
        latency = f"Integration latency: {outcome.milliseconds} ms"
        yield end, f"Received response. Status: {outcome.backend_status}, {latency}"
        if traced:
            yield end, "Endpoint response headers: {Content-Type=application/json, Content-Length=15}"
            yield end, 'Endpoint response body before transformations: {"items":[]}'
    if outcome.failure is None:
        yield end, "Successfully completed execution"
    else:
        yield end, f"Execution failed due to {outcome.failure}"
        yield end, f"Gateway response type: {outcome.response_type} with status code: {outcome.status}"
    yield end, f"Method completed with status: {outcome.status}"


def access_line(topology: Topology, request_id: str, at: datetime, outcome: Outcome, form: str) -> str:
    """One access-log line in the stage's own format; a variable without a value is "-".

    AWS: http-api-logging-variables.
    """
    why = outcome.failure or "-"
    values = {
        "requestId": extended_id(topology, request_id),
        "identity.sourceIp": "198.51.100.7",
        "requestTime": f"{at:%d/%b/%Y:%H:%M:%S +0000}",
        "httpMethod": "GET",
        "routeKey": f"{topology.verb} {topology.resource_path}",
        "status": str(outcome.status),
        "protocol": "HTTP/1.1",
        "responseLength": "33" if outcome.failure else "15",
        "error.message": _CLIENT_TEXTS.get(outcome.status, "-") if outcome.failure else "-",
        "error.responseType": why,
        "integration.status": str(outcome.backend_status or "-"),
        "integrationLatency": str(outcome.milliseconds),
        "integrationErrorMessage": why,
    }
    return re.sub(r"\$context\.([\w.]+)", lambda found: values.get(found[1], "-"), form)
