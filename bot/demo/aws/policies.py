"""Whether a policy allows a call: Allow statements with actions and resources, as vpclink's own policies have them.

AWS: "Policy evaluation logic". A statement with anything else (Deny, NotAction, Condition) is refused, not ignored.
"""

from __future__ import annotations

import fnmatch
import json
from typing import Any

from bot.demo.aws.errors import AwsError

Policy = dict[str, Any]
LONGEST = 2048
"""Characters of a session policy (AWS: API_AssumeRole)."""


def allows(policy: Policy, action: str, resource: str) -> bool:
    """Whether one of the statements allows this action on this resource; `*` where the call names none."""
    return any(
        _matches(statement["Action"], action, fold=True) and _matches(statement["Resource"], resource or "*")
        for statement in policy["Statement"]
    )


def session_policy(text: str) -> Policy:
    """The policy of an AssumeRole call. AwsError where AWS would refuse it."""
    if len(text) > LONGEST:
        constraint = f"Member must have length less than or equal to {LONGEST}"
        raise AwsError("ValidationError", f"Value at 'policy' failed to satisfy constraint: {constraint}")
    try:
        policy = json.loads(text)
        statements = policy["Statement"]
        known = all(set(s) <= {"Sid", "Effect", "Action", "Resource"} and s["Effect"] == "Allow" for s in statements)
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise AwsError("MalformedPolicyDocument", "The local AWS knows policies of plain Allow statements alone.")
    return dict(policy)


def _matches(patterns: str | list[str], value: str, *, fold: bool = False) -> bool:
    each = [patterns] if isinstance(patterns, str) else patterns
    if fold:
        return any(fnmatch.fnmatchcase(value.lower(), pattern.lower()) for pattern in each)
    return any(fnmatch.fnmatchcase(value, pattern) for pattern in each)
