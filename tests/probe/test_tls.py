"""Chains of real TLS servers, as the probe judges them: dates, roots, what is missing."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.probe.certificates import DAY, Authority, Made, make
from tests.probe.conftest import NAME, Probe, http_part, promised, tls_part
from tests.probe.servers import OK, answering, serving, tls_context

Chain = Callable[[Authority], list[Made]]


def _by_intermediate(*names: str, begins: timedelta = -DAY, ends: timedelta = 90 * DAY) -> Chain:
    return lambda a: [a.leaf(*names, begins=begins, ends=ends), a.intermediate]


def _below_expired_intermediate(a: Authority) -> list[Made]:
    old = make("Old Issuing", issuer=a.root, authority=True, begins=-20 * DAY, ends=-2 * DAY)
    return [a.leaf(NAME, issuer=old), old]


def _below_root(name: str, *, send_root: bool) -> Chain:
    def chain(a: Authority) -> list[Made]:
        root = make(name, authority=True)
        return [a.leaf(NAME, issuer=root), *([root] if send_root else [])]

    return chain


def _two_intermediates(*, send_upper: bool) -> Chain:
    def chain(a: Authority) -> list[Made]:
        lower = make("Example Issuing 2", issuer=a.intermediate, authority=True)
        return [a.leaf(NAME, issuer=lower), lower, *([a.intermediate] if send_upper else [])]

    return chain


CASES: dict[str, tuple[Chain, tuple[str, ...]]] = {
    "right": (_by_intermediate(NAME), ()),
    "right, among other names": (_by_intermediate("www.example.com", NAME), ()),
    "right, directly by the trusted root": (lambda a: [a.leaf(NAME, issuer=a.root)], ()),
    "right, with the root sent too": (lambda a: [a.leaf(NAME), a.intermediate, a.root], ()),
    "right, below two intermediates": (_two_intermediates(send_upper=True), ()),
    "wrong name": (_by_intermediate("other.example.com"), ("hostname-mismatch",)),
    "expired": (_by_intermediate(NAME, begins=-9 * DAY, ends=-2 * DAY), ("expired",)),
    "not yet valid": (_by_intermediate(NAME, begins=2 * DAY), ("not-yet-valid",)),
    "expired, wrong name": (
        _by_intermediate("other.example.com", begins=-9 * DAY, ends=-2 * DAY),
        ("expired", "hostname-mismatch"),
    ),
    "below an expired intermediate": (_below_expired_intermediate, ("expired",)),
    "self-signed": (lambda _: [make(NAME, names=(NAME,))], ("self-signed",)),
    "self-signed, expired, wrong name": (
        lambda _: [make("x.example.com", names=("x.example.com",), begins=-9 * DAY, ends=-DAY)],
        ("self-signed", "expired", "hostname-mismatch"),
    ),
    "unknown root, sent": (_below_root("Elsewhere", send_root=True), ("untrusted-root",)),
    "unknown root by name, not sent": (_below_root("Elsewhere Root CA", send_root=False), ("untrusted-root",)),
    "root of the trusted name, another key": (_below_root("Example Root", send_root=False), ("untrusted-root",)),
    "missing intermediate": (lambda a: [a.leaf(NAME)], ("incomplete-chain",)),
    "missing upper intermediate": (_two_intermediates(send_upper=False), ("incomplete-chain",)),
    "missing intermediate, expired": (
        lambda a: [a.leaf(NAME, begins=-9 * DAY, ends=-2 * DAY)],
        ("incomplete-chain", "expired"),
    ),
    "expired, unknown root": (
        lambda _: [
            make(NAME, issuer=(r := make("Elsewhere", authority=True)), names=(NAME,), begins=-9 * DAY, ends=-DAY),
            r,
        ],
        ("untrusted-root", "expired"),
    ),
    "with certificates that have nothing to do with it": (
        lambda a: [a.leaf(NAME), a.intermediate, make("Elsewhere Root", authority=True), make("x.example.com")],
        (),
    ),
    "the server's certificate twice": (lambda a: [(leaf := a.leaf(NAME)), leaf, a.intermediate], ()),
    "chain in the wrong order": (
        lambda a: [(two := _two_intermediates(send_upper=True)(a))[0], two[2], two[1]],
        (),
    ),
}


@pytest.mark.parametrize(("chain", "faults"), CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["tls1.2", "tls1.3"])
async def test_certificate(
    authority: Authority, probe_tls: Probe, chain: Chain, faults: tuple[str, ...], version: ssl.TLSVersion
) -> None:
    made = chain(authority)
    async with serving(answering(OK), tls_context(authority, *made, newest=version)) as port:
        result = await probe_tls(port)
    protocol = "TLSv1.3" if version == ssl.TLSVersion.TLSv1_3 else "TLSv1.2"
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], faults, protocol), "http": http_part(200)}
    assert set(result.tls.explanations) == set(faults)
    assert [one.subject for one in result.tls.chain] == [one.subject for one in made]
    assert result.http.verified == (not faults)


async def test_the_explanations_name_what_is_wrong(authority: Authority, probe_tls: Probe) -> None:
    made = _below_expired_intermediate(authority)
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        result = await probe_tls(port, server_name="orders.example.com")
    assert "CN=Old Issuing of the chain expired" in result.tls.explanations["expired"]
    assert "orders.example.com" in result.tls.explanations["hostname-mismatch"]


async def test_without_the_ca_file_a_private_root_is_unknown(authority: Authority, probe_tls: Probe) -> None:
    made = [authority.leaf(NAME), authority.intermediate, authority.root]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        assert (await probe_tls(port, ca_file=None)).tls.faults == ("untrusted-root",)


@pytest.mark.parametrize(
    ("hints", "fault"),
    [
        ({}, "untrusted-root"),
        ({"fetch_issuer_at": "http://pki.example.com/issuer.crt"}, "incomplete-chain"),
        ({"name_issuers_issuer": True}, "incomplete-chain"),
    ],
    ids=["no hint", "says where to fetch the issuer", "names the issuer's issuer"],
)
async def test_a_lone_certificate_hints_at_what_stands_above_it(
    authority: Authority, probe_tls: Probe, hints: dict[str, object], fault: str
) -> None:
    above = make("Elsewhere 2", issuer=make("Elsewhere", authority=True), authority=True)
    made = make(NAME, issuer=above, names=(NAME,), **hints)
    async with serving(answering(OK), tls_context(authority, made)) as port:
        assert (await probe_tls(port, ca_file=None)).tls.fault == fault


async def test_an_intermediate_that_only_the_prober_has_is_missing_all_the_same(
    authority: Authority, probe_tls: Probe
) -> None:
    both = authority.file(authority.root.pem + authority.intermediate.pem)
    async with serving(answering(OK), tls_context(authority, authority.leaf(NAME))) as port:
        assert (await probe_tls(port, ca_file=both)).tls.faults == ("incomplete-chain",)


async def test_a_trusted_self_signed_certificate_is_in_order(authority: Authority, probe_tls: Probe) -> None:
    made = make(NAME, names=(NAME,))
    async with serving(answering(OK), tls_context(authority, made)) as port:
        assert (await probe_tls(port, ca_file=authority.file(made.pem))).ok


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Elsewhere CA", "untrusted-root"),
        ("Example CA 2", "incomplete-chain"),
        ("Elsewhere Intermediate CA", "incomplete-chain"),
        ("Example Unknown CA", "untrusted-root"),
    ],
)
async def test_a_lone_certificates_issuer_is_judged_by_its_name(
    authority: Authority, probe_tls: Probe, name: str, fault: str
) -> None:
    made = authority.leaf(NAME, issuer=make(name, authority=True))
    async with serving(answering(OK), tls_context(authority, made)) as port:
        result = await probe_tls(port)
    assert result.tls.faults == (fault,)
    assert f"CN={name}" in result.tls.explanation
