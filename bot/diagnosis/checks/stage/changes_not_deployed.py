"""DEP-01: an integration was edited, and the stage still runs the older one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote

from bot.diagnosis.check import Check
from bot.diagnosis.checks.stage.deployed_difference import EXPLAINABLE, Difference, differences
from bot.diagnosis.checks.stage.deployment_code import deployment_code
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import Path, route_name
from bot.diagnosis.model import Citation, Finding, Fix, Gap, Hop
from bot.diagnosis.naming import first_few
from bot.diagnosis.path import Reached, Walk, api_key, stage_key
from bot.diagnosis.path_requests import by_path
from bot.diagnosis.request_log import outcome
from bot.diagnosis.resources import Api, Deployment, Route, Stage
from bot.diagnosis.sources import CHANGES, DEPLOYED, DEPLOYMENTS, ROUTES, STAGE
from bot.language import _

_SHOWN = 3
_EDITS = {
    f"apigateway:{verb}{what}"
    for verb in ("Create", "Put", "Update", "Delete", "Import")
    for what in ("Integration", "RestApi", "Method", "Resource")
}
"""Calls that change an API in a way that only a deployment brings to a stage."""


@dataclass(frozen=True)
class _Edited:
    """A method whose integration differs from the one that the stage runs."""

    route: Route
    found: tuple[Difference, ...]


class ChangesNotDeployed(Check[Stage]):
    """An integration was edited but not deployed: the stage still runs the older one.

    Why: an edited integration takes effect only with the next deployment. Until then every request takes the older
    one, whatever the console shows. All other checks judge the edited one.
    How we decide: the stage's export is compared with the integrations as edited, field by field, with defaults filled
    in and stage variables put in. Another link, target, kind, scheme, host, port or certificate check fails, unless
    the log shows a failure that this difference cannot explain; then it warns. Timeouts, parameters, the method and the
    path behind the host only warn, unless the log shows that failure. Without an export, an edit after the stage's
    deployment that CloudTrail shows warns; else it is unknown. An HTTP API's stage that deploys by itself passes,
    unless its last deployment says that it failed. The export never shows a canary (DEP-02).
    How to fix: deploy the stage. That releases every waiting edit of the API, so look at them first.
    References: AWS: set-up-private-integration, api-gateway-export-api, how-to-deploy-api, API reference Stage.
    """

    code = "DEP-01"
    title = "The stage runs the integrations as they were edited last"
    hop = Hop.STAGE
    needs = (DEPLOYED, DEPLOYMENTS, ROUTES, STAGE)
    signatures = EXPLAINABLE
    warning_signatures = frozenset({"E9", "E11"})
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Stage]:
        """The stage."""
        stage = walk.stage
        return Reached((stage,)) if stage else Reached(())

    def judge(self, subject: Stage, walk: Walk) -> Iterator[Finding]:
        """Judge what the stage runs."""
        api = walk.api
        if api is None:
            return
        if api.protocol != "REST":
            yield self._by_itself(api, subject)
            return
        try:
            deployed = walk.evidence.get(DEPLOYED, stage_key(api, walk.request.stage))
        except MissingEvidence as missing:  # Optional: CloudTrail may show the edit that the export would show.
            yield self._without_export(api, subject, missing.gap, walk)
            return
        private = [route for route in (*walk.routes, *(deployed or ())) if _private(route)]
        if not private:
            summary = _("API {api} has no VPC-link integration.", api=api.name)
            yield self.not_applicable(_resource(api, subject), summary)
        elif not deployed or all(route.integration is None for route in deployed):
            summary = _("AWS's export of stage {stage} holds no integration to compare with.", stage=subject.name)
            yield self.undecided(_resource(api, subject), summary)
        else:
            yield from self._compared(api, subject, deployed, walk) or [self._same(api, subject)]

    def _same(self, api: Api, stage: Stage) -> Finding:
        summary = _(
            "Stage {stage} runs the VPC-link integrations of API {api} as they were edited last.",
            stage=stage.name,
            api=api.name,
        )
        return self.passed(_resource(api, stage), f"{summary} {_canary(stage)}".strip())

    def _by_itself(self, api: Api, stage: Stage) -> Finding:
        resource, message = _resource(api, stage), stage.deployment_message
        if message and not message.lower().startswith("successfully deployed"):
            summary = _(
                "The last deployment of stage {stage} says: {message}. It may run an older API.",
                stage=stage.name,
                message=message.rstrip("."),
            )
            citation = self.cite(STAGE, resource, "LastDeploymentStatusMessage", message)
            return self.warned(resource, summary, [citation], _fix(api, stage))
        if stage.auto_deploy:
            return self.passed(resource, _("Stage {stage} deploys every edit by itself.", stage=stage.name))
        summary = _(
            "Stage {stage} does not deploy by itself, and AWS does not show what it runs: if somebody edited the API "
            "since, deploy it.",
            stage=stage.name,
        )
        return self.undecided(resource, summary)

    def _compared(self, api: Api, stage: Stage, deployed: tuple[Route, ...], walk: Walk) -> list[Finding]:
        found: list[Finding] = []
        running = {(route.path, route.method): route for route in deployed}
        for subject in by_path(walk).items:
            path = subject.path
            edited = [_edited(route, running, path) for route in path.routes if _key(route) in running]
            seen = frozenset(outcome(x) for x in (*subject.requests, *subject.unplaced))
            found += self._path(path, [x for x in edited if x.found], seen)
            new = [route for route in path.routes if _key(route) not in running]
            if new:
                summary = _(
                    "{routes} is not deployed on stage {stage}: API Gateway answers 403 to it itself.",
                    routes=_names(new),
                    stage=stage.name,
                )
                absent = _("without {routes}", routes=_names(new))
                citation = self.cite(DEPLOYED, _resource(api, stage), "paths", absent)
                found.append(self.warned(_resource(api, stage), summary, [citation], _fix(api, stage), subject=path))
        return [*found, *self._beside(api, stage, deployed, walk)]

    def _path(self, path: Path, edited: Sequence[_Edited], seen: frozenset[str]) -> Iterator[Finding]:
        if not edited:
            return
        resource = _resource(path.api, path.stage)
        listed = [f"{route_name(x.route)}: {', '.join(str(d) for d in x.found)}" for x in edited[:_SHOWN]]
        if len(edited) > _SHOWN:
            listed.append(_("+{count} more methods", count=len(edited) - _SHOWN))
        summary = _(
            "Stage {stage} still runs an older integration than the one edited last. Running → edited: {differences}. "
            "The other checks judge the edited one.",
            stage=path.stage.name,
            differences="; ".join(listed),
        )
        summary = f"{summary} {_canary(path.stage)}".strip()
        cited = [x for one in edited[:_SHOWN] for x in self._citations(resource, one)]
        if any(_explains(difference, seen) for one in edited for difference in one.found):
            yield self.failed(resource, summary, cited, _fix(path.api, path.stage), subject=path)
        else:
            yield self.warned(resource, summary, cited, _fix(path.api, path.stage), subject=path)

    def _beside(self, api: Api, stage: Stage, deployed: tuple[Route, ...], walk: Walk) -> Iterator[Finding]:
        """Methods that run through a VPC link, and as edited last do not: no path leads over them."""
        draft = {_key(route): route for route in walk.routes}
        left = [x for x in deployed if _private(x) and not _private(draft.get(_key(x)))]
        if not left:
            return
        own = walk.own_route
        summary = _(
            "Stage {stage} still runs {routes} through a VPC link, as edited last it does not. No other check judges "
            "what "
            "runs there.",
            stage=stage.name,
            routes=_names(left),
        )
        cited = [self.cite(DEPLOYED, _resource(api, stage), f"{route_name(x)} uri", _uri(x)) for x in left[:_SHOWN]]
        if own is not None and any(_key(x) == _key(own) for x in left):
            yield self.failed(_resource(api, stage), summary, cited, _fix(api, stage))
        else:
            yield self.warned(_resource(api, stage), summary, cited, _fix(api, stage))

    def _citations(self, resource: str, edited: _Edited) -> list[Citation]:
        name = route_name(edited.route)
        return [self.cite(DEPLOYED, resource, f"{name} {x.field}", f"{x.old} → {x.new}") for x in edited.found]

    def _without_export(self, api: Api, stage: Stage, gap: Gap, walk: Walk) -> Finding:
        resource = _resource(api, stage)
        deployments = _deployments(api, walk)
        running = next((x for x in deployments if x.id == stage.deployment_id), None)
        if running and running.created:
            since = running.created
            changes = [c for _key, found in walk.evidence.items(CHANGES) for c in found]
            edits = [c for c in changes if c.call in _EDITS and c.resource == api.id and not c.error and c.at > since]
            if edits:
                newest = max(edits, key=lambda c: c.at)
                summary = _(
                    "API {api} was edited after stage {stage} was deployed ({deployed} UTC): {call} at {edited} UTC. "
                    "What "
                    "the stage runs could not be read.",
                    api=api.name,
                    stage=stage.name,
                    deployed=format(since, "%Y-%m-%d %H:%M"),
                    call=newest.call,
                    edited=format(newest.at, "%Y-%m-%d %H:%M"),
                )
                cited = [
                    self.cite(
                        CHANGES,
                        api.id,
                        _("{call} by {principal}", call=c.call, principal=c.principal),
                        c.at.isoformat(),
                    )
                    for c in edits[:3]
                ]
                cited.append(self.cite(DEPLOYMENTS, api.id, f"{running.id}.createdDate", since.isoformat()))
                return self.warned(resource, summary, cited, _fix(api, stage))
        why = f"{gap.action}: {gap.detail or gap.reason}"
        said = [_("What stage {stage} runs could not be read ({why}).", stage=stage.name, why=why)]
        if running and deployments[0] is not running:
            newer = deployments[0].id
            said.append(
                _("It runs deployment {deployment}; a newer one, {newer}, exists.", deployment=running.id, newer=newer)
            )
        return self.undecided(resource, " ".join(said), (gap,))

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The stage runs what was edited last."""
        api = walk.api
        if api is None or api.protocol != "REST":
            return None
        return walk.evidence.with_value(DEPLOYED, stage_key(api, walk.request.stage), walk.routes)


