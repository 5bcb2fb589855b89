"""NET-02: a flow log shows that packets of the load balancer to its targets are refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.diagnosis.balancer_traffic import receivers_of, some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.arrivals import arrivals
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.reachability import AddressRange
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import FlowLog, RejectedFlow
from bot.diagnosis.sources import (
    BALANCER_INTERFACES,
    FLOW_LOGS,
    INSTANCE,
    INTERFACE_BY_ADDRESS,
    LOAD_BALANCER,
    REJECTED_FLOWS,
    TARGET_GROUP,
)
from bot.language import _

_DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action}"
)
"""How the records begin that we can read (AWS: flow-log-records, version 2)."""


@dataclass(frozen=True)
class _Refusals:
    """What one flow log shows of one target group: records of refused packets by destination and port."""

    log: FlowLog
    flows: tuple[RejectedFlow, ...]

    @property
    def total(self) -> int:
        """How many records there are."""
        return sum(flow.count for flow in self.flows)


class FlowsRefused(Check[TargetGroupHop]):
    """A flow log shows that packets of the load balancer to its targets are refused.

    Why: what a security group or a network ACL does not admit is dropped without an answer. The VPC's flow log still
    counts it as REJECT.
    How we decide: where targets are unhealthy or requests fail, the VPC's flow logs are searched for REJECT records of
    the asked window, from the addresses that send to the targets to a target's address and port. One record is enough:
    it fails, and is a consequence where a check of a security group or a network ACL shows which rule it was. Without
    a flow log in CloudWatch Logs that we can read it is unknown. A flow log may be some ten minutes behind.
    How to fix: open what refuses them; look at the targets' security groups and at the network ACLs of both subnets.
    References: AWS: flow-logs, flow-log-records.
    """

    code = "NET-02"
    title = "No flow log shows refused packets from the load balancer to its targets"
    hop = Hop.TARGET
    needs = (
        FLOW_LOGS,
        REJECTED_FLOWS,
        LOAD_BALANCER,
        BALANCER_INTERFACES,
        TARGET_GROUP,
        INSTANCE,
        INTERFACE_BY_ADDRESS,
    )
    # Without a usable target an application load balancer answers 502, 503 or 504 itself: a backend's 5xx in the log.
    signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    explains = ("TG-01", "LBE-01", "TMO-01")
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge what the flow logs of the group's VPC show."""
        group = subject.group
        if group is None or not group.vpc_id or not subject.targets:
            summary = _("There is no instance or address here to which packets could be refused.")
            yield self.not_applicable(subject.arn, summary, subject=subject)
        elif not subject.evidence.was_read(FLOW_LOGS, group.vpc_id):
            summary = _("Nothing fails here that a flow log could explain.")
            yield self.not_applicable(subject.arn, summary, subject=subject)
        else:
            yield self._judged(subject, group.vpc_id)

    def _judged(self, subject: TargetGroupHop, vpc_id: str) -> Finding:
        logs = [log for log in subject.evidence.get(FLOW_LOGS, vpc_id) or () if _is_readable(log)]
        if not logs:
            summary = _(
                "No flow log of {vpc_id} writes refused packets to CloudWatch Logs in the default format.",
                vpc_id=vpc_id,
            )
            return self.undecided(subject.arn, summary, subject=subject)
        senders = _senders(subject)
        if not senders:
            summary = _("The addresses that send to the targets are not known, so no record can be told to be theirs.")
            return self.undecided(subject.arn, summary, subject=subject)
        found = [_refusals(subject, log, senders) for log in logs]
        worst = max(found, key=lambda refusals: refusals.total)
        if not worst.flows:
            summary = _(
                "Flow log {flow_log_id} shows no refused packet from the load balancer to its targets.",
                flow_log_id=logs[0].flow_log_id,
            )
            return self.passed(subject.arn, summary, subject=subject)
        sources, ports = some(flow.source for flow in worst.flows), some(str(flow.port) for flow in worst.flows)
        destinations, sender = some(flow.destination for flow in worst.flows), _sender(subject)
        summary = _(
            "Flow log {flow_log_id} shows {total} refused flow(s) from {sender} ({sources}) to TCP "
            "{ports} of {destinations}: a security group or a network ACL drops them.",
            flow_log_id=worst.log.flow_log_id,
            total=worst.total,
            sender=sender,
            sources=sources,
            ports=ports,
            destinations=destinations,
        )
        citations = self._citations(worst)
        return self.failed(subject.arn, summary, citations, _fix(subject, worst), subject=subject)

    def _citations(self, refusals: _Refusals) -> list[Citation]:
        group = refusals.log.log_group_name
        return [
            self.cite(
                REJECTED_FLOWS, group, f"{flow.source} → {flow.destination}:{flow.port}", f"REJECT ({flow.count})"
            )
            for flow in sorted(refusals.flows, key=lambda flow: -flow.count)[:5]
        ]


