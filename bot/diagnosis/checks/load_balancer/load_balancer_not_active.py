"""LB-01: the load balancer does not exist or is not active."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.checks.listener.listener_fixes import name_another_listener
from bot.diagnosis.checks.load_balancer.balancer_code import new_balancer
from bot.diagnosis.checks.vpc_link.link_commands import deploy, edit_integrations, repoint
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import LoadBalancerState
from bot.diagnosis.sources import LOAD_BALANCER
from bot.language import _


class LoadBalancerNotActive(Check[BalancerHop]):
    """The load balancer does not exist, or it is not active.

    Why: the VPC link leads to this load balancer and nowhere else. Without it, or while it has failed, no request
    reaches a backend, and API Gateway answers with HTTP 500.
    How we decide: every load balancer of the path counts, an application load balancer behind a network load balancer
    too. `active` passes, `provisioning` and `active_impaired` warn, `failed` fails, and so does a load balancer that
    AWS does not know. A state that we do not know is unknown. A network load balancer cannot be deleted while an
    endpoint service uses it: where it is gone, the endpoint service was removed as well.
    How to fix: create the load balancer again; it gets a new ARN, so a new VPC link (or a new target in the
    integration) and a deployment follow.
    References: AWS: ELB API reference LoadBalancerState; load-balancer-delete (network); vpc-links-v1.
    """

    code = "LB-01"
    title = "Load balancer exists and is active"
    hop = Hop.LOAD_BALANCER
    needs = (LOAD_BALANCER,)
    signatures = frozenset({"E1", "E9", "E10"})
    warning_signatures = frozenset({"E1", "E9", "E10"})
    explains = ("VPL-03", "VPL-06", "VPL-07", "LB-08", "TG-01", "TMO-01", "LB-03")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[BalancerHop]:
        """Every load balancer on the paths."""
        return walk.balancers

    def judge(self, subject: BalancerHop, walk: Walk) -> Iterator[Finding]:
        """Judge one load balancer's state."""
        balancer = subject.balancer
        if balancer is None:
            citation = self.cite(LOAD_BALANCER, subject.arn, "LoadBalancers", "[] (LoadBalancerNotFound)")
            summary = _(
                "Load balancer {balancer} does not exist in {region}.",
                balancer=balancer_name(subject.arn),
                region=walk.request.region,
            )
            yield self.failed(subject.arn, summary, [citation], _recreate(subject), subject=subject)
            return
        name, code = balancer.load_balancer_name, balancer.state.code.lower()
        reason = balancer.state.reason.rstrip(".")
        citation = self.cite(LOAD_BALANCER, subject.arn, "State", f"{code} {balancer.state.reason}".strip())
        if code == "active":
            yield self.passed(subject.arn, _("Load balancer {balancer} is active.", balancer=name), subject=subject)
        elif code == "failed":
            yield self.failed(subject.arn, _failed(name, reason), [citation], _recreate(subject), subject=subject)
        elif code in {"provisioning", "active_impaired"}:
            summary = _("Load balancer {balancer} is {state}.", balancer=name, state=code)
            if reason:
                summary = _("Load balancer {balancer} is {state}: {reason}.", balancer=name, state=code, reason=reason)
            yield self.warned(subject.arn, summary, [citation], _wait(subject.arn), subject=subject)
        else:
            summary = _(
                "Load balancer {balancer} has a state that we do not know: {state}.",
                balancer=name,
                state=balancer.state.code or _("none"),
            )
            yield self.undecided(subject.arn, summary, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The load balancer is active; one that is gone comes back under another ARN, which the model does not know."""
        balancer = walk.evidence.get(LOAD_BALANCER, finding.resource)
        if balancer is None:
            return None
        healed = balancer.model_copy(update={"state": LoadBalancerState(code="active")})
        return walk.evidence.with_value(LOAD_BALANCER, finding.resource, healed)


def _failed(name: str, reason: str) -> str:
    if reason:
        return _(
            "Load balancer {balancer} could not be set up, its state is failed: {reason}.",
            balancer=name,
            reason=reason,
        )
    return _("Load balancer {balancer} could not be set up, its state is failed.", balancer=name)


def _wait(arn: str) -> Fix:
    return Fix(
        summary=_("Wait until the load balancer is active, and run this again."),
        cli=(f"aws elbv2 describe-load-balancers --load-balancer-arns {arn}",),
        console=_("EC2 › Load balancers › the load balancer: its State column."),
    )


def _recreate(hop: BalancerHop) -> Fix:
    kind = "application" if ":loadbalancer/app/" in hop.arn else "network"
    name = balancer_name(hop.arn)
    create = f"aws elbv2 create-load-balancer --name {name} --type {kind} --scheme internal --subnets SUBNET_IDS"
    follow, step = _lead_to_it(hop, name)
    cloudformation, terraform = new_balancer(name, kind)
    return Fix(
        summary=_("Create the load balancer again, and lead the path to it."),
        cli=(create, *follow),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Create load balancer."),
        steps=(_("Create the load balancer with its listener and target group."), *step),
    )


def _lead_to_it(hop: BalancerHop, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The commands and the steps that follow: a new load balancer has a new ARN."""
    path = hop.path
    if hop.front is not None:
        register = f"aws elbv2 register-targets --target-group-arn {hop.front.arn} --targets Id=NEW_ALB_ARN"
        return (register,), (_("Register it in the target group of the load balancer in front of it."),)
    if path.api.protocol == "HTTP":
        return name_another_listener(path.link).cli[1:], (_("Point the integration at its listener."),)
    if path.integration.target:
        edits = edit_integrations(path, "integrationTarget", "NEW_LOAD_BALANCER_ARN")
        return (*edits, *deploy(path)), (_("Point the integration at it, and deploy."),)
    create = f"aws apigateway create-vpc-link --name {name} --target-arns NEW_LOAD_BALANCER_ARN"
    steps = (_("Create a new VPC link to it and wait until it is AVAILABLE."), _("Point the integration at the link."))
    return (create, *repoint(path, "NEW_LINK_ID")), steps
