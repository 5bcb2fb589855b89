"""LOG-03: the role with which API Gateway writes its logs is missing or cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check
from bot.diagnosis.check import Role as CheckRole
from bot.diagnosis.checks.logging.levels import has_execution_log, is_logging
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import LoggingAccount, Role
from bot.diagnosis.snippets import (
    Reference,
    Value,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)
from bot.diagnosis.sources import CALLER, LOGGING_ACCOUNT, ROLE, ROLE_POLICIES, ROUTES, STAGE
from bot.language import _

SERVICE = "apigateway.amazonaws.com"
PUSH_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_WRITING_POLICIES = {
    PUSH_POLICY,
    "CloudWatchLogsFullAccess",
    "CloudWatchFullAccess",
    "CloudWatchFullAccessV2",
    "PowerUserAccess",
    "AdministratorAccess",
}
"""AWS's own policies that allow what writing the execution log takes."""
_TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}]}'
)

_RESOURCE = "api_gateway_logs"


class LoggingRoleUnusable(Check[LoggingAccount]):
    """API Gateway has no role with which it could write the execution log.

    Why: one role per account and region lets API Gateway write to CloudWatch Logs. Without it nothing is logged,
    whatever level the stage sets, and nothing says so.
    How we decide: it matters only where a level other than OFF is set. No role, a role that does not exist, or one that
    API Gateway may not assume fails (for logging: it is never the cause of a 500). AWS's policies for it pass, and so
    does a log that holds lines of this window; no attached policy at all warns, and a policy of your own is unknown,
    for it is not read. STS must be active in the region, which is not visible either.
    How to fix: a role that API Gateway trusts, with AmazonAPIGatewayPushToCloudWatchLogs, set in the account settings.
    References: AWS: set-up-logging, API reference UpdateAccount (one call in 20 seconds).
    """

    code = "LOG-03"
    title = "API Gateway has a role that can write the execution log"
    hop = Hop.LOGGING
    role = CheckRole.CONTEXT
    needs = (LOGGING_ACCOUNT, ROLE, ROLE_POLICIES, STAGE, ROUTES, CALLER)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LoggingAccount]:
        """The account's settings, where this stage writes an execution log."""
        if not has_execution_log(walk) or not is_logging(walk):
            return Reached(())
        return Reached((walk.evidence.get(LOGGING_ACCOUNT, "") or LoggingAccount(),))

    def judge(self, subject: LoggingAccount, walk: Walk) -> Iterator[Finding]:
        """Judge the role."""
        arn, region = subject.cloudwatch_role_arn, walk.request.region
        if not arn:
            summary = _("API Gateway has no role for CloudWatch Logs in {region}: nothing is logged.", region=region)
            citation = self.cite(LOGGING_ACCOUNT, _account_arn(region), "cloudwatchRoleArn", _("(none)"))
            yield self.failed(_account_arn(region), summary, [citation], _new_role(walk))
            return
        role = walk.evidence.get(ROLE, arn)
        named = self.cite(LOGGING_ACCOUNT, _account_arn(region), "cloudwatchRoleArn", arn)
        if role is None:
            summary = _(
                "The role {role} that API Gateway is to write logs with does not exist: nothing is logged.",
                role=_name(arn),
            )
            yield self.failed(arn, summary, [named, self.cite(ROLE, arn, "Role", _("not found"))], _new_role(walk))
        elif SERVICE not in role.trusted_services:
            summary = _("The role {role} does not let API Gateway assume it: nothing is logged.", role=_name(arn))
            trusted = ", ".join(role.trusted_services) or _("no service")
            citation = self.cite(ROLE, arn, "AssumeRolePolicyDocument.Statement[].Principal.Service", trusted)
            yield self.failed(arn, summary, [named, citation], _trust(arn))
        else:
            yield self._policies(arn, walk)

    def _policies(self, arn: str, walk: Walk) -> Finding:
        if any(reading.events for reading in walk.log_readings.items):
            return self.passed(arn, _("API Gateway writes the execution log with the role {role}.", role=_name(arn)))
        attached = walk.evidence.get(ROLE_POLICIES, arn) or ()
        if any(_managed_name(policy) in _WRITING_POLICIES for policy in attached):
            summary = _("API Gateway can write the execution log with the role {role}.", role=_name(arn))
            return self.passed(arn, summary)
        if attached:
            summary = _(
                "Whether the policies of {role} let it write logs was not read: {policies}.",
                role=_name(arn),
                policies=", ".join(_name(policy) for policy in attached[:5]),
            )
            return self.undecided(arn, summary)
        citation = self.cite(ROLE_POLICIES, arn, "AttachedPolicies", "[]")
        summary = _(
            "The role {role} has no attached policy; unless an inline one allows it, nothing is logged.",
            role=_name(arn),
        )
        return self.warned(arn, summary, [citation], _attach(arn))

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The account has a role that API Gateway trusts and that may write logs."""
        account = walk.evidence.get(LOGGING_ACCOUNT, "") or LoggingAccount()
        arn = account.cloudwatch_role_arn or _new_arn(walk)
        return (
            walk.evidence.with_value(LOGGING_ACCOUNT, "", account.model_copy(update={"cloudwatch_role_arn": arn}))
            .with_value(ROLE, arn, Role(arn=arn, trusted_services=(SERVICE,)))
            .with_value(ROLE_POLICIES, arn, (_push_policy(arn),))
        )


def _account_arn(region: str) -> str:
    """Return how IAM names the region's account settings; the ARN holds no account id."""
    return f"arn:{_partition(region)}:apigateway:{region}::/account"


