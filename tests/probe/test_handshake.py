"""Handshakes that end otherwise than a client expects: no TLS at all, old TLS, a client certificate, silence."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from bot.probe.target import Limits
from tests.probe.certificates import Authority
from tests.probe.conftest import NAME, TINY, Probe
from tests.probe.servers import (
    OK,
    answering,
    answering_anything,
    close,
    forwarding,
    reset,
    serving,
    silence,
    tls_context,
)


async def test_tls_1_0_only_is_told_although_clients_of_today_fail(authority: Authority, probe_tls: Probe) -> None:
    if not ssl.HAS_TLSv1:
        pytest.skip("the local OpenSSL is built without TLS 1.0")
    old = ssl.TLSVersion.TLSv1
    made = [authority.leaf(NAME), authority.intermediate]
    context = tls_context(authority, *made, oldest=old, newest=old, ciphers="ALL:@SECLEVEL=0")
    async with serving(answering(OK), context) as port:
        result = await probe_tls(port)
    assert (result.tls.protocol, result.tls.faults) == ("TLSv1", ("handshake-failed",))
    assert "TLSv1 only" in result.tls.explanation
    assert result.tls.trusted_root == "CN=Example Root"
    assert result.http.status == 200


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
    assert result.tls.faults == (("handshake-failed",) if required else ())
    assert result.tls.client_certificate == ("required" if required else "requested")
    assert (result.http is None) == required
    assert result.tls.trusted_root == "CN=Example Root"
    assert not required or "client certificate" in result.tls.explanation


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "plain HTTP"),
        (b"<!DOCTYPE HTML><title>Error</title>", "markup"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18), "HTTP/2"),
        (b"\x99\x98\x97\x96", "no known protocol"),
    ],
    ids=["HTTP", "HTTP/0.9", "SSH", "HTTP/2", "garbage"],
)
async def test_no_tls_on_the_port(probe_tls: Probe, answer: bytes, words: str) -> None:
    async with serving(answering_anything(answer)) as port:
        result = await probe_tls(port)
    assert result.tls.faults == ("not-tls",)
    assert words in result.tls.explanation
    assert result.tls.first_bytes
    assert result.http is None


async def test_a_plain_server_that_waits_for_a_whole_request_is_no_tls(probe_tls: Probe) -> None:
    async with serving(answering(OK)) as port:
        assert (
            await probe_tls(port, limits=TINY.model_copy(update={"cross_check": 2.0, "total": 5.0}))
        ).tls.faults == ("not-tls",)


@pytest.mark.parametrize(
    ("handler", "words"),
    [(silence, "in time"), (reset, "reset"), (close, "closed")],
    ids=["silence", "reset", "closed"],
)
async def test_a_handshake_that_gets_no_answer(probe_tls: Probe, handler: object, words: str) -> None:
    async with serving(handler) as port:
        result = await probe_tls(port, limits=TINY)
    assert result.tcp == "ok"
    assert result.tls.faults == ("handshake-failed",)
    assert words in result.tls.explanation
    assert result.http is None


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


async def test_an_alert_is_named(probe_tls: Probe) -> None:
    async with serving(answering_anything(b"\x15\x03\x03\x00\x02\x02\x70")) as port:
        result = await probe_tls(port)
    assert result.tls.faults == ("handshake-failed",)
    assert "unrecognized_name" in result.tls.explanation


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
