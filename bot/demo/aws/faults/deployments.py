"""Faults of deployments and canaries."""

from __future__ import annotations

from bot.demo.aws.faults.consequences import edit_integration, fail, sometimes, with_port
from bot.demo.aws.faults.registry import fault, has_variable, is_rest
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.rest_api import deploy, make_log_group
from bot.demo.aws.parts.trail import make_trail_event
from bot.demo.aws.traffic import failing

_GONE = "zz9qk2"


@fault("DEP-01", is_rest)
def change_not_deployed(topology: Topology) -> None:
    """The integration's URI was corrected an hour ago but not deployed: the stage still uses the wrong port."""
    edit_integration(topology, draft=False, uri=with_port(topology, 8081))
    region, api_id = topology.region, topology.api_id
    make_trail_event(region, "UpdateIntegration", 60, api_id, restApiId=api_id, httpMethod=topology.verb)
    fail(topology)


@fault("DEP-02", lambda topology: is_rest(topology) and has_variable(topology))
def canary_broken(topology: Topology) -> None:
    """One request in ten goes to a canary whose stage variable names a link that does not exist."""
    canary = deploy(topology.region, topology.api, days_ago=0.05, description="canary")
    topology.stage_resource["canarySettings"] = {
        "percentTraffic": 10.0,
        "deploymentId": canary["id"],
        "stageVariableOverrides": {topology.variable: _GONE},
        "useStageCache": False,
    }
    text = f"configuration error: Invalid Vpc Link id {_GONE} referenced in integration"
    fail(topology, *sometimes(failing(text, sent=False, milliseconds=2), every=10))
    # What the canary answers is logged a second time, in a group of its own (AWS: canary-release).
    group = make_log_group(topology.region, f"{topology.log_group}/Canary")
    events = topology.region.get("log-group", logGroupName=topology.log_group)["events"]
    failed = {event["message"].split(" ")[0] for event in events if _GONE in event["message"]}
    group["events"] = [dict(event) for event in events if event["message"].split(" ")[0] in failed]
