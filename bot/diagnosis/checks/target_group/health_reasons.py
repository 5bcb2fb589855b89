"""What a load balancer's reason codes for a target's health mean, and what to do about each.

Sources: AWS: check-target-health, target-group-health-checks (network), ELB API reference TargetHealth.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import TargetHealthDescription

_LOOK = "the port, the security group, the network ACL and the service itself"
_ADVICE = {
    "Elb.RegistrationInProgress": "Wait a minute and run this again: registration is still going on.",
    "Elb.InitialHealthChecking": "Wait a minute and run this again: the first health checks are still running.",
    "Target.FailedHealthChecks": f"Find out why health checks get no proper answer: look at {_LOOK}.",
    "Target.ResponseCodeMismatch": "Make the health-check path answer with a status that the matcher expects.",
    "Target.Timeout": f"Find out why health checks get no answer in time: look at {_LOOK}.",
    "Target.NotRegistered": "Register the target again.",
    "Target.NotInUse": "Let a listener use the target group, and enable the targets' zones on the load balancer.",
    "Target.InvalidState": "Start the stopped instances, or register others in their place.",
    "Target.IpUnusable": "Register another address: this one belongs to a load balancer.",
    "Target.DeregistrationInProgress": "Register other targets: these are being deregistered.",
    "Elb.InternalError": "Run this again; if it stays, open a case with AWS Support: the load balancer itself failed.",
    "Target.HealthCheckDisabled": "Switch health checks on to see the targets' health.",
}


def fix_for(hop: TargetGroupHop, bad: Sequence[TargetHealthDescription]) -> Fix:
    """Return the fix by the reasons of the targets that are not healthy, the most frequent reason first."""
    by_reason: dict[str, list[TargetHealthDescription]] = {}
    for target in bad:
        by_reason.setdefault(target.target_health.reason, []).append(target)
    ordered = sorted(by_reason, key=lambda reason: -len(by_reason[reason]))
    advice = [_ADVICE[reason] for reason in ordered if reason in _ADVICE]
    commands = [command for reason in ordered for command in _commands(hop, reason, by_reason[reason])]
    return Fix(
        summary=advice[0] if advice else "Find out why the targets are not healthy.",
        cli=(f"aws elbv2 describe-target-health --target-group-arn {hop.arn}", *commands),
        console="EC2 › Target groups › Targets: the Health status details column.",
        steps=tuple(f"{reason}: {_ADVICE[reason]}" for reason in ordered if reason in _ADVICE) if advice[1:] else (),
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
    command = f"aws elbv2 register-targets --target-group-arn {hop.arn} --targets Id={kind},Port={port}"
    return Fix(
        summary="Register the backend's targets in the target group.",
        cli=(command,),
        cloudformation="AWS::ElasticLoadBalancingV2::TargetGroup Targets, or LoadBalancers of the AWS::ECS::Service.",
        terraform='resource "aws_lb_target_group_attachment" { target_group_arn = …, target_id = …, port = … }',
        console="EC2 › Target groups › Targets › Register targets.",
    )
