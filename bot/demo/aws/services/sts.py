"""AWS STS: who am I, and another account's role."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.aws.errors import AwsError, access_denied
from bot.demo.aws.policies import session_policy
from bot.demo.aws.services.common import Answer, Call, operation
from bot.demo.aws.world import Resource


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Answer:
    """Account and ARN of the credentials."""
    user = "AROA" + call.region.identifier(
        "user", call.principal, length=17, alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    )
    return {"Account": call.region.account, "Arn": call.principal, "UserId": user}


@operation("sts", "AssumeRole")
def assume_role(call: Call) -> Answer:
    """Credentials that lead to the role's account. Refused if the role is missing or wants another external id."""
    arn, session = call["RoleArn"], call["RoleSessionName"]
    parts = arn.split(":")
    if len(parts) != 6 or not parts[5].startswith("role/"):
        raise AwsError("ValidationError", f"{arn} is invalid")
    account, name = parts[4], parts[5].rsplit("/", 1)[-1]
    role = call.world.global_region(account).find("role", RoleName=name)
    if role is None or not _trusts(role, call.principal, call.get("ExternalId")):
        raise access_denied("sts", call.principal, "sts:AssumeRole", arn)
    seconds = int(call.get("DurationSeconds", 3600))
    if not 900 <= seconds <= 3600:
        raise AwsError("ValidationError", "The requested DurationSeconds is outside of 900 to MaxSessionDuration.")
    limits = [role["Policy"]] if "Policy" in role else []
    policy = call.get("Policy")
    limits += [session_policy(policy)] if policy else []
    assumed = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    key = "ASIA" + call.region.identifier("session", assumed, length=16, alphabet=letters)
    call.world.sessions[key] = (account, assumed)
    call.world.policies[key] = limits
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": call.region.identifier("secret", key, length=40),
            "SessionToken": call.region.identifier("token", key, length=64),
            "Expiration": call.now + timedelta(seconds=seconds),
        },
        "AssumedRoleUser": {"AssumedRoleId": f"AROA{key[4:]}:{session}", "Arn": assumed},
    }


def _trusts(role: Resource, principal: str, external_id: str | None) -> bool:
    """Whether a statement of the trust policy lets this principal in (AWS: "The confused deputy problem")."""
    return any(
        _names(statement, principal) and _external_id(statement) in {None, external_id}
        for statement in role["AssumeRolePolicyDocument"].get("Statement", [])
    )


def _names(statement: Resource, principal: str) -> bool:
    named = statement.get("Principal", {}).get("AWS", [])
    account = principal.split(":")[4]
    return principal in named or f"arn:aws:iam::{account}:root" in named


def _external_id(statement: Resource) -> str | None:
    found = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
    return None if found is None else str(found)
