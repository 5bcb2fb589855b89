"""What a load balancer's reason codes for a target's health mean, and what to do about each.

Sources: AWS: check-target-health, target-group-health-checks (network), ELB API reference TargetHealth.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.diagnosis.checks.target_group.group_code import targets_as_code
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import TargetHealthDescription
from bot.language import _, marked

_ADVICE = {
    "Elb.RegistrationInProgress": marked("Wait a minute and run this again: registration is still going on."),
    "Elb.InitialHealthChecking": marked("Wait a minute and run this again: the first health checks are still running."),
    "Target.FailedHealthChecks": marked(
        "Find out why health checks get no proper answer: look at the port, "
        "the security group, the network ACL and the service itself."
    ),
    "Target.ResponseCodeMismatch": marked("Make the health-check path answer with a status that the matcher expects."),
    "Target.Timeout": marked(
        "Find out why health checks get no answer in time: look at the port, "
        "the security group, the network ACL and the service itself."
    ),
    "Target.NotRegistered": marked("Register the target again."),
    "Target.NotInUse": marked(
        "Let a listener use the target group, and enable the targets' zones on the load balancer."
    ),
    "Target.InvalidState": marked("Start the stopped instances, or register others in their place."),
    "Target.IpUnusable": marked("Register another address: this one belongs to a load balancer."),
    "Target.DeregistrationInProgress": marked("Register other targets: these are being deregistered."),
    "Elb.InternalError": marked(
        "Run this again; if it stays, open a case with AWS Support: the load balancer itself failed."
    ),
    "Target.HealthCheckDisabled": marked("Switch health checks on to see the targets' health."),
}
"""What to do about each reason; marked for translation."""


def fix_for(hop: TargetGroupHop, bad: Sequence[TargetHealthDescription]) -> Fix:
    """Return the fix by the reasons of the targets that are not healthy, the most frequent reason first."""
    by_reason: dict[str, list[TargetHealthDescription]] = {}
    for target in bad:
        by_reason.setdefault(target.target_health.reason, []).append(target)
    ordered = sorted(by_reason, key=lambda reason: -len(by_reason[reason]))
    advice = [_(_ADVICE[reason]) for reason in ordered if reason in _ADVICE]
    commands = [command for reason in ordered for command in _commands(hop, reason, by_reason[reason])]
    return Fix(
        summary=advice[0] if advice else _("Find out why the targets are not healthy."),
        cli=(f"aws elbv2 describe-target-health --target-group-arn {hop.arn}", *commands),
        console=_("EC2 › Target groups › Targets: the Health status details column."),
        steps=tuple(
            _("{code}: {meaning}", code=reason, meaning=_(_ADVICE[reason])) for reason in ordered if reason in _ADVICE
        )
        if advice[1:]
        else (),
    )


def _commands(hop: TargetGroupHop, reason: str, targets: Sequence[TargetHealthDescription]) -> tuple[str, ...]:
    ids = [target.target.id for target in targets][:5]
    if reason == "Target.InvalidState":
        return (f"aws ec2 start-instances --instance-ids {' '.join(ids)}",)
    if reason == "Target.NotInUse":
        return (
            f"aws elbv2 modify-listener --listener-arn {hop.listener.listener.listener_arn} "
            f"--default-actions Type=forward,TargetGroupArn={hop.arn}",
            f"aws elbv2 set-subnets --load-balancer-arn {hop.balancer.arn} --subnets ALL_SUBNET_IDS",
        )
    if reason in {"Target.NotRegistered", "Target.DeregistrationInProgress", "Target.IpUnusable"}:
        return register(hop).cli
    return ()


def register(hop: TargetGroupHop) -> Fix:
    """Return how to register targets in the group, by its kind."""
    group = hop.group
    kind = {"instance": "INSTANCE_ID", "ip": "ADDRESS", "alb": "ALB_ARN"}.get(group.target_type if group else "", "ID")
    port = group.port if group and group.port else "PORT"
    cloudformation, terraform = targets_as_code(hop.arn, [(kind, port)])
    command = f"aws elbv2 register-targets --target-group-arn {hop.arn} --targets Id={kind},Port={port}"
    return Fix(
        summary=_("Register the backend's targets in the target group."),
        cli=(command,),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Targets › Register targets."),
    )