def _edited(route: Route, running: dict[tuple[str, str], Route], path: Path) -> _Edited:
    found = differences(running[_key(route)].integration, route.integration, path.variables)
    return _Edited(route, tuple(found))


def _explains(difference: Difference, seen: frozenset[str]) -> bool:
    return bool(difference.signatures & seen) if seen else difference.leads_elsewhere


def _private(route: Route | None) -> bool:
    integration = route.integration if route else None
    return integration is not None and integration.connection_type.upper() == "VPC_LINK"


def _key(route: Route) -> tuple[str, str]:
    return route.path, route.method


def _uri(route: Route) -> str:
    return route.integration.uri if route.integration else ""


def _resource(api: Api, stage: Stage) -> str:
    return f"{api.id}/{stage.name}"


def _names(routes: Sequence[Route]) -> str:
    return first_few((route_name(route) for route in routes), _SHOWN)


def _canary(stage: Stage) -> str:
    takes = stage.canary is not None and stage.canary.percent_traffic > 0
    return _("Its canary's deployment is not in the export (DEP-02).") if takes else ""


def _fix(api: Api, stage: Stage) -> Fix:
    rest = api.protocol == "REST"
    command = f"create-deployment {'--rest-api-id' if rest else '--api-id'} {api.id} --stage-name {quote(stage.name)}"
    cloudformation, terraform = deployment_code(api, stage.name)
    return Fix(
        summary=_(
            "Deploy stage {stage}; that releases every waiting edit of the API, so look at them first.",
            stage=stage.name,
        ),
        cli=(f"aws {'apigateway' if rest else 'apigatewayv2'} {command}",),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Resources › Deploy API › {stage}.", stage=stage.name)
        if rest
        else _("API Gateway › Deploy."),
        steps=(
            _("Look at what else was edited since the last deployment."),
            _("Deploy. A VPC link that is still PENDING delays it, one that is DELETING makes it fail."),
            _("Run this again: the other checks judged what you deploy now."),
        ),
    )


def _deployments(api: Api, walk: Walk) -> tuple[Deployment, ...]:
    try:
        return walk.evidence.get(DEPLOYMENTS, api_key(api)) or ()
    except MissingEvidence:  # Optional: the export's own gap is what is missing.
        return ()
