"""LOG-02: data tracing writes whole requests and replies into the execution log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check, Role
from bot.diagnosis.checks.logging.levels import MethodLevel, has_execution_log, levels
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.method_settings import ALL_METHODS, patch_path, settings_code
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.naming import first_few
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.resources import Api, Stage
from bot.diagnosis.sources import ROUTES, STAGE
from bot.language import _

_SHOWN = 3
_NOT_PRODUCTION = re.compile(
    r"(?:^|[-_.])(?:dev|develop|development|test|testing|qa|int|integration|stag|staging|stage|sandbox|demo|local|beta)"
    r"\d*(?:$|[-_.])",
    re.IGNORECASE,
)


class PayloadsLogged(Check[Stage]):
    """Data tracing is on: the execution log holds whole requests and replies.

    Why: headers, bodies and query strings can hold personal data and secrets. API Gateway masks only authorization
    headers, API keys and their like. AWS advises against it in production; to find one failure it helps.
    How we decide: the setting of the method's own path and verb decides, else that of all methods. On warns, unless the
    stage's name says that it is none of production (dev, test, qa, staging and the like). Off passes: what failed
    stands in the log without it. HTTP APIs have no execution log.
    How to fix: switch it off as soon as the failure is found. To switch it on for a while, set the same path to true,
    send the request, and set it back; it takes effect without a deployment.
    References: AWS: rest-api-execution-logging, set-up-logging, API reference MethodSetting.
    """

    code = "LOG-02"
    title = "The execution log holds no payloads in production"
    hop = Hop.LOGGING
    role = Role.CONTEXT
    needs = (STAGE, ROUTES)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Stage]:
        """The stage, where it has methods that this is about."""
        stage = walk.stage
        relevant = stage is not None and (not has_execution_log(walk) or levels(walk))
        return Reached((stage,)) if stage is not None and relevant else Reached(())

    def judge(self, subject: Stage, walk: Walk) -> Iterator[Finding]:
        """Judge the methods in question together."""
        api = walk.api
        resource = f"{api.id if api else ''}/{subject.name}"
        if api is None or not has_execution_log(walk):
            yield self.not_applicable(resource, _("HTTP APIs write no execution log, so no payloads either."))
            return
        traced = [method for method in levels(walk) if _is_traced(method, subject)]
        if not traced:
            summary = _(
                "Data tracing is off: the execution log holds no payloads. Switch it on only to find a failure."
            )
            yield self.passed(resource, summary)
            return
        summary = _(
            "Data tracing of {methods} is on: the execution log of stage {stage} holds whole requests and replies.",
            methods=first_few((method.method for method in traced), _SHOWN),
            stage=subject.name,
        )
        if _NOT_PRODUCTION.search(subject.name):
            yield self.passed(resource, " ".join([summary, _("By its name the stage is not production.")]))
            return
        keys = list(dict.fromkeys(method.key for method in traced))
        cited = [self.cite(STAGE, resource, f"methodSettings[{key}].dataTraceEnabled", "true") for key in keys]
        yield self.warned(resource, summary, cited, _fix(api, subject, keys))

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """No method is traced."""
        api, stage = walk.api, walk.stage
        if api is None or stage is None:
            return None
        settings = {
            key: setting.model_copy(update={"data_trace": False}) for key, setting in stage.method_settings.items()
        }
        healed = stage.model_copy(update={"method_settings": settings})
        return walk.evidence.with_value(STAGE, stage_key(api, walk.request.stage), healed)


def _is_traced(method: MethodLevel, stage: Stage) -> bool:
    return bool(method.key) and stage.method_settings[method.key].data_trace


def _fix(api: Api, stage: Stage, keys: list[str]) -> Fix:
    cloudformation, terraform = settings_code(
        api, stage, keys, {"DataTraceEnabled": False}, {"data_trace_enabled": False}
    )
    return Fix(
        summary=_("Switch data tracing off once the failure is found; no deployment is needed."),
        cli=_commands(api, stage, keys),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Stages › your stage › Logs and tracing › Edit › Data tracing."),
    )


def _commands(api: Api, stage: Stage, keys: list[str]) -> tuple[str, ...]:
    name = quote(stage.name)
    if api.protocol == "WEBSOCKET":
        command = f"aws apigatewayv2 update-stage --api-id {api.id} --stage-name {name}"
        return tuple(
            f"{command} --default-route-settings DataTraceEnabled=false"
            if key == ALL_METHODS
            else f"{command} --route-settings " + quote(f'{{"{key}": {{"DataTraceEnabled": false}}}}')
            for key in keys
        )
    operations = " ".join(quote(f"op=replace,path={patch_path(key)}/logging/dataTrace,value=false") for key in keys)
    return (f"aws apigateway update-stage --rest-api-id {api.id} --stage-name {name} --patch-operations {operations}",)
