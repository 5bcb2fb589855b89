"""Security groups against the evidence: what a set of groups admits, with the prefix lists that were read.

`reachability` is the arithmetic; here the evidence answers for what it needs, and gaps speak for themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.reachability import Admission, Direction, Peer, UnknownPrefixList, admits
from bot.diagnosis.resources import GroupPair, IpPermission, IpRange, Ipv6Range, SecurityGroup
from bot.diagnosis.sources import PREFIX_LIST, SECURITY_GROUP

ANYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


def admission(
    evidence: Evidence, groups: Sequence[SecurityGroup], direction: Direction, port: int, peer: Peer
) -> Admission:
    """Say what the groups admit. Raises `MissingEvidence` where a prefix list decides that could not be read."""
    ids = [x.prefix_list_id for g in groups for rule in rules_of(g, direction) for x in rule.prefix_list_ids]
    readable = (i for i in ids if evidence.was_read(PREFIX_LIST, i) and not evidence.failed(PREFIX_LIST, i))
    lists = {i: evidence.get(PREFIX_LIST, i) or () for i in readable}
    try:
        return admits(groups, direction, port, peer, prefix_lists=lists)
    except UnknownPrefixList as unknown:
        lists |= {i: evidence.get(PREFIX_LIST, i) or () for i in unknown.ids}
        return admits(groups, direction, port, peer, prefix_lists=lists)


def rules_of(group: SecurityGroup, direction: Direction) -> tuple[IpPermission, ...]:
    """Return a group's rules of one direction."""
    return group.ip_permissions if direction == "ingress" else group.ip_permissions_egress


def referenced_groups(groups: Sequence[SecurityGroup], direction: Direction) -> tuple[str, ...]:
    """Return the ids of the groups that the rules name as peers."""
    pairs = (pair for g in groups for rule in rules_of(g, direction) for pair in rule.user_id_group_pairs)
    return tuple(dict.fromkeys(pair.group_id for pair in pairs if pair.group_id))


def admits_nobody(evidence: Evidence, groups: Sequence[SecurityGroup], direction: Direction, port: int) -> bool:
    """Whether no rule at all is about this TCP port: then it is closed, whoever the peer is."""
    everybody = Peer(tuple(ANYWHERE.values()))
    if admission(evidence, groups, direction, port, everybody).rules:
        return False
    return not admission(evidence, groups, direction, port, Peer((), referenced_groups(groups, direction))).admitted


def groups_by_id(evidence: Evidence, ids: Sequence[str]) -> tuple[SecurityGroup, ...] | None:
    """Return all groups with these ids; None where one of them is gone, for then the rest tells only a part."""
    found = [evidence.get(SECURITY_GROUP, i) for i in ids]
    known = tuple(g for g in found if g is not None)
    return known if len(known) == len(found) else None


def with_rule(evidence: Evidence, group_id: str, direction: Direction, rule: IpPermission) -> Evidence:
    """Return evidence in which a group has one rule more: how a fix is tested on the model."""
    group = evidence.get(SECURITY_GROUP, group_id)
    if group is None:
        return evidence
    field = "ip_permissions" if direction == "ingress" else "ip_permissions_egress"
    added = group.model_copy(update={field: (*rules_of(group, direction), rule)})
    return evidence.with_value(SECURITY_GROUP, group_id, added)


def name_groups(groups: Sequence[SecurityGroup]) -> str:
    """Return the groups as people know them: `sg-0a1 (orders-app), sg-0a2`."""
    named = [f"{g.group_id} ({g.group_name})" if g.group_name not in {"", g.group_id} else g.group_id for g in groups]
    return ", ".join(named)


def tcp_rule(port: int, addresses: Sequence[str] = (), group_ids: Sequence[str] = ()) -> IpPermission:
    """Return a rule for one TCP port and these addresses, ranges or groups."""
    ranges = [a if "/" in a else f"{a}/{128 if ':' in a else 32}" for a in addresses]
    return IpPermission(
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        ip_ranges=tuple(IpRange(cidr_ip=a) for a in ranges if ":" not in a),
        ipv6_ranges=tuple(Ipv6Range(cidr_ipv6=a) for a in ranges if ":" in a),
        user_id_group_pairs=tuple(GroupPair(group_id=i) for i in group_ids),
    )


def as_argument(rule: IpPermission) -> str:
    """Return a rule of `tcp_rule` as the AWS CLI takes it after `--ip-permissions`."""
    parts = ["IpProtocol=tcp", f"FromPort={rule.from_port}", f"ToPort={rule.to_port}"]
    lists = (
        ("IpRanges", [f"{{CidrIp={x.cidr_ip}}}" for x in rule.ip_ranges]),
        ("Ipv6Ranges", [f"{{CidrIpv6={x.cidr_ipv6}}}" for x in rule.ipv6_ranges]),
        ("UserIdGroupPairs", [f"{{GroupId={x.group_id}}}" for x in rule.user_id_group_pairs]),
    )
    parts += [f"{name}=[{','.join(items)}]" for name, items in lists if items]
    return f"'{','.join(parts)}'"
