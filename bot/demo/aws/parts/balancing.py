"""Builders of load balancers, listeners and target groups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.demo.aws.parts.hosts import make_interface
from bot.demo.aws.world import Region, Resource

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
_BALANCER_SETTINGS = {
    "network": {"deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "false"},
    "application": {
        "deletion_protection.enabled": "false",
        "load_balancing.cross_zone.enabled": "true",
        "idle_timeout.timeout_seconds": "60",
        "client_keep_alive.seconds": "3600",
    },
}
_COMMON_GROUP = {
    "deregistration_delay.timeout_seconds": "300",
    "stickiness.enabled": "false",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
}
_NETWORK_GROUP = {
    "proxy_protocol_v2.enabled": "false",
    "preserve_client_ip.enabled": "true",
    "stickiness.type": "source_ip",
    "deregistration_delay.connection_termination.enabled": "false",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}
_APPLICATION_GROUP = {
    "stickiness.type": "lb_cookie",
    "slow_start.duration_seconds": "0",
    "load_balancing.algorithm.type": "round_robin",
}


def attributes(values: dict[str, str]) -> list[dict[str, str]]:
    """Attributes as ELB lists them."""
    return [{"Key": key, "Value": value} for key, value in values.items()]


def set_attribute(resource: Resource, key: str, value: str) -> None:
    """Change one attribute of a load balancer, listener or target group."""
    resource["Attributes"] = [a for a in resource["Attributes"] if a["Key"] != key] + [{"Key": key, "Value": value}]


def make_balancer(
    region: Region, name: str, kind: str, subnets: tuple[str, ...], groups: list[str], created: datetime
) -> Resource:
    """An internal load balancer, ``network`` or ``application``, with one network interface per subnet."""
    short = {"network": "net", "application": "app"}[kind]
    identifier = region.identifier(name, kind, length=16)
    arn = region.arn("elasticloadbalancing", f"loadbalancer/{short}/{name}/{identifier}")
    interfaces = [_balancer_interface(region, arn, kind, subnet_id, groups) for subnet_id in subnets]
    enforced = {"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off"} if kind == "network" and groups else {}
    return region.add(
        "load-balancer",
        {
            "LoadBalancerArn": arn,
            "LoadBalancerName": name,
            "DNSName": _dns_name(region, name, kind, identifier),
            "CanonicalHostedZoneId": "Z2IFOLAFXWLO4F" if kind == "network" else "Z32O12XQLNTSW2",
            "CreatedTime": created,
            "Scheme": "internal",
            "VpcId": interfaces[0]["VpcId"],
            "State": {"Code": "active"},
            "Type": kind,
            "AvailabilityZones": [
                {"ZoneName": each["AvailabilityZone"], "SubnetId": each["SubnetId"], "LoadBalancerAddresses": []}
                for each in interfaces
            ],
            "SecurityGroups": groups or None,
            "IpAddressType": "ipv4",
            "Attributes": attributes(_BALANCER_SETTINGS[kind]),
            "Tags": [{"Key": "team", "Value": "platform"}],
            **enforced,
        },
    )


def _balancer_interface(region: Region, arn: str, kind: str, subnet_id: str, groups: list[str]) -> Resource:
    path = arn.split(":loadbalancer/")[1]
    return make_interface(
        region,
        subnet_id,
        path,
        groups,
        description=f"ELB {path}",
        interface_type="network_load_balancer" if kind == "network" else "interface",
        requester="amazon-elb",
    )


def _dns_name(region: Region, name: str, kind: str, identifier: str) -> str:
    if kind == "network":
        return f"{name}-{identifier}.elb.{region.name}.amazonaws.com"
    return f"internal-{name}-{identifier[:10]}.{region.name}.elb.amazonaws.com"


def make_group_of_targets(
    region: Region, name: str, *, target_type: str, protocol: str, port: int, vpc_id: str, targets: list[Resource]
) -> Resource:
    """A target group whose targets (AWS's Target dicts, each with Id, Port and AvailabilityZone) are all healthy."""
    arn = region.arn("elasticloadbalancing", f"targetgroup/{name}/{region.identifier(name, 'group', length=16)}")
    network = protocol in {"TCP", "TLS", "UDP", "TCP_UDP"}
    check: dict[str, Any] = {"HealthCheckProtocol": "TCP" if network else protocol}
    if target_type == "alb":
        check["HealthCheckProtocol"] = "HTTPS" if port == 443 else "HTTP"
    if check["HealthCheckProtocol"] != "TCP":
        check |= {"HealthCheckPath": "/health", "Matcher": {"HttpCode": "200-399" if network else "200"}}
    settings = _COMMON_GROUP | (_NETWORK_GROUP if network else _APPLICATION_GROUP)
    if target_type == "ip" and network:
        settings["preserve_client_ip.enabled"] = "false"
    return region.add(
        "target-group",
        {
            "TargetGroupArn": arn,
            "TargetGroupName": name,
            "TargetType": target_type,
            "Protocol": protocol,
            "Port": port,
            "VpcId": vpc_id,
            "IpAddressType": "ipv4",
            **({} if network else {"ProtocolVersion": "HTTP1"}),
            "HealthCheckEnabled": True,
            "HealthCheckPort": "traffic-port",
            "HealthCheckIntervalSeconds": 30,
            "HealthCheckTimeoutSeconds": 10 if network else 5,
            "HealthyThresholdCount": 5,
            "UnhealthyThresholdCount": 2,
            **check,
            "Attributes": attributes(settings),
            "Tags": [{"Key": "team", "Value": "platform"}],
            "Targets": [healthy(target) for target in targets],
        },
    )


def healthy(target: Resource) -> Resource:
    """The health description of a healthy target, checked on its traffic port."""
    return {
        "Target": target,
        "HealthCheckPort": str(target.get("Port", "")),
        "TargetHealth": {"State": "healthy"},
        "AdministrativeOverride": {
            "State": "no_override",
            "Reason": "AdministrativeOverride.NoOverride",
            "Description": "No override is currently active on target",
        },
    }


def make_listener(
    region: Region, balancer: Resource, *, protocol: str, port: int, group_arn: str, certificate_arn: str | None = None
) -> Resource:
    """A listener that forwards to one target group."""
    path = balancer["LoadBalancerArn"].split(":loadbalancer/")[1]
    arn = region.arn("elasticloadbalancing", f"listener/{path}/{region.identifier(path, str(port), length=16)}")
    forward = {
        "Type": "forward",
        "TargetGroupArn": group_arn,
        "Order": 1,
        "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": group_arn, "Weight": 1}],
            "TargetGroupStickinessConfig": {"Enabled": False},
        },
    }
    listener: dict[str, Any] = {
        "ListenerArn": arn,
        "LoadBalancerArn": balancer["LoadBalancerArn"],
        "Port": port,
        "Protocol": protocol,
        "DefaultActions": [forward],
        "Attributes": attributes({"tcp.idle_timeout.seconds": "350"} if protocol in {"TCP", "TLS"} else {}),
        "Tags": [],
    }
    if certificate_arn:
        region.get("certificate", CertificateArn=certificate_arn)["InUseBy"].append(balancer["LoadBalancerArn"])
        listener |= {"SslPolicy": TLS_POLICY, "Certificates": [{"CertificateArn": certificate_arn}]}
        listener |= {"AlpnPolicy": ["None"]} if protocol == "TLS" else {"MutualAuthentication": {"Mode": "off"}}
    return region.add("listener", listener)
