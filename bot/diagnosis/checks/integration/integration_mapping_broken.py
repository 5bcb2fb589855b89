"""INT-01: the integration's own mapping or URI turns a request or a good reply into a 500."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.diagnosis.check import Check
from bot.diagnosis.checks.integration.mapping_fixes import (
    declare,
    default_mapping,
    deploy_again,
    give_value,
    look,
    names,
)
from bot.diagnosis.checks.integration.response_mapping import Unmapped, maps, unmapped
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import Path, route_name
from bot.diagnosis.model import Finding, Hop
from bot.diagnosis.path import Reached, Walk, api_key
from bot.diagnosis.path_requests import PathRequests, by_path, citations, most, others
from bot.diagnosis.request_log import RequestLog
from bot.diagnosis.resources import IntegrationResponse, Route
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG, ROUTES, STAGE
from bot.language import _

MAPPING = "E11"
_NO_MATCH, _UNDECLARED, _ADDRESS = (
    "no match for output mapping",
    "output mapping refers to an invalid method response",
    "invalid endpoint address",
)


@dataclass(frozen=True)
class _Logged:
    """What the log shows of this kind: the requests, and whether they are most of the failing ones of this path."""

    requests: tuple[RequestLog, ...]
    decides: bool

    def of(self, *reasons: str) -> tuple[RequestLog, ...]:
        """Return the requests whose reason begins like one of these."""
        return tuple(x for x in self.requests if _reason(x).lower().startswith(reasons))


class IntegrationMappingBroken(Check[PathRequests]):
    """The integration's own mapping or URI is at fault: the request or a good reply becomes a 500 inside API Gateway.

    Why: an integration of type HTTP needs a mapping for every reply. A reply that no `selectionPattern` matches, with
    no default mapping, ends in 500 although the backend answered well. So does a URI that is no address once stage
    variables are put in. The network and the link are not at fault.
    How we decide: an integration of type HTTP that maps no good reply (200, 201, 202, 204) fails, and so does one where
    the log shows an unmapped reply. One that leaves out only some statuses warns, a mapping to a status that the method
    does not declare warns until the log shows it, and so does a URI whose stage variable has no value. Other mapping
    failures fail where at least half of the path's failing requests show them. Proxy integrations map nothing.
    How to fix: add a default integration response and its method response, or repair the URI; then deploy.
    References: AWS: api-gateway-integration-settings-integration-response, API reference IntegrationResponse,
    supported-gateway-response-types.
    """

    code = "INT-01"
    title = "The integration maps requests and replies"
    hop = Hop.INTEGRATION
    needs = (ROUTES, STAGE, EXECUTION_LOG, ACCESS_LOG)
    signatures = frozenset({MAPPING})
    warning_signatures = frozenset({MAPPING})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[PathRequests]:
        """Every path with its failing requests. The log is optional here: the configuration tells most of it."""
        return by_path(walk)

    def judge(self, subject: PathRequests, walk: Walk) -> Iterator[Finding]:
        """Judge the mappings, the URI, and what the log shows beside them."""
        shown = subject.showing(MAPPING)
        logged = _Logged(shown or subject.maybe_showing(MAPPING), bool(shown) and most(shown, subject.requests))
        found = [
            *self._replies(subject, logged, walk),
            *self._declarations(subject, logged, walk),
            *self._address(subject, logged, walk),
            *self._other(subject, logged, walk),
        ]
        yield from found or [self._nothing(subject.path)]

    def _nothing(self, path: Path) -> Finding:
        if all(route.integration and route.integration.type.upper() != "HTTP" for route in path.routes):
            summary = _("{integration} is a proxy integration: it maps nothing.", integration=path.name)
            return self.passed(path.resource, summary, subject=path)
        return self.passed(path.resource, _("{integration} maps every reply.", integration=path.name), subject=path)

    def _replies(self, subject: PathRequests, logged: _Logged, walk: Walk) -> Iterator[Finding]:
        path = subject.path
        holes = [(route, found) for route in path.routes if (found := unmapped(route)) != Unmapped()]
        unread = [route for route, hole in holes if not hole.patterns_read]
        if unread:
            summary = _(
                "A selection pattern of {routes} is no regular expression that we can read.", routes=names(unread)
            )
            yield self.undecided(path.resource, summary, subject=subject)
        seen = logged.of(_NO_MATCH)
        nothing = [route for route, hole in holes if hole.nothing_good]
        some = [route for route, hole in holes if (hole.good or hole.others) and route not in nothing]
        proven = [route for route in some if logged.decides and any(_is_unmapped(route, x) for x in seen)]
        if nothing or proven:
            summary = _(
                "{routes} maps no reply of this status and has no default mapping: what the backend answers becomes a "
                "500.",
                routes=names(proven),
            )
            if nothing:
                summary = _(
                    "{routes} maps no good reply and has no default mapping: what the backend answers becomes a 500.",
                    routes=names(nothing),
                )
            cited = [self.cite(ROUTES, route_name(x), "integrationResponses", _mappings(x)) for x in nothing or proven]
            fix = default_mapping(path, nothing or proven)
            yield self.failed(path.resource, summary, [*cited, *citations(seen, walk)], fix, subject=subject)
        elif some:
            missed = sorted({code for route, hole in holes if route in some for code in hole.good + hole.others})
            summary = _(
                "{routes} has no default mapping, and maps no reply of {statuses}: such a reply becomes a 500.",
                routes=names(some),
                statuses=", ".join(missed),
            )
            cited = [self.cite(ROUTES, route_name(x), "integrationResponses", _mappings(x)) for x in some]
            fix = default_mapping(path, some)
            yield self.warned(path.resource, summary, [*cited, *citations(seen, walk)], fix, subject=subject)
        elif seen and not unread:
            yield self._repaired_since(path, seen, walk)

    def _declarations(self, subject: PathRequests, logged: _Logged, walk: Walk) -> Iterator[Finding]:
        path, seen = subject.path, logged.of(_UNDECLARED)
        bad = [route for route in path.routes if unmapped(route).undeclared]
        if not bad:
            if seen:
                yield self._repaired_since(path, seen, walk)
            return
        codes = sorted({code for route in bad for code in unmapped(route).undeclared})
        summary = _(
            "{routes} maps replies to {statuses}, which the method does not declare as a response.",
            routes=names(bad),
            statuses=", ".join(codes),
        )
        cited = [self.cite(ROUTES, route_name(x), "methodResponses", ", ".join(x.method_responses)) for x in bad]
        cited += citations(seen, walk)
        fix = declare(path, bad)
        if seen and logged.decides:
            summary = " ".join([summary, _("Such a reply ends in 500.")])
            yield self.failed(path.resource, summary, cited, fix, subject=subject)
        else:
            yield self.warned(path.resource, summary, cited, fix, subject=subject)

    def _address(self, subject: PathRequests, logged: _Logged, walk: Walk) -> Iterator[Finding]:
        path = subject.path
        if path.api.protocol != "REST" or not path.uri.missing:
            return
        seen = logged.of(_ADDRESS)
        summary = _(
            "The URI of {integration} is {uri} on stage {stage}, because stage variable {variables} has no value.",
            integration=path.name,
            uri=repr(path.uri.text),
            stage=path.stage.name,
            variables=", ".join(path.uri.missing),
        )
        cited = [self.cite(ROUTES, path.resource, "uri", path.integration.uri)]
        cited += [self.cite(STAGE, f"{path.api.id}/{path.stage.name}", f"variables.{x}", "") for x in path.uri.missing]
        cited += citations(seen, walk)
        if seen and logged.decides:
            yield self.failed(path.resource, summary, cited, give_value(path), subject=subject)
        else:
            yield self.warned(path.resource, summary, cited, give_value(path), subject=subject)

    def _other(self, subject: PathRequests, logged: _Logged, walk: Walk) -> Iterator[Finding]:
        path = subject.path
        explained = (_NO_MATCH, _UNDECLARED, *((_ADDRESS,) if path.uri.missing else ()))
        rest = tuple(x for x in logged.requests if x not in logged.of(*explained))
        if not rest:
            return
        summary = _(
            "API Gateway itself failed {count} request(s) on {integration}: “{reason}”{others}. The network and the "
            "link "
            "are not at fault.",
            count=len(rest),
            integration=path.name,
            reason=_reason(rest[0]),
            others=others(subject.requests, MAPPING),
        )
        if logged.decides and any(x.method_status is None or x.method_status >= 500 for x in rest):
            yield self.failed(path.resource, summary, citations(rest, walk), look(path), subject=subject)
        else:
            yield self.warned(path.resource, summary, citations(rest, walk), look(path), subject=subject)

    def _repaired_since(self, path: Path, seen: tuple[RequestLog, ...], walk: Walk) -> Finding:
        summary = _(
            "The log says “{reason}” of {integration}, but its mappings, as edited last, leave no such gap: the stage "
            "runs older ones (DEP-01), or they were repaired since.",
            reason=_reason(seen[0]),
            integration=path.name,
        )
        return self.warned(path.resource, summary, citations(seen, walk), deploy_again(path), subject=path)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """Every method of the path has a default mapping to 200, and declares what its mappings lead to."""
        api = walk.api
        bad = [x for path in walk.paths.items if path.index in finding.paths for x in path.routes]
        bad = [route for route in bad if unmapped(route) != Unmapped()]
        if api is None or not bad:
            return None
        routes = tuple(_mapped(route) if route in bad else route for route in walk.routes)
        return walk.evidence.with_value(ROUTES, api_key(api), routes)


def _reason(request: RequestLog) -> str:
    return request.explanation.fields.get("reason", request.explanation.meaning)


def _is_unmapped(route: Route, request: RequestLog) -> bool:
    if route.integration is None or request.backend_status is None:
        return False
    try:
        return not maps(route.integration, str(request.backend_status))
    except re.error:
        return False


def _mapped(route: Route) -> Route:
    if route.integration is None:
        return route
    responses = route.integration.responses
    if all(response.selection_pattern for response in responses):
        responses = (*responses, IntegrationResponse(status_code="200", selection_pattern=""))
    declared = {*route.method_responses, *(response.status_code for response in responses)}
    integration = route.integration.model_copy(update={"responses": responses})
    return route.model_copy(update={"integration": integration, "method_responses": tuple(sorted(declared))})


def _mappings(route: Route) -> str:
    responses = route.integration.responses if route.integration else ()
    listed = ", ".join(f"{x.selection_pattern or _('default')} → {x.status_code}" for x in responses)
    return listed or _("(none)")
