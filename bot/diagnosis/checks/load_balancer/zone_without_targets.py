"""LB-05: a zone of the load balancer has no target that can serve it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.checks.load_balancer import zone_fixes
from bot.diagnosis.checks.load_balancer.zones import (
    CROSS_ZONE,
    EVERY_ZONE,
    Setting,
    cross_zone,
    enabled_zones,
    entered_zones,
    serving,
    zones_of,
)
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.failures import LOST_CONNECTION, come_and_go, signatures_on
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Citation, Finding, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.sources import (
    BALANCER_ATTRIBUTES,
    ENDPOINT_SERVICES,
    EXECUTION_LOG,
    GROUP_ATTRIBUTES,
    INSTANCE,
    INTERFACE_BY_ADDRESS,
    LOAD_BALANCER,
    METRIC,
    SUBNET,
    TARGET_HEALTH,
)
from bot.language import _

_NOT_IN_USE = "Target.NotInUse"


class ZoneWithoutTargets(Check[TargetGroupHop]):
    """A zone of the load balancer has no target that can serve it.

    Why: without cross-zone load balancing a node sends only to targets of its own zone. What arrives in a zone without
    a healthy target is lost, so a part of the requests fails. A target in a zone that is not enabled gets nothing.
    How we decide: all targets in zones that are not enabled (reason Target.NotInUse) fail. With cross-zone load
    balancing off, a zone without a healthy target warns, and fails where the log shows lost connections: E10 of a
    REST API, or others while the metrics show that other requests succeed. The target group's setting beats the load
    balancer's; by default it is on for an application load balancer and off for a network load balancer. With a VPC
    link of the first generation the zones of the endpoint service count. A target with zone `all` serves every zone.
    How to fix: turn cross-zone load balancing on (traffic between zones is charged), or register targets in each zone.
    References: AWS: target-group-cross-zone, target-group-health-checks, load-balancer-troubleshooting (network);
    configure-endpoint-service.
    """

    code = "LB-05"
    title = "Every zone of the load balancer has a target that can serve it"
    hop = Hop.LOAD_BALANCER
    needs = (
        LOAD_BALANCER,
        BALANCER_ATTRIBUTES,
        GROUP_ATTRIBUTES,
        TARGET_HEALTH,
        INSTANCE,
        INTERFACE_BY_ADDRESS,
        SUBNET,
        ENDPOINT_SERVICES,
        EXECUTION_LOG,
        METRIC,
    )
    signatures = LOST_CONNECTION | {BACKEND_ANSWERED}
    warning_signatures = LOST_CONNECTION | {BACKEND_ANSWERED}
    explains = ("TG-01",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group that the paths lead to."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge the zones of one target group's load balancer."""
        arn, group, balancer = subject.balancer.arn, subject.group, subject.balancer.balancer
        health = subject.health
        if group is None or balancer is None or group.target_type == "lambda" or not health:
            yield self.not_applicable(arn, _("There is no target that stands in a zone."), subject=subject)
            return
        if all(x.target_health.reason == _NOT_IN_USE for x in health):
            yield self._all_outside(subject)
            return
        setting, able = cross_zone(subject), serving(subject)
        name = group.target_group_name
        if setting.on is None:
            summary = _(
                "{group} has a cross-zone setting that we do not know: {value}.", group=name, value=setting.value
            )
            yield self.undecided(arn, summary, subject=subject)
        elif not able:
            summary = _("{group} has no healthy target in any zone.", group=name)
            yield self.not_applicable(arn, summary, subject=subject)
        elif setting.on:
            yield self._across(subject)
        else:
            yield self._each_zone(subject, setting, walk)

    def _all_outside(self, subject: TargetGroupHop) -> Finding:
        """Judge a group none of whose targets is in use; that it has no listener is another fault."""
        arn, group, enabled = subject.balancer.arn, subject.group, enabled_zones(subject)
        name = group.target_group_name if group else subject.arn
        found = _zones_if_known(subject)
        outside = sorted({zone for zones in found for zone in zones} - {*enabled, EVERY_ZONE})
        if not (group and group.load_balancer_arns) or any(zones & {*enabled, EVERY_ZONE} for zones in found):
            summary = _("The targets of {group} are not in use, but not because of their zones.", group=name)
            return self.not_applicable(arn, summary, subject=subject)
        reason = _("{reason} ({count} targets)", reason=_NOT_IN_USE, count=len(found))
        citations = [
            self.cite(TARGET_HEALTH, subject.arn, "TargetHealth.Reason", reason),
            self.cite(LOAD_BALANCER, arn, "AvailabilityZones", ", ".join(enabled) or _("none")),
        ]
        summary = _(
            "All {count} targets of {group} stand in {outside}, where {balancer} is not enabled; it stands in "
            "{enabled}.",
            count=len(found),
            group=name,
            outside=", ".join(outside) or _("zones"),
            balancer=_name(subject),
            enabled=", ".join(enabled) or _("no zone that we know"),
        )
        return self.failed(arn, summary, citations, zone_fixes.enable_zones(subject, outside), subject=subject)

    def _across(self, subject: TargetGroupHop) -> Finding:
        """Judge a group that is served across zones: an ALB's must not keep to its zones behind an NLB's that does."""
        name = subject.group.target_group_name if subject.group else subject.arn
        for behind in subject.balancers_behind:
            for group in (g for x in behind.listener_hops for g in x.target_groups):
                inner = cross_zone(group)
                if inner.on is False and inner.by_group:
                    citation = self.cite(GROUP_ATTRIBUTES, group.arn, CROSS_ZONE, inner.value)
                    summary = _(
                        "{balancer} balances across zones, but {behind} behind it does not.",
                        balancer=_name(subject),
                        behind=_name(group),
                    )
                    fix = zone_fixes.cross_zone_on(group, inner)
                    return self.warned(subject.balancer.arn, summary, [citation], fix, subject=subject)
        summary = _("{balancer} sends to the targets of {group} across zones.", balancer=_name(subject), group=name)
        return self.passed(subject.balancer.arn, summary, subject=subject)

    def _each_zone(self, subject: TargetGroupHop, setting: Setting, walk: Walk) -> Finding:
        arn, name, able = subject.balancer.arn, _name(subject), serving(subject)
        found = [zones_of(subject, x) for x in able]
        served = {zone for zones in found if zones for zone in zones}
        empty = [] if EVERY_ZONE in served else [z for z in enabled_zones(subject) if z not in served]
        empty = [z for z in empty if z in entered_zones(subject)] if empty else []
        if not empty:
            summary = _("{balancer} keeps to its zones, and each has a healthy target.", balancer=name)
            return self.passed(arn, summary, subject=subject)
        if None in found:
            summary = _(
                "{balancer} keeps to its zones; in which of them {count} targets stand is not known.",
                balancer=name,
                count=found.count(None),
            )
            return self.undecided(arn, summary, subject=subject)
        citations = self._citations(subject, setting, empty)
        group = subject.group.target_group_name if subject.group else subject.arn
        summary = _(
            "{balancer} keeps to its zones, and {group} has no healthy target in {zones}: requests that arrive there "
            "are lost.",
            balancer=name,
            group=group,
            zones=", ".join(empty),
        )
        fix = zone_fixes.cross_zone_on(subject, setting)
        if ":loadbalancer/net/" in arn and _shows(subject, walk):
            return self.failed(arn, summary, citations, fix, subject=subject)
        return self.warned(arn, summary, citations, fix, subject=subject)

    def _citations(self, subject: TargetGroupHop, setting: Setting, empty: Sequence[str]) -> list[Citation]:
        source, of = (
            (GROUP_ATTRIBUTES, subject.arn) if setting.by_group else (BALANCER_ATTRIBUTES, subject.balancer.arn)
        )
        zones = ", ".join(_("{zone}: 0 healthy", zone=zone) for zone in empty)
        return [self.cite(source, of, CROSS_ZONE, setting.value), self.cite(TARGET_HEALTH, subject.arn, "zones", zones)]

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """Cross-zone load balancing is on, or the targets' zones are enabled and the targets healthy."""
        evidence = walk.evidence
        for hop in walk.target_groups.items:
            if hop.balancer.arn == finding.resource:
                evidence = zone_fixes.repaired(evidence, hop)
        return evidence if evidence.reads != walk.evidence.reads else None


def _zones_if_known(hop: TargetGroupHop) -> list[frozenset[str]]:
    """Return each target's zones. The reason code decides; where the zones cannot be read, only the words lack them."""
    try:
        return [zones_of(hop, x) or frozenset() for x in hop.health]
    except MissingEvidence:
        return [frozenset() for _ in hop.health]


def _name(hop: TargetGroupHop) -> str:
    balancer = hop.balancer.balancer
    return balancer.load_balancer_name if balancer else hop.balancer.arn


def _shows(subject: TargetGroupHop, walk: Walk) -> bool:
    """Whether the log shows what such a zone does: lost connections for some requests and not for others."""
    shown = signatures_on(walk, subject.path)
    if not shown & LOST_CONNECTION:
        return False
    if "E10" in shown and subject.path.api.protocol != "HTTP":
        return True  # an HTTP API's log has no other word for a connection that never came about
    return come_and_go(walk, subject.path)
