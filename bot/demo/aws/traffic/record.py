"""Send requests through a topology: what they leave in logs and metrics, now and over the last minutes."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.demo.aws.traffic.lines import access_line, event_text, execution_lines
from bot.demo.aws.traffic.metrics import write_metrics
from bot.demo.aws.traffic.outcome import Outcome

if TYPE_CHECKING:
    from bot.demo.aws.handle import Topology

_FAILING_MINUTES = 12
_SECONDS_BETWEEN = 20


def record(topology: Topology, at: datetime, outcome: Outcome) -> str:
    """One request at that moment. Its request id."""
    seed = topology.region.identifier(topology.name, at.isoformat(), "request", length=32)
    request_id = str(uuid.UUID(seed, version=4))
    if topology.is_rest:
        _write_execution_log(topology, request_id, at, outcome)
    else:
        _write_access_log(topology, request_id, at, outcome)
    write_metrics(topology, at, outcome)
    return request_id


def _write_execution_log(topology: Topology, request_id: str, at: datetime, outcome: Outcome) -> None:
    stage = topology.stage_resource
    settings = stage.get("methodSettings", {}).get("*/*", {})
    level = settings.get("loggingLevel", "OFF")
    account = topology.region.find("account") or {}
    if level == "OFF" or not account.get("cloudwatchRoleArn"):
        return
    lines = list(execution_lines(topology, request_id, outcome, traced=bool(settings.get("dataTraceEnabled"))))
    if level == "ERROR":
        lines = [line for line in lines if line[1].startswith("Execution failed")]
    # A delivery replaces the managed group, and writes JSON (AWS: rest-api-create-log-delivery).
    delivered_to = stage.get("DeliveredTo")
    for wait, text in lines:
        moment = at + timedelta(milliseconds=wait)
        if delivered_to is None:
            _write(topology, topology.log_group, moment, event_text(request_id, text))
        else:
            _write(topology, delivered_to, moment, json.dumps({"requestId": request_id, "payload": text}))


def _write_access_log(topology: Topology, request_id: str, at: datetime, outcome: Outcome) -> None:
    settings = topology.stage_resource.get("AccessLogSettings")
    if settings:
        line = access_line(topology, request_id, at, outcome, settings["Format"])
        _write(topology, topology.log_group, at + timedelta(milliseconds=outcome.milliseconds), line)


def _write(topology: Topology, group: str, at: datetime, text: str) -> None:
    stream = topology.region.identifier(group, at.strftime("%Y%m%d%H"), length=32)
    topology.region.write_log(group, stream, at, text)


def behave(topology: Topology, *outcomes: Outcome) -> None:
    """Requests end like this from now on, and did for the last minutes; several outcomes take turns."""
    topology.api["outcomes"] = outcomes
    silence(topology)
    at = _failing_since(topology)
    for value in (topology.metric_key[1], topology.service_id, *_balancers(topology)):
        _forget_metrics(topology, value, at)
    number = 0
    while at < topology.world.now - timedelta(seconds=15):
        record(topology, at, outcomes[number % len(outcomes)])
        at += timedelta(seconds=_SECONDS_BETWEEN)
        number += 1


def advance(topology: Topology, at: datetime) -> str:
    """One more request, at that moment, ending as the topology's requests do now. Its request id."""
    outcomes = topology.api["outcomes"]
    number = topology.api["requests"] = topology.api.get("requests", 0) + 1
    return record(topology, at, outcomes[number % len(outcomes)])


def silence(topology: Topology) -> None:
    """Drop what the log holds of the last minutes: it was never written."""
    group = topology.region.find("log-group", logGroupName=topology.log_group)
    if group is not None:
        since = _failing_since(topology).timestamp() * 1000
        group["events"] = [event for event in group["events"] if event["timestamp"] < since]


def _failing_since(topology: Topology) -> datetime:
    return topology.world.now - timedelta(minutes=_FAILING_MINUTES)


def _balancers(topology: Topology) -> list[str]:
    return [arn.split(":loadbalancer/")[1] for arn in (topology.load_balancer_arn, topology.inner_balancer_arn) if arn]


def _forget_metrics(topology: Topology, dimension_value: str, since: datetime) -> None:
    for (_, _, dimensions), samples in topology.region.metrics.items():
        if any(value == dimension_value for _, value in dimensions):
            samples[:] = [sample for sample in samples if sample[0] < since.timestamp()]
