"""HTTP answers of real servers, as the probe judges them."""

from __future__ import annotations

import asyncio

import pytest

from bot.probe.prober import probe, probe_all
from bot.probe.target import target_from_url
from tests.probe.certificates import Authority
from tests.probe.conftest import NAME, PATIENT, TINY, Probe, http_part, promised, tls_part
from tests.probe.servers import (
    MYSQL,
    OK,
    Handler,
    answering,
    answering_anything,
    close,
    endless,
    reset,
    reset_at_once,
    serving,
    silence,
    speaking_first,
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
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
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
    "SSH, greeting": (speaking_first(b"SSH-2.0-OpenSSH_9.2\r\n" + b"." * 64), None, "not-http", "SSH"),
    "mail": (answering_anything(b"220 mail.example.com ESMTP\r\n"), None, "not-http", "mail or FTP"),
    "Redis": (answering_anything(b"-ERR wrong number of arguments\r\n"), None, "not-http", "Redis"),
    "MySQL": (speaking_first(MYSQL + bytes(64)), None, "not-http", "MySQL"),
    "PostgreSQL": (answering_anything(b"E\x00\x00\x00\x20SFATAL\x00"), None, "not-http", "PostgreSQL"),
    "HTTP/0.9": (answering_anything(b"<html>hello</html>"), None, "not-http", "HTTP/0.9"),
    "text": (answering_anything(b"hello\n"), None, "not-http", "text that is no HTTP"),
    "a status of two digits": (answering(b"HTTP/1.1 20 OK\r\n\r\n"), None, "not-http", "no status line"),
    "a status past 599": (answering(b"HTTP/1.1 600 Odd\r\n\r\n"), None, "not-http", "no status line"),
    "an unasked switch": (answering(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), 101, "not-http", "101"),
    "a length that is none": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
        200,
        "not-http",
        "not a number of bytes",
    ),
    "two lengths": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        200,
        "not-http",
        "two lengths",
    ),
    "right, chunked": (answering(CHUNKED + b"2\r\nok\r\n0\r\n\r\n"), 200, None, "200"),
    "right, chunked, with an extension": (answering(CHUNKED + b"2;a=b\r\nok\r\n0\r\n\r\n"), 200, None, "200"),
    "chunks of garbage": (answering(CHUNKED + b"garbage\r\n"), 200, "not-http", "no size of a chunk"),
    "chunks of garbage, endless": (answering(CHUNKED + b"f" * 999), 200, "not-http", "no size of a chunk"),
    "a chunk that is too long": (answering(CHUNKED + b"1\r\nlong\r\n"), 200, "not-http", "longer than its 1 bytes"),
    "half a chunk": (answering(CHUNKED + b"9\r\nhalf"), 200, "closed", "within the chunked body"),
    "no chunk": (answering(CHUNKED), 200, "closed", "within the chunked body"),
    "right, after many interim answers": (answering((CONTINUE + INTERIM) * 9 + OK), 200, None, "200"),
    "an interim answer only": (answering(CONTINUE), None, "closed", "after an interim answer"),
    "half a status line": (answering_anything(b"HTTP/1.1 2"), None, "closed", "within the status line"),
    "half a header": (answering_anything(b"HTTP/1.1 200 OK\r\nA: b\r\n"), 200, "closed", "within the header"),
    "half a body": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
        200,
        "closed",
        "after 4 of 9 bytes",
    ),
    "interim answers without end": (endless(b"", CONTINUE * 99), None, "not-http", "interim answers"),
    "a status line of a gigabyte": (endless(b"HTTP/1.1 200 ", b"x" * 65_536), None, "not-http", "no status line"),
    "a field of a gigabyte": (endless(b"HTTP/1.1 200 OK\r\nA: ", b"x" * 65_536), 200, "not-http", "did not end"),
    "a body of a gigabyte": (endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65_536)), 200, None, "200"),
    "chunks without end": (endless(CHUNKED, b"1000\r\n" + bytes(4096) + b"\r\n"), 200, None, "200"),
    "an error of a gigabyte": (endless(b"HTTP/1.1 400 Bad\r\n\r\n", bytes(65_536)), 400, None, "400"),
    "a header of a gigabyte": (
        endless(b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"x" * 65_524 + b"\r\n"),
        200,
        "not-http",
        "did not end",
    ),
    "reset as soon as accepted": (reset_at_once, None, "reset", "before any answer"),
    "reset": (reset, None, "reset", "before any answer"),
    "closed": (close, None, "closed", "before any answer"),
}


