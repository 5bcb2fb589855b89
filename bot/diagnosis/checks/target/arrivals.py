"""From whom a target hears: the source of requests and of health checks, as its security group sees it.

Sources: AWS: target-group-register-targets, edit-target-group-attributes, load-balancer-security-groups (network).
What came through PrivateLink always carries the load balancer's address, whatever `preserve_client_ip` says; it
carries its security group only while inbound rules are enforced on PrivateLink traffic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.diagnosis.balancer_traffic import HEALTH, TRAFFIC, Place, sources_of
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.reachability import Peer
from bot.diagnosis.resources import LoadBalancer, VpcLinkV2
from bot.diagnosis.sources import GROUP_ATTRIBUTES, SUBNET
from bot.language import _


@dataclass(frozen=True)
class Arrival:
    """Who sends one kind of traffic."""

    use: str
    sender: str
    """Who it is, in words: the load balancer's name, or the VPC link."""
    peer: Peer
    exact: bool = True
    """False where the addresses are those of whole subnets, in which the sender stands somewhere."""
    certain: bool = True
    """False where AWS does not state that the traffic comes from there."""
    referable: tuple[str, ...] = ()
    """The security group that a new rule had better name, because the sender's addresses change."""
    shed_group_ids: tuple[str, ...] = ()
    """Security groups that the sender carries and this traffic does not: rules that name them do not admit it."""


def arrivals(group: TargetGroupHop, version: int) -> dict[str, Arrival] | None:
    """Return who sends requests and who sends health checks; None where the load balancer is of no known kind."""
    balancer = group.balancer.balancer
    if balancer is None or balancer.type not in {"network", "application"}:
        return None
    places = sources_of(group.balancer, version)
    checks = Arrival(HEALTH, balancer.load_balancer_name, _peer(places, balancer.security_groups), _exact(places))
    if balancer.type == "application":
        checks = replace(checks, referable=balancer.security_groups[:1])
        requests = replace(checks, use=TRAFFIC)
    elif group.balancer.through_private_link:
        requests = _through_private_link(balancer, places)
    else:
        requests = _through_link_v2(group, checks)
    return {HEALTH: checks, TRAFFIC: requests}


def _through_private_link(balancer: LoadBalancer, places: tuple[Place, ...]) -> Arrival:
    shed = balancer.enforce_security_group_inbound_rules_on_private_link_traffic.lower() == "off"
    carried = () if shed else balancer.security_groups
    return Arrival(
        TRAFFIC,
        balancer.load_balancer_name,
        _peer(places, carried),
        _exact(places),
        shed_group_ids=balancer.security_groups if shed else (),
    )


def _through_link_v2(group: TargetGroupHop, checks: Arrival) -> Arrival:
    """Requests of a link of the second generation: they keep the link's address where the client's is preserved."""
    if not _keeps_client_address(group):
        return replace(checks, use=TRAFFIC, certain=False)
    link = group.balancer.link
    addresses = tuple(a for interface in link.interfaces for a in interface.addresses)
    exact = bool(addresses)
    found = link.link
    if not exact and isinstance(found, VpcLinkV2):
        subnets = [group.evidence.get(SUBNET, i) for i in found.subnet_ids]
        addresses = tuple(subnet.cidr_block for subnet in subnets if subnet and subnet.cidr_block)
    return Arrival(TRAFFIC, _("VPC link {link}", link=link.id), Peer(addresses), exact, certain=False)


def _keeps_client_address(hop: TargetGroupHop) -> bool:
    """Client IP preservation. The attribute is optional evidence: the answer is only a hint, so its default will do."""
    group = hop.group
    try:
        configured = (hop.evidence.get(GROUP_ATTRIBUTES, hop.arn) or {}).get("preserve_client_ip.enabled", "")
    except MissingEvidence:
        configured = ""
    return configured == "true" if configured else bool(group and group.target_type != "ip")


def _peer(places: tuple[Place, ...], group_ids: tuple[str, ...]) -> Peer:
    return Peer(tuple(dict.fromkeys(a for place in places for a in place.addresses)), group_ids)


def _exact(places: tuple[Place, ...]) -> bool:
    return all(place.exact for place in places)
