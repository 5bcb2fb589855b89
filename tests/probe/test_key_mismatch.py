"""Private keys that do not fit the certificate: a TLS library that lets one, and a wire that swaps certificates."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.probe.certificates import Authority, Key, Made, make
from tests.probe.conftest import NAME, Probe, promised, tls_part
from tests.probe.servers import OK, answering, blocking_tls, serving, swapping_certificate, tls_context, tlslite

KEYS: dict[str, Key] = {
    "RSA": rsa.generate_private_key(65537, 2048),
    "longer RSA": rsa.generate_private_key(65537, 2304),
    "EC": ec.generate_private_key(ec.SECP256R1()),
    "longer EC": ec.generate_private_key(ec.SECP384R1()),
}


@pytest.mark.parametrize(
    ("kind", "key", "newest"),
    [
        ("RSA", "RSA", "TLSv1.3"),
        ("RSA", "longer RSA", "TLSv1.3"),
        ("RSA", "longer RSA", "TLSv1.2"),
        ("RSA", "EC", "TLSv1.2"),
        ("EC", "EC", "TLSv1.3"),
        ("EC", "longer EC", "TLSv1.3"),
        ("EC", "longer EC", "TLSv1.2"),
    ],
)
async def test_a_server_with_the_wrong_key(
    authority: Authority, probe_tls: Probe, kind: str, key: str, newest: str
) -> None:
    own = type(KEYS[kind])
    certified = (
        rsa.generate_private_key(65537, 2048) if own is type(KEYS["RSA"]) else ec.generate_private_key(ec.SECP256R1())
    )
    made = make(NAME, issuer=authority.intermediate, names=(NAME,), key=certified)
    async with tlslite([made, authority.intermediate], KEYS[key], newest=newest) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made, ("key-mismatch",), newest), "http": None}
    assert "does not fit its certificate" in result.tls.explanation


@pytest.mark.parametrize("newest", ["TLSv1.2", "TLSv1.3"])
async def test_the_same_server_with_the_right_key(authority: Authority, probe_tls: Probe, newest: str) -> None:
    made = make(NAME, issuer=authority.intermediate, names=(NAME,), key=KEYS["RSA"])
    async with tlslite([made, authority.intermediate], KEYS["RSA"], newest=newest) as port:
        assert (await probe_tls(port)).ok


@pytest.mark.parametrize(
    ("ciphers", "key"),
    [("ECDHE-ECDSA-AES128-GCM-SHA256", None), ("ECDHE-RSA-AES128-GCM-SHA256", "rsa"), ("AES128-SHA256", "rsa")],
    ids=["ECDSA", "RSA", "RSA key exchange, which nothing signs"],
)
async def test_a_key_that_does_not_fit_its_certificate(
    authority: Authority, probe_tls: Probe, ciphers: str, key: str | None
) -> None:
    def leaf() -> Made:
        own = rsa.generate_private_key(65537, 2048) if key else None
        return make(NAME, issuer=authority.root, names=(NAME,), key=own)

    context = tls_context(authority, leaf(), newest=ssl.TLSVersion.TLSv1_2, ciphers=ciphers)
    async with blocking_tls(context) as behind, serving(swapping_certificate(behind, leaf())) as port:
        result = await probe_tls(port)
    assert result.tls.faults == ("key-mismatch",)
    assert result.tls.sans == (NAME,)
    assert result.http is None


async def test_a_key_of_another_kind_than_the_certificate(authority: Authority, probe_tls: Probe) -> None:
    served = make(NAME, issuer=authority.root, names=(NAME,), key=rsa.generate_private_key(65537, 2048))
    context = tls_context(authority, authority.leaf(NAME), newest=ssl.TLSVersion.TLSv1_2)
    async with serving(answering(OK), context) as behind, serving(swapping_certificate(behind, served)) as port:
        assert (await probe_tls(port)).tls.faults == ("key-mismatch",)


async def test_a_key_mismatch_hides_neither_name_nor_root(authority: Authority, probe_tls: Probe) -> None:
    served = make("x.example.com", names=("x.example.com",), ends=timedelta(0))
    context = tls_context(authority, authority.leaf(NAME), newest=ssl.TLSVersion.TLSv1_2)
    async with serving(answering(OK), context) as behind, serving(swapping_certificate(behind, served)) as port:
        result = await probe_tls(port)
    assert result.tls.faults == ("key-mismatch", "self-signed", "expired", "hostname-mismatch")
