"""What the checks of network ACLs say of the ways that an ACL closes, and how it is opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.diagnosis.checks.target.acl_ways import Way, missing_entries
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Citation, Fix
from bot.diagnosis.network_acl import Leg, describe_entry
from bot.diagnosis.resources import NetworkAclEntry
from bot.diagnosis.snippets import Value, new_cloudformation, new_terraform
from bot.diagnosis.sources import NETWORK_ACL
from bot.language import _, plural

_MOST = 8
_CLOSING_RULE = 32767
"""The number of the deny that closes every network ACL and cannot be removed."""


def closing_acls(ways: Sequence[Way]) -> set[str]:
    """Return the ACLs because of which none of these ways is left; none where one of the ways lets something pass."""
    if not ways or not all(way.denied for way in ways):
        return set()
    denying = {leg.answer.acl for way in ways for leg in way.legs if leg.answer.allowed == "none"}
    alone = {acl for acl in denying if all(way.closed_by(acl, wholly=True) for way in ways)}
    return alone or denying


def stopped(acl_id: str, closed: Sequence[Way]) -> str:
    """Return what an ACL stops on these ways, in words: the first two legs, each with the rule that decides."""
    legs = _legs(acl_id, closed)
    shown, more = "; ".join(_in_words(leg) for leg in legs[:2]), len(legs) - 2
    return plural("{legs}; +{count} more", "{legs}; +{count} more", more, legs=shown) if more > 0 else shown


def cited(acl_id: str, closed: Sequence[Way]) -> list[Citation]:
    """Cite the rules of an ACL that close these ways."""
    rules = (leg.answer.rule.removeprefix(f"{acl_id} ") for leg in _legs(acl_id, closed)[:4])
    return [Citation(source=NETWORK_ACL.call, resource=acl_id, field="Entries", value=rule) for rule in rules]


def _legs(acl_id: str, closed: Sequence[Way]) -> list[Leg]:
    found = {(leg.name, leg.answer.rule): leg for way in closed for leg in way.legs if leg.answer.acl == acl_id}
    return list(found.values())


def _in_words(leg: Leg) -> str:
    values = {"leg": leg.name, "ports": leg.answer.ports, "why": _why(leg)}
    if leg.answer.allowed == "some":
        return _("a part of the {leg} on TCP {ports} ({why})", **values)
    return _("{leg} on TCP {ports} ({why})", **values)


def _why(leg: Leg) -> str:
    entry, egress = leg.answer.entry, leg.answer.egress
    if entry is None:
        return _("no outbound rule allows it") if egress else _("no inbound rule allows it")
    rule = describe_entry(entry)
    return _("outbound {rule}", rule=rule) if egress else _("inbound {rule}", rule=rule)


def open_up(evidence: Evidence, acl_id: str, closed: Sequence[Way]) -> Fix:
    """Return the fix of an ACL that closes these ways: the allow entries that are missing, before the deny."""
    entries, leg = missing_entries(evidence, closed, acl_id), _legs(acl_id, closed)[0]
    deny = leg.answer.entry
    numbered = deny if deny and deny.rule_number < _CLOSING_RULE else None
    summary = _("Add the missing allow entries to {acl_id}.", acl_id=acl_id)
    if numbered:
        summary = _(
            "Add the missing allow entries to {acl_id}, before rule {rule_number}.",
            acl_id=acl_id,
            rule_number=numbered.rule_number,
        )
    cloudformation = "\n\n".join(_as_cloudformation(acl_id, entry) for entry in entries[:_MOST])
    terraform = "\n\n".join(_as_terraform(acl_id, entry) for entry in entries[:_MOST])
    commands = [_create(acl_id, entry) for entry in entries]
    if numbered and not all(entry.rule_number for entry in entries):
        summary = _(
            "Delete rule {rule_number} of {acl_id}: no number is free before it.",
            rule_number=numbered.rule_number,
            acl_id=acl_id,
        )
        way = "--egress" if numbered.egress else "--ingress"
        delete = (
            f"aws ec2 delete-network-acl-entry --network-acl-id {acl_id} --rule-number {numbered.rule_number} {way}"
        )
        commands = [delete]
        cloudformation = terraform = f"# Take rule {numbered.rule_number} out of {acl_id}."
    return Fix(
        summary=summary,
        cli=tuple(commands[:_MOST]),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("VPC › Network ACLs › {acl_id} › Inbound rules and Outbound rules › Edit.", acl_id=acl_id),
    )


def _create(acl_id: str, entry: NetworkAclEntry) -> str:
    ports = entry.port_range
    cidr = f"--cidr-block {entry.cidr_block}" if entry.cidr_block else f"--ipv6-cidr-block {entry.ipv6_cidr_block}"
    return (
        f"aws ec2 create-network-acl-entry --network-acl-id {acl_id} --rule-number {entry.rule_number} --protocol 6 "
        f"--rule-action allow {'--egress' if entry.egress else '--ingress'} {cidr} "
        f"--port-range From={ports.from_ if ports else 0},To={ports.to if ports else 65535}"
    )


def _as_cloudformation(acl_id: str, entry: NetworkAclEntry) -> str:
    low, high = _ports(entry)
    properties: dict[str, Value] = {"NetworkAclId": acl_id, "RuleNumber": entry.rule_number, "Egress": entry.egress}
    properties |= {"Protocol": 6, "RuleAction": "allow", "PortRange": {"From": low, "To": high}}
    family = {"CidrBlock": entry.cidr_block} if entry.cidr_block else {"Ipv6CidrBlock": entry.ipv6_cidr_block}
    return new_cloudformation("AWS::EC2::NetworkAclEntry", _title(entry), properties | family)


def _as_terraform(acl_id: str, entry: NetworkAclEntry) -> str:
    low, high = _ports(entry)
    attributes: dict[str, Value] = {"network_acl_id": acl_id, "rule_number": entry.rule_number, "egress": entry.egress}
    attributes |= {"protocol": "tcp", "rule_action": "allow", "from_port": low, "to_port": high}
    family = {"cidr_block": entry.cidr_block} if entry.cidr_block else {"ipv6_cidr_block": entry.ipv6_cidr_block}
    return new_terraform("aws_network_acl_rule", _title(entry), attributes | family)


def _title(entry: NetworkAclEntry) -> str:
    return f"{'outbound' if entry.egress else 'inbound'}_{entry.rule_number}"


def _ports(entry: NetworkAclEntry) -> tuple[int, int]:
    ports = entry.port_range
    low, high = (ports.from_, ports.to) if ports else (None, None)
    return (0 if low is None else low), (65535 if high is None else high)


def with_entries(evidence: Evidence, acl_id: str, ways: Iterable[Way]) -> Evidence:
    """Return evidence in which the ACL has the entries that these ways lack."""
    entries = missing_entries(evidence, ways, acl_id)
    for subnet, acl in evidence.items(NETWORK_ACL):
        if acl.network_acl_id == acl_id:
            healed = acl.model_copy(update={"entries": (*acl.entries, *entries)})
            evidence = evidence.with_value(NETWORK_ACL, subnet, healed)
    return evidence
