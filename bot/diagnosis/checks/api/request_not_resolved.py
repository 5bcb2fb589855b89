"""CTX-01: the request does not lead to an API, a stage, a method and a VPC-link integration."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.diagnosis.api_reference import parse_api_text
from bot.diagnosis.check import Check
from bot.diagnosis.checks.api import resolution_fixes as fixes
from bot.diagnosis.checks.api.integration_kinds import kind, told
from bot.diagnosis.hops import route_name
from bot.diagnosis.integration import matching_route
from bot.diagnosis.model import Finding, Hop
from bot.diagnosis.naming import first_few
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.resources import Api, Route, Stage
from bot.diagnosis.sources import HTTP_APIS, REST_APIS, ROUTES, STAGE
from bot.language import _, plural

_SERVING = {"", "AVAILABLE", "UPDATING"}
_SHOWN = 5


class RequestNotResolved(Check[Walk]):
    """The request does not lead to a VPC-link integration: API, stage, method or integration is not there.

    Why: before a link can fail, API Gateway must know the API, the stage and a method with an integration. A name
    that is misspelt, or of another region or account, leads nowhere.
    How we decide: an API that neither API Gateway service knows fails, with the names that are near. Several APIs of
    one name that have the stage are unknown until you give the id. A stage or a path that the API does not have fails,
    with those that it has; a literal segment beats a parameter and a verb beats ANY. An API whose status is FAILED
    fails; while it is UPDATING it serves. A method without an integration warns. An integration that does not go
    through a VPC link is none of our business, and we say what it is.
    How to fix: give the right name, id, region, stage or path, or add what is missing and deploy.
    References: AWS: private-integration, api-gateway-api-integration-types, supported-gateway-response-types, API
    reference RestApi.
    """

    code = "CTX-01"
    title = "API, stage, method and integration are there"
    hop = Hop.API
    needs = (REST_APIS, HTTP_APIS, STAGE, ROUTES)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Walk]:
        """The request as a whole."""
        return Reached((walk,))

    def judge(self, subject: Walk, walk: Walk) -> Iterator[Finding]:
        """Judge step by step; what does not resolve ends it."""
        api = walk.api
        if api is None:
            yield self._no_single_api(walk)
            return
        stage = walk.stage
        if stage is None:
            yield self._no_stage(walk, (api,))
            return
        if api.status.upper() == "FAILED":
            summary = _("API {name} ({id}) is FAILED.", name=api.name, id=api.id)
            if api.status_message:
                reason = api.status_message.rstrip(".")
                summary = _("API {name} ({id}) is FAILED: {reason}.", name=api.name, id=api.id, reason=reason)
            citation = self.cite(REST_APIS, api.id, "apiStatus", f"FAILED {api.status_message}".strip())
            yield self.failed(_resource(api, stage), summary, [citation], fixes.failed_api(api))
            return
        if api.status.upper() not in _SERVING:
            summary = _(
                "API {name} has the status {status}; whether it serves meanwhile is not known.",
                name=api.name,
                status=api.status,
            )
            yield self.undecided(_resource(api, stage), summary)
        yield from self._routes(walk, api, stage)

    def _no_single_api(self, walk: Walk) -> Finding:
        text, region, matches = walk.request.api, walk.request.region, walk.matches
        having = [a for a in matches.apis if walk.evidence.get(STAGE, stage_key(a, walk.request.stage))]
        if having:
            ids = ", ".join(f"{api.id} ({api.protocol})" for api in having)
            summary = _(
                "{count} APIs are named {name} and have a stage {stage}: {ids}. Give the id.",
                count=len(having),
                name=text,
                stage=walk.request.stage,
                ids=ids,
            )
            return self.undecided(text, summary)
        if matches.apis:
            return self._no_stage(walk, matches.apis)
        said = [_("No API in {region} has the name or id {name}.", region=region, name=text)]
        if matches.near:
            said.append(_("Near names: {names}.", names=", ".join(matches.near)))
        named = parse_api_text(text).region
        if named and named != region:
            said.append(_("It names the region {region}.", region=named))
        citations = [self.cite(source, text, _("name or id"), _("no match")) for source in (REST_APIS, HTTP_APIS)]
        return self.failed(text, " ".join(said), citations, fixes.other_api(walk, named or ""))

    def _no_stage(self, walk: Walk, apis: tuple[Api, ...]) -> Finding:
        wanted = walk.request.stage
        there = {api.id: walk.evidence.absence(STAGE, stage_key(api, wanted)) for api in apis}
        if len(apis) == 1:
            api = apis[0]
            summary = _("API {name} ({id}) has no stage {stage}.", name=api.name, id=api.id, stage=wanted)
            if there[api.id]:
                summary = " ".join([summary, _("It has: {names}.", names=there[api.id])])
        else:
            summary = _(
                "None of the {count} APIs named {name} has a stage {stage}. Stages: {stages}.",
                count=len(apis),
                name=walk.request.api,
                stage=wanted,
                stages="; ".join(f"{api_id}: {names or _('not known')}" for api_id, names in there.items()),
            )
        citations = [
            self.cite(
                STAGE,
                f"{api_id}/{wanted}",
                "stageName",
                _("not found; there are: {names}", names=names or _("not known")),
            )
            for api_id, names in there.items()
        ]
        having = {name: api for api in apis for name in there[api.id].split(", ") if name}
        near = next(iter(difflib.get_close_matches(wanted, having, n=1, cutoff=0.5)), "")
        resource = f"{apis[0].id}/{wanted}" if len(apis) == 1 else walk.request.api
        fix = fixes.other_stage(walk, having.get(near, apis[0]), near)
        return self.failed(resource, summary, citations, fix)

    def _routes(self, walk: Walk, api: Api, stage: Stage) -> Iterator[Finding]:
        routes, own = walk.routes, walk.own_route
        if own:
            yield self._route(walk, api, stage, own)
        elif walk.request.path:
            yield self._no_route(walk, api, stage)
        else:
            bare = tuple(route for route in routes if route.integration is None)
            if bare:
                yield self._bare(api, stage, bare)
            yield self._whole(api, stage, routes)

    def _route(self, walk: Walk, api: Api, stage: Stage, route: Route) -> Finding:
        resource, integration = _resource(api, stage), route.integration
        name = route_name(route)
        asked = "" if walk.request.path else _("The newest failing request took it.")
        if integration is None:
            return self._bare(api, stage, (route,))
        if integration.connection_type == "VPC_LINK":
            summary = plural(
                "{routes} of API {api} goes through a VPC link.",
                "{routes} of API {api} go through a VPC link.",
                1,
                routes=name,
                api=api.name,
            )
            return self.passed(resource, " ".join(filter(None, (summary, asked, _extras(api, stage)))))
        if integration.connection_type != "INTERNET":
            summary = _(
                "{route} has a connection type that we do not know: {type}.",
                route=name,
                type=integration.connection_type,
            )
            return self.undecided(resource, summary)
        return self.not_applicable(resource, f"{told(name, api.name, integration)} {asked}".strip())

    def _no_route(self, walk: Walk, api: Api, stage: Stage) -> Finding:
        path, method, routes = walk.request.path or "", walk.request.method, walk.routes
        wanted = f"{method or ''} {path}".strip()
        listed = _names([x for x in routes if matching_route([x], path, None)] or routes) or _("none")
        prefix = f"/{stage.name}"
        short = path.removeprefix(prefix) or "/"
        hint = ""
        if path.startswith(prefix) and matching_route(routes, short, method):
            hint = _("Leave the stage's name out: {path}.", path=short)
        said = (_unknown_route(api, wanted), _("It has: {names}.", names=listed), hint)
        summary = " ".join(filter(None, said))
        citation = self.cite(ROUTES, api.id, "items[].path", listed)
        fix = fixes.other_path(walk, api, short if hint else "")
        return self.failed(_resource(api, stage), summary, [citation], fix)

    def _bare(self, api: Api, stage: Stage, routes: tuple[Route, ...]) -> Finding:
        names = _names(routes)
        summary = _("API {api} has no integration for {routes}: nothing is called.", api=api.name, routes=names)
        citation = self.cite(ROUTES, names, "methodIntegration", _("(none)"))
        return self.warned(_resource(api, stage), summary, [citation], fixes.add_integration(api, stage, routes[0]))

    def _whole(self, api: Api, stage: Stage, routes: tuple[Route, ...]) -> Finding:
        private = [x for x in routes if x.integration and x.integration.connection_type == "VPC_LINK"]
        if private:
            summary = plural(
                "{routes} of API {api} goes through a VPC link.",
                "{routes} of API {api} go through a VPC link.",
                len(private),
                routes=_names(private),
                api=api.name,
            )
            return self.passed(_resource(api, stage), f"{summary} {_extras(api, stage)}".strip())
        counted = Counter(kind(x.integration) for x in routes if x.integration).most_common()
        what = ", ".join(f"{count} × {_(name)}" for name, count in counted) or _("no integration at all")
        summary = _("API {api} has no VPC-link integration: {what}.", api=api.name, what=what)
        return self.not_applicable(_resource(api, stage), summary)


def _resource(api: Api, stage: Stage) -> str:
    return f"{api.id}/{stage.name}"


def _names(routes: Sequence[Route]) -> str:
    return first_few((route_name(x) for x in routes), _SHOWN)


def _unknown_route(api: Api, wanted: str) -> str:
    if api.protocol == "REST":
        return _("API {api} has no method for {route}: API Gateway answers 403 itself.", api=api.name, route=wanted)
    if api.protocol == "HTTP":
        return _("API {api} has no route for {route}: API Gateway answers 404 itself.", api=api.name, route=wanted)
    return _("API {api} has no method for {route}.", api=api.name, route=wanted)


def _extras(api: Api, stage: Stage) -> str:
    """Return what is worth knowing of an API that resolves, though no fault."""
    said = []
    if stage.canary and stage.canary.percent_traffic > 0:
        share = f"{stage.canary.percent_traffic:g}"
        said.append(_("{share} % of the requests take the stage's canary.", share=share))
    if api.disable_execute_api_endpoint:
        said.append(_("Its default endpoint is disabled: only a custom domain name leads here."))
    return " ".join(said)
