"""The security groups that a request over a VPC link of the second generation passes, before it is at a listener.

Source: AWS: apigateway-vpc-links-v2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.diagnosis.admission import tcp_rule
from bot.diagnosis.balancer_traffic import Place, some, sources_of
from bot.diagnosis.checks.vpc_link.link_peers import LINK_IP_VERSION, cloud_map_ports, groups_of, link_sources
from bot.diagnosis.hops import BalancerHop, LinkHop
from bot.diagnosis.reachability import Direction, Peer
from bot.diagnosis.resources import IpPermission
from bot.diagnosis.sources import SECURITY_GROUP
from bot.language import _


@dataclass(frozen=True)
class Gate:
    """One side's security groups, and the other end as they see it."""

    direction: Direction
    group_ids: tuple[str, ...]
    owner: str
    """Who carries the groups: the link, or the load balancer."""
    port: int
    other: str
    """Who the other end is, in words."""
    find_places: Callable[[], tuple[Place, ...]]
    other_group_ids: tuple[str, ...] = ()
    balancer: BalancerHop | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the other end stands: looked up only where the rules do not admit everybody anyway."""
        return self.find_places()

    @property
    def peer(self) -> Peer:
        """The other end."""
        return Peer(tuple(dict.fromkeys(a for place in self.places for a in place.addresses)), self.other_group_ids)

    @property
    def rule(self) -> IpPermission:
        """The rule that would open it: for the other end's security group, which outlives its addresses."""
        if self.other_group_ids:
            return tcp_rule(self.port, (), self.other_group_ids[:1])
        return tcp_rule(self.port, self.peer.addresses)


def gates_of(link: LinkHop) -> Iterator[Gate]:
    """The rule sets that a request must pass: out of the link, and into each load balancer that has groups."""
    own, owner = groups_of(link), _("VPC link {link}", link=link.id)
    for balancer in link.balancers:
        found = balancer.balancer
        ports = dict.fromkeys(x.listener.port for x in balancer.listener_hops) if found else {}
        for port in (port for port in ports if port):
            name, groups = (found.load_balancer_name, found.security_groups) if found else ("", ())
            nodes = partial(sources_of, balancer, LINK_IP_VERSION)
            yield Gate("egress", own, owner, port, name, nodes, groups, balancer)
            if groups:
                yield Gate("ingress", groups, name, port, owner, partial(link_sources, link), own, balancer)
    # Optional: for a link to Cloud Map the groups need not have been read; then there is nothing to say of them.
    known = own and all(link.evidence.was_read(SECURITY_GROUP, i) for i in own)
    for port, addresses in cloud_map_ports(link).items() if known else ():
        places = partial(tuple, (Place("", addresses),))
        instances = _("the Cloud Map instances {addresses}", addresses=some(addresses))
        yield Gate("egress", own, owner, port, instances, places)
