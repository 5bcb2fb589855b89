"""Evidence → hops: the way of a request from the API to its targets, as far as it is known.

A `Walk` is a view of the evidence. Following it raises `MissingEvidence` where a read failed or was not made yet; the
methods that list the hops of one kind return what could be reached, with the gaps that end the other branches. So the
plan ("what to read next"), the checks ("judge each one") and the drawing all walk the same way.

Topologies (AWS: private-integration, http-api-develop-integrations-private): REST or WebSocket → VPC link v1 →
endpoint service → NLB; REST → VPC link v2 → `integrationTarget`; HTTP API → VPC link v2 → listener ARN or Cloud Map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Generic, TypeVar

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.api_reference import parse_api_text
from bot.diagnosis.evidence import NOT_READ, Evidence, MissingEvidence
from bot.diagnosis.hops import BalancerHop, LinkHop, ListenerHop, Path, ServiceHop, TargetGroupHop, TargetHop
from bot.diagnosis.integration import Endpoint, expand, matching_route, parse_endpoint
from bot.diagnosis.model import Gap
from bot.diagnosis.request_log import RequestLog, failing_accesses, failing_requests, newest_first

T = TypeVar("T")
P = TypeVar("P")


@dataclass(frozen=True)
class Reached(Generic[T]):
    """The hops of one kind that could be reached, and the gaps behind which there may be more."""

    items: tuple[T, ...]
    gaps: tuple[Gap, ...] = ()


class Walk:
    """The path of one request through one evidence."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.request = evidence.request

    # --- API and stage -------------------------------------------------------------------------------------------

    @property
    def _by_id(self) -> r.Api | None:
        """The API whose id the text is: one listing that has it is enough, for no other API can have it."""
        wanted = parse_api_text(self.request.api).id
        for source in (s.REST_APIS, s.HTTP_APIS):
            known = self.evidence.was_read(source, self.request.api) and not self.evidence.failed(
                source, self.request.api
            )
            listed = self.evidence.get(source, self.request.api) if known else None
            for api in listed.apis if listed else ():
                if wanted and api.id == wanted:
                    return api
        return None

    @cached_property
    def matches(self) -> r.ApiMatches:
        """The APIs that the text can mean, of either kind. What one listing hides counts only if the other has none."""
        by_id = self._by_id
        if by_id:
            return r.ApiMatches(apis=(by_id,))
        found: list[r.ApiMatches] = []
        missing: MissingEvidence | None = None
        for source in (s.REST_APIS, s.HTTP_APIS):
            try:
                found.append(self.evidence.get(source, self.request.api) or r.ApiMatches())
            except MissingEvidence as error:
                if error.gap.detail == NOT_READ:
                    raise
                missing = error
        apis = tuple(api for matches in found for api in matches.apis)
        if missing and not apis:
            raise missing
        return r.ApiMatches(apis=apis, near=tuple(name for matches in found for name in matches.near))

    @cached_property
    def api(self) -> r.Api | None:
        """The API that is meant; None where the text names none, or several that have the stage."""
        apis = self.matches.apis
        if len(apis) > 1:
            apis = tuple(a for a in apis if self.evidence.get(s.STAGE, stage_key(a, self.request.stage)) is not None)
        return apis[0] if len(apis) == 1 else None

    @property
    def ambiguous(self) -> bool:
        """Whether several APIs of this name have the stage, so that none is meant for certain."""
        try:
            return len(self.matches.apis) > 1 and self.api is None and self.stage_of_any
        except MissingEvidence:
            return False

    @property
    def stage_of_any(self) -> bool:
        """Whether any of the APIs that the text can mean has the stage."""
        keys = [stage_key(api, self.request.stage) for api in self.matches.apis]
        return any(self.evidence.get(s.STAGE, key) is not None for key in keys)

    @property
    def candidates(self) -> tuple[str, ...]:
        """The ids that the text could mean where it names several APIs, else the names that it nearly matches."""
        try:
            if self.api is not None:
                return ()
            matches = self.matches
        except MissingEvidence:
            return ()
        return tuple(a.id for a in matches.apis) or matches.near

    @property
    def stage(self) -> r.Stage | None:
        """The stage, or None where the API has no such stage."""
        api = self.api
        return self.evidence.get(s.STAGE, stage_key(api, self.request.stage)) if api else None

    @property
    def routes(self) -> tuple[r.Route, ...]:
        """Every method or route of the API."""
        api = self.api
        return (self.evidence.get(s.ROUTES, api_key(api)) or ()) if api else ()

    @property
    def account(self) -> str:
        """The account id that is read."""
        caller = self.evidence.get(s.CALLER, "")
        return caller.account if caller else ""

    # --- the log -------------------------------------------------------------------------------------------------

    @cached_property
    def log_readings(self) -> Reached[r.LogReading]:
        """Every log that was read for this stage."""
        return self._readings(s.EXECUTION_LOG)

    @cached_property
    def access_readings(self) -> Reached[r.LogReading]:
        """Every access log that was read for this stage."""
        return self._readings(s.ACCESS_LOG)

    def _readings(self, source: s.Source[r.LogReading]) -> Reached[r.LogReading]:
        readings: list[r.LogReading] = []
        gaps: list[Gap] = []
        for name, key in sorted(self.evidence.reads):
            if name == source.name:
                try:
                    value = self.evidence.get(source, key)
                except MissingEvidence as missing:
                    gaps.append(missing.gap)
                else:
                    readings.extend([value] if value else [])
        return Reached(tuple(readings), tuple(gaps))

    @cached_property
    def failing(self) -> tuple[RequestLog, ...]:
        """The failing requests in the logs that were read, newest first."""
        failing = newest_first(x for reading in self.log_readings.items for x in failing_requests(reading.events))
        if failing or not self.access_readings.items:
            return failing
        try:
            stage = self.stage
        except MissingEvidence:
            stage = None  # without its format the log is still read by its wording
        log_format = stage.access_log.format if stage and stage.access_log else ""
        return failing_accesses((e for x in self.access_readings.items for e in x.events), log_format)

    @property
    def failing_in_window(self) -> tuple[RequestLog, ...]:
        """Those within the asked window; where it held none, older ones were read to tell what fails."""
        since = self.evidence.at - timedelta(minutes=self.request.since_minutes)
        return tuple(request for request in self.failing if request.at >= since)

    # --- integrations --------------------------------------------------------------------------------------------

    @cached_property
    def own_route(self) -> r.Route | None:
        """The route of the failing request: as asked for, else as the newest failing request's log says."""
        if self.request.path:
            return matching_route(self.routes, self.request.path, self.request.method)
        for logged in self.failing:
            if logged.resource_path:
                return matching_route(self.routes, logged.resource_path, logged.http_method)
        return None

    @cached_property
    def paths(self) -> Reached[Path]:
        """The distinct ways through VPC links, the failing request's own first. A canary's ways follow.

        A request that names its path is judged on that path alone: another route's fault is not its cause.
        """
        try:
            stage, routes, api = self.stage, self.routes, self.api
            own = self.own_route
        except MissingEvidence as missing:
            return Reached((), (missing.gap,))
        if stage is None or api is None:
            return Reached(())
        variants: list[tuple[dict[str, str], bool]] = [(stage.variables, False)]
        if stage.canary and stage.canary.percent_traffic > 0 and stage.canary.stage_variables:
            variants.append(({**stage.variables, **stage.canary.stage_variables}, True))
        grouped: dict[tuple[object, ...], list[r.Route]] = {}
        asked = [own] if self.request.path else routes
        for variables, canary in variants:
            for route in sorted(
                (x for x in asked if x), key=lambda route: (route is not own, route.path, route.method)
            ):
                if route.integration and route.integration.connection_type == "VPC_LINK":
                    grouped.setdefault(_way(route.integration, variables, canary=canary), []).append(route)
        ordered = sorted(grouped.items(), key=lambda item: (own not in item[1], bool(item[0][0])))
        paths = []
        for index, (way, taken) in enumerate(ordered):
            canary = bool(way[0])
            variables = variants[1][0] if canary else variants[0][0]
            paths.append(Path(self.evidence, index, api, stage, tuple(taken), variables, canary))
        return Reached(tuple(paths))

    # --- hops of one kind ------------------------------------------------------------------------------------------

    @cached_property
    def links(self) -> Reached[LinkHop]:
        """The VPC links."""
        return self._follow(self.paths, lambda path: [path.link])

    @cached_property
    def services(self) -> Reached[ServiceHop]:
        """The endpoint services of links of the first generation."""
        return self._follow(self.links, lambda link: link.services)

    @cached_property
    def front_balancers(self) -> Reached[BalancerHop]:
        """The load balancers that the links lead to."""
        return self._follow(self.links, lambda link: link.balancers)

    @cached_property
    def balancers(self) -> Reached[BalancerHop]:
        """Those, and application load balancers that stand behind a network load balancer."""
        behind = self._follow(self._front_target_groups, lambda group: group.balancers_behind)
        return _joined(self.front_balancers, behind)

    @cached_property
    def listeners(self) -> Reached[ListenerHop]:
        """The listeners on the ports that the paths use."""
        return _joined(self._front_listeners, self._follow(self._behind, lambda balancer: balancer.listener_hops))

    @cached_property
    def target_groups(self) -> Reached[TargetGroupHop]:
        """The target groups that those listeners lead to."""
        behind = self._follow(
            self._follow(self._behind, lambda balancer: balancer.listener_hops), lambda listener: listener.target_groups
        )
        return _joined(self._front_target_groups, behind)

    @cached_property
    def targets(self) -> Reached[TargetHop]:
        """The registered targets."""
        return self._follow(self.target_groups, lambda group: group.targets)

    @cached_property
    def _front_listeners(self) -> Reached[ListenerHop]:
        return self._follow(self.front_balancers, lambda balancer: balancer.listener_hops)

    @cached_property
    def _front_target_groups(self) -> Reached[TargetGroupHop]:
        return self._follow(self._front_listeners, lambda listener: listener.target_groups)

    @cached_property
    def _behind(self) -> Reached[BalancerHop]:
        return self._follow(self._front_target_groups, lambda group: group.balancers_behind)

    def _follow(self, parents: Reached[P], step: Callable[[P], Iterable[T]]) -> Reached[T]:
        items: list[T] = []
        gaps = list(parents.gaps)
        for parent in parents.items:
            try:
                items.extend(step(parent))
            except MissingEvidence as missing:
                gaps.append(missing.gap)
        return Reached(tuple(items), tuple(dict.fromkeys(gaps)))


def _joined(first: Reached[T], second: Reached[T]) -> Reached[T]:
    return Reached(first.items + second.items, tuple(dict.fromkeys(first.gaps + second.gaps)))


def _way(integration: r.Integration, variables: dict[str, str], *, canary: bool) -> tuple[object, ...]:
    uri = expand(integration.uri, variables).text
    endpoint: object = uri if uri.startswith("arn:") else _authority(parse_endpoint(uri), uri)
    link = expand(integration.connection_id, variables).text
    target = expand(integration.target, variables).text
    tls = (integration.insecure_skip_verification, integration.tls_configured, integration.server_name_to_verify)
    return (canary, integration.connection_id, link, endpoint, target, tls)


def _authority(endpoint: Endpoint, uri: str) -> object:
    return (endpoint.scheme, endpoint.host, endpoint.port) if endpoint.host else uri


def api_key(api: r.Api) -> str:
    """Return the key under which an API's routes are read."""
    return f"{api.protocol}/{api.id}"


def stage_key(api: r.Api, stage: str) -> str:
    """Return the key under which a stage is read."""
    return f"{api.protocol}/{api.id}/{stage}"
