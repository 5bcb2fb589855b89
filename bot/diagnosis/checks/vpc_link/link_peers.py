"""Where a VPC link of the second generation stands, which security groups it carries, and where Cloud Map leads it.

Sources: AWS: apigateway-vpc-links-v2; http-api-develop-integrations-private (instances of Cloud Map register
AWS_INSTANCE_IPV4 and AWS_INSTANCE_PORT). Which network interface belongs to which link is not shown: those of API
Gateway in the link's subnets that carry the link's own groups are taken for its own.
"""

from __future__ import annotations

from bot.diagnosis.balancer_traffic import Place, ranges_of
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.resources import NetworkInterface, VpcLinkV2

LINK_IP_VERSION = 4


def groups_of(hop: LinkHop) -> tuple[str, ...]:
    """Return the ids of the security groups on the link's interfaces; the link's own list where none shows."""
    link = hop.link
    listed = link.security_group_ids if isinstance(link, VpcLinkV2) else ()
    return tuple(dict.fromkeys(i for x in _own_interfaces(hop) for i in x.group_ids)) or listed


def link_places(hop: LinkHop) -> tuple[Place, ...]:
    """Return where the link stands in each of its subnets: its addresses there, else the subnet's whole range."""
    link = hop.link
    by_subnet: dict[str, tuple[str, ...]] = {}
    for interface in _own_interfaces(hop):
        by_subnet[interface.subnet_id] = (*by_subnet.get(interface.subnet_id, ()), *interface.addresses)
    places = []
    for subnet in link.subnet_ids if isinstance(link, VpcLinkV2) else ():
        known = by_subnet.get(subnet, ())
        places.append(Place(subnet, known or ranges_of(hop.evidence, subnet, LINK_IP_VERSION), exact=bool(known)))
    return tuple(place for place in places if place.addresses)


def link_sources(hop: LinkHop) -> tuple[Place, ...]:
    """Return the places whose addresses are known; the subnets' ranges where none is."""
    places = link_places(hop)
    return tuple(place for place in places if place.exact) or places


def _own_interfaces(hop: LinkHop) -> tuple[NetworkInterface, ...]:
    """The interfaces are optional evidence: groups and subnets stand in the link itself."""
    link = hop.link
    try:
        found = hop.interfaces
    except MissingEvidence:
        return ()
    wanted = set(link.security_group_ids) if isinstance(link, VpcLinkV2) else set()
    return tuple(x for x in found if set(x.group_ids) == wanted) or found


def cloud_map_ports(hop: LinkHop) -> dict[int, tuple[str, ...]]:
    """Return the addresses of the instances that a link leads to over Cloud Map, by port."""
    by_port: dict[int, tuple[str, ...]] = {}
    for instance in hop.cloud_map or () if hop.cloud_map_arn else ():
        address, port = (instance.attributes.get(f"AWS_INSTANCE_{name}", "") for name in ("IPV4", "PORT"))
        if address and port.isdigit():
            by_port[int(port)] = (*by_port.get(int(port), ()), address)
    return dict(sorted(by_port.items()))
