"""SG-01: the load balancer's security group filters what comes from PrivateLink."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.admission import ANYWHERE, admission, groups_by_id, name_groups
from bot.diagnosis.check import Check
from bot.diagnosis.checks.load_balancer.balancer_code import changed_balancer
from bot.diagnosis.checks.load_balancer.dropped_flows import dropped_flows
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.reachability import Peer, describe_rules
from bot.diagnosis.resources import LoadBalancer
from bot.diagnosis.sources import LOAD_BALANCER, PREFIX_LIST, SECURITY_GROUP
from bot.language import _

_FIELD = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"


class PrivateLinkRulesEnforced(Check[BalancerHop]):
    """The load balancer applies its security group's inbound rules to traffic from PrivateLink.

    Why: what a VPC link of the first generation sends comes through PrivateLink with the client's private address
    inside AWS, which nobody outside knows and which changes. A rule for the VPC's range, for API Gateway's public
    ranges or for another security group does not admit it, so the load balancer drops it.
    How we decide: a network load balancer without security groups filters nothing, and with the setting `off` the
    rules do not count for PrivateLink. With `on`, or without the setting (the default is on), inbound rules that open
    the listener's port to 0.0.0.0/0 warn, any others fail. Dropped flows in the metrics are cited where they show.
    How to fix: switch the setting off. Name all current security groups in the command: its list replaces theirs.
    References: AWS: set-up-nlb-for-vpclink-using-console; load-balancer-security-groups (network).
    """

    code = "SG-01"
    title = "Inbound rules are not enforced on PrivateLink traffic"
    hop = Hop.LOAD_BALANCER
    needs = (LOAD_BALANCER, SECURITY_GROUP, PREFIX_LIST)
    signatures = frozenset({"E1", "E9", "E10"})
    explains = ("TMO-01",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[BalancerHop]:
        """The load balancers that the links lead to."""
        return walk.front_balancers

    def judge(self, subject: BalancerHop, walk: Walk) -> Iterator[Finding]:
        """Judge the setting, then the rules."""
        arn, balancer = subject.arn, subject.balancer
        if balancer is None or balancer.type != "network" or not subject.through_private_link:
            yield self.not_applicable(arn, _("No network load balancer behind PrivateLink."), subject=subject)
            return
        name, setting = balancer.load_balancer_name, _setting(balancer)
        if not balancer.security_groups:
            summary = _("{balancer} has no security group, so nothing is filtered there.", balancer=name)
            yield self.passed(arn, summary, subject=subject)
        elif setting == "off":
            summary = _("{balancer} does not enforce inbound rules on PrivateLink traffic.", balancer=name)
            yield self.passed(arn, summary, subject=subject)
        elif setting not in {"on", ""}:
            summary = _(
                "{balancer} has a setting of {field} that we do not know: {value}.",
                balancer=name,
                field=_FIELD,
                value=setting,
            )
            yield self.undecided(arn, summary, subject=subject)
        else:
            yield self._enforced(subject, balancer)

    def _enforced(self, subject: BalancerHop, balancer: LoadBalancer) -> Finding:
        arn, name, port = subject.arn, balancer.load_balancer_name, subject.port
        groups = groups_by_id(subject.evidence, balancer.security_groups)
        if port is None:
            summary = _(
                "{balancer} enforces inbound rules, and we do not know the port that the path uses.", balancer=name
            )
            return self.undecided(arn, summary, subject=subject)
        if groups is None:
            summary = _(
                "{balancer} enforces inbound rules, and we do not know every security group of it.", balancer=name
            )
            return self.undecided(arn, summary, subject=subject)
        admitted = admission(subject.evidence, groups, "ingress", port, Peer((ANYWHERE[4],))).admitted
        citations = [
            self.cite(LOAD_BALANCER, arn, _FIELD, _setting(balancer) or _("absent (the default is on)")),
            *(
                self.cite(SECURITY_GROUP, g.group_id, "IpPermissions", describe_rules([g], "ingress", port=port))
                for g in groups
            ),
            *dropped_flows(subject, "SecurityGroupBlockedFlowCount_Inbound_TCP"),
        ]
        known = {"balancer": name, "groups": name_groups(groups), "port": port}
        if admitted:
            summary = _(
                "{balancer} enforces inbound rules on PrivateLink traffic; {groups} opens TCP {port} to everybody, so "
                "it passes.",
                **known,
            )
            return self.warned(arn, summary, citations, _fix(balancer), subject=subject)
        summary = _(
            "{balancer} enforces inbound rules on PrivateLink traffic, and {groups} does not admit API Gateway on TCP "
            "{port}: it comes from addresses of AWS's own, and the rules admit {rules}.",
            rules=describe_rules(groups, "ingress", port=port),
            **known,
        )
        return self.failed(arn, summary, citations, _fix(balancer), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The setting is off."""
        balancer = walk.evidence.get(LOAD_BALANCER, finding.resource)
        if balancer is None:
            return None
        healed = balancer.model_copy(update={"enforce_security_group_inbound_rules_on_private_link_traffic": "off"})
        return walk.evidence.with_value(LOAD_BALANCER, finding.resource, healed)


def _setting(balancer: LoadBalancer) -> str:
    return balancer.enforce_security_group_inbound_rules_on_private_link_traffic.lower()


def _fix(balancer: LoadBalancer) -> Fix:
    cloudformation, terraform = changed_balancer(
        balancer.load_balancer_name, _FIELD, "enforce_security_group_inbound_rules_on_private_link_traffic", "off"
    )
    return Fix(
        summary=_("Switch off the enforcement of inbound rules on PrivateLink traffic."),
        cli=(
            f"aws elbv2 set-security-groups --load-balancer-arn {balancer.load_balancer_arn} "
            f"--security-groups {' '.join(balancer.security_groups)} "
            "--enforce-security-group-inbound-rules-on-private-link-traffic off",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Security › Edit › clear “Enforce inbound rules on PrivateLink traffic”."),
    )
