"""LOG-04: the execution log is not where, or not as, it could be read."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check, Role
from bot.diagnosis.checks.logging.levels import has_execution_log, is_logging
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.plan import execution_log_group, log_group_name, stage_arn
from bot.diagnosis.resources import Api, LogDelivery, LogGroup
from bot.diagnosis.sources import CALLER, LOG_DELIVERIES, LOG_GROUPS, ROUTES, STAGE

_RETENTIONS = (30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""The days that CloudWatch Logs takes, from the month on that we propose (AWS: PutRetentionPolicy)."""
_SERVICES = {"S3": "Amazon S3", "FH": "Amazon Data Firehose", "XRAY": "AWS X-Ray"}


class ExecutionLogOutOfReach(Check[Api]):
    """The execution log is delivered elsewhere, deleted, kept too short, or of a class that cannot be searched here.

    Why: a failing request's reason stands only in the execution log. A delivery can replace the managed log group,
    which then gets nothing new; a group that somebody deleted is not written again before the next deployment.
    How we decide: a delivery to CloudWatch Logs passes, for that group is read; one to anything else is unknown, and
    we say where it goes. Without a delivery the managed group is looked up by its exact name. None although logging is
    on warns, and so do a retention below the asked window and the Infrequent Access class, which only Logs Insights
    can search. Logging that is off is LOG-01's.
    How to fix: deploy once more to get the group back, keep it longer, or search where the log is.
    References: AWS: rest-api-execution-logging, rest-api-create-log-delivery, CloudWatch_Logs_Log_Classes,
    canary-release.
    """

    code = "LOG-04"
    title = "The execution log is where it can be read, for as long as asked"
    hop = Hop.LOGGING
    role = Role.CONTEXT
    needs = (LOG_DELIVERIES, LOG_GROUPS, STAGE, ROUTES, CALLER)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Api]:
        """The API, where it is of a kind that writes an execution log and has the stage."""
        api = walk.api
        return Reached((api,)) if api and walk.stage and has_execution_log(walk) else Reached(())

    def judge(self, subject: Api, walk: Walk) -> Iterator[Finding]:
        """Judge where the log goes."""
        request = walk.request
        key = stage_arn(walk.account, request.region, subject.id, request.stage)
        deliveries = walk.evidence.get(LOG_DELIVERIES, key) or ()
        if deliveries:
            yield from self._delivered(deliveries)
            return
        name = execution_log_group(subject.id, request.stage)
        groups = walk.evidence.get(LOG_GROUPS, name) or ()
        group = next((x for x in groups if x.log_group_name == name), None)
        if group:
            yield self._group(group, groups, walk)
        elif is_logging(walk):
            summary = f"There is no log group {name}, although logging is on: it was deleted, no request came yet, or "
            summary += "API Gateway may not write it (LOG-03)."
            citation = self.cite(LOG_GROUPS, name, "logGroups[].logGroupName", "not found")
            yield self.warned(name, summary, [citation], _deploy(subject, request.stage))
        else:
            yield self.not_applicable(name, "Logging is off (LOG-01), and there is no log from before.")

    def _delivered(self, deliveries: tuple[LogDelivery, ...]) -> Iterator[Finding]:
        readable = [x for x in deliveries if x.destination_type == "CWL" and log_group_name(x.destination_arn)]
        for delivery in readable:
            form = f" as {delivery.output_format}" if delivery.output_format else ""
            summary = (
                f"The execution log is delivered to the log group {log_group_name(delivery.destination_arn)}{form}; "
            )
            yield self.passed(delivery.destination_arn, summary + "it is read there.")
        for delivery in deliveries if not readable else ():
            service = _SERVICES.get(delivery.destination_type, delivery.destination_type or "an unknown service")
            summary = f"The execution log is delivered to {service} ({delivery.destination_arn}), not to a log group: "
            yield self.undecided(delivery.destination_arn, summary + "look for the failing request there.")

    def _group(self, group: LogGroup, groups: tuple[LogGroup, ...], walk: Walk) -> Finding:
        name, kind, days = group.log_group_name, group.log_group_class.upper(), group.retention_in_days
        if kind == "INFREQUENT_ACCESS":
            summary = f"Log group {name} is of the Infrequent Access class: only Logs Insights can search it."
            citation = self.cite(LOG_GROUPS, name, "logGroupClass", group.log_group_class)
            return self.warned(name, summary, [citation], _insights(name, walk))
        if kind != "STANDARD":
            return self.undecided(name, f"Log group {name} is of a class that we do not know: {group.log_group_class}.")
        if days is not None and walk.request.since_minutes > days * 24 * 60:
            asked = walk.request.since_minutes / (24 * 60)
            summary = f"Log group {name} keeps {_days(days)}, less than the {_days(asked)} that were asked for."
            citation = self.cite(LOG_GROUPS, name, "retentionInDays", days)
            return self.warned(name, summary, [citation], _retain(name, walk))
        kept = "for ever" if days is None else f"for {_days(days)}"
        canary = next((x.log_group_name for x in groups if x.log_group_name.lower() == f"{name}/canary".lower()), "")
        summary = f"The execution log is the log group {name}, kept {kept}."
        summary += f" The canary's requests are in {canary} too." if canary else ""
        return self.passed(name, summary)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The group is kept long enough. A class cannot be changed, and a new group comes only with a deployment."""
        groups = walk.evidence.get(LOG_GROUPS, finding.resource) or ()
        if not any(x.log_group_name == finding.resource and x.retention_in_days is not None for x in groups):
            return None
        days = _enough(walk)
        healed = tuple(
            x.model_copy(update={"retention_in_days": days}) if x.log_group_name == finding.resource else x
            for x in groups
        )
        return walk.evidence.with_value(LOG_GROUPS, finding.resource, healed)


def _days(number: float) -> str:
    return f"{number:.3g} day{'' if number == 1 else 's'}"


def _enough(walk: Walk) -> int:
    asked = walk.request.since_minutes / (24 * 60)
    return next((days for days in _RETENTIONS if days >= asked), _RETENTIONS[-1])


def _retain(name: str, walk: Walk) -> Fix:
    days = _enough(walk)
    return Fix(
        summary=f"Keep the log group for {days} days.",
        cli=(f"aws logs put-retention-policy --log-group-name {quote(name)} --retention-in-days {days}",),
        cloudformation=f"AWS::Logs::LogGroup RetentionInDays: {days}",
        terraform=f"aws_cloudwatch_log_group retention_in_days = {days}",
        console="CloudWatch › Log groups › Actions › Edit retention setting.",
    )


def _insights(name: str, walk: Walk) -> Fix:
    until = int(walk.evidence.at.timestamp())
    since = until - walk.request.since_minutes * 60
    query = "fields @timestamp, @message | filter @message like /Execution failed/ | sort @timestamp desc | limit 50"
    return Fix(
        summary="Search the log group with Logs Insights; the class of a log group cannot be changed later.",
        cli=(
            f"aws logs start-query --log-group-name {quote(name)} --start-time {since} --end-time {until} "
            f"--query-string {quote(query)}",
            "aws logs get-query-results --query-id QUERY_ID",
        ),
        cloudformation="AWS::Logs::LogGroup LogGroupClass: STANDARD (replaces the group)",
        terraform='aws_cloudwatch_log_group log_group_class = "STANDARD" (replaces the group)',
        console="CloudWatch › Logs Insights: choose the log group.",
    )


def _deploy(api: Api, stage: str) -> Fix:
    command = f"aws apigateway create-deployment --rest-api-id {api.id} --stage-name {quote(stage)}"
    if api.protocol != "REST":
        command = f"aws apigatewayv2 create-deployment --api-id {api.id} --stage-name {quote(stage)}"
    return Fix(
        summary="Send a request; if no log group appears, deploy the stage again (that also releases waiting edits).",
        cli=(command,),
        cloudformation="A new AWS::ApiGateway::Deployment",
        terraform="terraform apply -replace=aws_api_gateway_deployment.NAME",
        console="API Gateway › Resources › Deploy API.",
    )
