"""What network ACLs let pass: named cases from real accounts, and brute force over small spaces."""

from ipaddress import ip_address, ip_network
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.network_acl import AclAnswer, decide, describe_entry, round_trip
from bot.diagnosis.resources import NetworkAcl, NetworkAclEntry


def entry(number, action, cidr, ports=None, *, protocol="6", egress=False):
    return {
        "RuleNumber": number,
        "RuleAction": action,
        "Protocol": protocol,
        "Egress": egress,
        "Ipv6CidrBlock" if ":" in cidr else "CidrBlock": cidr,
        "PortRange": ports and {"From": ports[0], "To": ports[1]},
    }


def acl(*entries, acl_id="acl-1"):
    return NetworkAcl.model_validate({"NetworkAclId": acl_id, "Entries": list(entries)})


CLOSING = [entry(32767, "deny", "0.0.0.0/0", protocol="-1", egress=way) for way in (False, True)]
DEFAULT = acl(*(entry(100, "allow", "0.0.0.0/0", protocol="-1", egress=way) for way in (False, True)), *CLOSING)
EPHEMERAL = (1024, 65535)

HTTP = (80, 80)
OPEN = entry(100, "allow", "0.0.0.0/0")
LINUX = entry(100, "allow", "10.0.0.0/8", (32768, 65535))
LOW = entry(100, "allow", "10.0.0.0/8", (1024, 40000))
NEIGHBOURS = [entry(80, "deny", "0.0.0.0/0", (3300, 3399)), entry(70, "deny", "0.0.0.0/0", (3400, 3500))]
NO_RDP = entry(90, "deny", "0.0.0.0/0", (3389, 3389))
HALVES = [entry(100, "allow", "10.0.0.0/25"), entry(90, "allow", "10.0.0.128/25")]
BROKEN = [entry(80, "deny", "10.0.0.0/99"), entry(90, "deny", "")]

CASES = {
    # what is asked: entries, ports, peers; the answer: how much passes, closed ports, refused peers
    "default ACL": (DEFAULT.entries, EPHEMERAL, "10.0.0.0/8", "all", "", ""),
    "only the closing deny": (CLOSING, HTTP, "10.0.0.1", "none", "80", "10.0.0.1"),
    "no entry at all": ([], HTTP, "10.0.0.1", "none", "80", "10.0.0.1"),
    "deny first": ([OPEN, entry(90, "deny", "10.1.0.0/16")], HTTP, "10.1.0.5", "none", "80", "10.1.0.5"),
    "deny last": ([entry(110, "deny", "10.1.0.0/16"), OPEN], HTTP, "10.1.0.5", "all", "", ""),
    "only Linux's ports": ([LINUX, *CLOSING], EPHEMERAL, "10.0.1.0/24", "some", "1024-32767", "10.0.1.0/24"),
    "only low ports": ([LOW, *CLOSING], EPHEMERAL, "10.0.1.0/24", "some", "40001-65535", "10.0.1.0/24"),
    "two holes side by side": ([*NEIGHBOURS, OPEN], EPHEMERAL, "10.0.1.9", "some", "3300-3500", "10.0.1.9"),
    "a hole in the ports": ([NO_RDP, OPEN], EPHEMERAL, "10.0.1.0/24", "some", "3389", "10.0.1.0/24"),
    "half of the subnet": (HALVES[:1], HTTP, "10.0.0.0/24", "some", "80", "10.0.0.0/24"),
    "the middle of the subnet": (HALVES[1:], HTTP, "10.0.0.0/23", "some", "80", "10.0.0.0/23"),
    "only the end is closed": (HALVES, HTTP, "10.0.0.0/23", "some", "80", "10.0.0.0/23"),
    "two halves": (HALVES, HTTP, "10.0.0.0/24", "all", "", ""),
    "one of two peers": (HALVES[:1], HTTP, "10.0.0.9 10.0.2.9", "some", "80", "10.0.2.9"),
    "IPv4 entries do not open IPv6": (DEFAULT.entries, HTTP, "2001:db8::1", "none", "80", "2001:db8::1"),
    "IPv6": ([entry(101, "allow", "::/0", protocol="-1")], HTTP, "2001:db8::/64", "all", "", ""),
    "UDP does not count": ([entry(90, "deny", "0.0.0.0/0", protocol="17"), OPEN], HTTP, "10.0.0.1", "all", "", ""),
    "TCP by name": ([entry(90, "allow", "0.0.0.0/0", protocol="tcp")], HTTP, "10.0.0.1", "all", "", ""),
    "ports beside protocol -1 are ignored": (
        [entry(100, "allow", "0.0.0.0/0", (443, 443), protocol="-1")],
        HTTP,
        "10.0.0.1",
        "all",
        "",
        "",
    ),
    "the other direction": ([entry(90, "deny", "0.0.0.0/0", egress=True), OPEN], HTTP, "10.0.0.1", "all", "", ""),
    "malformed entries": ([*BROKEN, entry(100, "allow", "10.0.0.1/8")], HTTP, "10.0.0.1", "all", "", ""),
    "a peer that cannot be read": ([OPEN], HTTP, "orders 10.0.0.1", "some", "80", "orders"),
    "nobody asked": ([OPEN], HTTP, "", "none", "", ""),
    "no port asked": ([OPEN], (81, 80), "10.0.0.1", "none", "", ""),
}


