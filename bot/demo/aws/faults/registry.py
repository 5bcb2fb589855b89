"""The table of faults, and what faults share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.aws.handle import Topology

Effect = Callable[[Topology], None]


@dataclass(frozen=True)
class Fault:
    """One fault: its effect on the world, the check that ought to name it, and which topologies it fits."""

    name: str
    check: str
    apply: Effect
    fits: Callable[[Topology], bool]

    @property
    def summary(self) -> str:
        """One sentence on what is wrong."""
        return (self.apply.__doc__ or "").strip().splitlines()[0]


FAULTS: dict[str, Fault] = {}


def fault(check: str, fits: Callable[[Topology], bool] = lambda topology: True) -> Callable[[Effect], Effect]:  # noqa: ARG005  # fits every topology
    """Register a fault. Calling it changes the world under its lock; a topology that cannot have it is a ValueError."""

    def register(effect: Effect) -> Effect:
        name = effect.__name__.replace("_", "-")

        @functools.wraps(effect)
        def apply(topology: Topology) -> None:
            if not fits(topology):
                raise ValueError(f"{name} does not fit {topology.name}, a {topology.generation} topology")
            with topology.world.lock:
                effect(topology)

        FAULTS[name] = Fault(name, check, apply, fits)
        return apply

    return register


def is_v1(topology: Topology) -> bool:
    """The path goes through a link of the first generation."""
    return bool(topology.service_id)


def is_v2(topology: Topology) -> bool:
    """The path goes through a link of the second generation."""
    return not topology.service_id


def is_rest(topology: Topology) -> bool:
    """The API is a REST API."""
    return topology.is_rest


def is_http_api(topology: Topology) -> bool:
    """The API is an HTTP API."""
    return not topology.is_rest


def has_balancer(topology: Topology) -> bool:
    """A load balancer stands behind the link (Cloud Map needs none)."""
    return bool(topology.load_balancer_arn)


def is_network(topology: Topology) -> bool:
    """The link leads to a network load balancer."""
    return ":loadbalancer/net/" in topology.load_balancer_arn


def is_application(topology: Topology) -> bool:
    """The link leads to an application load balancer."""
    return ":loadbalancer/app/" in topology.load_balancer_arn


def has_application(topology: Topology) -> bool:
    """An application load balancer answers for the servers, in front or behind a network load balancer."""
    return is_application(topology) or bool(topology.inner_balancer_arn)


def has_network_only(topology: Topology) -> bool:
    """A network load balancer stands directly before the servers."""
    return is_network(topology) and not topology.inner_balancer_arn


def has_balancer_group(topology: Topology) -> bool:
    """The load balancer before the servers has a security group; an NLB may have none."""
    return bool(topology.inner_group_id or topology.balancer_group_id)


def terminates_tls(topology: Topology) -> bool:
    """A load balancer holds the certificate."""
    return bool(topology.certificate_arn)


def has_variable(topology: Topology) -> bool:
    """The link's id stands in a stage variable."""
    return bool(topology.variable)
