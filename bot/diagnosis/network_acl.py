"""Network-ACL arithmetic: what a subnet's network ACL lets pass, exactly, for whole ranges of addresses and ports.

Source of the rules: AWS: vpc-network-acls, EC2 API: CreateNetworkAclEntry. Entries are tried by rising number within
one direction and one address family, the first that matches decides, and what none matches is denied. The ACL does
not remember connections, so replies need entries of their own; inside one subnet it is not asked at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.diagnosis.reachability import HIGHEST_PORT, AddressRange
from bot.diagnosis.resources import NetworkAcl, NetworkAclEntry
from bot.language import _, marked

Ports = tuple[int, int]
"""The lowest and the highest port, both included."""

TCP = 6
EPHEMERAL_PORTS: Ports = (1024, HIGHEST_PORT)
"""Where a load balancer expects replies (AWS: target-group-register-targets)."""

_EVERY_PROTOCOL = -1
_PROTOCOL_NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}
_PROTOCOLS_WITH_PORTS = (6, 17)
_FIRST_DEFAULT_RULE = 32767
"""From here on the numbers belong to the closing deny that the console shows as `*`."""
_ENTRIES = {
    (True, True): marked("rule {number} allows {traffic} to {scope}"),
    (True, False): marked("rule {number} allows {traffic} from {scope}"),
    (False, True): marked("rule {number} denies {traffic} to {scope}"),
    (False, False): marked("rule {number} denies {traffic} from {scope}"),
}
"""How an entry reads, by whether it allows and whether it is outbound."""


@dataclass(frozen=True)
class AclAnswer:
    """Whether an ACL lets all, some or none of the asked traffic pass."""

    acl: str
    egress: bool
    allowed: Literal["all", "some", "none"]
    entry: NetworkAclEntry | None = None
    """The first entry that denies a part. None where nothing is denied, or where merely no entry allows it."""
    denied_ports: tuple[Ports, ...] = ()
    """Ports that are closed for at least one peer, merged and rising."""
    denied_peers: tuple[str, ...] = ()
    """Peers, as they were asked, for which at least one port is closed."""

    @property
    def rule(self) -> str:
        """The denying rule as a citation, or an empty text where nothing is denied."""
        if self.allowed == "all":
            return ""
        if self.entry is None:
            said = _("outbound: no rule allows it") if self.egress else _("inbound: no rule allows it")
        else:
            rule = describe_entry(self.entry)
            said = _("outbound {rule}", rule=rule) if self.egress else _("inbound {rule}", rule=rule)
        return f"{self.acl} {said}"

    @property
    def ports(self) -> str:
        """The closed ports as text: `1024-32767, 40000`."""
        return ", ".join(_span(ports) for ports in self.denied_ports)


@dataclass(frozen=True)
class Leg:
    """One of the four ways that a request and its reply take through the ACLs of two subnets."""

    name: str
    answer: AclAnswer
    is_reply: bool


@dataclass(frozen=True)
class _Block:
    """Traffic not decided yet: one peer's addresses times a range of ports."""

    peer: str
    addresses: AddressRange
    low: int
    high: int

    def split(self, addresses: AddressRange, ports: Ports) -> tuple[_Block | None, list[_Block]]:
        """Cut out what an entry matches; return that, and the rest in pieces."""
        common = self.addresses.intersection(addresses)
        low, high = max(self.low, ports[0]), min(self.high, ports[1])
        if common is None or low > high:
            return None, [self]
        beside = [_Block(self.peer, part, self.low, self.high) for part in self.addresses.minus(addresses)]
        spans = [(self.low, low - 1), (high + 1, self.high)]
        beside += [_Block(self.peer, common, first, last) for first, last in spans if first <= last]
        return _Block(self.peer, common, low, high), beside


def decide(acl: NetworkAcl, *, egress: bool, ports: Ports, peers: Sequence[str], protocol: int = TCP) -> AclAnswer:
    """Say how much of the traffic with these peers passes: all of it means every address on every port.

    `peers` are addresses or CIDR ranges, `protocol` is the IANA number. For traffic that enters the subnet `ports`
    are its own, for traffic that leaves they are the peer's: always the destination. A peer that cannot be read is
    matched by no entry; with no peers, or no ports, nothing passes and nothing is denied.
    """
    low, high = max(ports[0], 0), min(ports[1], HIGHEST_PORT)
    asked = [(peer, AddressRange.parse(peer)) for peer in dict.fromkeys(peers)] if low <= high else []
    pending = [_Block(peer, addresses, low, high) for peer, addresses in asked if addresses]
    allowed = False
    denied: list[tuple[_Block, NetworkAclEntry | None]] = []
    for entry, scope, entry_ports in _applicable(acl, egress=egress, protocol=protocol):
        cuts = [block.split(scope, entry_ports) for block in pending]
        pending = [piece for _, rest in cuts for piece in rest]
        matched = [inside for inside, _ in cuts if inside is not None]
        if entry.rule_action.lower() == "allow":
            allowed = allowed or bool(matched)
        else:
            denied += [(block, entry) for block in matched]
    denied += [(block, None) for block in pending]
    unreadable = [peer for peer, addresses in asked if addresses is None]
    closed = {block.peer for block, _ in denied}.union(unreadable)
    closed_ports = [(block.low, block.high) for block, _ in denied] + [(low, high)] * bool(unreadable)
    return AclAnswer(
        acl=acl.network_acl_id,
        egress=egress,
        allowed="none" if not allowed else "some" if closed else "all",
        entry=next((entry for _, entry in denied if entry is not None), None),
        denied_ports=_merge(closed_ports),
        denied_peers=tuple(peer for peer, _ in asked if peer in closed),
    )


