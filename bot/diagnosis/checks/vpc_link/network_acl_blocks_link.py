"""NACL-02: a network ACL stops what passes between a VPC link of the second generation and its load balancer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.diagnosis.balancer_traffic import TRAFFIC, Place, places_of, ranges_of, some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.acl_findings import cited, closing_acls, open_up, stopped, with_entries
from bot.diagnosis.checks.target.acl_ways import Way, closed_legs
from bot.diagnosis.checks.vpc_link.link_peers import LINK_IP_VERSION, cloud_map_ports, link_places
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Finding, Hop
from bot.diagnosis.network_acl import round_trip
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.reachability import AddressRange
from bot.diagnosis.resources import VpcLinkV2
from bot.diagnosis.sources import (
    BALANCER_INTERFACES,
    CLOUD_MAP,
    LINK_INTERFACES,
    LISTENER,
    LISTENERS,
    LOAD_BALANCER,
    NETWORK_ACL,
    SUBNET,
    VPC_LINK_V2,
)
from bot.language import _, marked

_ENDS = (marked("link's"), marked("load balancer's"))


class NetworkAclBlocksLink(Check[LinkHop]):
    """A network ACL stops what passes between a VPC link of the second generation and its load balancer.

    Why: the link's network interfaces stand in subnets of your VPC, and network ACLs do not remember connections: they
    must let the requests to the listener's port pass, and the replies, which go to ports 1024 to 65535. What they stop
    is lost without an answer, and the request ends in HTTP 500 or 503.
    How we decide: between each subnet of the link and each of the load balancer, four legs must be open: requests
    out of one and into the other, replies back. The lowest rule that matches decides. Ends in one subnet are not
    filtered. Every pair closed fails; some closed, or only a part of the reply ports, warns. Towards instances of AWS
    Cloud Map the two legs at the link's subnets count. A link of the first generation does not come through your
    subnets.
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
        CLOUD_MAP,
    )
    signatures = frozenset({"E1", "E9", "E10"})
    warning_signatures = frozenset({"E1", "E9", "E10"})
    explains = ("TMO-01",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge each network ACL on the ways from the link to what it leads to."""
        resource = subject.id or subject.path.resource
        if not isinstance(subject.link, VpcLinkV2):
            summary = _("Only a VPC link of the second generation comes through subnets of yours.")
            yield self.not_applicable(resource, summary, subject=subject)
            return
        ways = _ways(subject)
        if any(way.acls is None and not way.same_subnet for way in ways):
            summary = _("The network ACL of a subnet between VPC link and load balancer is not known.")
            yield self.undecided(resource, summary, subject=subject)
        elif not any(way.acls for way in ways):
            summary = _("The link leads to no port that we know: no network ACL is asked.")
            if ways:
                summary = _("VPC link and load balancer share their subnets: no network ACL is asked.")
            yield self.not_applicable(resource, summary, subject=subject)
        culprits = closing_acls(ways)
        for acl_id in dict.fromkeys(acl.network_acl_id for way in ways for acl in way.acls or ()):
            yield self._judged(subject, ways, acl_id, is_culprit=acl_id in culprits)

    def _judged(self, subject: LinkHop, ways: Sequence[Way], acl_id: str, *, is_culprit: bool) -> Finding:
        closed = [way for way in ways if way.closed_by(acl_id, wholly=is_culprit)]
        if not closed:
            summary = _("{acl} lets requests and replies of VPC link {link} pass.", acl=acl_id, link=subject.id)
            return self.passed(acl_id, summary, subject=subject)
        stops = _("{acl} stops {what}.", acl=acl_id, what=stopped(acl_id, closed))
        summary = f"{stops} {_effect(subject, closed, is_culprit=is_culprit)}"
        fix = open_up(subject.evidence, acl_id, closed)
        make = self.failed if is_culprit else self.warned
        return make(acl_id, summary, cited(acl_id, closed), fix, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The ACL has the missing entries."""
        found = [hop for hop in walk.links.items if isinstance(hop.link, VpcLinkV2)]
        return with_entries(walk.evidence, finding.resource, [way for hop in found for way in _ways(hop)])


def _effect(link: LinkHop, closed: Sequence[Way], *, is_culprit: bool) -> str:
    ends = some(name for way in closed for name in way.names)
    if is_culprit:
        return _("VPC link {link} cannot reach {ends}.", link=link.id, ends=ends)
    subnets = some(way.nodes.subnet_id for way in closed if way.denied)
    if not subnets:
        return _("Some connections fail.")
    return _(
        "Some connections fail: VPC link {link} cannot reach {ends} from {subnets}.",
        link=link.id,
        ends=ends,
        subnets=subnets,
    )


def _ways(link: LinkHop) -> list[Way]:
    """Every way from a subnet of the link to a subnet of its load balancer, or to an instance of Cloud Map."""
    ways = []
    for hop in link.balancers:
        balancer = hop.balancer
        ports = dict.fromkeys(x.listener.port for x in hop.listener_hops) if balancer else {}
        name = balancer.load_balancer_name if balancer else hop.arn
        ways += [
            closed_legs(link.evidence, Way(TRAFFIC, port, near, far, (name,), None), names=_ENDS)
            for port in ports
            if port
            for near in link_places(link)
            for far in places_of(hop, LINK_IP_VERSION)
        ]
    for port, addresses in cloud_map_ports(link).items():
        ways += [
            _to_instance(link.evidence, port, near, address) for near in link_places(link) for address in addresses
        ]
    return ways


def _to_instance(evidence: Evidence, port: int, near: Place, address: str) -> Way:
    """The way to an instance of Cloud Map: its subnet is not known, so the legs at the link's own subnet count."""
    wanted = AddressRange.parse(address)
    own = [AddressRange.parse(cidr) for cidr in ranges_of(evidence, near.subnet_id, LINK_IP_VERSION)]
    shared = any(known and wanted and known.intersection(wanted) for known in own)
    way = Way(TRAFFIC, port, near, Place(near.subnet_id if shared else "", (address,)), (address,), None)
    acl = None if shared else evidence.get(NETWORK_ACL, near.subnet_id)
    if acl is None:
        return way
    # What leaves with a request, or enters with a reply, passes the link's own subnet.
    every = round_trip(acl, acl, near.addresses, (address,), port, names=_ENDS)
    legs = (leg for leg in every if leg.answer.egress != leg.is_reply)
    return replace(way, acls=(acl, acl), legs=tuple(leg for leg in legs if leg.answer.allowed != "all"))
