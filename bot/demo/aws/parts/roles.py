"""A role for reading in another account, as docs/member-role.yml makes it."""

from __future__ import annotations

from typing import Any

from bot.demo.aws.world import World

NAME = "vpclink-readonly"


def make_reading_role(
    world: World, account: str, *, trusted: str, external_id: str | None = None, policy: dict[str, Any] | None = None
) -> str:
    """Make the role in an account and return its ARN.

    `trusted` is the ARN of who may assume it, `policy` what it may do; without one, everything.
    """
    condition = {"Condition": {"StringEquals": {"sts:ExternalId": external_id}}} if external_id else {}
    statement = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole", **condition}
    arn = f"arn:aws:iam::{account}:role/{NAME}"
    world.global_region(account).add(
        "role",
        {
            "RoleName": NAME,
            "Arn": arn,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "AttachedPolicies": [],
            **({"Policy": policy} if policy else {}),
        },
    )
    return arn
