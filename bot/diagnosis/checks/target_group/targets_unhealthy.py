"""TG-01: the target group has no target that can serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import TargetHealth, TargetHealthDescription
from bot.diagnosis.sources import TARGET_GROUP, TARGET_HEALTH

_MEANING = {
    "Elb.RegistrationInProgress": "registration is still going on: wait a minute and run it again",
    "Elb.InitialHealthChecking": "the first health checks are still running: wait a minute and run it again",
    "Target.FailedHealthChecks": "the health check got no connection or no proper answer: look at the port, "
    "the security group, the network ACL and the service itself",
    "Target.ResponseCodeMismatch": "the health check got another status code than the matcher expects",
    "Target.Timeout": "the health check got no answer in time",
    "Target.NotRegistered": "it is not registered any more",
    "Target.NotInUse": "no listener uses the target group, or the target's zone is not enabled on the load balancer",
    "Target.InvalidState": "the instance is stopped or terminated",
    "Target.IpUnusable": "the address belongs to a load balancer",
    "Target.DeregistrationInProgress": "it is being deregistered",
}
_UNDECIDABLE = {"Target.HealthCheckDisabled", "Elb.InternalError"}


class TargetsUnhealthy(Check[TargetGroupHop]):
    """No registered target is healthy, or none is registered.

    Why: with no target registered there is nowhere to send a request. With no healthy one a network load balancer
    sends to all of them (it fails open), and what made the health checks fail usually makes the requests fail too.
    How we decide: no target or no healthy one fails; some unhealthy or still `initial` warns; health checks switched
    off are unknown. The target's own fault (security group, network ACL, stopped instance) is the cause where we see it.
    How to fix: by the reason code that the load balancer gives for each target.
    References: AWS: target-group-health-checks, check-target-health (network load balancers).
    """

    code = "TG-01"
    title = "Target group has healthy targets"
    hop = Hop.TARGET_GROUP
    needs = (TARGET_GROUP, TARGET_HEALTH)
    signatures = frozenset({"E1", "E5", "E10"})
    warning_signatures = frozenset({"E1", "E5", "E10"})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group that the paths lead to."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge the health of all registered targets."""
        group = subject.group
        name = group.target_group_name if group else subject.arn
        targets = subject.health
        if not targets:
            citation = self.cite(TARGET_HEALTH, subject.arn, "TargetHealthDescriptions", "[]")
            summary = f"Target group {name} has no registered target."
            yield self.failed(subject.arn, summary, [citation], _register(subject), subject=subject)
            return
        states = Counter(x.target_health.state for x in targets)
        healthy, total = states["healthy"], len(targets)
        bad = [x for x in targets if x.target_health.state != "healthy"]
        citations = [self._citation(subject, x) for x in bad[:5]]
        if healthy == total:
            yield self.passed(subject.arn, f"Target group {name}: {total} of {total} targets healthy.", subject=subject)
        elif healthy == 0 and all(x.target_health.reason in _UNDECIDABLE for x in bad):
            summary = f"Target group {name}: the health of its {total} target(s) is not known ({bad[0].target_health.reason})."
            yield self.undecided(subject.arn, summary, subject=subject)
        elif healthy == 0 and states["initial"] < total:
            summary = f"Target group {name}: 0 of {total} targets healthy ({_reasons(bad)})."
            yield self.failed(subject.arn, summary, citations, _fix(subject, bad), subject=subject)
        else:
            summary = f"Target group {name}: only {healthy} of {total} targets healthy ({_reasons(bad)})."
            yield self.warned(subject.arn, summary, citations, _fix(subject, bad), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """Every registered target is healthy; a group without targets cannot be repaired on the model."""
        health = walk.evidence.get(TARGET_HEALTH, finding.resource)
        if not health:
            return None
        healed = tuple(x.model_copy(update={"target_health": TargetHealth(state="healthy")}) for x in health)
        return walk.evidence.with_value(TARGET_HEALTH, finding.resource, healed)

    def _citation(self, hop: TargetGroupHop, target: TargetHealthDescription) -> Citation:
        health = target.target_health
        value = f"{health.state} {health.reason}".strip()
        return self.cite(TARGET_HEALTH, hop.arn, f"{target.target.id}:{target.target.port}.TargetHealth", value)


def _reasons(bad: list[TargetHealthDescription]) -> str:
    counted = Counter(x.target_health.reason or x.target_health.state for x in bad)
    return ", ".join(reason for reason, _ in counted.most_common(3))


def _fix(hop: TargetGroupHop, bad: list[TargetHealthDescription]) -> Fix:
    reasons = dict.fromkeys(x.target_health.reason for x in bad if x.target_health.reason)
    steps = tuple(f"{reason}: {_MEANING.get(reason, 'see its description')}." for reason in reasons)
    return Fix(
        summary=steps[0] if steps else "Find out why the health checks fail.",
        cli=(f"aws elbv2 describe-target-health --target-group-arn {hop.arn}",),
        console="EC2 › Target groups › Targets: the Health status details column.",
        steps=steps,
    )


def _register(hop: TargetGroupHop) -> Fix:
    port = hop.group.port if hop.group else None
    return Fix(
        summary="Register the backend's instances or addresses in the target group.",
        cli=(
            f"aws elbv2 register-targets --target-group-arn {hop.arn} --targets Id=INSTANCE_OR_IP,Port={port or 'PORT'}",
        ),
        cloudformation="AWS::ElasticLoadBalancingV2::TargetGroup Targets, or LoadBalancers of the AWS::ECS::Service.",
        terraform='resource "aws_lb_target_group_attachment" "backend" { target_group_arn = …, target_id = …, port = … }',
        console="EC2 › Target groups › Targets › Register targets.",
    )
