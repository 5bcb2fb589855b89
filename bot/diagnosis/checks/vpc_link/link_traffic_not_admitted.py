"""SG-04: the security groups between a VPC link of the second generation and what it leads to are closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.admission import ANYWHERE, admission, as_argument, groups_by_id, name_groups, with_rule
from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.load_balancer.dropped_flows import dropped_flows
from bot.diagnosis.checks.vpc_link.link_gates import Gate, gates_of
from bot.diagnosis.checks.vpc_link.link_peers import LINK_IP_VERSION
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop, Status
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.reachability import Admission, Peer, describe_rules
from bot.diagnosis.resources import VpcLinkV2
from bot.diagnosis.rule_code import rules_as_code
from bot.diagnosis.sources import (
    BALANCER_INTERFACES,
    CLOUD_MAP,
    LINK_INTERFACES,
    LISTENER,
    LISTENERS,
    LOAD_BALANCER,
    PREFIX_LIST,
    SECURITY_GROUP,
    SUBNET,
    VPC_LINK_V2,
)
from bot.language import _, marked

_SAID = {
    ("egress", Status.PASS): marked("{groups} of {owner} lets TCP {port} out to {other}."),
    ("egress", Status.WARN): marked(
        "{groups} of {owner} lets TCP {port} out to {other} only in part, not for {refused}."
    ),
    ("egress", Status.FAIL): marked("{groups} of {owner} lets no TCP {port} out to {other} ({refused})."),
    ("egress", Status.UNKNOWN): marked(
        "{groups} of {owner}: whether it lets TCP {port} out to {other} hangs on an address that we do not know."
    ),
    ("ingress", Status.PASS): marked("{groups} of {owner} admits TCP {port} from {other}."),
    ("ingress", Status.WARN): marked(
        "{groups} of {owner} admits TCP {port} from {other} only in part, not for {refused}."
    ),
    ("ingress", Status.FAIL): marked("{groups} of {owner} admits no TCP {port} from {other} ({refused})."),
    ("ingress", Status.UNKNOWN): marked(
        "{groups} of {owner}: whether it admits TCP {port} from {other} hangs on an address that we do not know."
    ),
}


class LinkTrafficNotAdmitted(Check[LinkHop]):
    """The security groups between a VPC link of the second generation and what it leads to are closed.

    Why: the link's network interfaces stand in your VPC. Their security groups must let the request out, and the load
    balancer's must let it in; what either does not admit is dropped, and the request ends in HTTP 500 or 503.
    How we decide: the outbound rules of the groups on the link's interfaces must cover the load balancer's addresses or
    groups on the listener's port (for AWS Cloud Map: the registered instances). The load balancer's inbound rules must
    admit the link's groups or addresses there. Admitting nothing of it fails, a part warns. A load balancer without
    security groups filters nothing. A link of the first generation has no security groups.
    How to fix: edit the rules. The security groups of a link itself cannot be changed.
    References: AWS: apigateway-vpc-links-v2; security-group-rules; load-balancer-update-security-groups.
    """

    code = "SG-04"
    title = "Security groups let the VPC link (second generation) reach the load balancer"
    hop = Hop.VPC_LINK
    needs = (
        VPC_LINK_V2,
        LINK_INTERFACES,
        SUBNET,
        LOAD_BALANCER,
        LISTENERS,
        LISTENER,
        BALANCER_INTERFACES,
        CLOUD_MAP,
        SECURITY_GROUP,
        PREFIX_LIST,
    )
    signatures = frozenset({"E1", "E9", "E10"})
    warning_signatures = frozenset({"E1", "E9", "E10"})
    explains = ("TMO-01",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge the link's way out, then the load balancer's way in."""
        if not isinstance(subject.link, VpcLinkV2):
            summary = _("Only a VPC link of the second generation carries security groups.")
            yield self.not_applicable(subject.id or subject.path.resource, summary, subject=subject)
            return
        gates = list(gates_of(subject))
        for gate in gates:
            yield self._judged(subject, gate)
        if not gates:
            summary = _("VPC link {link} leads to nothing whose port we know.", link=subject.id)
            yield self.not_applicable(subject.id, summary, subject=subject)

    def _judged(self, subject: LinkHop, gate: Gate) -> Finding:
        resource = gate.group_ids[0] if gate.group_ids else subject.id
        if not gate.group_ids or not all(subject.evidence.was_read(SECURITY_GROUP, i) for i in gate.group_ids):
            # Interfaces can carry groups that the link does not list: the VPC's default group, which is not read.
            summary = _("The security groups of {owner} are not known.", owner=gate.owner)
            return self.undecided(resource, summary, subject=subject)
        groups = groups_by_id(subject.evidence, gate.group_ids)
        if groups is None:
            summary = _("Not every security group of {owner} is known.", owner=gate.owner)
            return self.undecided(resource, summary, subject=subject)
        anybody = Peer((ANYWHERE[LINK_IP_VERSION],), gate.other_group_ids)
        open_to_all = admission(subject.evidence, groups, gate.direction, gate.port, anybody).admitted
        answer = None if open_to_all else admission(subject.evidence, groups, gate.direction, gate.port, gate.peer)
        status = _status(gate, answer)
        summary = _(
            _SAID[gate.direction, status],
            groups=name_groups(groups),
            owner=gate.owner,
            port=gate.port,
            other=gate.other,
            refused=some(answer.refused, 4) if answer else "",
        )
        if status is Status.PASS:
            return self.passed(resource, summary, subject=subject)
        if status is Status.UNKNOWN:
            return self.undecided(resource, summary, subject=subject)
        described = [(g.group_id, describe_rules([g], gate.direction, port=gate.port)) for g in groups]
        field = "IpPermissionsEgress" if gate.direction == "egress" else "IpPermissions"
        citations = [self.cite(SECURITY_GROUP, group_id, field, text) for group_id, text in described]
        citations += _further(gate)
        make = self.failed if status is Status.FAIL else self.warned
        return make(resource, summary, citations, _fix(gate), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The group admits what was closed."""
        evidence = walk.evidence
        for hop in walk.links.items:
            for gate in gates_of(hop) if isinstance(hop.link, VpcLinkV2) else ():
                if finding.resource in gate.group_ids[:1]:
                    evidence = with_rule(evidence, finding.resource, gate.direction, gate.rule)
        return evidence


def _status(gate: Gate, answer: Admission | None) -> Status:
    """What an answer is worth: only what is closed to the other end as a whole is a fault."""
    if answer is None or answer.admitted:
        return Status.PASS
    if not gate.places:
        return Status.UNKNOWN
    if not answer.rules:
        return Status.FAIL
    return Status.WARN if all(place.exact for place in gate.places) else Status.UNKNOWN


def _further(gate: Gate) -> Sequence[Citation]:
    addresses = some(gate.peer.addresses, 8)
    exact = all(place.exact for place in gate.places)
    cited: list[Citation] = []
    if gate.balancer and gate.direction == "egress":
        source = BALANCER_INTERFACES if exact else SUBNET
        cited.append(Citation(source=source.call, resource=gate.balancer.arn, field="addresses", value=addresses))
    if gate.balancer and gate.direction == "ingress":
        source = LINK_INTERFACES if exact else SUBNET
        link = gate.balancer.link.id
        cited.append(Citation(source=source.call, resource=link, field="addresses", value=addresses))
        cited += dropped_flows(gate.balancer, "SecurityGroupBlockedFlowCount_Inbound_TCP")
    return cited


def _fix(gate: Gate) -> Fix:
    group, known = gate.group_ids[0], {"port": gate.port, "group": gate.group_ids[0], "other": gate.other}
    cloudformation, terraform = rules_as_code(group, gate.direction, [gate.rule])
    return Fix(
        summary=_("Allow TCP {port} outbound on {group} to {other}.", **known)
        if gate.direction == "egress"
        else _("Allow TCP {port} inbound on {group} from {other}.", **known),
        cli=(
            f"aws ec2 authorize-security-group-{gate.direction} --group-id {group} "
            f"--ip-permissions {as_argument(gate.rule)}",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Security groups › {group} › Outbound rules › Edit.", group=group)
        if gate.direction == "egress"
        else _("EC2 › Security groups › {group} › Inbound rules › Edit.", group=group),
    )
