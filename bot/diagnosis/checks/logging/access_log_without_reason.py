"""LOG-05: the access log is off, or does not tell why an integration failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.access_format import names_reason, variables
from bot.diagnosis.check import Check, Role
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.model import Finding, Fix, GapReason, Hop
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.plan import log_group_name, stage_arn
from bot.diagnosis.resources import AccessLog, Api, Stage
from bot.diagnosis.snippets import Value, change_cloudformation, change_terraform, new_cloudformation, new_terraform
from bot.diagnosis.sources import ACCESS_LOG, CALLER, STAGE
from bot.language import _

_WANTED_HTTP = (
    "requestId",
    "routeKey",
    "status",
    "integration.status",
    "integrationLatency",
    "integrationErrorMessage",
)
_WANTED_REST = (
    *("requestId", "extendedRequestId", "httpMethod", "resourcePath", "status", "integration.status"),
    *("integrationLatency", "integration.error", "error.message", "error.responseType"),
)


class AccessLogWithoutReason(Check[Stage]):
    """The access log is off, or its lines do not tell why an integration failed.

    Why: an HTTP API has no execution log. Only `$context.integrationErrorMessage` in its access log tells why a
    request failed. A REST API's access log is a second witness, which also holds the id that AWS Support asks for.
    How we decide: an HTTP API without an access log, or with a format that names neither
    `$context.integrationErrorMessage` nor `$context.integration.error`, warns. So does a REST API's access log that
    names neither; a REST API without one is fine, its execution log tells more. A log that goes to a delivery stream is
    unknown, for it cannot be searched here. A log group that does not exist warns.
    How to fix: add the variables to the stage's access-log format; no deployment is needed.
    References: AWS: http-api-logging-variables, api-gateway-variables-for-access-logging, set-up-logging.
    """

    code = "LOG-05"
    title = "The access log tells why an integration failed"
    hop = Hop.LOGGING
    role = Role.CONTEXT
    needs = (STAGE, ACCESS_LOG, CALLER)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Stage]:
        """The stage."""
        stage = walk.stage
        return Reached((stage,)) if stage else Reached(())

    def judge(self, subject: Stage, walk: Walk) -> Iterator[Finding]:
        """Judge whether there is an access log, what it tells, and whether it can be read."""
        api = walk.api
        if api is None:
            return
        resource, log, blind = f"{api.id}/{subject.name}", subject.access_log, api.protocol == "HTTP"
        if log is None or not log.destination_arn:
            if blind:
                summary = _(
                    "Stage {stage} of HTTP API {api} writes no access log, and an HTTP API has no other: nothing tells "
                    "why "
                    "a request fails.",
                    stage=subject.name,
                    api=api.name,
                )
                cited = [self.cite(STAGE, resource, "AccessLogSettings", _("(none)"))]
                yield self.warned(resource, summary, cited, _fix(api, subject, walk))
            else:
                summary = _("Stage {stage} writes no access log; its execution log tells more.", stage=subject.name)
                yield self.not_applicable(resource, summary)
        elif not names_reason(log.format):
            variable = "$context.integrationErrorMessage" if blind else "$context.integration.error"
            summary = _(
                "The access log of stage {stage} does not tell why an integration failed: its format names no "
                "{variable}.",
                stage=subject.name,
                variable=variable,
            )
            cited = [self.cite(STAGE, resource, "accessLogSettings.format", log.format)]
            yield self.warned(resource, summary, cited, _fix(api, subject, walk))
        elif ":log-group:" not in log.destination_arn:
            summary = _(
                "The access log of stage {stage} goes to {destination}: look for the failing request where that stream "
                "delivers it.",
                stage=subject.name,
                destination=log.destination_arn,
            )
            yield self.undecided(resource, summary)
        elif _is_missing(log, walk):
            group = log_group_name(log.destination_arn)
            summary = _(
                "The access log of stage {stage} goes to {group}, which does not exist.",
                stage=subject.name,
                group=group,
            )
            cited = [self.cite(STAGE, resource, "accessLogSettings.destinationArn", log.destination_arn)]
            yield self.warned(resource, summary, cited, _create(group))
        else:
            yield self.passed(resource, _summary(api, subject, log))

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The access log has every variable that helps."""
        api, stage = walk.api, walk.stage
        if api is None or stage is None:
            return None
        log = AccessLog(destination_arn=_destination(api, stage, walk), format=_complete(api, stage))
        healed = stage.model_copy(update={"access_log": log})
        return walk.evidence.with_value(STAGE, stage_key(api, walk.request.stage), healed)


def _is_missing(log: AccessLog, walk: Walk) -> bool:
    try:
        walk.evidence.get(ACCESS_LOG, log_group_name(log.destination_arn))
    except MissingEvidence as missing:  # Optional: the configuration decides; a REST API's log may never be read.
        return missing.gap.reason is GapReason.NOT_FOUND
    return False


