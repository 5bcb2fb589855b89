"""TG-02: the health check goes to another port than the traffic."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.target_group.group_code import group_as_code
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import TargetGroup
from bot.diagnosis.sources import TARGET_GROUP, TARGET_HEALTH
from bot.language import _

_TRAFFIC_PORT = "traffic-port"


class HealthCheckTestsSomethingElse(Check[TargetGroupHop]):
    """The health check goes to another port than the traffic.

    Why: a health check of another port says nothing about the port that requests go to. Targets are then healthy
    while requests fail, or unhealthy while they would succeed.
    How we decide: a health-check port by number that differs from the port of a target warns; `traffic-port` or the
    same number passes. A TCP health check sees only that the port is open, no fault of HTTP or TLS. A network load
    balancer's HTTP health check names its own address as Host, so a server that chooses by name may answer 404.
    How to fix: check the traffic port, by the protocol that requests use.
    References: AWS: target-group-health-checks (network).
    """

    code = "TG-02"
    title = "Health check tests the port that requests go to"
    hop = Hop.TARGET_GROUP
    needs = (TARGET_GROUP, TARGET_HEALTH)
    warning_signatures = frozenset({"E1", "E5", "E10"})
    explains = ("TG-01",)
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group that the paths lead to."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Compare the port of the health check with the port of each target."""
        group = subject.group
        if group is None or not group.health_check_enabled or group.target_type == "lambda":
            yield self.not_applicable(subject.arn, _("Nobody checks the health of a port here."), subject=subject)
            return
        name, configured = group.target_group_name, group.health_check_port or _TRAFFIC_PORT
        if configured != _TRAFFIC_PORT and not configured.isdigit():
            summary = _("{name} checks a port that we cannot read: {configured}.", name=name, configured=configured)
            yield self.undecided(subject.arn, summary, subject=subject)
            return
        registered = [x.target.port or group.port for x in subject.health] or [group.port]
        ports = sorted({port for port in registered if port})
        others = [] if configured == _TRAFFIC_PORT else [port for port in ports if port != int(configured)]
        if not others:
            yield self.passed(subject.arn, _same(group), subject=subject)
            return
        citations = [
            self.cite(TARGET_GROUP, subject.arn, "HealthCheckPort", configured),
            self.cite(TARGET_HEALTH, subject.arn, "Target.Port", ", ".join(map(str, others))),
        ]
        ports_of_requests = ", ".join(map(str, others))
        summary = _(
            "{name} checks port {configured}, but requests go to port {ports_of_requests}.",
            name=name,
            configured=configured,
            ports_of_requests=ports_of_requests,
        )
        yield self.warned(subject.arn, summary, citations, _fix(subject), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The health check goes to the traffic port."""
        group = walk.evidence.get(TARGET_GROUP, finding.resource)
        if group is None:
            return None
        changed = group.model_copy(update={"health_check_port": _TRAFFIC_PORT})
        return walk.evidence.with_value(TARGET_GROUP, finding.resource, changed)


def _same(group: TargetGroup) -> str:
    name = group.target_group_name
    if group.health_check_protocol.upper() == "TCP":
        return _("{name} checks the port that requests go to; by TCP, which sees no fault of HTTP or TLS.", name=name)
    protocol = group.health_check_protocol or _("its own protocol")
    return _("{name} checks the port that requests go to, by {protocol}.", name=name, protocol=protocol)


def _fix(hop: TargetGroupHop) -> Fix:
    cloudformation, terraform = group_as_code(
        hop.arn, {"HealthCheckPort": _TRAFFIC_PORT}, {"health_check": {"port": _TRAFFIC_PORT}}
    )
    return Fix(
        summary=_("Let the health check test the traffic port."),
        cli=(f"aws elbv2 modify-target-group --target-group-arn {hop.arn} --health-check-port {_TRAFFIC_PORT}",),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Health checks › Edit › Advanced settings › Port."),
    )
