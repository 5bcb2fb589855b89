"""Faults of network ACLs: the four legs between load balancer and servers, and the link's subnets."""

from __future__ import annotations

from collections.abc import Callable

from bot.demo.aws.faults.consequences import close_servers, fail, no_backend, sometimes
from bot.demo.aws.faults.registry import fault, has_balancer, is_v2
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.network import acl_rule, make_acl, open_acl
from bot.demo.aws.world import Resource

EPHEMERAL = (1024, 65535)
Subnets = Callable[[Topology], tuple[str, ...]]


def _balancer(topology: Topology) -> tuple[str, ...]:
    return topology.network.balancer_subnets


def _target(topology: Topology) -> tuple[str, ...]:
    return topology.network.target_subnets


def _put(topology: Topology, subnets: tuple[str, ...], label: str, entries: list[Resource]) -> None:
    make_acl(topology.region, topology.network.vpc_id, f"{topology.name}-{label}", list(subnets), entries)


def _deny(topology: Topology, subnets: Subnets, label: str, ports: tuple[int, int], *, egress: bool) -> None:
    denied = acl_rule(90, "deny", egress=egress, ports=ports)
    _put(topology, subnets(topology), label, [denied, *open_acl()])
    close_servers(topology)


def _server_ports(topology: Topology) -> tuple[int, int]:
    port = topology.backend_group["Port"]
    return port, port


@fault("NACL-01", has_balancer)
def acl_denies_out_of_balancer(topology: Topology) -> None:
    """The ACL of the load balancer's subnets denies the target port outwards."""
    _deny(topology, _balancer, "edge", _server_ports(topology), egress=True)


@fault("NACL-01", has_balancer)
def acl_denies_into_targets(topology: Topology) -> None:
    """The ACL of the servers' subnets denies the target port inwards."""
    _deny(topology, _target, "apps", _server_ports(topology), egress=False)


@fault("NACL-01", has_balancer)
def acl_denies_out_of_targets(topology: Topology) -> None:
    """The ACL of the servers' subnets denies the replies: the ephemeral ports outwards."""
    _deny(topology, _target, "apps", EPHEMERAL, egress=True)


@fault("NACL-01", has_balancer)
def acl_denies_into_balancer(topology: Topology) -> None:
    """The ACL of the load balancer's subnets denies the replies: the ephemeral ports inwards."""
    _deny(topology, _balancer, "edge", EPHEMERAL, egress=False)


@fault("NACL-01", has_balancer)
def acl_without_ephemeral_ports(topology: Topology) -> None:
    """The ACL of the servers' subnets lets only the high half of the ephemeral ports out: some replies are lost."""
    port = _server_ports(topology)
    entries = [
        acl_rule(100, "allow", egress=False, cidr=topology.network.cidr, ports=port),
        acl_rule(100, "allow", egress=True, cidr=topology.network.cidr, ports=(32768, 65535)),
    ]
    _put(topology, topology.network.target_subnets, "apps", entries)
    fail(topology, *sometimes(no_backend(topology, 504), every=2))


@fault("NACL-01", has_balancer)
def acl_allows_nothing(topology: Topology) -> None:
    """The servers' subnets have a new ACL without a single allow rule."""
    _put(topology, topology.network.target_subnets, "apps", [])
    close_servers(topology)


@fault("NACL-02", is_v2)
def acl_denies_out_of_link(topology: Topology) -> None:
    """The ACL of the link's subnets denies the listener's port outwards."""
    port = (topology.listener_port, topology.listener_port)
    denied = acl_rule(90, "deny", egress=True, ports=port)
    _put(topology, topology.network.link_subnets, "links", [denied, *open_acl()])
    fail(topology)


@fault("NACL-02", is_v2)
def acl_denies_into_link(topology: Topology) -> None:
    """The ACL of the link's subnets denies the replies: the ephemeral ports inwards."""
    denied = acl_rule(90, "deny", egress=False, ports=EPHEMERAL)
    _put(topology, topology.network.link_subnets, "links", [denied, *open_acl()])
    fail(topology)
