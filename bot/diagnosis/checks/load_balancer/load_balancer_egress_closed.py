"""SG-02: the load balancer's security group does not let its traffic out to the targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.diagnosis.admission import (
    ANYWHERE,
    admission,
    as_argument,
    groups_by_id,
    name_groups,
    referenced_groups,
    tcp_rule,
    with_rule,
)
from bot.diagnosis.balancer_traffic import Receiver, receivers_of, some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.load_balancer.dropped_flows import dropped_flows
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.reachability import Peer, describe_rules
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import IpPermission, SecurityGroup
from bot.diagnosis.rule_code import distinct, rules_as_code
from bot.diagnosis.sources import (
    BALANCER_INTERFACES,
    INSTANCE,
    INTERFACE_BY_ADDRESS,
    LOAD_BALANCER,
    PREFIX_LIST,
    SECURITY_GROUP,
)
from bot.language import _


@dataclass(frozen=True)
class _Way:
    """A port of a receiver, and whether it can be reached; None where that is not known."""

    receiver: Receiver
    port: int
    open: bool | None


class LoadBalancerEgressClosed(Check[TargetGroupHop]):
    """The load balancer's security group lets nothing out to a target's port.

    Why: outbound rules of a load balancer's security group count for requests and for health checks. A port that they
    do not open is never reached, so the targets stay unhealthy and requests end in HTTP 500, or 504 behind an ALB.
    How we decide: the outbound rules must cover address and port of every target, and its health-check port. A rule
    that names a security group covers the targets that carry it. A load balancer without security groups filters
    nothing.
    How to fix: allow the target's port outbound, towards the targets' security group.
    References: AWS: load-balancer-security-groups (network); load-balancer-update-security-groups (application).
    """

    code = "SG-02"
    title = "Load balancer's security group lets traffic out to the targets"
    hop = Hop.LOAD_BALANCER
    needs = (LOAD_BALANCER, SECURITY_GROUP, PREFIX_LIST, INSTANCE, INTERFACE_BY_ADDRESS, BALANCER_INTERFACES)
    # Without a usable target an application load balancer answers 502, 503 or 504 itself: a backend's 5xx in the log.
    signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    explains = ("TG-01", "NET-02", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group that a load balancer of the paths sends to."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge the outbound rules against every target of the group."""
        balancer = subject.balancer.balancer
        if balancer is None or not balancer.security_groups:
            summary = _("The load balancer has no security group.")
            if balancer:
                summary = _("{balancer} has no security group.", balancer=balancer.load_balancer_name)
            yield self.not_applicable(subject.balancer.arn, summary, subject=subject)
            return
        groups, resource = groups_by_id(subject.evidence, balancer.security_groups), balancer.security_groups[0]
        if groups is None:
            summary = _("Not every security group of {owner} is known.", owner=balancer.load_balancer_name)
            yield self.undecided(resource, summary, subject=subject)
            return
        ways = _ways(subject, groups)
        closed = [way for way in ways if way.open is False]
        unknown = [way for way in ways if way.open is None]
        if closed:
            yield self._closed(subject, groups, closed)
        if unknown:
            names = some(way.receiver.name for way in unknown)
            summary = _(
                "{groups}: whether it lets traffic out to {names} hangs on what we do not see.",
                groups=name_groups(groups),
                names=names,
            )
            yield self.undecided(resource, summary, subject=subject)
        if not ways:
            yield self.not_applicable(resource, _("There is no target to send to."), subject=subject)
        elif not closed and not unknown:
            ports = some(str(way.port) for way in ways)
            summary = _("{groups} lets TCP {ports} out to all targets.", groups=name_groups(groups), ports=ports)
            yield self.passed(resource, summary, subject=subject)

    def _closed(self, subject: TargetGroupHop, groups: Sequence[SecurityGroup], closed: Sequence[_Way]) -> Finding:
        ports = list(dict.fromkeys(way.port for way in closed))
        names = some(f"{way.receiver.name}:{way.port}" for way in closed)
        summary = _(
            "{groups} of {balancer} lets no TCP {ports} out to {names}.",
            groups=name_groups(groups),
            balancer=_balancer_name(subject),
            ports=some(map(str, ports)),
            names=names,
        )
        described = [(g.group_id, describe_rules([g], "egress", port=ports[0])) for g in groups]
        citations = [self.cite(SECURITY_GROUP, i, "IpPermissionsEgress", text) for i, text in described]
        citations += dropped_flows(subject.balancer, "SecurityGroupBlockedFlowCount_Outbound_TCP")
        return self.failed(groups[0].group_id, summary, citations, _fix(groups[0].group_id, closed), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The group lets the missing ports out to the targets' addresses."""
        evidence = walk.evidence
        for hop in walk.target_groups.items:
            balancer = hop.balancer.balancer
            if balancer and finding.resource in balancer.security_groups[:1]:
                groups = groups_by_id(walk.evidence, balancer.security_groups) or ()
                for way in _ways(hop, groups):
                    if way.open is False:
                        evidence = with_rule(evidence, finding.resource, "egress", _rule(way))
        return evidence


def _ways(hop: TargetGroupHop, groups: Sequence[SecurityGroup]) -> list[_Way]:
    return [
        _Way(receiver, port, _is_open(hop.evidence, groups, receiver, port))
        for receiver in receivers_of(hop)
        for port in dict.fromkeys(port for _, port in receiver.ports)
    ]


def _is_open(evidence: Evidence, groups: Sequence[SecurityGroup], receiver: Receiver, port: int) -> bool | None:
    """Whether the rules let the port out; what is open to everybody needs no look at the target itself."""
    if admission(evidence, groups, "egress", port, Peer((ANYWHERE[receiver.version],))).admitted:
        return True
    answer = admission(evidence, groups, "egress", port, Peer(receiver.addresses))
    if answer.admitted:
        return True
    if not receiver.found or not receiver.addresses:
        references = Peer((), referenced_groups(groups, "egress"))
        by_reference = admission(evidence, groups, "egress", port, references).admitted
        return None if by_reference or not receiver.addresses else False
    if admission(evidence, groups, "egress", port, Peer(receiver.addresses, receiver.group_ids)).admitted:
        return True
    exact = all(place.exact for place in receiver.places)
    return None if answer.partial and not exact else False


def _balancer_name(hop: TargetGroupHop) -> str:
    balancer = hop.balancer.balancer
    return balancer.load_balancer_name if balancer else hop.balancer.arn


def _rule(way: _Way) -> IpPermission:
    """The rule that is missing: towards the target's security group, which outlives its addresses."""
    ids = way.receiver.group_ids[:1] if way.receiver.found else ()
    return tcp_rule(way.port, () if ids else way.receiver.addresses, ids)


def _fix(group_id: str, closed: Sequence[_Way]) -> Fix:
    rules = distinct(_rule(way) for way in closed)[:5]
    cloudformation, terraform = rules_as_code(group_id, "egress", rules)
    command = f"aws ec2 authorize-security-group-egress --group-id {group_id} --ip-permissions"
    return Fix(
        summary=_(
            "Allow TCP {ports} outbound from {group} to the targets.",
            ports=some(str(way.port) for way in closed),
            group=group_id,
        ),
        cli=tuple(f"{command} {as_argument(rule)}" for rule in rules),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Security groups › {group} › Outbound rules › Edit.", group=group_id),
    )