@pytest.mark.parametrize(("handler", "status", "fault", "words"), CASES.values(), ids=CASES.keys())
async def test_answer(probe_http: Probe, handler: Handler, status: int | None, fault: str | None, words: str) -> None:
    async with serving(handler) as port:
        result = await probe_http(port)
    assert promised(result) == {"tcp": "ok", "tls": None, "http": http_part(status, fault)}
    assert words in result.http.explanation


SLOW: dict[str, tuple[Handler, int | None]] = {
    "silence": (silence, None),
    "half a status line, then silence": (then_silence(b"HTTP/1.1 2"), None),
    "half a header, then silence": (then_silence(b"HTTP/1.1 200 OK\r\nA: "), 200),
    "an interim answer, then silence": (then_silence(CONTINUE), None),
    "no chunk, then silence": (then_silence(CHUNKED), 200),
    "half a body, then silence": (then_silence(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), 200),
}


@pytest.mark.parametrize(("handler", "status"), SLOW.values(), ids=SLOW.keys())
async def test_silence_is_a_timeout(probe_http: Probe, handler: Handler, status: int | None) -> None:
    async with serving(handler) as port:
        result = await probe_http(port, limits=TINY)
    assert promised(result) == {"tcp": "ok", "tls": None, "http": http_part(status, "timeout")}


async def test_an_answer_that_drips_for_ever_is_a_timeout(probe_http: Probe) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"A: b\r\n")
            await writer.drain()
            await asyncio.sleep(0)  # one field at a time, for as long as somebody reads

    async with serving(drip) as port:
        result = await probe_http(port, limits=TINY.model_copy(update={"max_bytes": 1 << 30}))
    assert promised(result) == {"tcp": "ok", "tls": None, "http": http_part(200, "timeout")}


async def test_head_is_asked_for_no_body() -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) as port:
        target = target_from_url(f"http://127.0.0.1:{port}/").model_copy(update={"method": "HEAD"})
        result = await probe(target, limits=PATIENT)
    assert promised(result) == {"tcp": "ok", "tls": None, "http": http_part(200)}


async def test_plain_http_to_a_tls_server_that_only_hangs_up(authority: Authority, probe_http: Probe) -> None:
    context = tls_context(authority, authority.leaf(NAME), authority.intermediate)
    async with serving(answering(OK), context) as port:
        result = await probe_http(port)
    assert result.http.fault == "tls-on-plain-port"


@pytest.mark.parametrize(("answer", "status"), [(NGINX, 400), (ALERT, None)], ids=["a text", "an alert"])
async def test_inside_tls_the_wish_for_tls_is_that_of_what_stands_behind(
    authority: Authority, probe_tls: Probe, answer: bytes, status: int | None
) -> None:
    made = [authority.leaf(NAME), authority.intermediate]
    async with serving(answering(answer), tls_context(authority, *made)) as port:
        result = await probe_tls(port)
    doubled = http_part(status, "tls-on-plain-port")
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], ()), "http": doubled}
    assert "what stands behind this TLS wants TLS itself" in result.http.explanation


async def test_the_request_is_the_one_that_the_url_names() -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    async with serving(handler) as port:
        await probe(target_from_url(f"http://127.0.0.1:{port}/v1/orders?id=7", server_name=NAME), limits=PATIENT)
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
        results = await probe_all(targets, limits=PATIENT.model_copy(update={"concurrency": 2}))
    assert [one.http.status for one in results] == [200 + number for number in range(10)]
    assert highest <= 2
