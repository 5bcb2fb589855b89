"""IP-01: the target group's address family is one that the load balancer does not have."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.checks.load_balancer.balancer_code import changed_balancer
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.sources import LOAD_BALANCER, TARGET_GROUP
from bot.language import _

_FAMILIES = {
    "ipv4": frozenset({"ipv4"}),
    "dualstack": frozenset({"ipv4", "ipv6"}),
    "dualstack-without-public-ipv4": frozenset({"ipv4", "ipv6"}),
}


class AddressFamiliesDoNotFit(Check[TargetGroupHop]):
    """The target group's address family is one that the load balancer does not have.

    Why: a load balancer reaches IPv6 targets only from IPv6 addresses of its own, which only a dualstack one has.
    How we decide: an IPv6 target group of a network load balancer that is `ipv4` fails, of an application load
    balancer it warns. An IPv4 target group always fits: every load balancer has IPv4 addresses, and a network load
    balancer speaks IPv4 to an application load balancer behind it. An address type that we do not know is unknown.
    How to fix: make the load balancer dualstack; its subnets need IPv6 ranges.
    References: AWS: load-balancer-target-groups (network), configure-endpoint-service, API reference SetIpAddressType.
    """

    code = "IP-01"
    title = "Load balancer and target group share an address family"
    hop = Hop.LOAD_BALANCER
    needs = (LOAD_BALANCER, TARGET_GROUP)
    signatures = frozenset({"E1", "E9", "E10"})
    explains = ("TG-01", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group, with its load balancer."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Compare the two address types."""
        group, balancer, arn = subject.group, subject.balancer.balancer, subject.balancer.arn
        if group is None or balancer is None or group.target_type == "lambda":
            yield self.not_applicable(arn, _("There is no pair of load balancer and addresses here."), subject=subject)
            return
        name, own = balancer.load_balancer_name, balancer.ip_address_type.lower() or "ipv4"
        wanted = group.ip_address_type.lower() or "ipv4"
        known = {"balancer": name, "own": own, "group": group.target_group_name, "wanted": wanted}
        if own not in _FAMILIES or wanted not in {"ipv4", "ipv6"}:
            summary = _("{balancer} is {own} and {group} {wanted}: we do not know whether they fit.", **known)
            yield self.undecided(arn, summary, subject=subject)
        elif wanted in _FAMILIES[own]:
            summary = _("{balancer} ({own}) has addresses of the family of {group} ({wanted}).", **known)
            yield self.passed(arn, summary, subject=subject)
        else:
            citations = [
                self.cite(LOAD_BALANCER, arn, "IpAddressType", own),
                self.cite(TARGET_GROUP, subject.arn, "IpAddressType", wanted),
            ]
            summary = _("Target group {group} is {wanted}, but {balancer} is {own} and has no such address.", **known)
            say = self.failed if balancer.type == "network" else self.warned
            yield say(arn, summary, citations, _fix(subject), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The load balancer is dualstack."""
        balancer = walk.evidence.get(LOAD_BALANCER, finding.resource)
        if balancer is None:
            return None
        wider = balancer.model_copy(update={"ip_address_type": "dualstack"})
        return walk.evidence.with_value(LOAD_BALANCER, finding.resource, wider)


def _fix(hop: TargetGroupHop) -> Fix:
    cloudformation, terraform = changed_balancer(
        balancer_name(hop.balancer.arn), "IpAddressType", "ip_address_type", "dualstack"
    )
    return Fix(
        summary=_("Make the load balancer dualstack, or use an IPv4 target group."),
        cli=(f"aws elbv2 set-ip-address-type --load-balancer-arn {hop.balancer.arn} --ip-address-type dualstack",),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Network mapping › Edit IP address type."),
        steps=(
            _("Give the VPC and the load balancer's subnets IPv6 ranges."),
            _("Set the load balancer's address type to dualstack."),
            _("Allow IPv6 in its security groups, routes and network ACLs."),
        ),
    )
