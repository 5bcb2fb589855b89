"""Target groups and their targets as infrastructure code. Sources: Terraform AWS provider: aws_lb_target_group,
aws_lb_target_group_attachment; CloudFormation: AWS::ElasticLoadBalancingV2::TargetGroup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.diagnosis.checks.listener.listener_code import forward_action, forward_block, listener_as_code
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.snippets import (
    Reference,
    Value,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)

TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
_MOST = 5
Target = tuple[str, int | str]
"""The id or address of a target, and its port."""


def group_as_code(arn: str, properties: Mapping[str, Value], attributes: Mapping[str, Value]) -> tuple[str, str]:
    """Return what changes in a target group: CloudFormation's properties and Terraform's attributes, as code."""
    name = group_name(arn)
    return (
        change_cloudformation(TARGET_GROUP, name, properties),
        change_terraform("aws_lb_target_group", name, attributes),
    )


def attribute_as_code(arn: str, key: str, value: str, attributes: Mapping[str, Value]) -> tuple[str, str]:
    """Return the change of one attribute of a target group, which has a name of its own in Terraform."""
    return group_as_code(arn, {"TargetGroupAttributes": [{"Key": key, "Value": value}]}, attributes)


def targets_as_code(arn: str, targets: Sequence[Target]) -> tuple[str, str]:
    """Return the code that registers targets in a group."""
    listed = targets[:_MOST]
    return (
        change_cloudformation(TARGET_GROUP, group_name(arn), {"Targets": [_target(one) for one in listed]}),
        "\n\n".join(_attachment(number, arn, one) for number, one in enumerate(listed, start=1)),
    )


def new_group_as_code(
    hop: TargetGroupHop,
    name: str,
    protocol: str,
    *,
    version: str = "",
    kind: str = "",
    vpc_id: str = "",
    targets: Sequence[Target] = (),
) -> tuple[str, str]:
    """Return a target group like the hop's own but for what is named, with its targets, and who forwards to it."""
    group = hop.group
    listed = (tuple(targets) or tuple((x.target.id, x.target.port or "PORT") for x in hop.health))[:_MOST]
    kind = kind or (group.target_type if group else "instance")
    port, vpc = (group.port or "PORT", group.vpc_id) if group else ("PORT", "VPC_ID")
    vpc = vpc_id or vpc
    properties: dict[str, Value] = {"Name": name, "Protocol": protocol, "Port": port, "VpcId": vpc, "TargetType": kind}
    attributes: dict[str, Value] = {"name": name, "protocol": protocol, "port": port, "vpc_id": vpc}
    attributes["target_type"] = kind
    if version:
        properties["ProtocolVersion"], attributes["protocol_version"] = version, version
    if listed:
        properties["Targets"] = [_target(one) for one in listed]
    return _forwarded_to(hop, properties, attributes, listed)


def _forwarded_to(
    hop: TargetGroupHop,
    properties: Mapping[str, Value],
    attributes: Mapping[str, Value],
    targets: Sequence[Target],
) -> tuple[str, str]:
    arn = Reference("aws_lb_target_group.new.arn")
    cloudformation, terraform = listener_as_code(
        hop.listener.listener,
        {"DefaultActions": [forward_action({"Ref": "NewTargetGroup"})]},
        {"default_action": forward_block(arn)},
    )
    attachments = (_attachment(number, arn, one) for number, one in enumerate(targets, start=1))
    return (
        "\n\n".join((new_cloudformation(TARGET_GROUP, "NewTargetGroup", properties), cloudformation)),
        "\n\n".join((new_terraform("aws_lb_target_group", "new", attributes), *attachments, terraform)),
    )


def _target(target: Target) -> dict[str, Value]:
    return {"Id": target[0], "Port": target[1]}


def _attachment(number: int, arn: str, target: Target) -> str:
    attributes: dict[str, Value] = {"target_group_arn": arn, "target_id": target[0], "port": target[1]}
    return new_terraform("aws_lb_target_group_attachment", f"target_{number}", attributes)


def group_name(arn: str) -> str:
    """Return a target group's name from its ARN; the ARN itself where it holds none."""
    return arn.partition(":targetgroup/")[2].split("/")[0] or arn
