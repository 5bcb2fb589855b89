"""DEP-02: part of the requests runs a canary that is, or may be, broken where the stage itself is not."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check, run
from bot.diagnosis.checks import all_checks
from bot.diagnosis.checks.stage.deployed_difference import EXPLAINABLE
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import Path
from bot.diagnosis.model import Citation, Finding, Fix, Gap, Hop, Status
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.resources import Api, Canary, Stage
from bot.diagnosis.snippets import new_cloudformation, new_terraform
from bot.diagnosis.sources import ROUTES, STAGE
from bot.language import _

_WAY = (
    *("VPL-01", "VPL-02", "VPL-03", "VPL-04", "VPL-05", "VPL-06", "VPL-07"),
    *("LB-01", "LB-02", "LB-03", "LB-04", "LB-05", "LB-06", "LB-07", "LB-08", "LB-09"),
)
"""The checks of link and load balancer: they judge the canary's way as well as the stage's own."""


class CanaryTakesAnotherWay(Check[Stage]):
    """A canary takes part of the requests another way, which is broken or cannot be seen.

    Why: a canary runs its own deployment, with its own values of stage variables. Where one of them names the VPC link
    or the URI, its share of the requests goes elsewhere: they fail now and then, while most succeed.
    How we decide: without traffic for the canary it passes. The checks of link and load balancer judge the canary's
    way and the stage's own; where only the canary's fails, this fails, and those findings are its consequence. Another
    deployment than the stage's own warns, because AWS shows its integrations nowhere. A canary that takes the same
    way with the same deployment passes.
    How to fix: remove the canary, which ends the errors at once; or repair its values, or promote it once it works.
    References: AWS: canary-release, API reference CanarySettings.
    """

    code = "DEP-02"
    title = "The stage's canary, if there is one, goes a way that works"
    hop = Hop.STAGE
    needs = (STAGE, ROUTES)
    signatures = frozenset({"E1", "E7", "E9", "E10"})
    warning_signatures = EXPLAINABLE
    explains = _WAY
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Stage]:
        """The stage, where it has a canary."""
        stage = walk.stage
        return Reached((stage,)) if stage and stage.canary else Reached(())

    def judge(self, subject: Stage, walk: Walk) -> Iterator[Finding]:
        """Judge the canary's way beside the stage's own."""
        api, canary = walk.api, subject.canary
        if api is None or canary is None:
            return
        resource = f"{api.id}/{subject.name}"
        if canary.percent_traffic <= 0:
            yield self.passed(resource, _("The canary of stage {stage} takes no requests.", stage=subject.name))
            return
        named = {"stage": subject.name, "share": f"{canary.percent_traffic:g}"}
        ways = [(path, own) for path in walk.paths.items if path.canary and (own := _own(path, walk))]
        turned = [path for path, own in ways if _way(path) != _way(own)]
        judged = _judged(walk) if turned else []
        faults = [finding for finding in judged if finding.status is Status.FAIL]
        broken = [(path, of) for path, own in ways if path in turned and (of := _only(path, own, faults))]
        for path, of in broken:
            summary = _(
                "The canary of stage {stage}, about {share} % of the requests, takes a way that is broken, and the "
                "stage's own is not: {fault}",
                fault=of[0].summary,
                **named,
            )
            cited = [*self._citations(resource, canary, path), *of[0].citations]
            yield self.failed(resource, summary, cited, _fix(api, subject), subject=path)
        if not broken and canary.deployment_id and canary.deployment_id != subject.deployment_id:
            summary = _(
                "About {share} % of the requests run the canary's deployment {canary}, not the stage's {deployment}. "
                "AWS "
                "shows its integrations nowhere; no check judges them.",
                share=named["share"],
                canary=canary.deployment_id,
                deployment=subject.deployment_id or _("(none)"),
            )
            cited = [*self._citations(resource, canary, None)]
            yield self.warned(resource, summary, cited, _fix(api, subject))
        elif not broken and (gaps := _gaps(turned, judged)):
            summary = _(
                "Whether the way of the canary of stage {stage}, about {share} % of the requests, works could not be "
                "read.",
                **named,
            )
            yield self.undecided(resource, summary, gaps, subject=turned[0])
        elif not broken:
            summary = _("The canary of stage {stage}, about {share} % of the requests, takes the same way.", **named)
            if turned:
                summary = _(
                    "The canary of stage {stage}, about {share} % of the requests, takes another way, with no fault "
                    "that "
                    "the stage's own has not.",
                    **named,
                )
            yield self.passed(resource, summary)

    def _citations(self, resource: str, canary: Canary, path: Path | None) -> list[Citation]:
        used = (*path.connection.variables, *path.uri.variables, *path.target.variables) if path else ()
        overridden = [name for name in dict.fromkeys(used) if name in canary.stage_variables]
        field = "canarySettings.stageVariableOverrides"
        return [
            self.cite(STAGE, resource, "canarySettings.percentTraffic", f"{canary.percent_traffic:g}"),
            self.cite(STAGE, resource, "canarySettings.deploymentId", canary.deployment_id or _("(none)")),
            *(self.cite(STAGE, resource, f"{field}.{name}", canary.stage_variables[name]) for name in overridden),
        ]

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The canary is gone."""
        api, stage = walk.api, walk.stage
        if api is None or stage is None:
            return None
        healed = stage.model_copy(update={"canary": None})
        return walk.evidence.with_value(STAGE, stage_key(api, walk.request.stage), healed)


