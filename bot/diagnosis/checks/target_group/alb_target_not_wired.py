"""LB-08: the application load balancer behind a network load balancer is not wired to it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.listener_code import new_listener_as_code
from bot.diagnosis.checks.load_balancer.balancer_arn import BalancerArn
from bot.diagnosis.checks.target_group.group_code import group_as_code, new_group_as_code
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import BalancerHop, TargetGroupHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import LoadBalancer, TargetGroup
from bot.diagnosis.sources import LISTENERS, LOAD_BALANCER, TARGET_GROUP, TARGET_HEALTH
from bot.language import _


class AlbTargetNotWired(Check[TargetGroupHop]):
    """The application load balancer behind a network load balancer is not wired to it.

    Why: a target group of type `alb` hands TCP to one port of an application load balancer. Where that does not listen
    on the port, nothing takes the connection.
    How we decide: no listener on the target's port fails, and so does another VPC or account, which AWS does not
    allow. A listener or target group that is not TCP warns, and so does a health check whose protocol is not that of
    the listener it goes to. CloudWatch's host counts leave such targets out: only their health tells.
    How to fix: create the listener, or register the application load balancer in a target group with its port.
    References: AWS: application-load-balancer-target (network).
    """

    code = "LB-08"
    title = "Application load balancer behind the network load balancer takes its traffic"
    hop = Hop.TARGET_GROUP
    needs = (TARGET_GROUP, TARGET_HEALTH, LOAD_BALANCER, LISTENERS)
    signatures = frozenset({"E1", "E9", "E10"})
    explains = ("TG-01", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group; those of type `alb` are judged."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge each application load balancer that is registered."""
        group = subject.group
        if group is None or group.target_type != "alb":
            yield self.not_applicable(subject.arn, _("Its targets are not load balancers."), subject=subject)
            return
        behind = subject.balancers_behind
        if not behind:
            summary = _(
                "{group} has no application load balancer registered.",
                group=group.target_group_name,
            )
            yield self.not_applicable(subject.arn, summary, subject=subject)
        for hop in behind:
            yield self._wiring(subject, group, hop)

    def _wiring(self, subject: TargetGroupHop, group: TargetGroup, hop: BalancerHop) -> Finding:
        alb, name = hop.balancer, BalancerArn.parse(hop.arn).name or hop.arn
        if alb is None:
            return self.not_applicable(hop.arn, _("Load balancer {name} does not exist.", name=name), subject=subject)
        elsewhere = _elsewhere(subject, group, alb)
        if elsewhere:
            field, own, other = elsewhere
            summary = _(
                "{name} is in {own}, its target group {group} in {other}.",
                name=name,
                own=own,
                group=group.target_group_name,
                other=other,
            )
            citation = self.cite(LOAD_BALANCER, hop.arn, field, own)
            return self.failed(hop.arn, summary, [citation], _beside(subject, group), subject=subject)
        if hop.port is None:
            summary = _(
                "{group} names no port of {name} that we can read.",
                group=group.target_group_name,
                name=name,
            )
            return self.undecided(hop.arn, summary, subject=subject)
        there = [x for x in hop.listeners if x.port == hop.port]
        if not there:
            ports = ", ".join(f"{x.protocol} {x.port}" for x in hop.listeners) or _("nothing")
            summary = _(
                "{group} sends to port {port} of {name}, which listens on {ports}.",
                group=group.target_group_name,
                port=hop.port,
                name=name,
                ports=ports,
            )
            citations = [
                self.cite(TARGET_HEALTH, subject.arn, f"{name} Target.Port", hop.port),
                self.cite(LISTENERS, hop.arn, "Listeners[].Port", ports),
            ]
            return self.failed(hop.arn, summary, citations, _listen(subject, group, hop), subject=subject)
        return self._protocols(subject, group, hop, name)

    def _protocols(self, subject: TargetGroupHop, group: TargetGroup, hop: BalancerHop, name: str) -> Finding:
        front = subject.listener.listener
        for source, arn, protocol in (
            (TARGET_GROUP, subject.arn, group.protocol),
            (LISTENERS, front.listener_arn, front.protocol),
        ):
            if protocol.upper() != "TCP":
                summary = _(
                    "The way to {name} is {protocol} to {group_protocol}; AWS supports TCP to TCP.",
                    name=name,
                    protocol=front.protocol,
                    group_protocol=group.protocol,
                )
                citation = self.cite(source, arn, "Protocol", protocol)
                return self.warned(hop.arn, summary, [citation], _beside(subject, group), subject=subject)
        configured = group.health_check_port or "traffic-port"
        port = int(configured) if configured.isdigit() else hop.port
        checked = [x for x in hop.listeners if x.port == port]
        spoken = ", ".join(f"{x.protocol} {x.port}" for x in checked) or _("nothing on {port}", port=port)
        if group.health_check_protocol.upper() not in {x.protocol.upper() for x in checked}:
            summary = _(
                "Health checks of {group} speak {protocol} to port {port} of {name}, which has {spoken}.",
                group=group.target_group_name,
                protocol=group.health_check_protocol,
                port=port,
                name=name,
                spoken=spoken,
            )
            citation = self.cite(TARGET_GROUP, subject.arn, "HealthCheckProtocol", group.health_check_protocol)
            return self.warned(hop.arn, summary, [citation], _check_by(subject, hop), subject=subject)
        return self.passed(
            hop.arn,
            _(
                "{name} listens on port {port} of {group}.",
                name=name,
                port=hop.port,
                group=group.target_group_name,
            ),
            subject=subject,
        )

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The application load balancer has a listener like its first one on the port, checked by its protocol."""
        for subject in walk.target_groups.items:
            group = subject.group
            for hop in subject.balancers_behind:
                if group and hop.arn == finding.resource and _can_be_wired(subject, group, hop):
                    return _wired(walk.evidence, subject, group, hop)
        return None


def _can_be_wired(subject: TargetGroupHop, group: TargetGroup, hop: BalancerHop) -> bool:
    """Whether a listener is all that is missing: another VPC or protocol takes a new target group, with a new ARN."""
    alb, protocols = hop.balancer, {group.protocol.upper(), subject.listener.listener.protocol.upper()}
    placed = alb is not None and _elsewhere(subject, group, alb) is None
    return placed and protocols == {"TCP"} and bool(hop.listeners) and hop.port is not None


def _wired(evidence: Evidence, subject: TargetGroupHop, group: TargetGroup, hop: BalancerHop) -> Evidence:
    there = next((x for x in hop.listeners if x.port == hop.port), None)
    if there is None:
        first = hop.listeners[0]
        there = first.model_copy(update={"listener_arn": f"{first.listener_arn}-new", "port": hop.port})
        evidence = evidence.with_value(LISTENERS, hop.arn, (*hop.listeners, there))
    update = {"health_check_protocol": there.protocol, "health_check_port": "traffic-port"}
    return evidence.with_value(TARGET_GROUP, subject.arn, group.model_copy(update=update))


def _elsewhere(hop: TargetGroupHop, group: TargetGroup, alb: LoadBalancer) -> tuple[str, str, str] | None:
    """Return the field in which the two differ and both values, where they are not of one VPC and account."""
    if group.vpc_id and alb.vpc_id and group.vpc_id != alb.vpc_id:
        return "VpcId", alb.vpc_id, group.vpc_id
    own, front = BalancerArn.parse(alb.load_balancer_arn).account, BalancerArn.parse(hop.balancer.arn).account
    if own and front and own != front:
        return "LoadBalancerArn", _("account {account}", account=own), _("account {account}", account=front)
    return None


def _listen(subject: TargetGroupHop, group: TargetGroup, hop: BalancerHop) -> Fix:
    first = next(iter(hop.listeners), None)
    forward = next((arn for a in (first.default_actions if first else ()) for arn in a.groups), "TARGET_GROUP_ARN")
    https = hop.scheme == "https"
    certificate = " --certificates CertificateArn=CERTIFICATE_ARN" if https else ""
    port = first.port if first else "PORT"
    cloudformation, terraform = new_listener_as_code(hop.arn, "HTTPS" if https else "HTTP", hop.port or "PORT", forward)
    return Fix(
        summary=_("Create a listener on port {port} of the application load balancer.", port=hop.port),
        cli=(
            f"aws elbv2 create-listener --load-balancer-arn {hop.arn} --protocol {'HTTPS' if https else 'HTTP'} "
            f"--port {hop.port}{certificate} --default-actions Type=forward,TargetGroupArn={forward}",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › the application load balancer › Listeners › Add listener."),
        steps=(
            _("Either create the listener on port {port}.", port=hop.port),
            _(
                "Or register it in a target group with port {port}: the port of {group} cannot change.",
                port=port,
                group=group.target_group_name,
            ),
            _(
                "Then point listener {port} of the network load balancer at that group.",
                port=subject.listener.listener.port,
            ),
        )
        if first
        else (),
    )


def _beside(subject: TargetGroupHop, group: TargetGroup) -> Fix:
    balancer = subject.balancer.balancer
    vpc = balancer.vpc_id if balancer else group.vpc_id
    cloudformation, terraform = new_group_as_code(
        subject,
        f"{group.target_group_name}-tcp",
        "TCP",
        kind="alb",
        vpc_id=vpc,
        targets=[("ALB_ARN", group.port or "PORT")],
    )
    return Fix(
        summary=_("Send TCP to an application load balancer of the network load balancer's VPC and account."),
        cli=(
            f"aws elbv2 create-target-group --name {group.target_group_name}-tcp --target-type alb --protocol TCP "
            f"--port {group.port} --vpc-id {vpc}",
            "aws elbv2 register-targets --target-group-arn NEW_GROUP_ARN --targets Id=ALB_ARN",
            f"aws elbv2 modify-listener --listener-arn {subject.listener.listener.listener_arn} --protocol TCP "
            "--default-actions Type=forward,TargetGroupArn=NEW_GROUP_ARN",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Create target group: Application Load Balancer."),
    )


def _check_by(subject: TargetGroupHop, hop: BalancerHop) -> Fix:
    there = next((x for x in hop.listeners if x.port == hop.port), None)
    protocol = there.protocol if there else "HTTP"
    cloudformation, terraform = group_as_code(
        subject.arn,
        {"HealthCheckProtocol": protocol, "HealthCheckPort": "traffic-port"},
        {"health_check": {"protocol": protocol, "port": "traffic-port"}},
    )
    return Fix(
        summary=_("Let the health check speak {protocol} to the traffic port.", protocol=protocol),
        cli=(
            f"aws elbv2 modify-target-group --target-group-arn {subject.arn} --health-check-protocol {protocol} "
            "--health-check-port traffic-port",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Health checks › Edit."),
    )
