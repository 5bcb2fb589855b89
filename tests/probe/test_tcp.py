"""TCP connections that fail in each of their ways, and names that lead to several addresses or to none."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading

import pytest

from bot.probe.prober import probe, probe_all
from bot.probe.target import Limits, target_from_url
from bot.probe.transport import reconnect
from tests.probe.certificates import Authority
from tests.probe.conftest import PATIENT, TINY, http_part, promised, tls_part
from tests.probe.servers import OK, answering, blocking, serving, silence, tls_context


async def test_refused() -> None:
    async with serving(silence) as port:
        pass
    result = await probe(target_from_url(f"https://127.0.0.1:{port}/"), limits=PATIENT)
    assert promised(result) == {"tcp": "refused", "tls": None, "http": None}


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_reset_before_the_client_looks_is_no_refusal(scheme: str) -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with blocking(reset) as port:
        results = await probe_all([target_from_url(f"{scheme}://127.0.0.1:{port}/")] * 20, limits=PATIENT)
    tls = tls_part(None, ("handshake-failed",), None)
    expected = (None, http_part(None, "reset")) if scheme == "http" else (tls, None)
    for result in results:
        assert promised(result) == {"tcp": "ok", "tls": expected[0], "http": expected[1]}
        assert "reset" in result.explanation


async def test_what_the_peer_closed_before_the_request_came_is_closed() -> None:
    closed = asyncio.Event()

    async def close_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with serving(close_at_once) as port:
        connection = await reconnect("127.0.0.1", port, 5)
        assert connection is not None
        await closed.wait()
        await connection.send(b"late", 5)
        assert await connection.receive(5) == b""
        await connection.send(b"later", 5)
        assert await connection.receive(5) == b""
        connection.close()


async def test_unroutable() -> None:
    result = await probe(target_from_url("http://255.255.255.255:9/"), limits=PATIENT)
    assert promised(result) == {"tcp": "unreachable", "tls": None, "http": None}
    assert result.explanation


async def test_a_connection_that_nobody_accepts_times_out(full_backlog: int) -> None:
    result = await probe(target_from_url(f"http://127.0.0.1:{full_backlog}/"), limits=TINY)
    assert promised(result) == {"tcp": "timeout", "tls": None, "http": None}


async def test_a_name_that_does_not_resolve_is_unreachable_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    result = await probe(target_from_url("http://missing.example.com/"), limits=PATIENT)
    assert result.tcp == "unreachable"
    assert "missing.example.com could not be resolved" in result.explanation


async def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(_: str, port: int, **__: object) -> list[object]:
        return [(0, 0, 0, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    async with serving(answering(OK)) as port:
        monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
        result = await probe(target_from_url(f"http://two.example.com:{port}/"), limits=PATIENT)
    assert [(one.address, one.tcp) for one in result.addresses] == [("127.0.0.2", "refused"), ("127.0.0.1", "ok")]
    assert (result.address, result.http.status) == ("127.0.0.1", 200)
    assert "1 of 2 addresses" in result.explanation


async def test_the_whole_time_bounds_every_step(full_backlog: int) -> None:
    limits = Limits(connect=60, handshake=60, answer=60, cross_check=60, total=0.1)
    async with asyncio.timeout(20):
        result = await probe(target_from_url(f"https://127.0.0.1:{full_backlog}/"), limits=limits)
    assert result.tcp == "timeout"


async def test_a_resolver_that_does_not_answer_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        answered.wait(60)
        return []

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    result = await probe(target_from_url("http://slow.example.com/"), limits=TINY)
    answered.set()
    assert promised(result) == {"tcp": "unreachable", "tls": None, "http": None}
    assert "could not be resolved in time" in result.explanation


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_ipv6(authority: Authority) -> None:
    made = [authority.leaf("::1"), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made), host="::1") as port:
        result = await probe(target_from_url(f"https://[::1]:{port}/", ca_file=authority.ca_file), limits=PATIENT)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], ()), "http": http_part(200)}