def round_trip(
    client_acl: NetworkAcl,
    server_acl: NetworkAcl,
    client_addresses: Sequence[str],
    server_addresses: Sequence[str],
    port: int,
    *,
    ephemeral: Ports = EPHEMERAL_PORTS,
    same_subnet: bool = False,
    names: tuple[str, str] = ("client", "server"),
) -> tuple[Leg, ...]:
    """Return the four legs of TCP requests from a client's subnet to `port` in a server's subnet, and of the replies.

    Addresses are single ones or CIDR ranges; only the address families that both ends have count. `names` are the
    words for the two ends in the legs' names, marked for translation. Empty where nothing is evaluated: both ends
    stand in one subnet, or they share no address family.
    """
    families = _families(client_addresses) & _families(server_addresses)
    if same_subnet or not families:
        return ()
    clients, servers = _of(families, client_addresses), _of(families, server_addresses)
    client, server = (_(end) for end in names)
    requests_out = decide(client_acl, egress=True, ports=(port, port), peers=servers)
    requests_in = decide(server_acl, egress=False, ports=(port, port), peers=clients)
    replies_out = decide(server_acl, egress=True, ports=ephemeral, peers=clients)
    replies_in = decide(client_acl, egress=False, ports=ephemeral, peers=servers)
    return (
        Leg(_("requests out of the {end} subnet", end=client), requests_out, is_reply=False),
        Leg(_("requests into the {end} subnet", end=server), requests_in, is_reply=False),
        Leg(_("replies out of the {end} subnet", end=server), replies_out, is_reply=True),
        Leg(_("replies into the {end} subnet", end=client), replies_in, is_reply=True),
    )


def describe_entry(entry: NetworkAclEntry) -> str:
    """Return an entry as a person reads it: `rule 90 denies tcp 1024-65535 to 10.0.0.0/8`."""
    number = "*" if entry.rule_number >= _FIRST_DEFAULT_RULE else str(entry.rule_number)
    protocol, ports = _number(entry.protocol), _ports(entry)
    names = {n: name for name, n in _PROTOCOL_NUMBERS.items()}
    traffic = names.get(protocol or 0, "") or _("protocol {number}", number=entry.protocol)
    if protocol == _EVERY_PROTOCOL:
        traffic = _("all traffic")
    if ports != (0, HIGHEST_PORT):
        traffic += f" {_span(ports)}"
    said = _ENTRIES[entry.rule_action.lower() == "allow", entry.egress]
    return _(said, number=number, traffic=traffic, scope=_scope_text(entry))


def _applicable(
    acl: NetworkAcl, *, egress: bool, protocol: int
) -> Iterable[tuple[NetworkAclEntry, AddressRange, Ports]]:
    """The entries that can match, in the order in which they are tried."""
    for entry in sorted(acl.entries, key=lambda entry: entry.rule_number):
        scope = AddressRange.parse(_scope_text(entry))
        if entry.egress == egress and scope and _number(entry.protocol) in (_EVERY_PROTOCOL, protocol):
            yield entry, scope, _ports(entry)


def _scope_text(entry: NetworkAclEntry) -> str:
    return entry.cidr_block or entry.ipv6_cidr_block


def _number(protocol: str) -> int | None:
    text = protocol.strip().lower()
    if text == "-1" or (text.isascii() and text.isdigit() and len(text) <= 3):
        return int(text)
    return _PROTOCOL_NUMBERS.get(text)


def _ports(entry: NetworkAclEntry) -> Ports:
    """An entry's ports; AWS ignores what stands there unless the entry is for one protocol that has ports."""
    if entry.port_range is None or _number(entry.protocol) not in _PROTOCOLS_WITH_PORTS:
        return 0, HIGHEST_PORT
    low, high = entry.port_range.from_, entry.port_range.to
    return (0 if low is None else low), (HIGHEST_PORT if high is None else high)


def _merge(spans: Iterable[Ports]) -> tuple[Ports, ...]:
    merged: list[Ports] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def _span(ports: Ports) -> str:
    return str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"


def _families(addresses: Sequence[str]) -> set[int]:
    return {known.version for address in addresses if (known := AddressRange.parse(address))}


def _of(families: set[int], addresses: Sequence[str]) -> list[str]:
    return [a for a in addresses if (known := AddressRange.parse(a)) and known.version in families]
