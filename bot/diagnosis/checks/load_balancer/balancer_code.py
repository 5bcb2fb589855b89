"""Load balancers as infrastructure code.

Sources: AWS: CloudFormation resource types AWS::ElasticLoadBalancingV2::LoadBalancer and TargetGroup; Terraform: aws_lb
and aws_lb_target_group.
"""

from __future__ import annotations

from bot.diagnosis.snippets import Value, change_cloudformation, change_terraform, new_cloudformation, new_terraform

_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_THEN = "# Then its listener and target group, and what names the load balancer: a new one has a new ARN."


def new_balancer(name: str, kind: str) -> tuple[str, str]:
    """Return CloudFormation and Terraform of an internal load balancer of this kind."""
    properties: dict[str, Value] = {"Name": name, "Type": kind, "Scheme": "internal", "Subnets": ["SUBNET_ID"]}
    attributes: dict[str, Value] = {"name": name, "load_balancer_type": kind, "internal": True}
    return (
        f"{_THEN}\n{new_cloudformation(_LOAD_BALANCER, name, properties)}",
        f"{_THEN}\n{new_terraform('aws_lb', name, {**attributes, 'subnets': ['SUBNET_ID']})}",
    )


def changed_balancer(name: str, prop: str, attribute: str, value: Value) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's change of one property that both languages give the same value."""
    return (
        change_cloudformation(_LOAD_BALANCER, name, {prop: value}),
        change_terraform("aws_lb", name, {attribute: value}),
    )


def cross_zone_of_group(name: str, key: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's change that turns cross-zone load balancing on for a target group."""
    on: Value = [{"Key": key, "Value": "true"}]
    return (
        change_cloudformation("AWS::ElasticLoadBalancingV2::TargetGroup", name, {"TargetGroupAttributes": on}),
        change_terraform("aws_lb_target_group", name, {"load_balancing_cross_zone_enabled": "true"}),
    )


def cross_zone_of_balancer(name: str, key: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's change that turns cross-zone load balancing on for a load balancer."""
    on: Value = [{"Key": key, "Value": "true"}]
    return (
        change_cloudformation(_LOAD_BALANCER, name, {"LoadBalancerAttributes": on}),
        change_terraform("aws_lb", name, {"enable_cross_zone_load_balancing": True}),
    )
