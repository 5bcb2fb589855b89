"""How to serve every zone. Sources: AWS: API reference ModifyLoadBalancerAttributes, ModifyTargetGroupAttributes,
SetSubnets; configure-endpoint-service (a zone that is enabled later is not yet one of the endpoint service).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.checks.load_balancer.balancer_code import (
    changed_balancer,
    cross_zone_of_balancer,
    cross_zone_of_group,
)
from bot.diagnosis.checks.load_balancer.zones import CROSS_ZONE, Setting, cross_zone, zones_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import LoadBalancerZone, TargetHealth
from bot.diagnosis.sources import BALANCER_ATTRIBUTES, GROUP_ATTRIBUTES, LOAD_BALANCER, TARGET_HEALTH
from bot.language import _

_NOT_IN_USE = "Target.NotInUse"


def cross_zone_on(hop: TargetGroupHop, setting: Setting) -> Fix:
    """Return how to turn cross-zone load balancing on, where the setting stands that decides."""
    attribute = f"--attributes Key={CROSS_ZONE},Value=true"
    if setting.by_group:
        command = f"aws elbv2 modify-target-group-attributes --target-group-arn {hop.arn} {attribute}"
        name = hop.group.target_group_name if hop.group else "TARGET_GROUP"
        cloudformation, terraform = cross_zone_of_group(name, CROSS_ZONE)
        console = _("EC2 › Target groups › Attributes › Edit › Cross-zone load balancing.")
    else:
        command = f"aws elbv2 modify-load-balancer-attributes --load-balancer-arn {hop.balancer.arn} {attribute}"
        cloudformation, terraform = cross_zone_of_balancer(balancer_name(hop.balancer.arn), CROSS_ZONE)
        console = _("EC2 › Load balancers › Attributes › Edit › Cross-zone load balancing.")
    return Fix(
        summary=_("Turn cross-zone load balancing on, or register a target in every zone."),
        cli=(command,),
        cloudformation=cloudformation,
        terraform=terraform,
        console=console,
        steps=(
            _("Either turn cross-zone load balancing on: AWS charges for traffic between zones."),
            _("Or register healthy targets in each zone of the load balancer."),
        ),
    )


def enable_zones(hop: TargetGroupHop, zones: Sequence[str]) -> Fix:
    """Return how to enable the zones in which the targets stand."""
    added = tuple(f"SUBNET_IN_{zone}" for zone in zones) or ("SUBNET_IN_THE_TARGETS_ZONE",)
    subnets = (*hop.balancer.subnet_ids, *added)
    cloudformation, terraform = changed_balancer(balancer_name(hop.balancer.arn), "Subnets", "subnets", subnets)
    setting, private_link = cross_zone(hop), hop.balancer.through_private_link
    later = (_("A zone that you enable now serves the VPC link only once its endpoint service has it too."),)
    return Fix(
        summary=_(
            "Enable {zones} on the load balancer, or register targets in its zones.",
            zones=", ".join(zones) or _("the zones of the targets"),
        ),
        cli=(
            f"aws elbv2 set-subnets --load-balancer-arn {hop.balancer.arn} --subnets {' '.join(subnets)}",
            *(cross_zone_on(hop, setting).cli if setting.on is False else ()),
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Network mapping › Edit subnets."),
        steps=(
            _(
                "Either add a subnet of each target's zone (the list replaces the old one, so name all subnets), and "
                "turn cross-zone load balancing on, for requests go on arriving in the old zones."
            ),
            _("Or register targets that stand in the load balancer's zones."),
            *(later if private_link else ()),
        ),
    )


def repaired(evidence: Evidence, hop: TargetGroupHop) -> Evidence:
    """Return the evidence after either fix, for one target group."""
    if hop.health and all(x.target_health.reason == _NOT_IN_USE for x in hop.health):
        return _enabled(evidence, hop)
    inner = [g for b in hop.balancers_behind for x in b.listener_hops for g in x.target_groups]
    for group in (hop, *inner):
        evidence = _across(evidence, group)
    return evidence


def _across(evidence: Evidence, group: TargetGroupHop) -> Evidence:
    setting = cross_zone(group)
    if setting.on is not False:
        return evidence
    source, key = (GROUP_ATTRIBUTES, group.arn) if setting.by_group else (BALANCER_ATTRIBUTES, group.balancer.arn)
    known: dict[str, str] = evidence.get(source, key) or {}
    return evidence.with_value(source, key, {**known, CROSS_ZONE: "true"})


def _enabled(evidence: Evidence, hop: TargetGroupHop) -> Evidence:
    balancer = hop.balancer.balancer
    if balancer is None:
        return evidence
    zones = {zone for target in hop.health for zone in zones_of(hop, target) or ()}
    known = {zone.zone_name for zone in balancer.availability_zones}
    added = tuple(LoadBalancerZone(zone_name=zone) for zone in sorted(zones - known))
    wider = balancer.model_copy(update={"availability_zones": balancer.availability_zones + added})
    used = tuple(x.model_copy(update={"target_health": TargetHealth(state="healthy")}) for x in hop.health)
    evidence = evidence.with_value(LOAD_BALANCER, hop.balancer.arn, wider)
    evidence = evidence.with_value(TARGET_HEALTH, hop.arn, used)
    return _across(evidence, hop)
