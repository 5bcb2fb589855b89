"""NET-01: no route leads from the load balancer to a target outside its VPC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.route_fixes import (
    add_route,
    follow_the_way,
    register_anew,
    register_by_address,
    revive_peering,
    stop_preserving,
)
from bot.diagnosis.checks.target.routes_out import ACTIVE, Outlet, WayOut, way_out
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop, TargetHop
from bot.diagnosis.model import Citation, Finding, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.plan import MAX_TARGETS
from bot.diagnosis.probe_targets import probe_target
from bot.diagnosis.probed import CANNOT_SEE, SILENT, Probed, cite_tcp, places, probed
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import Route4
from bot.diagnosis.sources import (
    GROUP_ATTRIBUTES,
    INSTANCE,
    INTERFACE_BY_ADDRESS,
    LOAD_BALANCER,
    PEERING,
    ROUTE_TABLE,
    TARGET_GROUP,
    TARGET_HEALTH,
)
from bot.language import _

_NEW_PEERING = "pcx-new"
_PRESERVE = "preserve_client_ip.enabled"


@dataclass(frozen=True)
class _Exit:
    """Targets that the load balancer's subnets reach in the same ways, as far as those are followed."""

    targets: tuple[TargetHop, ...]
    ways: tuple[WayOut, ...]

    @property
    def names(self) -> str:
        """The targets' addresses."""
        return some(target.id for target in self.targets)

    def showing(self, *outlets: Outlet) -> tuple[WayOut, ...]:
        """Return the ways that are worth this."""
        return tuple(way for way in self.ways if way.outlet in outlets)


