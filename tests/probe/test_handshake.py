"""Handshakes that end otherwise than a client expects: no TLS at all, old TLS, a client certificate, silence."""

from __future__ import annotations

import asyncio
import ssl

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tlslite.mathtls import RFC2409_GROUP1

from bot.probe.target import Limits
from tests.probe.certificates import DAY, Authority, make
from tests.probe.conftest import NAME, TINY, Probe, http_part, promised, tls_part
from tests.probe.servers import (
    MYSQL,
    OK,
    Handler,
    answering,
    answering_anything,
    blocking_tls,
    close,
    forwarding,
    reset,
    reset_at_once,
    serving,
    silence,
    speaking_first,
    then_silence,
    tls_context,
    tlslite,
)


@pytest.mark.parametrize(("version", "spoken"), [(ssl.TLSVersion.TLSv1, "TLSv1"), (ssl.TLSVersion.TLSv1_1, "TLSv1.1")])
async def test_old_tls_only_is_told_although_clients_of_today_fail(
    authority: Authority, probe_tls: Probe, version: ssl.TLSVersion, spoken: str
) -> None:
    if not ssl.HAS_TLSv1:
        pytest.skip("the local OpenSSL is built without TLS 1.0")
    made = [authority.leaf(NAME), authority.intermediate]
    context = tls_context(authority, *made, oldest=version, newest=version, ciphers="ALL:@SECLEVEL=0")
    async with serving(answering(OK), context) as port:
        result = await probe_tls(port)
    old = tls_part(made[0], ("handshake-failed",), spoken)
    assert promised(result) == {"tcp": "ok", "tls": old, "http": http_part(200)}
    assert f"{spoken} only" in result.tls.explanation
    assert result.tls.trusted_root == "CN=Example Root"


async def test_old_tls_hides_neither_dates_nor_name(authority: Authority, probe_tls: Probe) -> None:
    if not ssl.HAS_TLSv1:
        pytest.skip("the local OpenSSL is built without TLS 1.0")
    old = ssl.TLSVersion.TLSv1
    made = [authority.leaf("other.example.com", begins=-9 * DAY, ends=-2 * DAY), authority.intermediate]
    context = tls_context(authority, *made, oldest=old, newest=old, ciphers="ALL:@SECLEVEL=0")
    async with serving(answering(OK), context) as port:
        assert (await probe_tls(port)).tls.faults == ("handshake-failed", "expired", "hostname-mismatch")


async def test_tls_1_3_only(authority: Authority, probe_tls: Probe) -> None:
    made = [authority.leaf(NAME), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made, oldest=ssl.TLSVersion.TLSv1_3)) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], ()), "http": http_part(200)}


RSA = rsa.generate_private_key(65537, 2048)
CIPHERS = [
    pytest.param("AES128-SHA", "", id="RSA key exchange"),
    pytest.param("ECDHE-RSA-AES128-SHA", "", id="CBC"),
    pytest.param("AES128-CCM8:@SECLEVEL=0", "a client with today's ciphers fails", id="a rare cipher"),
]


@pytest.mark.parametrize(("ciphers", "words"), CIPHERS)
async def test_ciphers(authority: Authority, probe_tls: Probe, ciphers: str, words: str) -> None:
    made = make(NAME, issuer=authority.intermediate, names=(NAME,), key=RSA)
    context = tls_context(authority, made, authority.intermediate, newest=ssl.TLSVersion.TLSv1_2, ciphers=ciphers)
    async with serving(answering(OK), context) as port:
        result = await probe_tls(port)
    faults = ("handshake-failed",) if words else ()
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made, faults, "TLSv1.2"), "http": http_part(200)}
    assert words in result.tls.explanation


async def test_a_diffie_hellman_group_that_is_too_small(
    authority: Authority, probe_tls: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlslite.keyexchange.RFC7919_GROUPS", [RFC2409_GROUP1])  # 768 bits, under the name of 2048
    made = make(NAME, issuer=authority.intermediate, names=(NAME,), key=RSA)
    async with tlslite([made, authority.intermediate], RSA, newest="TLSv1.2", exchanges=["dhe_rsa"]) as port:
        result = await probe_tls(port)
    weak = tls_part(made, ("handshake-failed",), "TLSv1.2")
    assert promised(result) == {"tcp": "ok", "tls": weak, "http": None}
    assert "dh key too small" in result.tls.explanation


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["tls1.2", "tls1.3"])
@pytest.mark.parametrize("mode", [ssl.CERT_REQUIRED, ssl.CERT_OPTIONAL], ids=["required", "optional"])
async def test_client_certificate(
    authority: Authority, probe_tls: Probe, version: ssl.TLSVersion, mode: ssl.VerifyMode
) -> None:
    made = [authority.leaf(NAME), authority.intermediate]
    context = tls_context(authority, *made, newest=version, client_certificates=mode)
    async with serving(answering(OK), context) as port:
        result = await probe_tls(port)
    required = mode == ssl.CERT_REQUIRED
    spoken = "TLSv1.3" if version == ssl.TLSVersion.TLSv1_3 else "TLSv1.2"
    tls = tls_part(made[0], ("handshake-failed",) if required else (), spoken)
    assert promised(result) == {"tcp": "ok", "tls": tls, "http": None if required else http_part(200)}
    assert result.tls.client_certificate == ("required" if required else "requested")
    assert result.tls.trusted_root == "CN=Example Root"
    assert not required or "client certificate" in result.tls.explanation


