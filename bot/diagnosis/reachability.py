"""Security-group arithmetic: what a set of groups admits, which rule says so, and what is left out.

Source of the rules: AWS: vpc-security-groups, security-group-rules, EC2 API: IpPermission. Groups only allow, the
rules of all groups count together, and answers to admitted traffic pass by themselves. IPv4 and IPv6 rules are
separate. Whoever carries *no* group at all (an NLB made without one) is not filtered: then there is nothing to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range
from itertools import groupby
from typing import Literal

from bot.diagnosis.resources import IpPermission, SecurityGroup
from bot.language import _, plural

Direction = Literal["ingress", "egress"]

HIGHEST_PORT = 65535
_PROTOCOL_NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_EVERY_PROTOCOL = "-1"


@dataclass(frozen=True)
class AddressRange:
    """Consecutive IP addresses of one family, as numbers; both ends belong to the range."""

    version: int
    first: int
    last: int

    @classmethod
    def parse(cls, text: str) -> AddressRange | None:
        """Read an address or a CIDR range, host bits allowed; None where the text is neither."""
        try:
            network = ip_network(text.strip(), strict=False)
        except ValueError:
            return None
        return cls(network.version, int(network.network_address), int(network.broadcast_address))

    def intersection(self, other: AddressRange) -> AddressRange | None:
        """Return the addresses that both hold, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return AddressRange(self.version, first, last) if self.version == other.version and first <= last else None

    def minus(self, other: AddressRange) -> tuple[AddressRange, ...]:
        """Return what remains of this range without the other: none, one or two ranges."""
        common = self.intersection(other)
        if common is None:
            return (self,)
        below, above = replace(self, last=common.first - 1), replace(self, first=common.last + 1)
        return tuple(part for part in (below, above) if part.first <= part.last)

    def __str__(self) -> str:
        address = IPv4Address if self.version == 4 else IPv6Address
        first, last = address(self.first), address(self.last)
        networks = [str(network) for network in summarize_address_range(first, last)]
        if first == last or len(networks) > 1:
            return str(first) if first == last else f"{first}-{last}"
        return networks[0]


@dataclass(frozen=True)
class Peer:
    """The other end: its addresses or CIDR ranges, and the security groups that its interfaces carry."""

    addresses: tuple[str, ...]
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Admission:
    """Whether all of a peer is admitted, by which rules, and what is left out."""

    admitted: bool
    rules: tuple[str, ...] = ()
    """The rules that admit the peer or a part of it, each as `sg-0a1 ingress tcp 8080 from 10.20.1.0/24`."""
    refused: tuple[str, ...] = ()
    """The peer's addresses, as they were asked, that are not admitted or only in part."""
    uncovered: tuple[str, ...] = ()
    """Exactly what no rule covers: `10.0.0.128/25` where half of 10.0.0.0/24 is admitted."""

    @property
    def rule(self) -> str:
        """The admitting rules in one text; empty where there is none."""
        return " and ".join(self.rules)

    @property
    def partial(self) -> bool:
        """Whether a part of the peer is admitted, and a part is not."""
        return bool(self.rules) and not self.admitted


