"""SG-03: the targets' security groups do not admit what the load balancer sends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.admission import as_argument, name_groups, with_rule
from bot.diagnosis.balancer_traffic import HEALTH, receivers_of, some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.arrivals import arrivals
from bot.diagnosis.checks.target.refusals import Cluster, Refusal, clusters_of, missing_rules
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop, Status
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.reachability import describe_rules
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import SecurityGroup
from bot.diagnosis.rule_code import rules_as_code
from bot.diagnosis.sources import (
    BALANCER_INTERFACES,
    INSTANCE,
    INTERFACE_BY_ADDRESS,
    LOAD_BALANCER,
    PREFIX_LIST,
    SECURITY_GROUP,
    SUBNET,
)
from bot.language import _, plural


class TargetIngressClosed(Check[TargetGroupHop]):
    """The targets' security group does not admit what the load balancer sends.

    Why: requests that came through PrivateLink reach the target from the load balancer's own addresses; a security
    group that does not admit them drops them, and they end in HTTP 500. Health checks come from those addresses too.
    How we decide: for the traffic port and the health-check port, a rule must admit the load balancer's addresses. A
    rule that names the load balancer's security group admits health checks; it admits requests of a VPC link only
    while inbound rules are enforced on PrivateLink traffic, so healthy targets can still refuse every request. An
    application load balancer is always the source itself. With a VPC link of the second generation in front of a
    network load balancer AWS does not state the requests' source: what looks closed there only warns. Nodes that some
    other target admits warn too. A target outside the VPC is unknown.
    How to fix: allow the port from the load balancer's addresses (application load balancer: from its security group).
    References: AWS: target-group-register-targets, edit-target-group-attributes, load-balancer-security-groups.
    """

    code = "SG-03"
    title = "Targets' security group admits the load balancer"
    hop = Hop.TARGET
    needs = (LOAD_BALANCER, BALANCER_INTERFACES, SUBNET, INSTANCE, INTERFACE_BY_ADDRESS, SECURITY_GROUP, PREFIX_LIST)
    # Without a usable target an application load balancer answers 502, 503 or 504 itself: a backend's 5xx in the log.
    signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    warning_signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    explains = ("TG-01", "NET-02", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group, also the one that leads to an application load balancer."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge each set of security groups that the group's targets carry."""
        receivers = receivers_of(subject)
        if not receivers:
            yield self.not_applicable(
                subject.arn, _("There is no target that a security group could guard."), subject=subject
            )
            return
        if arrivals(subject, receivers[0].version) is None:
            yield self.undecided(subject.arn, _("The load balancer is of no kind that we know."), subject=subject)
            return
        clusters = clusters_of(subject, receivers)
        for cluster in clusters:
            yield self._judged(subject, cluster)
        unseen = [x.name for x in receivers if x.elsewhere or (not clusters and not x.found)]
        if unseen:
            summary = _(
                "No network interface of the VPC belongs to {unseen}, so what guards it cannot be seen.",
                unseen=some(unseen),
            )
            yield self.undecided(unseen[0], summary, subject=subject)

    def _judged(self, subject: TargetGroupHop, cluster: Cluster) -> Finding:
        resource, names = cluster.group_ids[0] if cluster.group_ids else subject.arn, _names(cluster)
        if cluster.groups is None:
            summary = _("Not every security group of {names} is known.", names=names)
            return self.undecided(resource, summary, subject=subject)
        who, status = name_groups(cluster.groups), cluster.status
        if status is Status.PASS:
            ports = some(str(port) for receiver in cluster.receivers for _, port in receiver.ports)
            summary = plural(
                "{groups} on {names} admits TCP {ports} from the load balancer.",
                "{groups} on {names} admit TCP {ports} from the load balancer.",
                len(cluster.group_ids),
                groups=who,
                names=names,
                ports=ports,
            )
            return self.passed(resource, summary, subject=subject)
        telling = [refusal for refusal in cluster.refusals if refusal.status is status]
        summary = _summary(cluster, telling)
        if status is Status.UNKNOWN:
            return self.undecided(resource, summary, subject=subject)
        make = self.failed if status is Status.FAIL else self.warned
        return make(
            resource, summary, self._citations(subject, cluster.groups, telling), _fix(cluster), subject=subject
        )

    def _citations(
        self, subject: TargetGroupHop, groups: Sequence[SecurityGroup], telling: Sequence[Refusal]
    ) -> list[Citation]:
        port = telling[0].port
        described = [(g.group_id, describe_rules([g], "ingress", port=port)) for g in groups]
        cited = [self.cite(SECURITY_GROUP, group_id, "IpPermissions", text) for group_id, text in described]
        addresses = some((a for refusal in telling for a in refusal.arrival.peer.addresses), 8)
        balancer = subject.balancer
        if telling[0].arrival.exact:
            cited += [self.cite(BALANCER_INTERFACES, balancer.arn, "PrivateIpAddresses", addresses)]
        else:
            cited += [self.cite(SUBNET, balancer.arn, "AvailabilityZones[].SubnetId → CidrBlock", addresses)]
        if any(refusal.by_reference for refusal in telling):
            enforced = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
            cited += [self.cite(LOAD_BALANCER, balancer.arn, enforced, "off")]
        return cited

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The group admits the missing ports from where the traffic comes."""
        evidence = walk.evidence
        for hop in walk.target_groups.items:
            for cluster in clusters_of(hop, receivers_of(hop)):
                if finding.resource in cluster.group_ids[:1]:
                    for rule in missing_rules(cluster):
                        evidence = with_rule(evidence, finding.resource, "ingress", rule)
        return evidence


def _summary(cluster: Cluster, telling: Sequence[Refusal]) -> str:
    first = telling[0]
    who = name_groups(cluster.groups or ())
    ports = some(str(r.port) for r in telling)
    addresses = some((a for r in telling for a in r.refused), 4)
    names, sender = _names(cluster), first.arrival.sender
    if first.status is Status.UNKNOWN:
        return _(
            "{who} on {names}: whether it admits TCP {ports} from {sender} hangs on an address we do not know.",
            who=who,
            names=names,
            ports=ports,
            sender=sender,
        )
    if first.by_reference:
        return _(
            "{who} on {names} admits TCP {ports} only from the security group of {sender}; requests "
            "of the VPC link come from its addresses {addresses} without that group, so health "
            "checks pass and requests do not.",
            who=who,
            names=names,
            ports=ports,
            sender=sender,
            addresses=addresses,
        )
    values = {"groups": who, "names": names, "ports": ports, "addresses": addresses, "sender": sender}
    if all(r.arrival.use == HEALTH for r in telling):
        return plural(
            "{groups} on {names} admits no TCP {ports} from {addresses}, where the health checks come from.",
            "{groups} on {names} admit no TCP {ports} from {addresses}, where the health checks come from.",
            len(cluster.group_ids),
            **values,
        )
    return plural(
        "{groups} on {names} admits no TCP {ports} from {addresses}, where {sender} stands.",
        "{groups} on {names} admit no TCP {ports} from {addresses}, where {sender} stands.",
        len(cluster.group_ids),
        **values,
    )


def _names(cluster: Cluster) -> str:
    return some(receiver.name for receiver in cluster.receivers)


def _fix(cluster: Cluster) -> Fix:
    group_id = cluster.group_ids[0]
    command = f"aws ec2 authorize-security-group-ingress --group-id {group_id} --ip-permissions"
    rules = missing_rules(cluster)[:5]
    cloudformation, terraform = rules_as_code(group_id, "ingress", rules)
    ports = some(str(refusal.port) for refusal in cluster.refusals)
    sender = cluster.refusals[0].arrival.sender
    return Fix(
        summary=_(
            "Allow TCP {ports} inbound on {group_id} from {sender}.", ports=ports, group_id=group_id, sender=sender
        ),
        cli=tuple(f"{command} {as_argument(rule)}" for rule in rules),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Security groups › {group_id} › Inbound rules › Edit.", group_id=group_id),
    )