def _is_readable(log: FlowLog) -> bool:
    records = log.traffic_type.upper() in {"", "ALL", "REJECT"} and log.flow_log_status.upper() in {"", "ACTIVE"}
    return bool(log.log_group_name) and records and (log.log_format or _DEFAULT_FORMAT).startswith(_DEFAULT_FORMAT)


def _senders(hop: TargetGroupHop) -> tuple[AddressRange, ...]:
    """The addresses from which targets hear; a subnet's whole range would take in whoever else stands there."""
    versions = {receiver.version for receiver in receivers_of(hop)}
    found = [arrival for version in versions for arrival in (arrivals(hop, version) or {}).values() if arrival.exact]
    ranges = (AddressRange.parse(address) for arrival in found for address in arrival.peer.addresses)
    return tuple(known for known in dict.fromkeys(ranges) if known)


def _refusals(hop: TargetGroupHop, log: FlowLog, senders: Sequence[AddressRange]) -> _Refusals:
    receivers = {(a, port) for x in receivers_of(hop) for a in x.addresses for _, port in x.ports}
    counted: Counter[tuple[str, str, int]] = Counter()
    for port in sorted({target.port for target in hop.targets if target.port}):
        for flow in hop.evidence.get(REJECTED_FLOWS, f"{port}/{log.log_group_name}") or ():
            if (flow.destination, flow.port) in receivers and AddressRange.parse(flow.source) in senders:
                counted[flow.source, flow.destination, flow.port] += flow.count
    flows = (RejectedFlow(source=s, destination=d, port=p, count=n) for (s, d, p), n in sorted(counted.items()))
    return _Refusals(log, tuple(flows))


def _sender(hop: TargetGroupHop) -> str:
    balancer = hop.balancer.balancer
    return balancer.load_balancer_name if balancer else _("the load balancer")


def _fix(hop: TargetGroupHop, refusals: _Refusals) -> Fix:
    hit = {flow.destination for flow in refusals.flows}
    receivers = [x for x in receivers_of(hop) if hit & set(x.addresses)]
    groups = " ".join(dict.fromkeys(i for x in receivers for i in x.group_ids)) or "TARGET_SECURITY_GROUP_IDS"
    subnets = ",".join(dict.fromkeys([*hop.balancer.subnet_ids, *(p.subnet_id for x in receivers for p in x.places)]))
    return Fix(
        summary=_("Open what refuses the packets: the targets' security group, or a network ACL on the way."),
        cli=(
            f"aws ec2 describe-security-groups --group-ids {groups}",
            f"aws ec2 describe-network-acls --filters Name=association.subnet-id,Values={subnets}",
            f"aws logs filter-log-events --log-group-name {refusals.log.log_group_name} --filter-pattern REJECT",
        ),
        console=_("VPC › Your VPCs › Flow logs; EC2 › Security groups; VPC › Network ACLs."),
        steps=(
            _("Look at the inbound rules of the targets' security group for this port."),
            _(
                "Look at the network ACLs of the load balancer's subnets and of the targets' subnets, in "
                "both directions.",
            ),
        ),
    )