class UnknownPrefixList(Exception):  # noqa: N818 - it is not an error: the answer hangs on what was not read
    """Raised where only prefix lists whose entries are not known could admit the rest of the peer."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = tuple(dict.fromkeys(ids))
        super().__init__(f"the entries of {', '.join(self.ids)} are not known")


@dataclass(frozen=True)
class _Rule:
    """One permission for one peer, which is how AWS counts rules."""

    group_id: str
    direction: Direction
    permission: IpPermission
    kind: Literal["addresses", "group", "prefix-list"]
    peer: str

    @property
    def traffic(self) -> str:
        protocol, low, high = _protocol(self.permission.ip_protocol), *_ports(self.permission)
        if protocol == _EVERY_PROTOCOL:
            return _("all traffic")
        if protocol not in ("tcp", "udp"):
            return _("protocol {number}", number=protocol) if protocol.isdigit() else protocol
        if (low, high) == (0, HIGHEST_PORT):
            return _("all {protocol}", protocol=protocol)
        return f"{protocol} {low}" if low == high else f"{protocol} {low}-{high}"

    def is_for(self, protocol: str, port: int) -> bool:
        mine, (low, high) = _protocol(self.permission.ip_protocol), _ports(self.permission)
        return mine == _EVERY_PROTOCOL or (mine == _protocol(protocol) and low <= port <= high)

    def ranges(self, prefix_lists: Mapping[str, tuple[str, ...]]) -> list[AddressRange]:
        """The addresses that this rule is about, as far as they are known."""
        texts: tuple[str, ...] = (self.peer,) if self.kind == "addresses" else ()
        if self.kind == "prefix-list":
            texts = prefix_lists.get(self.peer, ())
        return [known for text in texts if (known := AddressRange.parse(text))]

    def __str__(self) -> str:
        return f"{self.group_id} {self.direction} {_described(self.direction, self.traffic, self.peer)}"


def admits(
    groups: Sequence[SecurityGroup],
    direction: Direction,
    port: int,
    peer: Peer,
    *,
    prefix_lists: Mapping[str, tuple[str, ...]],
    protocol: str = "tcp",
) -> Admission:
    """Say whether these groups together let traffic with this peer pass on this port.

    A rule that names one of the peer's own groups admits it whatever its addresses. Otherwise every address must be
    covered, a range by one rule or by several together. `prefix_lists` holds the entries of each managed prefix
    list. An address that cannot be read is refused; a peer without addresses and groups is not admitted.
    Raises `UnknownPrefixList` where known rules do not admit the whole peer and an unknown list could.
    """
    rules = [rule for rule in _rules(groups, direction) if rule.is_for(protocol, port)]
    reference = next((r for r in rules if r.kind == "group" and r.peer in peer.group_ids), None)
    if reference is not None:
        return Admission(admitted=True, rules=(str(reference),))
    offers = [(rule, known) for rule in rules for known in rule.ranges(prefix_lists)]
    used: dict[str, None] = {}
    refused: list[str] = []
    uncovered: dict[str, None] = {}
    for address in dict.fromkeys(peer.addresses):
        cited, rest = _cover(address, offers)
        used.update(dict.fromkeys(cited))
        uncovered.update(dict.fromkeys(rest))
        if rest:
            refused.append(address)
    admitted = bool(peer.addresses) and not refused
    unknown = [r.peer for r in rules if r.kind == "prefix-list" and r.peer not in prefix_lists]
    if unknown and not admitted:
        raise UnknownPrefixList(unknown)
    return Admission(admitted, tuple(used), tuple(refused), tuple(uncovered))


def describe_rules(
    groups: Sequence[SecurityGroup], direction: Direction, *, port: int | None = None, limit: int = 5
) -> str:
    """Return what the groups admit in one short text: `tcp 443 from 10.0.0.0/8; all traffic from sg-0b2`.

    At most `limit` peers are named, those of rules for `port` (TCP) first, then `+N more`. No rules: `nothing`.
    """
    rules = list({(rule.traffic, rule.peer): rule for rule in _rules(groups, direction)}.values())
    if port is not None:
        rules.sort(key=lambda rule: not rule.is_for("tcp", port))
    shown = rules[: max(limit, 1)]
    by_traffic = groupby(shown, key=lambda rule: rule.traffic)
    parts = [_described(direction, traffic, ", ".join(rule.peer for rule in same)) for traffic, same in by_traffic]
    listed, hidden = "; ".join(parts) or _("nothing"), len(rules) - len(shown)
    return plural("{rules}; +{count} more", "{rules}; +{count} more", hidden, rules=listed) if hidden else listed


def _described(direction: Direction, traffic: str, peers: str) -> str:
    if direction == "ingress":
        return _("{traffic} from {peers}", traffic=traffic, peers=peers)
    return _("{traffic} to {peers}", traffic=traffic, peers=peers)


def _rules(groups: Sequence[SecurityGroup], direction: Direction) -> Iterator[_Rule]:
    """Every rule that can admit somebody: unreadable ranges and references over a dead peering cannot."""
    for group in groups:
        for permission in group.ip_permissions if direction == "ingress" else group.ip_permissions_egress:
            cidrs = [r.cidr_ip for r in permission.ip_ranges] + [r.cidr_ipv6 for r in permission.ipv6_ranges]
            for cidr in cidrs:
                if AddressRange.parse(cidr):
                    yield _Rule(group.group_id, direction, permission, "addresses", cidr.strip())
            for pair in permission.user_id_group_pairs:
                if pair.group_id and pair.peering_status.lower() in ("", "active"):
                    yield _Rule(group.group_id, direction, permission, "group", pair.group_id)
            for prefix_list in permission.prefix_list_ids:
                if prefix_list.prefix_list_id:
                    yield _Rule(group.group_id, direction, permission, "prefix-list", prefix_list.prefix_list_id)


def _cover(address: str, offers: list[tuple[_Rule, AddressRange]]) -> tuple[list[str], list[str]]:
    """Return the rules that admit this address or a part of it, and the ranges that none admits."""
    wanted = AddressRange.parse(address)
    if wanted is None:
        return [], [address]
    whole = next((rule for rule, offer in offers if offer.intersection(wanted) == wanted), None)
    if whole is not None:
        return [str(whole)], []
    cited: list[str] = []
    rest = [wanted]
    for rule, offer in offers:
        left = [part for piece in rest for part in piece.minus(offer)]
        if left != rest:
            cited.append(str(rule))
            rest = left
    return cited, [str(piece) for piece in sorted(rest, key=lambda piece: piece.first)]


def _protocol(text: str) -> str:
    """One spelling for each protocol: AWS writes names or numbers."""
    name = text.strip().lower()
    return _PROTOCOL_NAMES.get(name, name)


def _ports(permission: IpPermission) -> tuple[int, int]:
    low, high = permission.from_port, permission.to_port
    return (0 if low is None else low), (HIGHEST_PORT if high is None else high)