class NoRouteToTargets(Check[TargetGroupHop]):
    """No route leads from the load balancer to a target outside its VPC.

    Why: a target that is registered by its address can lie in a peered VPC or on premises. Without an active route
    from each of the load balancer's subnets its packets go nowhere, and the request ends in HTTP 500.
    How we decide: an address that no network interface of the VPC holds is looked up in the route tables of the load
    balancer's subnets; the most specific route decides. No route, a `blackhole`, or a peering connection that is not
    active fails; where only some of the subnets lack a route, or only the route to the internet covers a private
    address, it warns. Behind a transit gateway, a VPN or an appliance we cannot see: that is unknown, but client IP
    preservation does not work over a transit gateway and warns. An address of the VPC itself that no interface holds
    and no health check reaches warns. An instance of another VPC fails.
    A probe that reaches such targets lets what we cannot see pass, and one that does not makes it warn; where routes
    are missing, it confirms.
    How to fix: add a route in both directions, accept the peering connection, or register a target inside the VPC.
    References: AWS: target-group-register-targets (network); VPC_Route_Tables; describe-vpc-peering-connections.
    """

    code = "NET-01"
    title = "A route leads to targets outside the VPC"
    hop = Hop.TARGET
    needs = (
        LOAD_BALANCER,
        TARGET_GROUP,
        TARGET_HEALTH,
        INSTANCE,
        INTERFACE_BY_ADDRESS,
        ROUTE_TABLE,
        PEERING,
        GROUP_ATTRIBUTES,
    )
    # Without a usable target an application load balancer answers 502, 503 or 504 itself: a backend's 5xx in the log.
    signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    warning_signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    explains = ("TG-01", "LBE-01", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge the targets that do not stand on an interface of the VPC."""
        balancer, targets = subject.balancer.balancer, subject.targets[:MAX_TARGETS]
        if balancer is None or not targets:
            yield self.not_applicable(subject.arn, _("There is no target that a route could lead to."), subject=subject)
            return
        vpc_id = balancer.vpc_id
        strangers = [t for t in targets if vpc_id and _vpc_of(t) not in {"", vpc_id}]
        if strangers:
            yield self._strangers(subject, strangers, vpc_id)
        exits = _exits(subject)
        for exit_ in exits:
            yield self._judged(subject, exit_, vpc_id)
        if not strangers and not exits:
            yield self.passed(subject.arn, _("The targets stand in {vpc_id}.", vpc_id=vpc_id), subject=subject)

    def _strangers(self, subject: TargetGroupHop, strangers: Sequence[TargetHop], vpc_id: str) -> Finding:
        names, other = some(t.id for t in strangers), _vpc_of(strangers[0])
        summary = _(
            "{sender} in {vpc_id} reaches instances of its own VPC only, not {names} in {other}.",
            sender=_sender(subject),
            vpc_id=vpc_id,
            names=names,
            other=other,
        )
        citations = [self.cite(INSTANCE, t.id, "VpcId", _vpc_of(t)) for t in strangers[:3]]
        citations.append(self.cite(LOAD_BALANCER, subject.balancer.arn, "VpcId", vpc_id))
        return self.failed(
            strangers[0].id, summary, citations, register_by_address(subject, strangers), subject=subject
        )

    def _judged(self, subject: TargetGroupHop, exit_: _Exit, vpc_id: str) -> Finding:
        names, closed = exit_.names, exit_.showing(Outlet.CLOSED)
        if not exit_.ways:
            summary = _(
                "The subnets of {vpc_id} from which {names} would be reached are not known.", vpc_id=vpc_id, names=names
            )
            return self.undecided(subject.arn, summary, subject=subject)
        if exit_.showing(Outlet.INSIDE):
            return self._inside(subject, exit_, vpc_id)
        lost = closed or exit_.showing(Outlet.DOUBTFUL)
        if lost:
            none = len(closed) == len(exit_.ways)
            values = {"sender": _sender(subject), "names": names, "vpc": vpc_id, "reasons": _reasons(lost)}
            summary = (
                _("No route leads from {sender} to {names}, outside {vpc}: {reasons}.", **values)
                if none
                else _(
                    "Not every subnet surely has a route from {sender} to {names}, outside {vpc}: {reasons}.", **values
                )
            )
            citations = list(dict.fromkeys(way.citation for way in lost))[:4]
            if none:
                citations += cite_tcp(_silent(subject, exit_))
            by_table = lost[0].resource == lost[0].table_id
            fix = add_route(lost, exit_.targets) if by_table else revive_peering(lost[0])
            make = self.failed if none else self.warned
            return make(lost[0].resource, summary, citations, fix, subject=subject)
        unseen = exit_.showing(Outlet.UNSEEN)
        transit = next((way for way in unseen if way.transit_gateway), None)
        if transit and _keeps_client_address(subject):
            summary = _(
                "{names} is reached over {transit_gateway}, and the target group preserves the client's "
                "address: replies do not come back to the load balancer.",
                names=names,
                transit_gateway=transit.transit_gateway,
            )
            citations = [transit.citation, self.cite(GROUP_ATTRIBUTES, subject.arn, _PRESERVE, "true")]
            return self.warned(subject.arn, summary, citations, stop_preserving(subject.arn), subject=subject)
        if unseen and (silent := _silent(subject, exit_)):
            summary = _(
                "{places}, outside {vpc_id}, gave {seen_from} no answer, and we cannot see the way there: {reasons}.",
                places=places(silent),
                vpc_id=vpc_id,
                seen_from=silent[0].probe.seen_from,
                reasons=_reasons(unseen),
            )
            citations = [unseen[0].citation, *cite_tcp(silent)]
            return self.warned(unseen[0].resource, summary, citations, follow_the_way(), subject=subject)
        if unseen and (reached := [x for x in _probed(subject, exit_) if x.probe.tcp in {"ok", "refused"}]):
            summary = _(
                "A way leads to {places}, outside {vpc_id}: probed from {seen_from}, whose routes may "
                "differ from the load balancer's. {limits}",
                places=places(reached),
                vpc_id=vpc_id,
                seen_from=reached[0].probe.seen_from,
                limits=_(CANNOT_SEE),
            )
            return self.passed(subject.arn, summary, subject=subject)
        if unseen:
            summary = _(
                "Whether a route leads to {names}, outside {vpc_id}, we cannot see: {reasons}.",
                names=names,
                vpc_id=vpc_id,
                reasons=_reasons(unseen),
            )
            return self.undecided(subject.arn, summary, subject=subject)
        summary = _(
            "A route leads to {names}, outside {vpc_id}: {reasons}.",
            names=names,
            vpc_id=vpc_id,
            reasons=_reasons(exit_.ways),
        )
        return self.passed(subject.arn, summary, subject=subject)

    def _inside(self, subject: TargetGroupHop, exit_: _Exit, vpc_id: str) -> Finding:
        """Judge addresses of the VPC itself. Addresses of a delegated prefix are not listed, yet they can answer."""
        silent = [t for t in exit_.targets if t.description.target_health.state != "healthy"]
        if not silent:
            summary = _(
                "No interface of {vpc_id} lists {names}, but health checks reach what is there.",
                vpc_id=vpc_id,
                names=exit_.names,
            )
            return self.passed(subject.arn, summary, subject=subject)
        names = some(t.id for t in silent)
        summary = _(
            "No network interface holds {names}, of {vpc_id} itself: nobody may be there.", names=names, vpc_id=vpc_id
        )
        citations = [self._nobody(t, vpc_id) for t in silent[:4]]
        return self.warned(silent[0].id, summary, citations, register_anew(subject.arn, silent), subject=subject)

    def _nobody(self, target: TargetHop, vpc_id: str) -> Citation:
        return self.cite(INTERFACE_BY_ADDRESS, f"{vpc_id}/{target.id}", "NetworkInterfaces", "[]")

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The peering is active, or the route table has a route over an active one; instances do not change VPC."""
        evidence = walk.evidence
        if evidence.was_read(PEERING, finding.resource):
            return evidence.with_value(PEERING, finding.resource, ACTIVE)
        for hop in walk.target_groups.items:
            for exit_ in _exits(hop):
                for subnet, way in zip(hop.balancer.subnet_ids, exit_.ways, strict=True):
                    if way.outlet is Outlet.CLOSED:
                        evidence = _routed(evidence, _table_key(hop, subnet), exit_)
        return evidence if evidence.reads != walk.evidence.reads else None


def _probed(hop: TargetGroupHop, exit_: _Exit) -> tuple[Probed, ...]:
    return probed(hop.evidence, (found for target in exit_.targets if (found := probe_target(hop, target))))


def _silent(hop: TargetGroupHop, exit_: _Exit) -> list[Probed]:
    return [x for x in _probed(hop, exit_) if x.probe.tcp in SILENT]


def _keeps_client_address(hop: TargetGroupHop) -> bool:
    """Whether client IP preservation is switched on; for targets by address it is off by default.

    It has no effect on what came through PrivateLink. Where the attribute is not readable the way stays unknown.
    """
    if hop.balancer.through_private_link or hop.evidence.failed(GROUP_ATTRIBUTES, hop.arn):
        return False
    return (hop.evidence.get(GROUP_ATTRIBUTES, hop.arn) or {}).get(_PRESERVE) == "true"


def _vpc_of(target: TargetHop) -> str:
    instance = target.instance
    return instance.vpc_id if instance else ""


def _exits(hop: TargetGroupHop) -> list[_Exit]:
    """Return the targets that no interface of the VPC holds, those together that share their ways out."""
    balancer = hop.balancer.balancer
    found: dict[tuple[WayOut, ...], list[TargetHop]] = {}
    outside = [t for t in hop.targets[:MAX_TARGETS] if not t.id.startswith("i-") and t.interface is None]
    for target in outside if balancer else ():
        ways = (way_out(hop.evidence, _table_key(hop, subnet), target.id) for subnet in hop.balancer.subnet_ids)
        found.setdefault(tuple(ways), []).append(target)
    return [_Exit(tuple(targets), ways) for ways, targets in found.items()]


def _table_key(hop: TargetGroupHop, subnet_id: str) -> str:
    balancer = hop.balancer.balancer
    return f"{balancer.vpc_id if balancer else ''}/{subnet_id}"


def _reasons(ways: Iterable[WayOut]) -> str:
    return "; ".join(dict.fromkeys(f"{way.table_id} {way.reason}" for way in ways))


def _sender(hop: TargetGroupHop) -> str:
    balancer = hop.balancer.balancer
    return balancer.load_balancer_name if balancer else _("the load balancer")


def _routed(evidence: Evidence, key: str, exit_: _Exit) -> Evidence:
    table = evidence.get(ROUTE_TABLE, key)
    if table is None:
        return evidence
    added = []
    for target in exit_.targets:
        family = (
            {"destination_ipv6_cidr_block": target.id} if ":" in target.id else {"destination_cidr_block": target.id}
        )
        added.append(Route4(vpc_peering_connection_id=_NEW_PEERING, state=ACTIVE, **family))
    routed = table.model_copy(update={"routes": (*table.routes, *added)})
    return evidence.with_value(ROUTE_TABLE, key, routed).with_value(PEERING, _NEW_PEERING, ACTIVE)
