"""BE-04: the load balancer runs out of source ports towards its targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.balancer_metrics import PORT_ERRORS, counter, name_of, network_balancers, traffic
from bot.diagnosis.failures import LOST_CONNECTION
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.snippets import change_cloudformation, change_terraform
from bot.diagnosis.sources import METRIC
from bot.diagnosis.trends import total_since
from bot.language import _

_SECONDARY = "secondary_ips.auto_assigned.per_subnet"


class PortsExhausted(Check[BalancerHop]):
    """The load balancer runs out of source ports towards its targets.

    Why: what comes through PrivateLink reaches the targets from the load balancer's own addresses, and each of them
    has about 55,000 connections, or new connections a minute, to one target. Beyond that connections are refused.
    How we decide: any PortAllocationErrorCount in the asked window fails, only before it warns. Without traffic and
    without data it is unknown.
    How to fix: register more targets, or give the load balancer secondary addresses, which cannot be taken back.
    References: AWS: load-balancer-troubleshooting, load-balancer-cloudwatch-metrics (network).
    """

    code = "BE-04"
    title = "Load balancer has ports left towards its targets"
    hop = Hop.TARGET
    needs = (METRIC,)
    signatures = LOST_CONNECTION
    warning_signatures = LOST_CONNECTION
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[BalancerHop]:
        """Every network load balancer: only they count it."""
        return network_balancers(walk)

    def judge(self, subject: BalancerHop, walk: Walk) -> Iterator[Finding]:
        """Judge the errors in the asked window, then those before it."""
        errors, name = counter(subject, PORT_ERRORS), name_of(subject)
        minutes = walk.request.since_minutes
        inside = total_since(errors, (walk.evidence.at - timedelta(minutes=minutes)).timestamp())
        if inside:
            citation = self.cite(
                METRIC,
                subject.arn,
                f"{PORT_ERRORS} (Sum)",
                _("{count} in {minutes} minutes", count=format(inside, "g"), minutes=minutes),
            )
            summary = _(
                "{name} could not allocate a port {inside} times in {minutes} minutes.",
                name=name,
                inside=format(inside, "g"),
                minutes=minutes,
            )
            yield self.failed(subject.arn, summary, [citation], _fix(subject), subject=subject)
        elif errors.total:
            citation = self.cite(
                METRIC,
                subject.arn,
                f"{PORT_ERRORS} (Sum)",
                _("{count} before the window", count=format(errors.total, "g")),
            )
            summary = _(
                "{name} could not allocate a port {total} times, but not in the last {minutes} minutes.",
                name=name,
                total=format(errors.total, "g"),
                minutes=minutes,
            )
            yield self.warned(subject.arn, summary, [citation], _fix(subject), subject=subject)
        elif errors.points or traffic(subject, walk).seen:
            yield self.passed(subject.arn, _("{name} never ran out of ports.", name=name), subject=subject)
        else:
            summary = _("{name} had no traffic in the hours that were read, so its ports tell nothing.", name=name)
            yield self.undecided(subject.arn, summary, subject=subject)


def _fix(subject: BalancerHop) -> Fix:
    return Fix(
        summary=_("Register more targets, or give the load balancer secondary addresses."),
        cli=(
            f"aws elbv2 modify-load-balancer-attributes --load-balancer-arn {subject.arn} "
            f"--attributes Key={_SECONDARY},Value=1",
        ),
        cloudformation=change_cloudformation(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            name_of(subject),
            {"LoadBalancerAttributes": [{"Key": _SECONDARY, "Value": "1"}]},
        ),
        terraform=change_terraform("aws_lb", name_of(subject), {"secondary_ips_auto_assigned_per_subnet": 1}),
        console=_("EC2 › Load balancers › Network mapping › Secondary IPv4 addresses."),
        steps=(
            _("Either register more targets: each gives the load balancer about 55,000 more connections."),
            _("Or add secondary addresses, up to 7 a subnet; their number cannot be lowered again."),
        ),
    )
