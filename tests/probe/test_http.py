"""HTTP answers of real servers, as the probe judges them."""

from __future__ import annotations

import asyncio
import socket

import pytest

from bot.probe.prober import probe, probe_all
from bot.probe.target import Limits, target_from_url
from tests.probe.certificates import Authority
from tests.probe.conftest import NAME, SHORT, TINY, Probe
from tests.probe.servers import (
    OK,
    Handler,
    answering,
    answering_anything,
    close,
    endless,
    reset,
    serving,
    silence,
    then_silence,
    tls_context,
)

NGINX = (
    b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 65\r\n\r\n"
    b"<title>400 The plain HTTP request was sent to HTTPS port</title>\n"
)
GO = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
ALERT = b"\x15\x03\x01\x00\x02\x02\x46"
SETTINGS = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

CASES: dict[str, tuple[Handler, int | None, str | None, str]] = {
    "right": (answering(OK), 200, None, "200"),
    "right, HTTP/1.0 until the end": (answering(b"HTTP/1.0 200 OK\r\n\r\nhello"), 200, None, "200"),
    "right, no reason phrase": (answering(b"HTTP/1.1 204\r\n\r\n"), 204, None, "204"),
    "right, after an interim answer": (answering(INTERIM + OK), 200, None, "200"),
    "the backend's own fault": (answering(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), 503, None, "its own"),
    "an ordinary 400": (answering(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nid ?"), 400, None, "400"),
    "redirect": (
        answering(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"),
        302,
        None,
        "not followed",
    ),
    "TLS alert": (answering_anything(ALERT), None, "tls-on-plain-port", "alert 70 (protocol_version)"),
    "TLS wanted, says nginx": (answering(NGINX), 400, "tls-on-plain-port", "wants TLS"),
    "TLS wanted, says Go": (answering(GO), 400, "tls-on-plain-port", "wants TLS"),
    "HTTP/2 frames": (answering_anything(SETTINGS), None, "not-http", "HTTP/2 SETTINGS"),
    "HTTP/2 preface": (
        answering_anything(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        None,
        "not-http",
        "HTTP/2 client preface",
    ),
    "HTTP/2 status line": (answering(b"HTTP/2 200 OK\r\n\r\n"), None, "not-http", "HTTP/2 200 OK"),
    "PROXY v1": (answering_anything(b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"), None, "not-http", "PROXY protocol v1"),
    "PROXY v2": (
        answering_anything(b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes(12)),
        None,
        "not-http",
        "PROXY protocol v2",
    ),
    "SSH": (answering_anything(b"SSH-2.0-OpenSSH_9.2\r\n"), None, "not-http", "SSH"),
    "garbage": (answering_anything(bytes(range(128, 256))), None, "not-http", "no known protocol"),
    "garbage in the header": (answering(b"HTTP/1.1 200 OK\r\nno field\r\n\r\n"), 200, "not-http", "no header field"),
    "half a status line": (answering_anything(b"HTTP/1.1 2"), None, "closed", "within the status line"),
    "half a header": (answering_anything(b"HTTP/1.1 200 OK\r\nA: b\r\n"), 200, "closed", "within the header"),
    "half a body": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
        200,
        "closed",
        "after 4 of 9 bytes",
    ),
    "a header of a gigabyte": (
        endless(b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"x" * 65_524 + b"\r\n"),
        200,
        "not-http",
        "did not end",
    ),
    "reset": (reset, None, "reset", "before any answer"),
    "closed": (close, None, "closed", "before any answer"),
}


@pytest.mark.parametrize(("handler", "status", "fault", "words"), CASES.values(), ids=CASES.keys())
async def test_answer(probe_http: Probe, handler: Handler, status: int | None, fault: str | None, words: str) -> None:
    async with serving(handler) as port:
        result = await probe_http(port)
    assert (result.tcp, result.tls) == ("ok", None)
    assert (result.http.status, result.http.fault, result.http.ok) == (status, fault, fault is None)
    assert words in result.http.explanation


SLOW: dict[str, tuple[Handler, int | None]] = {
    "silence": (silence, None),
    "half a status line, then silence": (then_silence(b"HTTP/1.1 2"), None),
    "half a header, then silence": (then_silence(b"HTTP/1.1 200 OK\r\nA: "), 200),
    "half a body, then silence": (then_silence(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), 200),
}


@pytest.mark.parametrize(("handler", "status"), SLOW.values(), ids=SLOW.keys())
async def test_silence_is_a_timeout(probe_http: Probe, handler: Handler, status: int | None) -> None:
    async with serving(handler) as port:
        result = await probe_http(port, limits=TINY)
    assert (result.http.status, result.http.fault) == (status, "timeout")


async def test_plain_http_to_a_tls_server_that_only_hangs_up(authority: Authority, probe_http: Probe) -> None:
    context = tls_context(authority, authority.leaf(NAME), authority.intermediate)
    async with serving(answering(OK), context) as port:
        result = await probe_http(port)
    assert result.http.fault == "tls-on-plain-port"


async def test_the_request_is_the_one_that_the_url_names() -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    async with serving(handler) as port:
        await probe(target_from_url(f"http://127.0.0.1:{port}/v1/orders?id=7", server_name=NAME), limits=SHORT)
    lines = seen[0].decode().split("\r\n")
    assert lines[0] == "GET /v1/orders?id=7 HTTP/1.1"
    assert f"Host: {NAME}:{port}" in lines


async def test_a_redirect_is_shown_without_its_secrets(probe_http: Probe) -> None:
    answer = (
        b"HTTP/1.1 302 Found\r\nLocation: https://x.example.com/?access_token=abcdef123456\r\nContent-Length: 0\r\n\r\n"
    )
    async with serving(answering(answer)) as port:
        result = await probe_http(port)
    assert result.http.location.startswith("https://x.example.com/")
    assert "abcdef123456" not in result.model_dump_json()


async def test_reading_stops_at_the_limit(probe_http: Probe) -> None:
    taken = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            await writer.drain()
            taken += 65_536

    async with serving(handler) as port:
        result = await probe_http(port)
    assert (result.http.status, result.http.fault) == (200, None)
    assert taken < 100_000_000


async def test_refused() -> None:
    async with serving(silence) as port:
        pass
    result = await probe(target_from_url(f"https://127.0.0.1:{port}/"), limits=SHORT)
    assert (result.tcp, result.tls, result.http) == ("refused", None, None)


async def test_unroutable() -> None:
    result = await probe(target_from_url("http://255.255.255.255:9/"), limits=SHORT)
    assert (result.tcp, result.tls, result.http) == ("unreachable", None, None)
    assert result.explanation


async def test_a_connection_that_nobody_accepts_times_out(full_backlog: int) -> None:
    result = await probe(target_from_url(f"http://127.0.0.1:{full_backlog}/"), limits=TINY)
    assert (result.tcp, result.http) == ("timeout", None)


async def test_a_name_that_does_not_resolve_is_unreachable_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    result = await probe(target_from_url("http://missing.example.com/"), limits=SHORT)
    assert result.tcp == "unreachable"
    assert "missing.example.com could not be resolved" in result.explanation


async def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(_: str, port: int, **__: object) -> list[object]:
        return [(0, 0, 0, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    async with serving(answering(OK)) as port:
        monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
        result = await probe(target_from_url(f"http://two.example.com:{port}/"), limits=SHORT)
    assert [(one.address, one.tcp) for one in result.addresses] == [("127.0.0.2", "refused"), ("127.0.0.1", "ok")]
    assert (result.address, result.http.status) == ("127.0.0.1", 200)
    assert "1 of 2 addresses" in result.explanation


async def test_the_whole_time_bounds_every_step(full_backlog: int) -> None:
    limits = Limits(connect=60, handshake=60, answer=60, cross_check=60, total=0.1)
    async with asyncio.timeout(20):
        result = await probe(target_from_url(f"https://127.0.0.1:{full_backlog}/"), limits=limits)
    assert result.tcp == "timeout"


async def test_many_targets_keep_their_order_and_share_the_limit() -> None:
    open_now = highest = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, highest
        open_now += 1
        highest = max(highest, open_now)
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        open_now -= 1
        writer.write(b"HTTP/1.1 2%s OK\r\nContent-Length: 0\r\n\r\n" % path[-2:])

    async with serving(handler) as port:
        targets = [target_from_url(f"http://127.0.0.1:{port}/{number:02}") for number in range(10)]
        results = await probe_all(targets, limits=SHORT.model_copy(update={"concurrency": 2}))
    assert [one.http.status for one in results] == [200 + number for number in range(10)]
    assert highest <= 2