def _wanted(api: Api) -> tuple[str, ...]:
    return _WANTED_HTTP if api.protocol == "HTTP" else _WANTED_REST


def _lacking(api: Api, stage: Stage) -> list[str]:
    there = variables(stage.access_log.format if stage.access_log else "")
    reason = names_reason(stage.access_log.format if stage.access_log else "")
    wanted = [name for name in _wanted(api) if name not in there]
    return [name for name in wanted if not (reason and name in {"integration.error", "integrationErrorMessage"})]


def _summary(api: Api, stage: Stage, log: AccessLog) -> str:
    lacking = _lacking(api, stage)
    summary = _("The access log {group} tells why an integration failed.", group=log_group_name(log.destination_arn))
    if not lacking:
        return summary
    variables_to_add = ", ".join(f"$context.{name}" for name in lacking)
    return " ".join([summary, _("It would help to add {variables}.", variables=variables_to_add)])


def _complete(api: Api, stage: Stage) -> str:
    """The stage's format with the variables that it lacks: as further keys of an object, else at the line's end.

    The text is not parsed, for an object whose numbers stand without quotes is no JSON before API Gateway fills it in.
    """
    present = stage.access_log.format.strip() if stage.access_log else ""
    lacking = {name.replace(".", "_"): f"$context.{name}" for name in _lacking(api, stage)}
    if present and not present.endswith("}"):
        return " ".join([present, *lacking.values()])
    head = present[:-1].rstrip() or "{"
    keys = ", ".join(f'"{key}": "{variable}"' for key, variable in lacking.items())
    return f"{head}{'' if head == '{' else ', '}{keys}}}"


def _destination(api: Api, stage: Stage, walk: Walk) -> str:
    if stage.access_log and stage.access_log.destination_arn:
        return stage.access_log.destination_arn
    region = walk.request.region
    partition = stage_arn(walk.account, region, api.id, stage.name).split(":")[1]
    return f"arn:{partition}:logs:{region}:{walk.account}:log-group:/aws/apigateway/{api.id}/{stage.name.strip('$')}"


def _fix(api: Api, stage: Stage, walk: Walk) -> Fix:
    destination, complete, name = _destination(api, stage, walk), _complete(api, stage), quote(stage.name)
    create = [f"aws logs create-log-group --log-group-name {log_group_name(destination)}"]
    rest = api.protocol == "REST"
    if rest:
        patch = [{"op": "replace", "path": "/accessLogSettings/format", "value": complete}]
        update = f"aws apigateway update-stage --rest-api-id {api.id} --stage-name {name} --patch-operations "
        update += quote(json.dumps(patch))
    else:
        settings = {"DestinationArn": destination, "Format": complete}
        update = f"aws apigatewayv2 update-stage --api-id {api.id} --stage-name {name} --access-log-settings "
        update += quote(json.dumps(settings))
    cloudformation, terraform = _code(api, stage, destination, complete)
    return Fix(
        summary=_("Add the missing variables to the access log's format; no deployment is needed."),
        cli=(*(create if stage.access_log is None else ()), update),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Stages › your stage › Logs and tracing › Edit › Custom access logging.")
        if rest
        else _("API Gateway › Monitor › Logging › your stage › Edit › Log format."),
    )


def _code(api: Api, stage: Stage, destination: str, complete: str) -> tuple[str, str]:
    name = stage.name
    settings: Value = {"DestinationArn": destination, "Format": complete}
    block: Value = {"destination_arn": destination, "format": complete}
    if api.protocol == "REST":
        return (
            change_cloudformation(
                "AWS::ApiGateway::Stage", name, {"RestApiId": api.id, "StageName": name, "AccessLogSetting": settings}
            ),
            change_terraform(
                "aws_api_gateway_stage",
                name,
                {"rest_api_id": api.id, "stage_name": name, "access_log_settings": block},
            ),
        )
    return (
        change_cloudformation(
            "AWS::ApiGatewayV2::Stage", name, {"ApiId": api.id, "StageName": name, "AccessLogSettings": settings}
        ),
        change_terraform(
            "aws_apigatewayv2_stage", name, {"api_id": api.id, "name": name, "access_log_settings": block}
        ),
    )


def _create(group: str) -> Fix:
    return Fix(
        summary=_("Create the log group."),
        cli=(f"aws logs create-log-group --log-group-name {quote(group)}",),
        cloudformation=new_cloudformation("AWS::Logs::LogGroup", group, {"LogGroupName": group}),
        terraform=new_terraform("aws_cloudwatch_log_group", group, {"name": group}),
        console=_("CloudWatch › Log groups › Create log group."),
    )
