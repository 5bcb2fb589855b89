"""Listeners, rules and integrations as infrastructure code. Sources: Terraform AWS provider: aws_lb_listener,
aws_lb_listener_rule; CloudFormation: AWS::ElasticLoadBalancingV2::Listener and ListenerRule.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.resources import Listener
from bot.diagnosis.snippets import (
    Value,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)

LISTENER = "AWS::ElasticLoadBalancingV2::Listener"


def listener_as_code(
    listener: Listener, properties: Mapping[str, Value], attributes: Mapping[str, Value]
) -> tuple[str, str]:
    """Return what changes in a listener: CloudFormation's properties and Terraform's attributes, as code."""
    name = f"{balancer_name(listener.load_balancer_arn)} {listener.port}"
    return change_cloudformation(LISTENER, name, properties), change_terraform("aws_lb_listener", name, attributes)


def new_listener_as_code(balancer_arn: str, protocol: str, port: int | str, group_arn: str) -> tuple[str, str]:
    """Return a listener to add that forwards to a target group; one that ends TLS needs a certificate."""
    name = f"{balancer_name(balancer_arn)} {port}"
    ends_tls = protocol in {"HTTPS", "TLS"}
    properties: dict[str, Value] = {"LoadBalancerArn": balancer_arn, "Protocol": protocol, "Port": port}
    properties |= {"Certificates": [{"CertificateArn": "CERTIFICATE_ARN"}]} if ends_tls else {}
    attributes: dict[str, Value] = {"load_balancer_arn": balancer_arn, "protocol": protocol, "port": port}
    attributes |= {"certificate_arn": "CERTIFICATE_ARN"} if ends_tls else {}
    return (
        new_cloudformation(LISTENER, name, properties | {"DefaultActions": [forward_action(group_arn)]}),
        new_terraform("aws_lb_listener", name, attributes | {"default_action": forward_block(group_arn)}),
    )


def forward_action(group_arn: Value) -> dict[str, Value]:
    """Return CloudFormation's action that forwards to a target group."""
    return {"Type": "forward", "TargetGroupArn": group_arn}


def forward_block(group_arn: str) -> dict[str, Value]:
    """Return Terraform's block that forwards to a target group."""
    return {"type": "forward", "target_group_arn": group_arn}
