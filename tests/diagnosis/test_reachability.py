"""What security groups admit: named cases from real accounts, and brute force over small address spaces."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.reachability import AddressRange, Admission, Peer, UnknownPrefixList, admits, describe_rules
from bot.diagnosis.resources import SecurityGroup


def rule(protocol="tcp", low=8080, high=None, v4=(), v6=(), groups=(), lists=(), **more):
    return {
        "IpProtocol": protocol,
        "FromPort": None if protocol == "-1" else low,
        "ToPort": None if protocol == "-1" else high or low,
        "IpRanges": [{"CidrIp": cidr} for cidr in v4],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in v6],
        "UserIdGroupPairs": [g if isinstance(g, dict) else {"GroupId": g} for g in groups],
        "PrefixListIds": [{"PrefixListId": i} for i in lists],
        **more,
    }


def group(*rules, egress=(), group_id="sg-0a1"):
    return SecurityGroup.model_validate(
        {"GroupId": group_id, "IpPermissions": list(rules), "IpPermissionsEgress": list(egress)}
    )


def ask(rules, peer, port=8080, **more):
    return admits([group(*rules)], "ingress", port, peer, prefix_lists=more.pop("prefix_lists", {}), **more)


ADMITTED = {
    "address in range": ([rule(v4=["10.20.1.0/24"])], Peer(("10.20.1.7",))),
    "every address": ([rule(v4=["10.20.1.0/24"])], Peer(("10.20.1.7", "10.20.1.9"))),
    "whole subnet": ([rule(v4=["10.20.0.0/16"])], Peer(("10.20.1.0/24",))),
    "all traffic": ([rule("-1", v4=["10.0.0.0/8"])], Peer(("10.20.1.7",))),
    "tcp by number": ([rule("6", v4=["10.0.0.0/8"])], Peer(("10.20.1.7",))),
    "within a port range": ([rule(low=8000, high=9000, v4=["10.0.0.0/8"])], Peer(("10.20.1.7",))),
    "last port of a range": ([rule(low=8000, high=8080, v4=["10.0.0.0/8"])], Peer(("10.20.1.7",))),
    "tcp without ports": ([rule(FromPort=None, ToPort=None, v4=["10.0.0.0/8"])], Peer(("10.20.1.7",))),
    "host bits in the rule": ([rule(v4=["10.20.1.99/24"])], Peer(("10.20.1.7",))),
    "host bits in the peer": ([rule(v4=["10.20.1.0/24"])], Peer(("10.20.1.7/24",))),
    "two halves in one rule": ([rule(v4=["10.0.0.0/25", "10.0.0.128/25"])], Peer(("10.0.0.0/24",))),
    "two halves in two rules": ([rule(v4=["10.0.0.128/25"]), rule(v4=["10.0.0.0/25"])], Peer(("10.0.0.0/24",))),
    "IPv6": ([rule(v6=["2001:db8::/32"])], Peer(("2001:db8::7",))),
    "both families": ([rule(v4=["10.0.0.0/8"], v6=["::/0"])], Peer(("10.0.0.1", "2001:db8::7"))),
    "reference": ([rule(groups=["sg-lb"])], Peer(("10.0.0.1",), ("sg-other", "sg-lb"))),
    "reference without addresses": ([rule(groups=["sg-lb"])], Peer((), ("sg-lb",))),
    "reference over an active peering": (
        [rule(groups=[{"GroupId": "sg-lb", "PeeringStatus": "active", "VpcPeeringConnectionId": "pcx-1"}])],
        Peer(("10.0.0.1",), ("sg-lb",)),
    ),
}

REFUSED = {
    "no rules": ([], Peer(("10.20.1.7",))),
    "other port": ([rule(low=80, v4=["0.0.0.0/0"])], Peer(("10.20.1.7",))),
    "port above the range": ([rule(low=8000, high=8079, v4=["0.0.0.0/0"])], Peer(("10.20.1.7",))),
    "other protocol": ([rule("udp", v4=["0.0.0.0/0"])], Peer(("10.20.1.7",))),
    "other range": ([rule(v4=["10.20.2.0/24"])], Peer(("10.20.1.7",))),
    "one of two addresses": ([rule(v4=["10.20.1.0/24"])], Peer(("10.20.1.7", "10.20.2.7"))),
    "range smaller than the peer": ([rule(v4=["10.20.1.0/25"])], Peer(("10.20.1.0/24",))),
    "IPv4 rule, IPv6 peer": ([rule(v4=["0.0.0.0/0"])], Peer(("2001:db8::7",))),
    "IPv6 rule, IPv4 peer": ([rule(v6=["::/0"])], Peer(("10.20.1.7",))),
    "reference to another group": ([rule(groups=["sg-lb"])], Peer(("10.0.0.1",), ("sg-web",))),
    "reference over a deleted peering": (
        [rule(groups=[{"GroupId": "sg-lb", "PeeringStatus": "deleted", "VpcPeeringConnectionId": "pcx-1"}])],
        Peer(("10.0.0.1",), ("sg-lb",)),
    ),
    "malformed rule": ([rule(v4=["10.20.1.0/33", "", "anywhere"])], Peer(("10.20.1.7",))),
    "malformed peer": ([rule(v4=["0.0.0.0/0"], v6=["::/0"])], Peer(("10.20.1",))),
    "nobody": ([rule(v4=["0.0.0.0/0"])], Peer(())),
}


@pytest.mark.parametrize(("rules", "peer"), ADMITTED.values(), ids=ADMITTED)
def test_admitted(rules, peer):
    answer = ask(rules, peer)
    assert answer.admitted
    assert answer.rule
    assert not answer.refused
    assert not answer.partial


@pytest.mark.parametrize(("rules", "peer"), REFUSED.values(), ids=REFUSED)
def test_refused(rules, peer):
    assert not ask(rules, peer).admitted


def test_the_admitting_rule_is_cited():
    rules = [rule(low=443, v4=["0.0.0.0/0"]), rule(v4=["10.20.1.0/24"])]
    assert ask(rules, Peer(("10.20.1.7",))).rule == "sg-0a1 ingress tcp 8080 from 10.20.1.0/24"


def test_one_covering_rule_is_cited_rather_than_pieces():
    rules = [rule(v4=["10.0.0.0/25"]), rule(v4=["10.0.0.128/25"]), rule("-1", v4=["10.0.0.0/16"])]
    assert ask(rules, Peer(("10.0.0.0/24",))).rule == "sg-0a1 ingress all traffic from 10.0.0.0/16"


def test_rules_of_several_groups_count_together():
    groups = [group(rule(v4=["10.0.0.0/25"])), group(rule(v4=["10.0.0.128/25"]), group_id="sg-0b2")]
    answer = admits(groups, "ingress", 8080, Peer(("10.0.0.0/24",)), prefix_lists={})
    assert answer.rules == (
        "sg-0a1 ingress tcp 8080 from 10.0.0.0/25",
        "sg-0b2 ingress tcp 8080 from 10.0.0.128/25",
    )


def test_what_is_left_out_is_exact():
    answer = ask([rule(v4=["10.0.0.0/25"])], Peer(("10.0.0.0/24", "10.0.0.9", "10.9.9.9")))
    assert answer == Admission(
        admitted=False,
        rules=("sg-0a1 ingress tcp 8080 from 10.0.0.0/25",),
        refused=("10.0.0.0/24", "10.9.9.9"),
        uncovered=("10.0.0.128/25", "10.9.9.9"),
    )
    assert answer.partial


def test_egress_is_its_own_list():
    only_out = group(egress=[rule(v4=["10.0.0.0/8"])])
    peer = Peer(("10.0.0.1",))
    assert not admits([only_out], "ingress", 8080, peer, prefix_lists={}).admitted
    answer = admits([only_out], "egress", 8080, peer, prefix_lists={})
    assert answer.rule == "sg-0a1 egress tcp 8080 to 10.0.0.0/8"


def test_another_protocol_can_be_asked():
    assert ask([rule("17", low=53, v4=["10.0.0.0/8"])], Peer(("10.0.0.1",)), port=53, protocol="udp").admitted


class TestPrefixLists:
    peer = Peer(("10.0.0.0/24",))

    def test_known_entries_admit(self):
        answer = ask([rule(lists=["pl-1"])], self.peer, prefix_lists={"pl-1": ("10.9.0.0/16", "10.0.0.0/16")})
        assert answer.rule == "sg-0a1 ingress tcp 8080 from pl-1"

    def test_entries_and_ranges_cover_together(self):
        rules = [rule(v4=["10.0.0.0/25"], lists=["pl-1"])]
        assert ask(rules, self.peer, prefix_lists={"pl-1": ("10.0.0.128/25",)}).admitted

    def test_a_known_empty_list_admits_nobody(self):
        assert not ask([rule(lists=["pl-1"])], self.peer, prefix_lists={"pl-1": ()}).admitted

    def test_an_unknown_list_leaves_the_answer_open(self):
        rules = [rule(v4=["10.0.0.0/25"], lists=["pl-2", "pl-1"])]
        with pytest.raises(UnknownPrefixList, match="pl-2, pl-1") as caught:
            ask(rules, self.peer)
        assert caught.value.ids == ("pl-2", "pl-1")

    def test_an_unknown_list_does_not_matter_where_another_rule_admits(self):
        assert ask([rule(lists=["pl-1"]), rule(v4=["10.0.0.0/16"])], self.peer).admitted

    def test_an_unknown_list_of_another_port_does_not_matter(self):
        assert not ask([rule(low=443, lists=["pl-1"])], self.peer).admitted


DESCRIBED = {
    "nothing": ([], {}, "nothing"),
    "one": ([rule(low=443, v4=["10.0.0.0/8"])], {}, "tcp 443 from 10.0.0.0/8"),
    "several": (
        [rule(low=443, v4=["10.0.0.0/8"], v6=["::/0"]), rule("-1", groups=["sg-0b2"])],
        {},
        "tcp 443 from 10.0.0.0/8, ::/0; all traffic from sg-0b2",
    ),
    "kinds of traffic": (
        [
            rule(low=0, high=65535, v4=["10.0.0.0/8"]),
            rule("17", low=5000, high=5010, lists=["pl-1"]),
            rule("icmp", low=-1, v4=["10.0.0.0/8"]),
            rule("50", low=None, v4=["10.0.0.0/8"]),
        ],
        {},
        "all tcp from 10.0.0.0/8; udp 5000-5010 from pl-1; icmp from 10.0.0.0/8; protocol 50 from 10.0.0.0/8",
    ),
    "bounded": (
        [rule(v4=[f"10.0.{i}.0/24" for i in range(60)])],
        {"limit": 2},
        "tcp 8080 from 10.0.0.0/24, 10.0.1.0/24; +58 more",
    ),
    "the port in question first": (
        [rule(low=22, v4=["10.0.0.0/8"]), rule(low=80, v4=["10.1.0.0/16"]), rule("-1", groups=["sg-0b2"])],
        {"port": 80, "limit": 2},
        "tcp 80 from 10.1.0.0/16; all traffic from sg-0b2; +1 more",
    ),
    "duplicates once": ([rule(v4=["10.0.0.0/8"]), rule(v4=["10.0.0.0/8"])], {}, "tcp 8080 from 10.0.0.0/8"),
    "rules that admit nobody": ([rule(v4=["10.0.0.0/99"])], {}, "nothing"),
}


@pytest.mark.parametrize(("rules", "options", "text"), DESCRIBED.values(), ids=DESCRIBED)
def test_describe_rules(rules, options, text):
    assert describe_rules([group(*rules)], "ingress", **options) == text


def test_describe_egress():
    assert describe_rules([group(egress=[rule("-1", v4=["0.0.0.0/0"])])], "egress") == "all traffic to 0.0.0.0/0"


RANGE_TEXTS = {
    "10.0.0.7": "10.0.0.7",
    "10.0.0.7/32": "10.0.0.7",
    " 10.0.0.7/24 ": "10.0.0.0/24",
    "2001:DB8::1/128": "2001:db8::1",
    "0.0.0.0/0": "0.0.0.0/0",
}


@pytest.mark.parametrize(("text", "shown"), RANGE_TEXTS.items(), ids=RANGE_TEXTS)
def test_ranges_read_as_people_write_them(text, shown):
    assert str(AddressRange.parse(text)) == shown


def test_what_is_no_network_is_shown_by_its_ends():
    left = AddressRange.parse("10.0.0.0/29").minus(AddressRange.parse("10.0.0.0/32"))
    assert [str(part) for part in left] == ["10.0.0.1-10.0.0.7"]


# --- Brute force: the universe is 16 IPv4 and 16 IPv6 addresses --------------------------------------------------

V4 = [ip_address("10.0.0.0") + i for i in range(16)]
V6 = [ip_address("2001:db8::") + i for i in range(16)]
cidrs_v4 = st.builds(lambda i, bits: f"10.0.0.{i}/{bits}", st.integers(0, 15), st.integers(28, 32))
cidrs_v6 = st.builds(lambda i, bits: f"2001:db8::{i:x}/{bits}", st.integers(0, 15), st.integers(124, 128))
list_ids = st.sampled_from(["pl-1", "pl-2"])
rules_strategy = st.builds(
    lambda protocol, ports, **peers: rule(protocol, min(ports), max(ports), **peers),
    st.sampled_from(["tcp", "6", "-1", "udp"]),
    st.tuples(st.integers(79, 82), st.integers(79, 82)),
    v4=st.lists(cidrs_v4, max_size=2),
    v6=st.lists(cidrs_v6, max_size=2),
    groups=st.lists(st.sampled_from(["sg-x", "sg-y"]), max_size=1),
    lists=st.lists(list_ids, max_size=1),
)


def naive(rules, address, port, group_ids, prefix_lists):
    """Walk every rule for one address, as a person would with the console open."""
    for one in rules:
        in_ports = one["IpProtocol"] == "-1" or one["FromPort"] <= port <= one["ToPort"]
        if one["IpProtocol"] == "udp" or not in_ports:
            continue
        if any(pair["GroupId"] in group_ids for pair in one["UserIdGroupPairs"]):
            return True
        texts = [r["CidrIp"] for r in one["IpRanges"]] + [r["CidrIpv6"] for r in one["Ipv6Ranges"]]
        texts += [entry for i in one["PrefixListIds"] for entry in prefix_lists[i["PrefixListId"]]]
        if any(address in ip_network(text, strict=False) for text in texts):
            return True
    return False


def members(text):
    """The addresses of a CIDR range, or of `first-last`, within the universe."""
    if "-" in text:
        first, last = (ip_address(end) for end in text.split("-"))
        return {a for a in V4 + V6 if a.version == first.version and first <= a <= last}
    return {a for a in V4 + V6 if a in ip_network(text, strict=False)}


@given(
    rules=st.lists(rules_strategy, max_size=6),
    addresses=st.lists(cidrs_v4 | cidrs_v6, min_size=1, max_size=3),
    group_ids=st.lists(st.sampled_from(["sg-x", "sg-z"]), max_size=1),
    entries=st.fixed_dictionaries({"pl-1": st.lists(cidrs_v4, max_size=2), "pl-2": st.lists(cidrs_v6, max_size=1)}),
)
def test_agrees_with_brute_force(rules, addresses, group_ids, entries):
    lists = {key: tuple(value) for key, value in entries.items()}
    halves = [group(*rules[::2]), group(*rules[1::2], group_id="sg-0b2")]
    answer = admits(halves, "ingress", 80, Peer(tuple(addresses), tuple(group_ids)), prefix_lists=lists)
    asked = {a for text in addresses for a in members(text)}
    refused = {a for a in asked if not naive(rules, a, 80, group_ids, lists)}
    assert answer.admitted == (not refused)
    assert set(answer.refused) == {text for text in addresses if members(text) & refused}
    assert {a for text in answer.uncovered for a in members(text)} == refused
    assert bool(answer.rules) == (asked != refused)


hostile = st.text(max_size=20) | st.sampled_from(["0.0.0.0/0", "::/0", "fe80::1%eth0", "10.0.0.0/-1", "1/1/1"])


@given(hostile, hostile, hostile, st.integers())
def test_hostile_text_gets_an_answer(cidr, protocol, address, port):
    groups = [group(rule(protocol, v4=[cidr], v6=[cidr]), group_id=cidr)]
    assert isinstance(admits(groups, "ingress", port, Peer((address,)), prefix_lists={}), Admission)
    assert describe_rules(groups, "ingress")