@pytest.mark.parametrize(("entries", "ports", "peers", "allowed", "closed", "denied"), CASES.values(), ids=CASES)
def test_decide(entries, ports, peers, allowed, closed, denied):
    answer = decide(acl(*entries), egress=False, ports=ports, peers=peers.split())
    assert (answer.allowed, answer.ports, " ".join(answer.denied_peers)) == (allowed, closed, denied)


CITATIONS = {
    "the deciding deny": (
        acl(entry(90, "deny", "10.0.0.0/8", (1024, 2000)), entry(100, "allow", "0.0.0.0/0")),
        "acl-1 inbound rule 90 denies tcp 1024-2000 from 10.0.0.0/8",
    ),
    "the closing deny": (acl(*CLOSING), "acl-1 inbound rule * denies all traffic from 0.0.0.0/0"),
    "no rule": (acl(entry(100, "allow", "10.0.0.0/8", (80, 80))), "acl-1 inbound: no rule allows it"),
    "nothing is denied": (DEFAULT, ""),
}


@pytest.mark.parametrize(("network_acl", "text"), CITATIONS.values(), ids=CITATIONS)
def test_the_denying_rule_is_cited(network_acl, text):
    assert decide(network_acl, egress=False, ports=EPHEMERAL, peers=["10.0.0.0/24"]).rule == text


ENTRIES = {
    "rule 100 allows tcp 443 to 10.0.0.0/8": entry(100, "allow", "10.0.0.0/8", (443, 443), egress=True),
    "rule 5 denies udp 1-2 from ::/0": entry(5, "deny", "::/0", (1, 2), protocol="17"),
    "rule 5 denies tcp from 10.0.0.0/8": entry(5, "deny", "10.0.0.0/8", (0, 65535)),
    "rule 5 denies protocol 50 from 10.0.0.0/8": entry(5, "deny", "10.0.0.0/8", protocol="50"),
    "rule * denies all traffic from ::/0": entry(32768, "deny", "::/0", protocol="-1"),
}


@pytest.mark.parametrize(("text", "one"), ENTRIES.items(), ids=ENTRIES)
def test_describe_entry(text, one):
    assert describe_entry(NetworkAclEntry.model_validate(one)) == text


def test_closed_ports_read_as_text():
    assert AclAnswer("acl-1", egress=True, allowed="some", denied_ports=((80, 80), (1024, 2000))).ports == (
        "80, 1024-2000"
    )


class TestRoundTrip:
    open_acl = DEFAULT

    def legs(self, client, server, **more):
        return round_trip(client, server, ["10.0.1.0/24"], ["10.0.2.10", "10.0.2.11"], 8080, **more)

    def test_the_four_legs(self):
        legs = self.legs(self.open_acl, self.open_acl, names=("load balancer's", "target's"))
        assert [leg.name for leg in legs] == [
            "requests out of the load balancer's subnet",
            "requests into the target's subnet",
            "replies out of the target's subnet",
            "replies into the load balancer's subnet",
        ]
        assert [leg.answer.egress for leg in legs] == [True, False, True, False]
        assert {leg.answer.allowed for leg in legs} == {"all"}

    @pytest.mark.parametrize(
        ("client", "server", "broken"),
        [
            pytest.param(acl(*CLOSING), DEFAULT, [0, 3], id="nothing leaves or enters the client's subnet"),
            pytest.param(DEFAULT, acl(*CLOSING), [1, 2], id="nothing leaves or enters the server's subnet"),
            pytest.param(
                DEFAULT,
                acl(entry(100, "allow", "10.0.1.0/24", (8080, 8080)), *CLOSING),
                [2],
                id="the server's subnet forgets the replies",
            ),
            pytest.param(
                acl(entry(100, "allow", "10.0.2.0/24", (8080, 8080), egress=True), *CLOSING),
                DEFAULT,
                [3],
                id="the client's subnet forgets the replies",
            ),
        ],
    )
    def test_a_broken_leg_is_named(self, client, server, broken):
        legs = self.legs(client, server)
        assert [i for i, leg in enumerate(legs) if leg.answer.allowed == "none"] == broken

    def test_replies_to_a_part_of_the_ephemeral_ports(self):
        narrow = acl(
            entry(100, "allow", "10.0.1.0/24", (8080, 8080)),
            entry(100, "allow", "10.0.1.0/24", (32768, 65535), egress=True),
        )
        answers = [leg.answer for leg in self.legs(DEFAULT, narrow)]
        assert [a.allowed for a in answers] == ["all", "all", "some", "all"]
        assert answers[2].ports == "1024-32767"
        others = self.legs(DEFAULT, narrow, ephemeral=(32768, 60999))
        assert [leg.answer.allowed for leg in others] == ["all"] * 4

    def test_nothing_is_evaluated_inside_one_subnet(self):
        assert self.legs(acl(*CLOSING), acl(*CLOSING), same_subnet=True) == ()

    def test_a_family_that_only_one_end_has_does_not_count(self):
        legs = round_trip(DEFAULT, DEFAULT, ["10.0.1.5", "2001:db8::5"], ["10.0.2.5"], 80)
        assert {leg.answer.allowed for leg in legs} == {"all"}
        assert round_trip(DEFAULT, DEFAULT, ["10.0.1.5"], ["2001:db8::5"], 80) == ()


