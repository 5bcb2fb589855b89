"""The ways from a load balancer to its targets through network ACLs, and what closes them.

Sources: AWS: vpc-network-acls (stateless, not asked inside one subnet), target-group-register-targets (a load
balancer expects replies on 1024-65535). Whether the ACL of the load balancer's subnet also filters what comes from
PrivateLink is not documented: that side is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.diagnosis.balancer_traffic import HEALTH, Place, Receiver, crosses_zones, places_of, ranges_of
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.network_acl import Leg, round_trip
from bot.diagnosis.resources import NetworkAcl, NetworkAclEntry, PortRange
from bot.diagnosis.sources import NETWORK_ACL, SUBNET
from bot.language import marked

_LAST_NUMBER = 32766
_ENDS = (marked("load balancer's"), marked("targets'"))


@dataclass(frozen=True)
class Way:
    """One use of one port between a subnet of the load balancer and a subnet of its targets."""

    use: str
    port: int
    nodes: Place
    targets: Place
    names: tuple[str, ...]
    acls: tuple[NetworkAcl, NetworkAcl] | None
    """The ACLs of both subnets; None where one is not known, or where none is asked (`same_subnet`)."""
    legs: tuple[Leg, ...] = ()
    """The legs that are closed, wholly or in part."""

    @property
    def same_subnet(self) -> bool:
        """Whether both ends stand in one subnet."""
        return self.nodes.subnet_id == self.targets.subnet_id

    @property
    def denied(self) -> bool:
        """Whether nothing passes."""
        return any(leg.answer.allowed == "none" for leg in self.legs)

    def closed_by(self, acl_id: str, *, wholly: bool) -> bool:
        """Whether this ACL closes the way, wholly or also in part."""
        return any(leg.answer.acl == acl_id and (not wholly or leg.answer.allowed == "none") for leg in self.legs)


def ways_of(hop: TargetGroupHop, receivers: Iterable[Receiver]) -> tuple[Way, ...]:
    """Return every way that can carry traffic. With cross-zone load balancing off those stay within a zone."""
    gathered: dict[tuple[str, int, int, str], list[tuple[Receiver, Place]]] = {}
    for receiver in receivers:
        for place in receiver.places:
            for use, port in receiver.ports:
                gathered.setdefault((use, port, receiver.version, place.subnet_id), []).append((receiver, place))
    ways: list[Way] = []
    for (use, port, version, subnet), members in gathered.items():
        addresses = tuple(dict.fromkeys(a for _, place in members for a in place.addresses))
        targets = Place(subnet, addresses, exact=all(place.exact for _, place in members))
        names = tuple(dict.fromkeys(receiver.name for receiver, _ in members))
        nodes_near = _nodes(hop, subnet, version)
        ways += [closed_legs(hop.evidence, Way(use, port, nodes, targets, names, None)) for nodes in nodes_near]
    return tuple(ways)


def is_certain(hop: TargetGroupHop, way: Way) -> bool:
    """Whether this traffic surely comes from the load balancer's addresses: see `arrivals`."""
    balancer = hop.balancer.balancer
    if way.use == HEALTH or (balancer and balancer.type == "application"):
        return True
    return hop.balancer.through_private_link


def _nodes(hop: TargetGroupHop, target_subnet: str, version: int) -> list[Place]:
    places = list(places_of(hop.balancer, version))
    if crosses_zones(hop) is not False:
        return places
    zones = {subnet: _zone(hop.evidence, subnet) for subnet in (target_subnet, *(p.subnet_id for p in places))}
    known = all(zones.values())
    return [p for p in places if not known or zones[p.subnet_id] == zones[target_subnet]]


def _zone(evidence: Evidence, subnet_id: str) -> str:
    """The zone only narrows what is judged; where it is not readable every pair counts."""
    try:
        subnet = evidence.get(SUBNET, subnet_id)
    except MissingEvidence:
        return ""
    return subnet.availability_zone if subnet else ""


def closed_legs(evidence: Evidence, way: Way, names: tuple[str, str] = _ENDS) -> Way:
    """Return the way with the ACLs of both its ends and the legs that they close; `names` are words for the ends."""
    if way.same_subnet:
        return way
    near, far = evidence.get(NETWORK_ACL, way.nodes.subnet_id), evidence.get(NETWORK_ACL, way.targets.subnet_id)
    if near is None or far is None:
        return way
    legs = round_trip(near, far, way.nodes.addresses, way.targets.addresses, way.port, names=names)
    closed = tuple(leg for leg in legs if leg.answer.allowed != "all")
    return Way(way.use, way.port, way.nodes, way.targets, way.names, (near, far) if legs else None, closed)


def missing_entries(evidence: Evidence, ways: Iterable[Way], acl_id: str) -> tuple[NetworkAclEntry, ...]:
    """Return the entries that would open what this ACL closes; number 0 where there is none free before the deny."""
    entries: dict[tuple[bool, str, int], NetworkAclEntry] = {}
    taken: set[tuple[bool, int]] = set()
    for way in ways:
        for leg in way.legs:
            if leg.answer.acl != acl_id or way.acls is None:
                continue
            own, peer = (way.acls[0], way.targets) if _is_near(leg) else (way.acls[1], way.nodes)
            ports = (way.port, way.port) if not leg.is_reply else (1024, 65535)
            for cidr in _ranges(evidence, peer):
                key = (leg.answer.egress, cidr, ports[0])
                if key not in entries:
                    number = _free_number(own, leg, taken)
                    taken.add((leg.answer.egress, number))
                    entries[key] = _allow(number, cidr, ports, egress=leg.answer.egress)
    return tuple(entries.values())


def _is_near(leg: Leg) -> bool:
    """Whether it is the ACL of the end from which requests come: they leave there, and replies enter."""
    return leg.answer.egress != leg.is_reply


def _allow(number: int, cidr: str, ports: tuple[int, int], *, egress: bool) -> NetworkAclEntry:
    family = {"ipv6_cidr_block": cidr} if ":" in cidr else {"cidr_block": cidr}
    port_range = PortRange(from_=ports[0], to=ports[1])
    return NetworkAclEntry(
        rule_number=number, protocol="6", rule_action="allow", egress=egress, port_range=port_range, **family
    )


def _ranges(evidence: Evidence, peer: Place) -> tuple[str, ...]:
    """The peer's whole subnet, for its addresses may change; the addresses where the subnet is not readable."""
    v6 = any(":" in address for address in peer.addresses)
    try:
        found = ranges_of(evidence, peer.subnet_id, 6 if v6 else 4)
    except MissingEvidence:
        found = ()
    return found or tuple(a if "/" in a else f"{a}/{128 if v6 else 32}" for a in peer.addresses)


def _free_number(acl: NetworkAcl, leg: Leg, taken: set[tuple[bool, int]]) -> int:
    egress, entry = leg.answer.egress, leg.answer.entry
    used = {x.rule_number for x in acl.entries if x.egress == egress} | {n for e, n in taken if e == egress}
    if entry is None or entry.rule_number > _LAST_NUMBER:
        after = max((n for n in used if n <= _LAST_NUMBER), default=90) + 10
        if after <= _LAST_NUMBER:
            return after
    before = min(entry.rule_number if entry else _LAST_NUMBER + 1, _LAST_NUMBER + 1)
    return next((n for n in range(before - 1, 0, -1) if n not in used), 0)
