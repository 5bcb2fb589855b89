"""The route from a load balancer's subnet to an address that no network interface of its VPC holds.

Sources: AWS: VPC_Route_Tables (the most specific route wins; `local` routes are the VPC's own ranges; a route whose
target is gone is a `blackhole`), target-group-register-targets (targets behind a peering, a transit gateway, a VPN).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Citation
from bot.diagnosis.reachability import AddressRange
from bot.diagnosis.resources import Route4, RouteTable
from bot.diagnosis.sources import PEERING, ROUTE_TABLE
from bot.language import _

ACTIVE = "active"
_DEAD_PEERINGS = frozenset(
    {"pending-acceptance", "failed", "expired", "provisioning", "deleted", "rejected", "deleting", "initiating-request"}
)


class Outlet(StrEnum):
    """What a subnet's route to an address is worth."""

    INSIDE = "inside"
    """The address belongs to the VPC itself."""
    OPEN = "open"
    """An active route over an active peering connection."""
    CLOSED = "closed"
    """No route, or one that leads nowhere."""
    DOUBTFUL = "doubtful"
    """Only the way to the internet, for an address that is not of the internet."""
    UNSEEN = "unseen"
    """It leads where we cannot follow: a transit gateway, a VPN, an appliance."""


@dataclass(frozen=True)
class WayOut:
    """How one subnet routes to an address: `resource` would have to change, `reason` says what the table does."""

    outlet: Outlet
    table_id: str
    resource: str
    reason: str
    citation: Citation
    blackhole: str = ""
    """The destination of a route that leads nowhere, which would have to be replaced."""
    transit_gateway: str = ""
    """The transit gateway to which the route leads."""


def way_out(evidence: Evidence, key: str, address: str) -> WayOut:
    """Follow the route of a subnet to an address; the key is `vpc-id/subnet-id`."""
    table = evidence.get(ROUTE_TABLE, key)
    if table is None:
        return _way(Outlet.UNSEEN, key.rpartition("/")[2], _("has no route table that we know"), "none")
    if AddressRange.parse(address) is None:
        return _way(
            Outlet.UNSEEN,
            table.route_table_id,
            _("cannot route to {address}, which is no address", address=address),
            "none",
        )
    route = _chosen(table, address)
    blurred = any(not (x.destination_cidr_block or x.destination_ipv6_cidr_block) for x in table.routes)
    if route is not None and route.gateway_id == "local":
        return _way(Outlet.INSIDE, table.route_table_id, "", _text(route))
    if (route is None or route.state.lower() == "blackhole") and blurred:
        return _way(Outlet.UNSEEN, table.route_table_id, _("routes by prefix lists, which we do not read"), "…")
    if route is None:
        known = ", ".join(_destination(x) for x in table.routes) or "none"
        return _way(Outlet.CLOSED, table.route_table_id, _("has no route there"), known)
    if route.state.lower() == "blackhole":
        reason = _("routes {destination} nowhere (blackhole)", destination=_destination(route))
        way = _way(Outlet.CLOSED, table.route_table_id, reason, _text(route))
        return replace(way, blackhole=_destination(route))
    if route.vpc_peering_connection_id and route.state.lower() in {ACTIVE, ""}:
        return _over_peering(evidence, table, route)
    if route.gateway_id.startswith("igw-") and not ip_address(address).is_global:
        reason = _(
            "has only {destination} for it, which leads to the internet ({gateway_id})",
            destination=_destination(route),
            gateway_id=route.gateway_id,
        )
        return _way(Outlet.DOUBTFUL, table.route_table_id, reason, _text(route))
    reason = _(
        "routes {destination} to {target}, where we cannot follow",
        destination=_destination(route),
        target=_target(route),
    )
    way = _way(Outlet.UNSEEN, table.route_table_id, reason, _text(route))
    return replace(way, transit_gateway=route.transit_gateway_id)


def _over_peering(evidence: Evidence, table: RouteTable, route: Route4) -> WayOut:
    peering = route.vpc_peering_connection_id
    status = evidence.get(PEERING, peering)
    said = (status or "deleted").lower()
    outlet = Outlet.OPEN if said == ACTIVE else Outlet.CLOSED if said in _DEAD_PEERINGS else Outlet.UNSEEN
    citation = Citation(source=PEERING.call, resource=peering, field="Status.Code", value=status or _("does not exist"))
    reason = _(
        "routes {destination} over {peering}, which is {said}",
        destination=_destination(route),
        peering=peering,
        said=said,
    )
    return WayOut(outlet, table.route_table_id, peering, reason, citation)


def _chosen(table: RouteTable, address: str) -> Route4 | None:
    """The most specific route to an address; of two alike the active one."""
    wanted = AddressRange.parse(address)
    covering: list[tuple[int, bool, Route4]] = []
    for route in table.routes:
        known = AddressRange.parse(_destination(route))
        if wanted and known and known.intersection(wanted) == wanted:
            covering.append((known.last - known.first, route.state.lower() != ACTIVE, route))
    return min(covering, key=lambda found: found[:2], default=(0, False, None))[2]


def _destination(route: Route4) -> str:
    return route.destination_cidr_block or route.destination_ipv6_cidr_block or _("a prefix list")


def _target(route: Route4) -> str:
    return route.transit_gateway_id or route.gateway_id or _("a gateway or an interface")


def _text(route: Route4) -> str:
    over = route.vpc_peering_connection_id or route.transit_gateway_id or route.gateway_id
    return " ".join(part for part in (_destination(route), over, route.state) if part)


def _way(outlet: Outlet, resource: str, reason: str, value: str) -> WayOut:
    citation = Citation(source=ROUTE_TABLE.call, resource=resource, field="Routes", value=value)
    return WayOut(outlet, resource, resource, reason, citation)
