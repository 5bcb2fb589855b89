"""Who reads, and the role that writes API Gateway's logs: sts and iam."""

from __future__ import annotations

from typing import Any

from bot.aws.reader import Context
from bot.diagnosis import resources as r


def caller(context: Context, _key: str) -> r.CallerIdentity:
    """Return the account and the principal that read."""
    return r.CallerIdentity.model_validate(context.calls.call("sts", "get_caller_identity"))


def role(context: Context, arn: str) -> r.Role:
    """Return a role and the services that may assume it."""
    item = context.calls.call("iam", "get_role", RoleName=arn.rpartition("/")[2])["Role"]
    document = item.get("AssumeRolePolicyDocument") or {}
    return r.Role(arn=item.get("Arn") or arn, trusted_services=_trusted(document if isinstance(document, dict) else {}))


def _trusted(document: dict[str, Any]) -> tuple[str, ...]:
    statements = document.get("Statement") or []
    services: list[str] = []
    for statement in [statements] if isinstance(statements, dict) else statements:
        if statement.get("Effect") == "Allow" and isinstance(statement.get("Principal"), dict):
            named = statement["Principal"].get("Service") or []
            services += [named] if isinstance(named, str) else named
    return tuple(sorted(set(services)))


def role_policies(context: Context, arn: str) -> tuple[str, ...]:
    """Return the ARNs of the managed policies attached to a role."""
    pages = context.calls.pages("iam", "list_attached_role_policies", RoleName=arn.rpartition("/")[2])
    return tuple(sorted(p["PolicyArn"] for page in pages for p in page.get("AttachedPolicies") or []))