# --- Brute force: 8 IPv4 and 4 IPv6 addresses, 8 ports ------------------------------------------------------------

UNIVERSE = [ip_address("10.0.0.0") + i for i in range(8)] + [ip_address("2001:db8::") + i for i in range(4)]
cidrs_v4 = st.builds(lambda i, bits: f"10.0.0.{i}/{bits}", st.integers(0, 7), st.integers(29, 32))
cidrs = cidrs_v4 | cidrs_v4 | st.builds(lambda bits: f"2001:db8::/{bits}", st.integers(126, 128))
port_pairs = st.tuples(st.integers(0, 7), st.integers(0, 7)).map(lambda pair: (min(pair), max(pair)))
entries_strategy = st.builds(
    lambda number, action, cidr, ports, protocol, egress: entry(
        number, action, cidr, ports, protocol=protocol, egress=egress
    ),
    st.integers(1, 32767),
    st.sampled_from(["allow", "deny"]),
    cidrs,
    st.none() | port_pairs,
    st.sampled_from(["6", "6", "6", "-1", "17"]),
    st.sampled_from([True, True, False]),
)


def deciding(entries, address, port, egress):
    """The first entry that matches one address and port, found by walking the list; None where none does."""
    for one in sorted(entries, key=lambda e: e["RuleNumber"]):
        applies = one["Egress"] == egress and one["Protocol"] in ("6", "-1")
        every_port = one["PortRange"] is None or one["Protocol"] == "-1"
        in_ports = every_port or one["PortRange"]["From"] <= port <= one["PortRange"]["To"]
        if applies and in_ports and address in ip_network(one.get("CidrBlock") or one["Ipv6CidrBlock"], strict=False):
            return one
    return None


@given(
    entries=st.lists(entries_strategy, max_size=10, unique_by=lambda e: e["RuleNumber"]),
    peers=st.lists(cidrs, min_size=1, max_size=3),
    ports=port_pairs,
    egress=st.sampled_from([True, True, False]),
)
def test_agrees_with_brute_force(entries, peers, ports, egress):
    answer = decide(acl(*entries), egress=egress, ports=ports, peers=peers)
    asked = [
        (peer, port, deciding(entries, address, port, egress))
        for peer, address, port in product(peers, UNIVERSE, range(ports[0], ports[1] + 1))
        if address in ip_network(peer, strict=False)
    ]
    refused = [(peer, port, one) for peer, port, one in asked if one is None or one["RuleAction"] == "deny"]
    assert answer.allowed == ("all" if not refused else "none" if len(refused) == len(asked) else "some")
    assert set(answer.denied_peers) == {peer for peer, _, _ in refused}
    assert {p for low, high in answer.denied_ports for p in range(low, high + 1)} == {port for _, port, _ in refused}
    denying = [one["RuleNumber"] for _, _, one in refused if one]
    assert (answer.entry.rule_number if answer.entry else None) == min(denying, default=None)


def test_a_full_acl_over_a_large_network_is_exact():
    """Forty entries that cross each other over 10.0.0.0/8 and every ephemeral port, checked point by point."""
    entries = [
        entry(n, "deny" if n % 3 else "allow", f"10.{n * 6}.0.0/{9 + n % 8}", (1024 + n * 700, 40000 + n * 600))
        for n in range(1, 41)
    ]
    network_acl = acl(*entries, entry(1000, "allow", "10.0.0.0/8"))
    answer = decide(network_acl, egress=False, ports=EPHEMERAL, peers=["10.0.0.0/8"])
    assert answer.allowed == "some"
    for second, port in product(range(0, 256, 15), range(1024, 65536, 4001)):
        address = f"10.{second}.3.4"
        one = deciding(entries, ip_address(address), port, egress=False)
        expected = "none" if one is not None and one["RuleAction"] == "deny" else "all"
        assert decide(network_acl, egress=False, ports=(port, port), peers=[address]).allowed == expected
        assert expected == "all" or any(low <= port <= high for low, high in answer.denied_ports)


hostile = st.text(max_size=12) | st.sampled_from(["0.0.0.0/0", "::/0", "-1", "6", "٦", "9" * 5000])


@given(hostile, hostile, hostile, st.tuples(st.integers(), st.integers()), st.integers())
def test_hostile_values_get_an_answer(cidr, protocol, peer, ports, number):
    network_acl = acl(entry(number, peer, cidr, ports, protocol=protocol))
    assert isinstance(decide(network_acl, egress=False, ports=ports, peers=[peer]), AclAnswer)
    assert describe_entry(network_acl.entries[0])
    assert round_trip(network_acl, network_acl, [peer], ["10.0.0.1"], ports[0]) is not None
