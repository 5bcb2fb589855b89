"""LOG-04: the execution log is not where, or not as, it could be read."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check, Role
from bot.diagnosis.checks.logging.levels import has_execution_log, is_logging
from bot.diagnosis.checks.stage.deployment_code import deployment_code
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.plan import execution_log_group, log_group_name, stage_arn
from bot.diagnosis.resources import Api, LogDelivery, LogGroup
from bot.diagnosis.snippets import change_cloudformation, change_terraform
from bot.diagnosis.sources import CALLER, LOG_DELIVERIES, LOG_GROUPS, ROUTES, STAGE
from bot.language import _

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
            summary = _(
                "There is no log group {group}, although logging is on: it was deleted, no request came yet, or API "
                "Gateway may not write it (LOG-03).",
                group=name,
            )
            citation = self.cite(LOG_GROUPS, name, "logGroups[].logGroupName", _("not found"))
            yield self.warned(name, summary, [citation], _deploy(subject, request.stage))
        else:
            yield self.not_applicable(name, _("Logging is off (LOG-01), and there is no log from before."))

    def _delivered(self, deliveries: tuple[LogDelivery, ...]) -> Iterator[Finding]:
        readable = [x for x in deliveries if x.destination_type == "CWL" and log_group_name(x.destination_arn)]
        for delivery in readable:
            group = log_group_name(delivery.destination_arn)
            summary = _("The execution log is delivered to the log group {group}; it is read there.", group=group)
            if delivery.output_format:
                summary = _(
                    "The execution log is delivered to the log group {group} as {format}; it is read there.",
                    group=group,
                    format=delivery.output_format,
                )
            yield self.passed(delivery.destination_arn, summary)
        for delivery in deliveries if not readable else ():
            kind = delivery.destination_type
            summary = _(
                "The execution log is delivered to {service} ({destination}), not to a log group: look for the failing "
                "request there.",
                service=_SERVICES.get(kind, kind or _("an unknown service")),
                destination=delivery.destination_arn,
            )
            yield self.undecided(delivery.destination_arn, summary)

    def _group(self, group: LogGroup, groups: tuple[LogGroup, ...], walk: Walk) -> Finding:
        name, kind, days = group.log_group_name, group.log_group_class.upper(), group.retention_in_days
        if kind == "INFREQUENT_ACCESS":
            summary = _(
                "Log group {group} is of the Infrequent Access class: only Logs Insights can search it.", group=name
            )
            citation = self.cite(LOG_GROUPS, name, "logGroupClass", group.log_group_class)
            return self.warned(name, summary, [citation], _insights(name, walk))
        if kind != "STANDARD":
            summary = _(
                "Log group {group} is of a class that we do not know: {kind}.", group=name, kind=group.log_group_class
            )
            return self.undecided(name, summary)
        if days is not None and walk.request.since_minutes > days * 24 * 60:
            asked = walk.request.since_minutes / (24 * 60)
            summary = _(
                "Log group {group} keeps {kept}, less than the {asked} that were asked for.",
                group=name,
                kept=_days(days),
                asked=_days(asked),
            )
            citation = self.cite(LOG_GROUPS, name, "retentionInDays", days)
            return self.warned(name, summary, [citation], _retain(name, walk))
        summary = _("The execution log is the log group {group}, kept for ever.", group=name)
        if days is not None:
            summary = _("The execution log is the log group {group}, kept for {days}.", group=name, days=_days(days))
        canary = next((x.log_group_name for x in groups if x.log_group_name.lower() == f"{name}/canary".lower()), "")
        if canary:
            summary = " ".join([summary, _("The canary's requests are in {group} too.", group=canary)])
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
    said = f"{number:.3g}"
    return _("{days} day", days=said) if number == 1 else _("{days} days", days=said)


def _enough(walk: Walk) -> int:
    asked = walk.request.since_minutes / (24 * 60)
    return next((days for days in _RETENTIONS if days >= asked), _RETENTIONS[-1])


def _retain(name: str, walk: Walk) -> Fix:
    days = _enough(walk)
    return Fix(
        summary=_("Keep the log group for {days} days.", days=days),
        cli=(f"aws logs put-retention-policy --log-group-name {quote(name)} --retention-in-days {days}",),
        cloudformation=change_cloudformation(
            "AWS::Logs::LogGroup", name, {"LogGroupName": name, "RetentionInDays": days}
        ),
        terraform=change_terraform("aws_cloudwatch_log_group", name, {"name": name, "retention_in_days": days}),
        console=_("CloudWatch › Log groups › Actions › Edit retention setting."),
    )


def _insights(name: str, walk: Walk) -> Fix:
    until = int(walk.evidence.at.timestamp())
    since = until - walk.request.since_minutes * 60
    query = "fields @timestamp, @message | filter @message like /Execution failed/ | sort @timestamp desc | limit 50"
    return Fix(
        summary=_("Search the log group with Logs Insights; the class of a log group cannot be changed later."),
        cli=(
            f"aws logs start-query --log-group-name {quote(name)} --start-time {since} --end-time {until} "
            f"--query-string {quote(query)}",
            "aws logs get-query-results --query-id QUERY_ID",
        ),
        console=_("CloudWatch › Logs Insights: choose the log group."),
    )


def _deploy(api: Api, stage: str) -> Fix:
    command = f"aws apigateway create-deployment --rest-api-id {api.id} --stage-name {quote(stage)}"
    if api.protocol != "REST":
        command = f"aws apigatewayv2 create-deployment --api-id {api.id} --stage-name {quote(stage)}"
    cloudformation, terraform = deployment_code(api, stage)
    return Fix(
        summary=_(
            "Send a request; if no log group appears, deploy the stage again (that also releases waiting edits)."
        ),
        cli=(command,),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Resources › Deploy API."),
    )