def _own(canary: Path, walk: Walk) -> Path | None:
    """The stage's own way of the same methods."""
    return next((p for p in walk.paths.items if not p.canary and canary.routes[0] in p.routes), None)


def _way(path: Path) -> tuple[str, str, str]:
    return path.connection.text, path.uri.text, path.target.text


def _judged(walk: Walk) -> list[Finding]:
    return [finding for check in all_checks() if check.code in _WAY for finding in run(check, walk)]


def _gaps(turned: list[Path], judged: list[Finding]) -> tuple[Gap, ...]:
    """What could not be read of the canary's ways."""
    indexes = {path.index for path in turned}
    about = [finding for finding in judged if not finding.paths or indexes & set(finding.paths)]
    return tuple(dict.fromkeys(gap for finding in about for gap in finding.gaps))


def _only(canary: Path, own: Path, faults: list[Finding]) -> list[Finding]:
    """The faults of the canary's way, where the stage's own has none."""
    if any(own.index in finding.paths for finding in faults):
        return []
    return [finding for finding in faults if canary.index in finding.paths]


def _fix(api: Api, stage: Stage) -> Fix:
    operation = "--patch-operations op=remove,path=/canarySettings"
    promote = (
        "--patch-operations op=copy,from=/canarySettings/stageVariableOverrides,path=/variables "
        "op=copy,from=/canarySettings/deploymentId,path=/deploymentId op=remove,path=/canarySettings"
    )
    command = f"aws apigateway update-stage --rest-api-id {api.id} --stage-name {quote(stage.name)}"
    return Fix(
        summary=_(
            "Remove the canary of stage {stage}: all requests take the stage's own way at once.", stage=stage.name
        ),
        cli=(f"{command} {operation}", f"{command} {promote}   # instead, to promote it once it works"),
        cloudformation="# Take CanarySetting out of your own resource.\n"
        + new_cloudformation("AWS::ApiGateway::Stage", stage.name, {"RestApiId": api.id, "StageName": stage.name}),
        terraform="# Take the block canary_settings out of your own resource.\n"
        + new_terraform("aws_api_gateway_stage", stage.name, {"rest_api_id": api.id, "stage_name": stage.name}),
        console=_("API Gateway › Stages › your stage › Canary › Delete (or Promote canary)."),
    )
