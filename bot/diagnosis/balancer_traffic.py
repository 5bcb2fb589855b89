"""Both ends of what a load balancer sends to its targets: where it comes from, where it goes, on which ports.

Sources: AWS: target-group-register-targets, target-group-health-checks (network): a load balancer's own addresses are
the source of health checks and of what came through PrivateLink; an application load balancer is always the source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import BalancerHop, TargetGroupHop, TargetHop
from bot.diagnosis.plan import MAX_TARGETS
from bot.diagnosis.reachability import AddressRange
from bot.diagnosis.resources import NetworkInterface
from bot.diagnosis.sources import BALANCER_ATTRIBUTES, GROUP_ATTRIBUTES, SUBNET
from bot.language import plural

TRAFFIC, HEALTH = "traffic", "health checks"
"""What goes over a port: requests, or the load balancer's checks of the target."""

_CROSS_ZONE = "load_balancing.cross_zone.enabled"


@dataclass(frozen=True)
class Place:
    """Addresses in one subnet. `exact` is False where only the subnet's range is known, not who stands in it."""

    subnet_id: str
    addresses: tuple[str, ...]
    exact: bool = True


@dataclass(frozen=True)
class Receiver:
    """What a load balancer sends to: a registered target, or an application load balancer behind it."""

    evidence: Evidence = field(repr=False, compare=False)
    hop: TargetHop | BalancerHop
    name: str
    version: int
    """The IP version that the load balancer uses towards it."""
    ports: tuple[tuple[str, int], ...]
    """What goes where: (`traffic`, 8080), (`health checks`, 8080)."""

    @property
    def found(self) -> bool:
        """Whether it stands on an interface that we see: a target may lie outside the VPC, or be gone."""
        return self.hop.balancer is not None if isinstance(self.hop, BalancerHop) else self.hop.interface is not None

    @property
    def elsewhere(self) -> bool:
        """Whether it may be reached although we do not see it: an address, unlike an instance, can lie outside."""
        return not self.found and not self.name.startswith("i-")

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Ids of its security groups."""
        if isinstance(self.hop, BalancerHop):
            return self.hop.balancer.security_groups if self.hop.balancer else ()
        return self.hop.interface.group_ids if self.hop.interface else ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it stands. A target outside the VPC has an address and no subnet."""
        if isinstance(self.hop, BalancerHop):
            return places_of(self.hop, self.version)
        subnet = self.hop.interface.subnet_id if self.hop.interface else ""
        return (Place(subnet, self.addresses),)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses, or ranges, that receive what is sent."""
        if isinstance(self.hop, BalancerHop):
            return tuple(a for place in self.places for a in place.addresses)
        if not self.hop.id.startswith("i-"):
            return (self.hop.id,)
        interface = self.hop.interface
        return _addresses([interface], self.version)[:1] if interface else ()


def places_of(balancer: BalancerHop, version: int) -> tuple[Place, ...]:
    """Return where a load balancer's nodes stand; a subnet in which no node shows counts with its whole range."""
    by_subnet: dict[str, list[NetworkInterface]] = {}
    for interface in balancer.interfaces:
        by_subnet.setdefault(interface.subnet_id, []).append(interface)
    places = []
    for subnet in dict.fromkeys((*by_subnet, *balancer.subnet_ids)):
        nodes = _addresses(by_subnet.get(subnet, ()), version)
        places.append(Place(subnet, nodes or ranges_of(balancer.evidence, subnet, version), exact=bool(nodes)))
    return tuple(place for place in places if place.addresses)


def sources_of(balancer: BalancerHop, version: int) -> tuple[Place, ...]:
    """Return the nodes whose addresses are known; the subnets' ranges where none is."""
    places = places_of(balancer, version)
    return tuple(place for place in places if place.exact) or places


def receivers_of(group_hop: TargetGroupHop) -> tuple[Receiver, ...]:
    """Return what the group's load balancer sends to: its first targets, or the load balancers behind it.

    A target that is being deregistered gets nothing new, so it does not count.
    """
    group = group_hop.group
    if group is None:
        return ()
    evidence, checked = group_hop.evidence, group.health_check_enabled
    receivers = []
    for target in group_hop.targets[:MAX_TARGETS]:
        if target.description.target_health.state == "draining":
            continue
        version = 6 if ":" in target.id or group.ip_address_type == "ipv6" else 4
        ports = _ports(target.port, target.health_port if checked else None)
        receivers.append(Receiver(evidence, target, target.id, version, ports))
    for behind in group_hop.balancers_behind:
        configured = group.health_check_port
        health = int(configured) if configured.isdigit() else behind.port
        name = behind.balancer.load_balancer_name if behind.balancer else behind.arn
        receivers.append(Receiver(evidence, behind, name, 4, _ports(behind.port, health if checked else None)))
    return tuple(receivers)


def crosses_zones(group_hop: TargetGroupHop) -> bool | None:
    """Whether nodes send to targets of other zones; None where the attributes were not readable, for they are optional.

    The target group's attribute wins over the load balancer's; the default is off for a network load balancer, on for
    an application load balancer.
    """
    evidence, balancer = group_hop.evidence, group_hop.balancer
    try:
        own = (evidence.get(GROUP_ATTRIBUTES, group_hop.arn) or {}).get(_CROSS_ZONE, "")
        if own in {"true", "false"}:
            return own == "true"
        attributes = evidence.get(BALANCER_ATTRIBUTES, balancer.arn) or {}
    except MissingEvidence:
        return None
    default = "true" if balancer.balancer and balancer.balancer.type == "application" else "false"
    return attributes.get(_CROSS_ZONE, default) == "true"


def ranges_of(evidence: Evidence, subnet_id: str, version: int) -> tuple[str, ...]:
    """Return a subnet's ranges of one IP version."""
    subnet = evidence.get(SUBNET, subnet_id)
    if subnet is None:
        return ()
    ranges = [subnet.cidr_block, *(x.ipv6_cidr_block for x in subnet.ipv6_cidr_block_association_set)]
    return tuple(a for a in ranges if (known := AddressRange.parse(a)) and known.version == version)


def some(names: Iterable[str], limit: int = 3) -> str:
    """Return the first names and how many more there are, each once: `i-0a1, i-0a2 +7 more`."""
    listed = list(dict.fromkeys(names))
    shown, more = ", ".join(listed[:limit]), len(listed) - limit
    return plural("{names} +{count} more", "{names} +{count} more", more, names=shown) if more > 0 else shown


def _ports(traffic: int | None, health: int | None) -> tuple[tuple[str, int], ...]:
    return tuple((use, port) for use, port in ((TRAFFIC, traffic), (HEALTH, health)) if port)


def _addresses(interfaces: Iterable[NetworkInterface], version: int) -> tuple[str, ...]:
    listed = [a for x in interfaces for a in (*x.addresses, *(i.ipv6_address for i in x.ipv6_addresses))]
    return tuple(dict.fromkeys(a for a in listed if (known := AddressRange.parse(a)) and known.version == version))
