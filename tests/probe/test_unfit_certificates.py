"""Certificates that name the right host and lead to a trusted root, and that clients refuse or dislike all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.probe.certificates import DAY, Authority, Key, Made, make, with_sha1
from tests.probe.conftest import NAME, Probe, http_part, promised, tls_part
from tests.probe.servers import OK, answering, serving, tls_context

ANY_LEVEL = "ALL:@SECLEVEL=0"
FOR_CLIENTS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
RSA = rsa.generate_private_key(65537, 2048)
RSA_1024 = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose


def _for_clients(a: Authority) -> list[Made]:
    return [make(NAME, issuer=a.intermediate, names=(NAME,), extensions=[FOR_CLIENTS]), a.intermediate]


def _constrained(a: Authority) -> list[Made]:
    only = x509.NameConstraints([x509.DNSName("example.org")], None)
    above = make("Constrained Issuing", issuer=a.root, authority=True, extensions=[only])
    return [a.leaf(NAME, issuer=above), above]


def _by_no_authority(a: Authority) -> list[Made]:
    above = make("No Issuing", issuer=a.root)
    return [a.leaf(NAME, issuer=above), above]


def _sha1(a: Authority) -> list[Made]:
    above = make("RSA Issuing", issuer=a.root, authority=True, key=RSA)
    return [with_sha1(a.leaf(NAME, issuer=above), above), above]


def _through(count: int) -> Callable[[Authority], list[Made]]:
    def chain(a: Authority) -> list[Made]:
        made = [a.root]
        for number in range(count):
            made.append(make(f"Issuing {number}", issuer=made[-1], authority=True))
        return [a.leaf(NAME, issuer=made[-1]), *reversed(made[1:])]

    return chain


REFUSED = {
    "for clients only": (_for_clients, "no serverAuth"),
    "of an authority for other names": (_constrained, "does not permit the names"),
    "by a certificate that is no authority": (_by_no_authority, "not allowed to sign others"),
    "signed with SHA-1": (_sha1, "SHA1"),
    "below a hundred and ten intermediates": (_through(110), "longer than clients follow"),
}


@pytest.mark.parametrize(("chain", "words"), REFUSED.values(), ids=REFUSED.keys())
async def test_refused(
    authority: Authority, probe_tls: Probe, chain: Callable[[Authority], list[Made]], words: str
) -> None:
    made = chain(authority)
    async with serving(answering(OK), tls_context(authority, *made, ciphers=ANY_LEVEL)) as port:
        result = await probe_tls(port)
    refused = tls_part(made[0], ("handshake-failed",))
    assert promised(result) == {"tcp": "ok", "tls": refused, "http": http_part(200)}
    assert words in result.tls.explanation


async def test_refused_for_its_use_its_root_its_dates_and_its_name(authority: Authority, probe_tls: Probe) -> None:
    root = make("Elsewhere Root", authority=True)
    made = make("x", issuer=root, names=("x.org",), begins=-9 * DAY, ends=-2 * DAY, extensions=[FOR_CLIENTS])
    async with serving(answering(OK), tls_context(authority, made, root)) as port:
        result = await probe_tls(port)
    assert result.tls.faults == ("handshake-failed", "untrusted-root", "expired", "hostname-mismatch")


async def test_outdated_signature_of_an_unknown_root(authority: Authority, probe_tls: Probe) -> None:
    root = make("Elsewhere Root", authority=True, key=RSA)
    made = with_sha1(authority.leaf(NAME, issuer=root), root)
    async with serving(answering(OK), tls_context(authority, made, root, ciphers=ANY_LEVEL)) as port:
        assert (await probe_tls(port)).tls.faults == ("handshake-failed", "untrusted-root")


DOUBTFUL: dict[str, tuple[Key | None, str]] = {
    "RSA, 1024 bits": (RSA_1024, "1024 bits"),
    "Ed25519": (ed25519.Ed25519PrivateKey.generate(), "Edwards"),
    "RSA": (RSA, ""),
    "P-384": (ec.generate_private_key(ec.SECP384R1()), ""),
    "P-521": (ec.generate_private_key(ec.SECP521R1()), ""),
}


@pytest.mark.parametrize(("key", "note"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
async def test_keys_that_are_taken(authority: Authority, probe_tls: Probe, key: Key, note: str) -> None:
    made = [make(NAME, issuer=authority.intermediate, names=(NAME,), key=key), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made, ciphers=ANY_LEVEL)) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], ()), "http": http_part(200)}
    assert note in " ".join(result.tls.notes)
    assert bool(result.tls.notes) == bool(note)


async def test_a_chain_longer_than_java_takes_is_noted(authority: Authority, probe_tls: Probe) -> None:
    made = _through(12)(authority)
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        result = await probe_tls(port)
    assert result.tls.ok
    assert "more than 10 certificates" in result.tls.notes[0]


async def test_a_certificate_of_many_names_is_read_whole(authority: Authority, probe_tls: Probe) -> None:
    names = (NAME, *(f"n{number}.example.com" for number in range(3_000)))
    made = [authority.leaf(*names), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], ()), "http": http_part(200)}


async def test_a_certificate_larger_than_clients_take_fails_the_handshake(
    authority: Authority, probe_tls: Probe
) -> None:
    made = authority.leaf(NAME, *(f"n{number}.example.com" for number in range(9_000)))
    async with serving(answering(OK), tls_context(authority, made, authority.intermediate)) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(None, ("handshake-failed",)), "http": None}
    assert "larger than clients take" in result.tls.explanation
