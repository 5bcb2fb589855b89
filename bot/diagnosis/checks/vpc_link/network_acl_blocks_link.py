"""NACL-02: a network ACL stops what passes between a VPC link of the second generation and its load balancer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.balancer_traffic import TRAFFIC, places_of, some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.acl_findings import cited, closing_acls, open_up, stopped, with_entries
from bot.diagnosis.checks.target.acl_ways import Way, closed_legs
from bot.diagnosis.checks.vpc_link.link_peers import LINK_IP_VERSION, link_places
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Finding, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import VpcLinkV2
from bot.diagnosis.sources import (
    BALANCER_INTERFACES,
    LINK_INTERFACES,
    LISTENER,
    LISTENERS,
    LOAD_BALANCER,
    NETWORK_ACL,
    SUBNET,
    VPC_LINK_V2,
)


class NetworkAclBlocksLink(Check[BalancerHop]):
    """A network ACL stops what passes between a VPC link of the second generation and its load balancer.

    Why: the link's network interfaces stand in subnets of your VPC, and network ACLs do not remember connections: they
    must let the requests to the listener's port pass, and the replies, which go to ports 1024 to 65535. What they stop
    is lost without an answer, and the request ends in HTTP 500 or 503.
    How we decide: between each subnet of the link and each of the load balancer, four legs must be open: requests
    out of one and into the other, replies back. The lowest rule that matches decides. Ends in one subnet are not
    filtered. Every pair closed fails; some closed, or only a part of the reply ports, warns. A link of the first
    generation does not come through your subnets.
    How to fix: add the missing allow entries with a number below the rule that denies.
    References: AWS: vpc-network-acls; apigateway-vpc-links-v2.
    """

    code = "NACL-02"
    title = "Network ACLs let the VPC link (second generation) and the load balancer talk"
    hop = Hop.VPC_LINK
    needs = (
        VPC_LINK_V2,
        LINK_INTERFACES,
        SUBNET,
        NETWORK_ACL,
        LOAD_BALANCER,
        LISTENERS,
        LISTENER,
        BALANCER_INTERFACES,
    )
    signatures = frozenset({"E1", "E9", "E10"})
    warning_signatures = frozenset({"E1", "E9", "E10"})
    explains = ("TMO-01",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[BalancerHop]:
        """Every load balancer that a link leads to, with its link."""
        return walk.front_balancers

    def judge(self, subject: BalancerHop, walk: Walk) -> Iterator[Finding]:
        """Judge each network ACL on the ways from the link to the load balancer."""
        link = subject.link
        if not isinstance(link.link, VpcLinkV2):
            summary = "A VPC link of the first generation does not come through a subnet of yours."
            yield self.not_applicable(link.id, summary, subject=subject)
            return
        ways = _ways(subject)
        if any(way.acls is None and not way.same_subnet for way in ways):
            summary = "The network ACL of a subnet between VPC link and load balancer is not known."
            yield self.undecided(link.id, summary, subject=subject)
        elif not any(way.acls for way in ways):
            what = "VPC link and load balancer share their subnets" if ways else "No listener's port is known here"
            yield self.not_applicable(link.id, f"{what}: no network ACL is asked.", subject=subject)
        culprits = closing_acls(ways)
        for acl_id in dict.fromkeys(acl.network_acl_id for way in ways for acl in way.acls or ()):
            yield self._judged(subject, ways, acl_id, is_culprit=acl_id in culprits)

    def _judged(self, subject: BalancerHop, ways: Sequence[Way], acl_id: str, *, is_culprit: bool) -> Finding:
        closed = [way for way in ways if way.closed_by(acl_id, wholly=is_culprit)]
        if not closed:
            summary = f"{acl_id} lets requests and replies between VPC link and load balancer pass."
            return self.passed(acl_id, summary, subject=subject)
        what = f"VPC link {subject.link.id} cannot reach {some(name for way in closed for name in way.names)}"
        effect = f"{what}."
        if not is_culprit:
            subnets = some(way.nodes.subnet_id for way in closed if way.denied)
            effect = f"Some connections fail: {what} from {subnets}." if subnets else "Some connections fail."
        summary = f"{acl_id} stops {stopped(acl_id, closed)}. {effect}"
        fix = open_up(subject.evidence, acl_id, closed)
        make = self.failed if is_culprit else self.warned
        return make(acl_id, summary, cited(acl_id, closed), fix, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The ACL has the missing entries."""
        found = [hop for hop in walk.front_balancers.items if isinstance(hop.link.link, VpcLinkV2)]
        return with_entries(walk.evidence, finding.resource, [way for hop in found for way in _ways(hop)])


def _ways(hop: BalancerHop) -> list[Way]:
    """Every way from a subnet of the link to a subnet of the load balancer, on the listener's port."""
    balancer = hop.balancer
    ports = dict.fromkeys(x.listener.port for x in hop.listener_hops) if balancer else {}
    name = balancer.load_balancer_name if balancer else hop.arn
    return [
        closed_legs(hop.evidence, Way(TRAFFIC, port, near, far, (name,), None), names=("link's", "load balancer's"))
        for port in ports
        if port
        for near in link_places(hop.link)
        for far in places_of(hop, LINK_IP_VERSION)
    ]
