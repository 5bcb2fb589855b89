"""Faults of security groups."""

from __future__ import annotations

from bot.demo.aws.faults.consequences import close_servers, fail, security_group, unreachable
from bot.demo.aws.faults.registry import fault, has_balancer, has_balancer_group, has_network_only, is_v1, is_v2
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.hosts import set_ingress, tcp


def _v1_before_servers(topology: Topology) -> bool:
    return is_v1(topology) and has_network_only(topology) and has_balancer_group(topology)


@fault("SG-01", lambda topology: is_v1(topology) and bool(topology.balancer_group_id))
def privatelink_rules_enforced(topology: Topology) -> None:
    """The NLB applies its inbound rules to PrivateLink traffic, and no rule can admit API Gateway's addresses."""
    topology.balancer["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = "on"
    fail(topology, unreachable(topology, {"SecurityGroupBlockedFlowCount_Inbound_TCP": 2}))


@fault("SG-02", has_balancer_group)
def balancer_egress_closed(topology: Topology) -> None:
    """The load balancer's security group lets nothing out."""
    security_group(topology, topology.inner_group_id or topology.balancer_group_id)["IpPermissionsEgress"] = []
    close_servers(topology, None if topology.inner_group_id else {"SecurityGroupBlockedFlowCount_Outbound_TCP": 3})


@fault("SG-03")
def target_security_group_closed(topology: Topology) -> None:
    """The servers' security group does not admit the load balancer on the target port."""
    set_ingress(topology.region, topology.target_group_id, [tcp(22, cidrs=("10.0.0.0/8",))])
    close_servers(topology)


@fault("SG-03", _v1_before_servers)
def target_admits_group_only(topology: Topology) -> None:
    """The servers admit the NLB's security group only: health checks pass, traffic from the link does not.

    With enforcement off, link traffic carries the NLB's address but not its group (AWS: target-group-register-targets).
    """
    allowed = tcp(topology.target_port, groups=(topology.balancer_group_id,))
    set_ingress(topology.region, topology.target_group_id, [allowed])
    fail(topology)


@fault("SG-03", lambda topology: bool(topology.inner_group_id))
def inner_balancer_closed(topology: Topology) -> None:
    """The ALB behind the NLB does not admit the NLB's addresses."""
    set_ingress(topology.region, topology.inner_group_id, [])
    for described in topology.group["Targets"]:
        health = {"State": "unhealthy", "Reason": "Target.FailedHealthChecks", "Description": "Health checks failed"}
        described["TargetHealth"] = health
    fail(topology)


@fault("SG-04", is_v2)
def link_egress_closed(topology: Topology) -> None:
    """The link's security group lets nothing out."""
    security_group(topology, topology.link_group_id)["IpPermissionsEgress"] = []
    fail(topology)


@fault("SG-04", lambda topology: is_v2(topology) and has_balancer(topology))
def balancer_closed_to_link(topology: Topology) -> None:
    """The load balancer's security group does not admit the link."""
    allowed = tcp(topology.listener_port, cidrs=("192.168.0.0/24",))
    set_ingress(topology.region, topology.balancer_group_id, [allowed])
    fail(topology)


@fault("SG-03", lambda topology: has_balancer(topology) and topology.target_port != 22)
def target_admits_other_range(topology: Topology) -> None:
    """The servers admit the target port from another network than the load balancer's."""
    allowed = tcp(topology.backend_group["Port"], cidrs=("172.31.0.0/16",))
    set_ingress(topology.region, topology.target_group_id, [allowed])
    close_servers(topology)


@fault("SG-03", has_balancer)
def stale_group_reference(topology: Topology) -> None:
    """The servers admit a security group that was deleted: the rule matches nothing."""
    allowed = tcp(topology.backend_group["Port"], groups=("sg-0dead0000000beef0",))
    set_ingress(topology.region, topology.target_group_id, [allowed])
    close_servers(topology)
