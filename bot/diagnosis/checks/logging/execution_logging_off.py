"""LOG-01: the execution log is off, or says too little."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check, Role
from bot.diagnosis.checks.logging.levels import MethodLevel, has_execution_log, levels
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.method_settings import ALL_METHODS, patch_path, settings_code
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.naming import first_few
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.resources import Api, MethodSetting, Stage
from bot.diagnosis.sources import ROUTES, STAGE
from bot.language import _

_SHOWN = 3


class ExecutionLoggingOff(Check[Stage]):
    """The execution log of the failing method is off, or holds only the line of the failure.

    Why: API Gateway answers every failure of a private integration with the same "Internal server error". The
    execution log alone says which one it was.
    How we decide: the setting of the method's own path and verb decides, else that of all methods, else it is OFF; an
    own OFF beats an INFO for all. INFO passes, ERROR warns (the failure's line is there, the request around it is not),
    OFF warns. It is never the cause. HTTP APIs have no execution log (LOG-05 looks at their access log).
    How to fix: set the level to INFO. It takes effect without a deployment.
    References: AWS: rest-api-execution-logging, set-up-logging, API reference MethodSetting.
    """

    code = "LOG-01"
    title = "The execution log of the method is at level INFO"
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
        """Judge the levels, those of one kind together."""
        api = walk.api
        if api is None or not has_execution_log(walk):
            summary = _("HTTP APIs write no execution log; their access log is all there is (LOG-05).")
            yield self.not_applicable(_resource(api, subject), summary)
            return
        by_level: dict[str, list[MethodLevel]] = {}
        for method in levels(walk):
            by_level.setdefault(method.level, []).append(method)
        for level, methods in sorted(by_level.items()):
            yield self._judged(api, subject, level, methods)

    def _judged(self, api: Api, stage: Stage, level: str, methods: list[MethodLevel]) -> Finding:
        resource, names = _resource(api, stage), _names(methods)
        fix = _fix(api, stage, methods)
        if level == "INFO":
            return self.passed(resource, _("Execution logging of {methods} is at level INFO.", methods=names))
        if level == "OFF":
            summary = _(
                "Execution logging of {methods} is OFF on stage {stage}: no log says why a request fails.",
                methods=names,
                stage=stage.name,
            )
            return self.warned(resource, summary, self._citations(resource, methods), fix)
        if level == "ERROR":
            summary = _(
                "Execution logging of {methods} is at level ERROR: the failure's line is logged, the request around it "
                "is "
                "not.",
                methods=names,
            )
            return self.warned(resource, summary, self._citations(resource, methods), fix)
        summary = _(
            "Execution logging of {methods} is at a level that we do not know: {level}.", methods=names, level=level
        )
        return self.undecided(resource, summary)

    def _citations(self, resource: str, methods: list[MethodLevel]) -> list[Citation]:
        deciding = {method.key: method.level for method in methods}
        return [
            self.cite(STAGE, resource, f"methodSettings[{key}].loggingLevel", level)
            if key
            else self.cite(STAGE, resource, "methodSettings", _("(none)"))
            for key, level in deciding.items()
        ]

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """Every method in question logs at level INFO."""
        api, stage = walk.api, walk.stage
        if api is None or stage is None:
            return None
        keys = {method.key or ALL_METHODS for method in levels(walk)}
        settings = dict(stage.method_settings)
        settings.update(
            {key: settings.get(key, MethodSetting()).model_copy(update={"logging_level": "INFO"}) for key in keys}
        )
        healed = stage.model_copy(update={"method_settings": settings})
        return walk.evidence.with_value(STAGE, stage_key(api, walk.request.stage), healed)


def _resource(api: Api | None, stage: Stage) -> str:
    return f"{api.id if api else ''}/{stage.name}"


def _names(methods: list[MethodLevel]) -> str:
    return first_few((method.method for method in methods), _SHOWN)


def _fix(api: Api, stage: Stage, methods: list[MethodLevel]) -> Fix:
    keys = list(dict.fromkeys(method.key or ALL_METHODS for method in methods))
    cloudformation, terraform = settings_code(api, stage, keys, {"LoggingLevel": "INFO"}, {"logging_level": "INFO"})
    return Fix(
        summary=_("Set the execution log's level to INFO; no deployment is needed."),
        cli=_commands(api, stage, keys),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_(
            "API Gateway › Stages › your stage › Logs and tracing › Edit › CloudWatch logs: Errors and info logs."
        ),
    )


def _commands(api: Api, stage: Stage, keys: list[str]) -> tuple[str, ...]:
    if api.protocol == "WEBSOCKET":
        return _commands_websocket(api, stage, keys)
    operations = " ".join(quote(f"op=replace,path={patch_path(key)}/logging/loglevel,value=INFO") for key in keys)
    command = f"aws apigateway update-stage --rest-api-id {api.id} --stage-name {quote(stage.name)}"
    return (f"{command} --patch-operations {operations}",)


def _commands_websocket(api: Api, stage: Stage, keys: list[str]) -> tuple[str, ...]:
    command = f"aws apigatewayv2 update-stage --api-id {api.id} --stage-name {quote(stage.name)}"
    options = [
        "--default-route-settings LoggingLevel=INFO"
        if key == ALL_METHODS
        else "--route-settings " + quote(f'{{"{key}": {{"LoggingLevel": "INFO"}}}}')
        for key in keys
    ]
    return tuple(f"{command} {option}" for option in options)
