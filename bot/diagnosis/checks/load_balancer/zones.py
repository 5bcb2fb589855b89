"""In which zones a target group can serve. Sources: AWS: target-group-cross-zone, target-group-health-checks (network);
ELB API reference TargetDescription (the zone `all`: a target that serves every zone).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.diagnosis.hops import TargetGroupHop, TargetHop
from bot.diagnosis.plan import MAX_TARGETS
from bot.diagnosis.resources import TargetHealthDescription
from bot.diagnosis.sources import BALANCER_ATTRIBUTES, GROUP_ATTRIBUTES, SUBNET

CROSS_ZONE = "load_balancing.cross_zone.enabled"
EVERY_ZONE = "all"
_SERVES = frozenset({"healthy", "unavailable"})
"""`unavailable` is the state of targets whose health checks are switched off: they get traffic."""


@dataclass(frozen=True)
class Setting:
    """Whether cross-zone load balancing is on, and which resource says so; None where its word is not known."""

    on: bool | None
    by_group: bool
    value: str


def cross_zone(hop: TargetGroupHop) -> Setting:
    """Return the setting that holds for a target group: its own, else the load balancer's, else the default."""
    own = (hop.evidence.get(GROUP_ATTRIBUTES, hop.arn) or {}).get(CROSS_ZONE, "")
    if own in {"true", "false"}:
        return Setting(own == "true", by_group=True, value=own)
    if own not in {"", "use_load_balancer_configuration"}:
        return Setting(None, by_group=True, value=own)
    balancer = hop.balancer.balancer
    default = "true" if balancer and balancer.type == "application" else "false"
    value = (hop.evidence.get(BALANCER_ATTRIBUTES, hop.balancer.arn) or {}).get(CROSS_ZONE, default)
    return Setting({"true": True, "false": False}.get(value), by_group=False, value=value)


def enabled_zones(hop: TargetGroupHop) -> tuple[str, ...]:
    """Return the zones in which the load balancer of a target group stands."""
    balancer = hop.balancer.balancer
    zones = balancer.availability_zones if balancer else ()
    return tuple(dict.fromkeys(zone.zone_name for zone in zones if zone.zone_name))


def entered_zones(hop: TargetGroupHop) -> tuple[str, ...]:
    """Return the enabled zones by which requests arrive: PrivateLink uses only those of the endpoint service."""
    enabled = enabled_zones(hop)
    if not hop.balancer.through_private_link:
        return enabled
    served = {z for x in hop.balancer.link.services if x.service for z in x.service.availability_zones}
    return tuple(zone for zone in enabled if not served or zone in served)


def serving(hop: TargetGroupHop) -> tuple[TargetHealthDescription, ...]:
    """Return the targets that get traffic because they are healthy, or because nobody checks their health."""
    return tuple(x for x in hop.health if x.target_health.state in _SERVES)


def zones_of(hop: TargetGroupHop, target: TargetHealthDescription) -> frozenset[str] | None:
    """Return the zones in which a target serves, `all` for every one; None where they are not known.

    A target group's first hundred targets are read one by one; the zone of a later instance is not known.
    """
    if target.target.availability_zone:
        return frozenset({target.target.availability_zone})
    group = hop.group
    if group and group.target_type == "alb":
        behind = next((b.balancer for b in hop.balancers_behind if b.arn == target.target.id), None)
        return frozenset(z.zone_name for z in behind.availability_zones if z.zone_name) if behind else None
    return _of_interface(hop, target) if target in hop.health[:MAX_TARGETS] else None


def _of_interface(hop: TargetGroupHop, target: TargetHealthDescription) -> frozenset[str] | None:
    interface = TargetHop(hop.evidence, hop, target).interface
    if interface is None:
        return None
    if interface.availability_zone:
        return frozenset({interface.availability_zone})
    subnet = hop.evidence.get(SUBNET, interface.subnet_id)
    return frozenset({subnet.availability_zone}) if subnet and subnet.availability_zone else None
