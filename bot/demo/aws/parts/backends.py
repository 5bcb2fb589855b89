"""Builders of what stands behind a link: servers, target groups, load balancers.

Each returns the fields of the topology that it knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.demo.aws.parts.balancing import make_balancer, make_group_of_targets, make_listener
from bot.demo.aws.parts.certificates import make_certificate
from bot.demo.aws.parts.hosts import make_group, make_instance, make_interface, tcp
from bot.demo.aws.parts.network import Network, make_network
from bot.demo.aws.world import Region, Resource

Parts = dict[str, Any]
PLAIN_PORT, TLS_PORT = 8080, 8443


@dataclass(frozen=True)
class Plan:
    """What all parts of one topology share."""

    region: Region
    name: str
    network: Network
    host: str
    scheme: str
    port: int

    def ranges(self, subnets: tuple[str, ...]) -> tuple[str, ...]:
        """The address ranges of subnets."""
        return tuple(str(self.region.get("subnet", SubnetId=subnet)["CidrBlock"]) for subnet in subnets)


def plan(region: Region, name: str, unique: str, scheme: str, port: int | None) -> Plan:
    """Start a topology: its network, and the host name and port of its integration."""
    network = make_network(region, unique)
    chosen = port or {"http": 80, "https": 443}[scheme]
    return Plan(region, unique, network, f"{name}.internal.example.com", scheme, chosen)


def certificate(plan: Plan) -> str:
    """The ARN of a valid public certificate for the integration's host."""
    return str(make_certificate(plan.region, (plan.host,))["CertificateArn"])


def servers(plan: Plan, kind: str, port: int, allowed: Resource) -> tuple[str, list[Resource]]:
    """Two servers, one per zone: instances, or containers with own interfaces. Their group's id and the targets."""
    region = plan.region
    group_id = make_group(region, plan.network.vpc_id, f"{plan.name}-app", [allowed])
    targets = []
    for number, subnet_id in enumerate(plan.network.target_subnets, 1):
        label = f"{plan.name}-app-{number}"
        if kind == "instance":
            targets.append({"Id": make_instance(region, subnet_id, label, group_id)["InstanceId"], "Port": port})
            continue
        attachment = region.arn("ecs", f"attachment/{region.identifier(label, length=32)}")
        interface = make_interface(region, subnet_id, label, [group_id], description=attachment)
        zone = interface["AvailabilityZone"]
        targets.append({"Id": interface["PrivateIpAddress"], "Port": port, "AvailabilityZone": zone})
    return group_id, targets


def _balancer(plan: Plan, kind: str, ingress: Resource | None) -> tuple[Resource, str]:
    suffix = {"network": "nlb", "application": "alb"}[kind]
    group_id = ""
    if ingress is not None:
        group_id = make_group(plan.region, plan.network.vpc_id, f"{plan.name}-{suffix}", [ingress])
    groups = [group_id] if group_id else []
    created = plan.region.now - timedelta(days=85)
    name = f"{plan.name}-{suffix}"
    return make_balancer(plan.region, name, kind, plan.network.balancer_subnets, groups, created), group_id


def network_balancer(plan: Plan, target_type: str, listener: str, ingress: Resource | None, *sources: str) -> Parts:
    """An NLB with one listener, and servers (or an ALB with its servers) behind it.

    ``sources`` are the ranges that the servers admit; ``ingress`` is what the NLB's own security group admits, None for
    an NLB without one.
    """
    balancer, balancer_group = _balancer(plan, "network", ingress)
    arn = certificate(plan) if listener == "TLS" else ""
    if target_type == "alb":
        parts = _inner_application_balancer(plan, sources)
    else:
        port = TLS_PORT if plan.scheme == "https" and listener == "TCP" else PLAIN_PORT
        parts = _group_of_servers(plan, target_type, "TCP", port, tcp(port, cidrs=sources))
    made = make_listener(
        plan.region,
        balancer,
        protocol=listener,
        port=plan.port,
        group_arn=parts["target_group_arn"],
        certificate_arn=arn or None,
    )
    own = {
        "load_balancer_arn": balancer["LoadBalancerArn"],
        "listener_arn": made["ListenerArn"],
        "balancer_group_id": balancer_group,
        "certificate_arn": arn or parts.get("certificate_arn", ""),
    }
    return parts | own


def application_balancer(plan: Plan, target_type: str, ingress: Resource) -> Parts:
    """An ALB with one listener and servers behind it."""
    balancer, balancer_group = _balancer(plan, "application", ingress)
    parts = _group_of_servers(plan, target_type, "HTTP", PLAIN_PORT, tcp(PLAIN_PORT, groups=(balancer_group,)))
    secure = plan.scheme == "https"
    arn = certificate(plan) if secure else ""
    made = make_listener(
        plan.region,
        balancer,
        protocol="HTTPS" if secure else "HTTP",
        port=plan.port,
        group_arn=parts["target_group_arn"],
        certificate_arn=arn or None,
    )
    return parts | {
        "load_balancer_arn": balancer["LoadBalancerArn"],
        "listener_arn": made["ListenerArn"],
        "balancer_group_id": balancer_group,
        "certificate_arn": arn,
    }


def _group_of_servers(plan: Plan, target_type: str, protocol: str, port: int, allowed: Resource) -> Parts:
    group_id, targets = servers(plan, target_type, port, allowed)
    group = make_group_of_targets(
        plan.region,
        f"{plan.name}-tg",
        target_type=target_type,
        protocol=protocol,
        port=port,
        vpc_id=plan.network.vpc_id,
        targets=targets,
    )
    arn = group["TargetGroupArn"]
    return {"target_group_arn": arn, "backend_group_arn": arn, "target_group_id": group_id, "target_port": port}


def _inner_application_balancer(plan: Plan, sources: tuple[str, ...]) -> Parts:
    """An ALB as the target of an NLB (AWS: application-load-balancer-target), with the NLB's target group for it."""
    parts = application_balancer(plan, "instance", tcp(plan.port, cidrs=sources))
    balancer_arn = parts["load_balancer_arn"]
    group = make_group_of_targets(
        plan.region,
        f"{plan.name}-alb-tg",
        target_type="alb",
        protocol="TCP",
        port=plan.port,
        vpc_id=plan.network.vpc_id,
        targets=[{"Id": balancer_arn, "Port": plan.port}],
    )
    inner = {
        "inner_balancer_arn": balancer_arn,
        "inner_listener_arn": parts["listener_arn"],
        "inner_group_id": parts["balancer_group_id"],
    }
    return parts | inner | {"target_group_arn": group["TargetGroupArn"], "target_port": plan.port}