def _partition(region: str) -> str:
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _managed_name(policy: str) -> str:
    """Return the name of one of AWS's own policies, with its path; empty for one of the account's."""
    return policy.partition(":iam::aws:policy/")[2]


def _new_arn(walk: Walk) -> str:
    try:
        account = walk.account
    except MissingEvidence:
        account = "ACCOUNT_ID"  # it only completes a command, so it may be missing
    return f"arn:{_partition(walk.request.region)}:iam::{account}:role/api-gateway-logs"


def _push_policy(role_arn: str) -> str:
    return f"arn:{role_arn.split(':')[1]}:iam::aws:policy/{PUSH_POLICY}"


def _fix(summary: str, commands: tuple[str, ...], cloudformation: str, terraform: str) -> Fix:
    return Fix(
        summary=summary,
        cli=commands,
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Settings › Logging › CloudWatch log role ARN; IAM › Roles › Trust relationships."),
    )


def _new_role(walk: Walk) -> Fix:
    account = walk.evidence.get(LOGGING_ACCOUNT, "")
    arn = (account.cloudwatch_role_arn if account else "") or _new_arn(walk)
    return _fix(
        _("Create a role that API Gateway may assume and that may write logs, and set it in the account settings."),
        (
            f"aws iam create-role --role-name {quote(_name(arn))} --assume-role-policy-document {quote(_TRUST)}",
            _attach_command(arn),
            f"aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value={arn}",
        ),
        *_new_role_code(arn),
    )


def _new_role_code(arn: str) -> tuple[str, str]:
    """The role with its policy, and the account settings that name it."""
    name, made = _name(arn), f"aws_iam_role.{_RESOURCE}"
    role: dict[str, Value] = {"RoleName": name, "AssumeRolePolicyDocument": json.loads(_TRUST)}
    role |= {"ManagedPolicyArns": [_push_policy(arn)]}
    reference: Value = {"Fn::GetAtt": ["ApiGatewayLogs", "Arn"]}
    return (
        "\n\n".join(
            (
                new_cloudformation("AWS::IAM::Role", _RESOURCE, role),
                new_cloudformation("AWS::ApiGateway::Account", "api_gateway_account", {"CloudWatchRoleArn": reference}),
            )
        ),
        "\n\n".join(
            (
                new_terraform("aws_iam_role", _RESOURCE, {"name": name, "assume_role_policy": _TRUST}),
                new_terraform(
                    "aws_iam_role_policy_attachment",
                    _RESOURCE,
                    {"role": Reference(f"{made}.name"), "policy_arn": _push_policy(arn)},
                ),
                new_terraform("aws_api_gateway_account", "this", {"cloudwatch_role_arn": Reference(f"{made}.arn")}),
            )
        ),
    )


def _trust(arn: str) -> Fix:
    name = _name(arn)
    return _fix(
        _(
            "Let apigateway.amazonaws.com assume the role {role}; the command replaces its whole trust policy.",
            role=name,
        ),
        (f"aws iam update-assume-role-policy --role-name {quote(name)} --policy-document {quote(_TRUST)}",),
        change_cloudformation(
            "AWS::IAM::Role", name, {"RoleName": name, "AssumeRolePolicyDocument": json.loads(_TRUST)}
        ),
        change_terraform("aws_iam_role", name, {"name": name, "assume_role_policy": _TRUST}),
    )


def _attach(arn: str) -> Fix:
    name, policy = _name(arn), _push_policy(arn)
    return _fix(
        _("Attach AmazonAPIGatewayPushToCloudWatchLogs to {role}.", role=name),
        (_attach_command(arn),),
        change_cloudformation("AWS::IAM::Role", name, {"RoleName": name, "ManagedPolicyArns": [policy]}),
        new_terraform("aws_iam_role_policy_attachment", name, {"role": name, "policy_arn": policy}),
    )


def _attach_command(arn: str) -> str:
    return f"aws iam attach-role-policy --role-name {quote(_name(arn))} --policy-arn {_push_policy(arn)}"
