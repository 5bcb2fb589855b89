"""Faults that the local AWS has no switch for: each function breaks a healthy topology by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.demo.aws.handle import Topology


def stage_missing(topology: Topology) -> None:
    """The API has no stage of this name."""
    topology.region.remove("stage", restApiId=topology.api_id, stageName=topology.stage)


def authorizer_fails(topology: Topology) -> None:
    """The authorizer cannot be called, so no request gets as far as the link."""
    for number in range(3):
        request_id = f"0000000{number}-aaaa-4222-8333-444444444444"
        at = topology.region.now - timedelta(minutes=5 - number)
        for text in (
            f"Starting authorizer: a1b2c3 for request: {request_id}",
            "Execution failed due to configuration error: Authorizer error",
            "Gateway response type: AUTHORIZER_CONFIGURATION_ERROR with status code: 500",
            "Method completed with status: 500",
        ):
            topology.region.write_log(topology.log_group, "stream", at, f"({request_id}) {text}")


def link_subnet_gone(topology: Topology) -> None:
    """A subnet of the link was deleted."""
    for subnet in topology.link["SubnetIds"]:
        topology.region.remove("subnet", SubnetId=subnet)


FURTHER: tuple[tuple[Callable[[Topology], None], str, str], ...] = (
    (stage_missing, "v1-instance", "CTX-01"),
    (authorizer_fails, "v1-instance", "POL-01"),
    (link_subnet_gone, "rest-v2-alb", "VPL-05"),
)
"""The change, the topology, and the check that must name it."""
