"""Load balancers: elbv2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.aws.errors import Failure
from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.evidence import Absent, Outcome
from bot.diagnosis.model import GapReason


def _list(context: Context, operation: str, field: str, **parameters: Any) -> list[dict[str, Any]]:
    return [item for page in context.calls.pages("elbv2", operation, **parameters) for item in page.get(field) or []]


def _by_arn(context: Context, keys: Sequence[str], operation: str, field: str, parameter: str) -> list[dict[str, Any]]:
    """Read by ARN. ELB refuses the whole call for one that does not exist: then each is asked for alone."""
    try:
        return _list(context, operation, field, **{parameter: list(keys)})
    except Failure as failed:
        if failed.reason is not GapReason.NOT_FOUND:
            raise
        if len(keys) == 1:
            return []
    return [item for key in keys for item in _by_arn(context, [key], operation, field, parameter)]


def load_balancers(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read load balancers by ARN."""
    items = _by_arn(context, keys, "describe_load_balancers", "LoadBalancers", "LoadBalancerArns")
    found = {item["LoadBalancerArn"]: r.LoadBalancer.model_validate(item) for item in items}
    return {key: found.get(key, Absent()) for key in keys}


def listeners(context: Context, balancer_arn: str) -> tuple[r.Listener, ...]:
    """Read every listener of a load balancer."""
    items = _list(context, "describe_listeners", "Listeners", LoadBalancerArn=balancer_arn)
    return tuple(sorted((r.Listener.model_validate(i) for i in items), key=lambda x: (x.port or 0, x.listener_arn)))


def listener(context: Context, arn: str) -> r.Listener | Absent:
    """Read one listener by ARN."""
    items = _by_arn(context, [arn], "describe_listeners", "Listeners", "ListenerArns")
    return r.Listener.model_validate(items[0]) if items else Absent()


def rules(context: Context, listener_arn: str) -> tuple[r.Rule, ...]:
    """Read the rules of a listener."""
    return tuple(r.Rule.model_validate(i) for i in _list(context, "describe_rules", "Rules", ListenerArn=listener_arn))


def target_groups(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read target groups by ARN."""
    items = _by_arn(context, keys, "describe_target_groups", "TargetGroups", "TargetGroupArns")
    found = {item["TargetGroupArn"]: r.TargetGroup.model_validate(item) for item in items}
    return {key: found.get(key, Absent()) for key in keys}


def target_health(context: Context, group_arn: str) -> tuple[r.TargetHealthDescription, ...]:
    """Read every registered target with its health; this call has no pages."""
    reply = context.calls.call("elbv2", "describe_target_health", TargetGroupArn=group_arn)
    items = [r.TargetHealthDescription.model_validate(i) for i in reply.get("TargetHealthDescriptions") or []]
    return tuple(sorted(items, key=lambda x: (x.target.id, x.target.port or 0)))


def listener_certificates(context: Context, listener_arn: str) -> tuple[r.CertificateReference, ...]:
    """Read the certificates of a TLS or HTTPS listener: the default one and those chosen by SNI."""
    items = _list(context, "describe_listener_certificates", "Certificates", ListenerArn=listener_arn)
    return tuple(r.CertificateReference.model_validate(i) for i in items)


def balancer_attributes(context: Context, arn: str) -> dict[str, str]:
    """Read a load balancer's attributes."""
    return _attributes(context.calls.call("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=arn))


def listener_attributes(context: Context, arn: str) -> dict[str, str]:
    """Read a listener's attributes."""
    return _attributes(context.calls.call("elbv2", "describe_listener_attributes", ListenerArn=arn))


def group_attributes(context: Context, arn: str) -> dict[str, str]:
    """Read a target group's attributes."""
    return _attributes(context.calls.call("elbv2", "describe_target_group_attributes", TargetGroupArn=arn))


def _attributes(reply: dict[str, Any]) -> dict[str, str]:
    return {item["Key"]: item.get("Value") or "" for item in reply.get("Attributes") or []}


def ssl_policy(context: Context, name: str) -> r.SslPolicy | Absent:
    """Read what a security policy offers."""
    reply = context.calls.call("elbv2", "describe_ssl_policies", Names=[name])
    for item in reply.get("SslPolicies") or []:
        ciphers = tuple(c.get("Name", "") for c in item.get("Ciphers") or [])
        return r.SslPolicy(name=name, protocols=tuple(item.get("SslProtocols") or ()), ciphers=ciphers)
    return Absent()
