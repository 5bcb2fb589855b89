"""What follows from a fault, as AWS would show it: the health of targets, and how requests end."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from bot.demo.aws.faults.registry import has_application, has_balancer
from bot.demo.aws.flow_logs import refuse
from bot.demo.aws.handle import Topology
from bot.demo.aws.traffic import HEALTHY, Outcome, behave, failing, internal_error
from bot.demo.aws.world import Resource

Samples = Mapping[str, float] | None
FAILED_CHECKS = ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
TIMED_OUT = ("unhealthy", "Target.Timeout", "Request timed out")
NOT_IN_USE = (
    "unused",
    "Target.NotInUse",
    "Target is in an Availability Zone that is not enabled for the load balancer",
)
STOPPED = ("unused", "Target.InvalidState", "Target is in the stopped state")


def unreachable(topology: Topology, samples: Samples = None) -> Outcome:
    """How a request ends that never reaches a backend: REST APIs say 500, HTTP APIs 503."""
    if topology.is_rest:
        return internal_error(samples)
    return failing("INTEGRATION_NETWORK_FAILURE", status=503, samples=samples)


def no_backend(topology: Topology, status: int, samples: Samples = None) -> Outcome:
    """How a request ends when the servers do not answer: an ALB answers with a status of its own, an NLB cannot."""
    if has_application(topology):
        extra = tuple((samples or {}).items())
        return Outcome(status=status, backend_status=status, by_balancer=True, samples=extra)
    return unreachable(topology, samples)


def fail(topology: Topology, *outcomes: Outcome) -> None:
    """Requests end like this now, and did for some minutes."""
    behave(topology, *(outcomes or (unreachable(topology),)))


def sometimes(outcome: Outcome, every: int = 3) -> tuple[Outcome, ...]:
    """One request in ``every`` ends badly."""
    return (outcome, *[HEALTHY] * (every - 1))


def set_health(topology: Topology, health: tuple[str, str, str], group: Resource | None = None) -> None:
    """Every server of the path is in this state; so is the ALB as a target, whose health check reaches the servers."""
    groups = [group] if group is not None else [topology.backend_group, topology.group]
    state, reason, text = health
    for each in groups:
        for described in each["Targets"]:
            described["TargetHealth"] = {"State": state, "Reason": reason, "Description": text}


def close_servers(topology: Topology, samples: Samples = None) -> None:
    """Packets to the servers vanish: health checks fail, and requests with them."""
    if not has_balancer(topology):
        fail(topology)
        return
    refuse(topology)
    set_health(topology, TIMED_OUT if has_application(topology) else FAILED_CHECKS)
    fail(topology, no_backend(topology, 504, samples))


def edit_integration(topology: Topology, *, deployed: bool = True, draft: bool = True, **changes: Any) -> None:
    """Change the integration, in the draft and in the stage's deployment. None takes a member away."""
    for integration in _integrations(topology, deployed=deployed, draft=draft):
        for key, value in changes.items():
            if value is None:
                integration.pop(key, None)
            else:
                integration[key] = copy.deepcopy(value)


def _integrations(topology: Topology, *, deployed: bool, draft: bool) -> list[Resource]:
    found = [topology.integration] if draft else []
    if deployed and topology.is_rest:
        wanted = topology.stage_resource["deploymentId"]
        deployment = topology.region.get("deployment", restApiId=topology.api_id, id=wanted)
        found += [
            resource["resourceMethods"][topology.verb]["methodIntegration"]
            for resource in deployment["resources"]
            if resource["id"] == topology.resource_id
        ]
    return found


def security_group(topology: Topology, group_id: str) -> Resource:
    """A security group of the topology."""
    return topology.region.get("security-group", GroupId=group_id)


def with_port(topology: Topology, port: int) -> str:
    """The integration's URI with another port."""
    scheme, rest = str(topology.integration["uri"]).split("://")
    authority, path = rest.split("/", 1)
    return f"{scheme}://{authority.split(':')[0]}:{port}/{path}"