NOT_TLS = {
    "HTTP": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "plain HTTP"),
    "half a status line": (b"HTTP/1.1 4", "plain HTTP"),
    "HTTP/0.9": (b"<!DOCTYPE HTML><title>Error</title>", "markup"),
    "HTTP/2": (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18), "HTTP/2"),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
    "SMTP": (b"220 mail.example.com ESMTP\r\n", "mail"),
    "Redis": (b"-ERR unknown command\r\n", "Redis"),
    "MySQL": (MYSQL, "MySQL"),
    "garbage": (bytes(range(128, 160)), "no known protocol"),
}


@pytest.mark.parametrize("first", [False, True], ids=["answers", "greets"])
@pytest.mark.parametrize(("data", "words"), NOT_TLS.values(), ids=NOT_TLS.keys())
async def test_no_tls_on_the_port(probe_tls: Probe, data: bytes, words: str, *, first: bool) -> None:
    async with serving(speaking_first(data) if first else answering_anything(data)) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(None, ("not-tls",), None), "http": None}
    assert words in result.tls.explanation
    assert result.tls.first_bytes


async def test_a_plain_server_that_waits_for_a_whole_request_is_no_tls(probe_tls: Probe) -> None:
    async with serving(answering(OK)) as port:
        result = await probe_tls(port, limits=TINY.model_copy(update={"cross_check": 2.0, "total": 5.0}))
    assert promised(result) == {"tcp": "ok", "tls": tls_part(None, ("not-tls",), None), "http": None}


SILENT = {
    "silence": (silence, "in time"),
    "reset once something came": (reset, "reset"),
    "reset as soon as accepted": (reset_at_once, "reset"),
    "closed": (close, "closed"),
    "one byte": (answering_anything(b"\x16"), "closed"),
    "an alert": (answering_anything(b"\x15\x03\x03\x00\x02\x02\x28"), "alert 40 (handshake_failure)"),
    "an alert, and open": (then_silence(b"\x15\x03\x03\x00\x02\x02\x46"), "alert 70 (protocol_version)"),
}


@pytest.mark.parametrize(("handler", "words"), SILENT.values(), ids=SILENT.keys())
async def test_a_handshake_that_gets_no_answer(probe_tls: Probe, handler: Handler, words: str) -> None:
    async with serving(handler) as port:
        result = await probe_tls(port, limits=TINY)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(None, ("handshake-failed",), None), "http": None}
    assert words in result.tls.explanation


async def test_a_certificate_that_could_not_be_verified_does_not_pass(authority: Authority, probe_tls: Probe) -> None:
    taken = 0

    async def only_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        taken += 1
        await (forward if taken == 1 else silence)(reader, writer)

    context = tls_context(authority, authority.leaf(NAME), authority.intermediate)
    async with serving(answering(OK), context) as behind, serving(only_once) as port:
        forward = forwarding(behind)
        result = await probe_tls(port, limits=Limits(handshake=0.4, connect=1, answer=1, total=5))
    assert result.tls.faults == ("handshake-failed",)
    assert "a second one did not" in result.tls.explanation
    assert result.http.status == 200


async def test_a_server_that_refuses_the_name(authority: Authority, probe_tls: Probe) -> None:
    context = tls_context(authority, authority.leaf("only.example.com"), authority.intermediate)
    context.sni_callback = lambda _socket, _name, _context: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    async with blocking_tls(context) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(None, ("handshake-failed",), None), "http": None}
    assert "it refused the server name" in result.tls.explanation


async def test_a_server_that_wants_a_name_gets_none_for_an_address(authority: Authority, probe_tls: Probe) -> None:
    context = tls_context(authority, authority.leaf(NAME), authority.intermediate)
    context.sni_callback = lambda _socket, name, _context: None if name else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    async with blocking_tls(context) as port:
        assert (await probe_tls(port, server_name=None)).tls.faults == ("handshake-failed",)


async def test_an_endless_handshake_is_given_up(probe_tls: Probe) -> None:
    record = b"\x16\x03\x03\x40\x00" + b"\x0b\xff\xff\xff" + bytes(0x4000 - 4)
    async with serving(answering_anything(record * 64)) as port:
        result = await probe_tls(port, limits=Limits(handshake=1, max_handshake_bytes=20_000, cross_check=0.1))
    assert result.tls.faults == ("handshake-failed",)


async def test_the_server_name_is_sent(authority: Authority, probe_tls: Probe) -> None:
    asked: list[str | None] = []
    context = tls_context(authority, authority.leaf(NAME), authority.intermediate)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with serving(answering(OK), context) as port:
        await probe_tls(port)
    assert set(asked) == {NAME}
