from __future__ import annotations

import pytest

from bot.probe.guard import allowed

REFUSED = [
    "169.254.169.254",
    "169.254.170.2",
    "fd00:ec2::254",
    "fe80::1",
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "224.0.0.1",
    "ff02::1",
    "0.0.0.0",  # noqa: S104 - an address to refuse; nothing binds to it
    "0.1.2.3",
    "::",
    "255.255.255.255",
]


@pytest.mark.parametrize("address", ["10.20.1.7", "172.31.0.4", "100.64.0.9", "203.0.113.7", "fd12:3456::7"])
def test_an_address_of_the_path_may_be_probed(address: str) -> None:
    assert allowed(address, [address])
    assert not allowed(address, [])
    assert not allowed(address, ["10.20.1.8"])


@pytest.mark.parametrize("address", REFUSED)
def test_the_inside_of_a_host_is_refused_even_from_the_path(address: str) -> None:
    assert not allowed(address, [address])


def test_the_demo_probes_its_own_loopback_and_nothing_besides() -> None:
    assert allowed("127.0.0.1", ["127.0.0.1"], demo=True)
    assert not allowed("127.0.0.2", ["127.0.0.1"], demo=True)


@pytest.mark.parametrize("text", ["2852039166", "0x7f.1", "169.254.169.254.", "localhost", "", "010.0.0.5"])
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    assert not allowed(text, [text])


def test_spellings_of_one_address_are_one_address() -> None:
    assert allowed("fd12::0:7", ["FD12::7"])
