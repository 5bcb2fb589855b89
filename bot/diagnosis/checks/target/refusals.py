"""What the targets' security groups refuse of the traffic that the load balancer sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.diagnosis.admission import admission, admits_nobody, as_argument, groups_by_id, tcp_rule
from bot.diagnosis.balancer_traffic import HEALTH, TRAFFIC, Receiver
from bot.diagnosis.checks.target.arrivals import Arrival, arrivals
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Status
from bot.diagnosis.reachability import Admission, Peer
from bot.diagnosis.resources import IpPermission, SecurityGroup


@dataclass(frozen=True)
class Refusal:
    """One kind of traffic that a receiver's groups do not admit, or of which that is not known."""

    receiver: Receiver
    port: int
    arrival: Arrival
    status: Status
    refused: tuple[str, ...]
    by_reference: bool = False
    """Whether a rule names a group that the sender carries, and this traffic does not."""


@dataclass(frozen=True)
class Cluster:
    """The receivers that carry the same security groups, and what those refuse."""

    groups: tuple[SecurityGroup, ...] | None
    group_ids: tuple[str, ...]
    receivers: tuple[Receiver, ...]
    refusals: tuple[Refusal, ...] = ()

    @property
    def status(self) -> Status:
        """The worst that its refusals say; unknown where one of its groups is."""
        said = {refusal.status for refusal in self.refusals}
        if self.groups is None:
            return Status.UNKNOWN
        return next((s for s in (Status.FAIL, Status.WARN, Status.UNKNOWN) if s in said), Status.PASS)


def clusters_of(hop: TargetGroupHop, receivers: Sequence[Receiver]) -> list[Cluster]:
    """Judge the receivers by the sets of security groups that they carry; one that is not found carries none."""
    senders = {version: arrivals(hop, version) or {} for version in sorted({r.version for r in receivers})}
    by_groups: dict[tuple[str, ...], list[Receiver]] = {}
    for receiver in receivers:
        if receiver.found:
            by_groups.setdefault(receiver.group_ids, []).append(receiver)
    clusters = []
    for ids, members in by_groups.items():
        groups = groups_by_id(hop.evidence, ids) if ids else None
        refusals = [r for x in members for r in _refusals(hop, x, groups, senders[x.version])] if groups else []
        clusters.append(Cluster(groups, ids, tuple(members), tuple(refusals)))
    complete = not any(receiver.elsewhere for receiver in receivers) and all(cluster.groups for cluster in clusters)
    lost = {use: _lost(clusters, use) if complete else frozenset[str]() for use in (TRAFFIC, HEALTH)}
    return [replace(c, refusals=tuple(_raised(r, lost) for r in c.refusals)) for c in clusters]


def _refusals(
    hop: TargetGroupHop, receiver: Receiver, groups: Sequence[SecurityGroup], senders: Mapping[str, Arrival]
) -> Iterator[Refusal]:
    for use, port in receiver.ports:
        arrival = senders.get(use)
        answer = admission(hop.evidence, groups, "ingress", port, arrival.peer) if arrival else None
        if arrival and answer and not answer.admitted:
            nobody = not arrival.certain and admits_nobody(hop.evidence, groups, "ingress", port)
            status = _status(arrival, answer, closed_to_all=nobody)
            shed = Peer((), arrival.shed_group_ids)
            by_reference = bool(shed.group_ids) and admission(hop.evidence, groups, "ingress", port, shed).admitted
            yield Refusal(receiver, port, arrival, status, answer.refused, by_reference)


def _status(arrival: Arrival, answer: Admission, *, closed_to_all: bool) -> Status:
    """What a refusal is worth: only what certainly is refused, as a whole, is a fault."""
    if not arrival.peer.addresses:
        return Status.UNKNOWN
    if not arrival.certain:
        return Status.FAIL if closed_to_all else Status.WARN
    if not answer.rules:
        return Status.FAIL
    return Status.WARN if arrival.exact else Status.UNKNOWN


def _lost(clusters: Sequence[Cluster], use: str) -> frozenset[str]:
    """The nodes that no target admits: what enters the load balancer there reaches nobody."""
    refused: list[set[str]] = []
    for cluster in clusters:
        for receiver in cluster.receivers:
            mine = [r.refused for r in cluster.refusals if r.receiver is receiver and r.arrival.use == use]
            refused.append({address for addresses in mine for address in addresses})
    return frozenset(set.intersection(*refused)) if refused else frozenset()


def _raised(refusal: Refusal, lost: Mapping[str, frozenset[str]]) -> Refusal:
    certain = refusal.arrival.certain and refusal.arrival.exact
    if refusal.status is Status.WARN and certain and lost[refusal.arrival.use] & set(refusal.refused):
        return replace(refusal, status=Status.FAIL)
    return refusal


def missing_rules(cluster: Cluster) -> tuple[IpPermission, ...]:
    """Return the inbound rules that would admit what is refused, each once."""
    rules = {}
    for refusal in cluster.refusals:
        ids = refusal.arrival.referable
        rule = tcp_rule(refusal.port, () if ids else refusal.refused, ids)
        rules[as_argument(rule)] = rule
    return tuple(rules.values())
