"""Which IAM action, on which resource, a call needs (AWS: service authorization reference)."""

from __future__ import annotations

from bot.demo.aws.protocols import ParsedCall

_PREFIXES = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}
_API_GATEWAY = frozenset({"apigateway", "apigatewayv2"})
# GetCallerIdentity needs no permission at all: not even an explicit deny stops it (AWS: API_GetCallerIdentity).
FREE = frozenset({"sts:GetCallerIdentity"})


def action(call: ParsedCall) -> str:
    """The IAM action, such as ``ec2:DescribeSubnets``; API Gateway's actions are HTTP verbs."""
    if call.service in _API_GATEWAY:
        verb = call.model.http["method"] if call.model else "GET"
        return f"apigateway:{verb}"
    operation = {"Invoke": "InvokeFunction"}.get(call.operation, call.operation)
    return f"{_PREFIXES.get(call.service, call.service)}:{operation}"


def resource(call: ParsedCall, account: str) -> str:
    """The ARN that IAM's refusal names, or an empty text where it names none."""
    if call.service in _API_GATEWAY:
        return f"arn:aws:apigateway:{call.region}::{call.path.removeprefix('/v2')}"
    group = call.parameters.get("logGroupName") if call.service == "logs" else None
    if group:
        return f"arn:aws:logs:{call.region}:{account}:log-group:{group}:log-stream:"
    return str(call.parameters.get("RoleArn", "")) if call.operation == "AssumeRole" else ""
