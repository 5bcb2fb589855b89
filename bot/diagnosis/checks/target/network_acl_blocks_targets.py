"""NACL-01: a network ACL stops what passes between the load balancer and its targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.balancer_traffic import HEALTH, TRAFFIC, receivers_of, some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.acl_findings import cited, closing_acls, open_up, stopped, with_entries
from bot.diagnosis.checks.target.acl_ways import Way, is_certain, ways_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Finding, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.sources import (
    BALANCER_INTERFACES,
    GROUP_ATTRIBUTES,
    INSTANCE,
    INTERFACE_BY_ADDRESS,
    LOAD_BALANCER,
    NETWORK_ACL,
    SUBNET,
)
from bot.language import _


class NetworkAclBlocksTargets(Check[TargetGroupHop]):
    """A network ACL stops what passes between the load balancer and its targets.

    Why: network ACLs do not remember connections. Besides the requests, they must let the replies pass, which go to
    the load balancer's ports 1024 to 65535. What they stop is lost without an answer, and the request ends in HTTP 500.
    How we decide: between each subnet of the load balancer and each subnet of its targets, four legs must be open for
    the traffic port and for the health-check port: requests out of one subnet and into the other, replies back. The
    lowest rule that matches decides. Ends in one subnet are not filtered. With cross-zone load balancing off only
    pairs of one zone count. Every pair closed fails; some closed, or only a part of the reply ports, warns. Requests
    of a VPC link of the second generation through a network load balancer may carry other addresses: they warn.
    How to fix: add the missing allow entries with a number below the rule that denies.
    References: AWS: vpc-network-acls; target-group-register-targets (network); load-balancer-troubleshooting.
    """

    code = "NACL-01"
    title = "Network ACLs let load balancer and targets talk"
    hop = Hop.TARGET
    needs = (LOAD_BALANCER, BALANCER_INTERFACES, SUBNET, NETWORK_ACL, INSTANCE, INTERFACE_BY_ADDRESS, GROUP_ATTRIBUTES)
    # Without a usable target an application load balancer answers 502, 503 or 504 itself: a backend's 5xx in the log.
    signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    warning_signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    explains = ("TG-01", "LBE-01", "NET-02", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group, also the one that leads to an application load balancer."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge each network ACL on the ways to the group's targets."""
        receivers = receivers_of(subject)
        found = [receiver for receiver in receivers if receiver.found]
        ways = ways_of(subject, found)
        unseen = [x.name for x in receivers if x.elsewhere or (not found and not x.found)]
        if unseen:
            summary = _("No subnet of the VPC holds {unseen}, so its network ACL cannot be seen.", unseen=some(unseen))
            yield self.undecided(subject.arn, summary, subject=subject)
        elif any(way.acls is None and not way.same_subnet for way in ways):
            summary = _("The network ACL of a subnet between load balancer and targets is not known.")
            yield self.undecided(subject.arn, summary, subject=subject)
        elif not any(way.acls for way in ways):
            summary = _("There is no target to reach: no network ACL is asked.")
            if ways:
                summary = _("Load balancer and targets share their subnets: no network ACL is asked.")
            yield self.not_applicable(subject.arn, summary, subject=subject)
        culprits = _culprits(subject, ways, complete=not unseen)
        for acl_id in dict.fromkeys(acl.network_acl_id for way in ways for acl in way.acls or ()):
            yield self._judged(subject, ways, acl_id, is_culprit=acl_id in culprits)

    def _judged(self, subject: TargetGroupHop, ways: Sequence[Way], acl_id: str, *, is_culprit: bool) -> Finding:
        closed = [way for way in ways if way.closed_by(acl_id, wholly=is_culprit)]
        if not closed:
            summary = _("{acl_id} lets requests and replies between load balancer and targets pass.", acl_id=acl_id)
            return self.passed(acl_id, summary, subject=subject)
        stops = _("{acl} stops {what}.", acl=acl_id, what=stopped(acl_id, closed))
        summary = f"{stops} {_effect(subject, closed, is_culprit=is_culprit)}"
        fix = open_up(subject.evidence, acl_id, closed)
        make = self.failed if is_culprit else self.warned
        return make(acl_id, summary, cited(acl_id, closed), fix, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The ACL has the missing entries."""
        ways = [
            way for hop in walk.target_groups.items for way in ways_of(hop, [x for x in receivers_of(hop) if x.found])
        ]
        return with_entries(walk.evidence, finding.resource, ways)


def _culprits(hop: TargetGroupHop, ways: Sequence[Way], *, complete: bool) -> set[str]:
    """The ACLs because of which no way is left, for requests or for health checks."""
    culprits: set[str] = set()
    for use in (TRAFFIC, HEALTH):
        mine = [way for way in ways if way.use == use and is_certain(hop, way)]
        culprits |= closing_acls(mine) if complete else set()
    return culprits


def _effect(hop: TargetGroupHop, closed: Sequence[Way], *, is_culprit: bool) -> str:
    balancer = hop.balancer.balancer
    sender = balancer.load_balancer_name if balancer else _("the load balancer")
    names = some(name for way in closed for name in way.names)
    uses = dict.fromkeys(way.use for way in closed)
    requests = TRAFFIC in uses
    if is_culprit:
        return (
            _("{sender} cannot reach {names}.", sender=sender, names=names)
            if requests
            else _("health checks of {sender} cannot reach {names}.", sender=sender, names=names)
        )
    if not any(way.denied for way in closed):
        return _("Some connections fail.")
    subnets = some(way.nodes.subnet_id for way in closed)
    if requests:
        return _(
            "Some connections fail: {sender} cannot reach {names} from {subnets}.",
            sender=sender,
            names=names,
            subnets=subnets,
        )
    return _(
        "Some connections fail: health checks of {sender} cannot reach {names} from {subnets}.",
        sender=sender,
        names=names,
        subnets=subnets,
    )
