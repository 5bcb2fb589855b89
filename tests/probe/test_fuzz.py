"""Servers that send anything at all: every probe ends, in time, with a result that keeps its promise."""

from __future__ import annotations

import asyncio
import random

from jsonschema import validate

from bot.probe import first_bytes, http_message
from bot.probe.http_exchange import Answer
from bot.probe.http_judgement import judge
from bot.probe.prober import probe_all
from bot.probe.result import FAULT_ORDER
from bot.probe.target import target_from_url
from bot.probe.tls_messages import Seen
from tests.probe.certificates import Authority
from tests.probe.conftest import CONTRACT, NAME, PATIENT
from tests.probe.servers import OK, answering, forwarding, serving, tls_context

LIMITS = PATIENT.model_copy(update={"concurrency": 16})
SEEDS = (
    OK,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.0 400 Bad Request\r\n\r\nplain",
    b"\x15\x03\x03\x00\x02\x02\x28",
    b"\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" + bytes(32) + b"\x00\xc0\x2f\x00",
    b"",
)


def _spoilt(data: bytes, chance: random.Random) -> bytes:
    """The data with some bytes changed, cut, doubled or put in."""
    spoilt = bytearray(data)
    for _ in range(chance.randint(0, 4)):
        at = chance.randint(0, len(spoilt))
        match chance.randint(0, 3):
            case 0:
                spoilt[at : at + 1] = chance.randbytes(1)
            case 1:
                del spoilt[at : at + chance.randint(1, 9)]
            case 2:
                spoilt[at:at] = chance.randbytes(chance.randint(1, 300))
            case _:
                spoilt[at:at] = spoilt[at : at + chance.randint(1, 40)]
    return bytes(spoilt)


async def test_servers_that_send_anything() -> None:
    chance = random.Random(20)  # noqa: S311 - repeatable, not secret

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(_spoilt(chance.choice(SEEDS), chance))

    async with serving(handler) as port:
        urls = [f"{scheme}://127.0.0.1:{port}/" for scheme in ("http", "https") for _ in range(100)]
        results = await probe_all([target_from_url(url) for url in urls], limits=LIMITS)
    for result in results:
        validate(result.to_contract(), CONTRACT)


async def test_tls_servers_whose_bytes_are_spoilt_on_the_way(authority: Authority) -> None:
    chance = random.Random(21)  # noqa: S311 - as above
    context = tls_context(authority, authority.leaf(NAME), authority.intermediate)

    async with serving(answering(OK), context) as behind:
        forward = forwarding(behind)

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if chance.random() < 0.5:
                await forward(reader, writer)
                return
            from_server, to_server = await asyncio.open_connection("127.0.0.1", behind)
            to_server.write(await reader.read(65_536))
            writer.write(_spoilt(await from_server.read(65_536), chance))
            to_server.close()

        async with serving(handler) as port:
            target = target_from_url(f"https://127.0.0.1:{port}/", server_name=NAME, ca_file=authority.ca_file)
            results = await probe_all([target] * 40, limits=LIMITS)
    for result in results:
        validate(result.to_contract(), CONTRACT)
        assert list(result.tls.faults) == [fault for fault in FAULT_ORDER if fault in result.tls.faults]
    assert any(result.ok for result in results)
    assert any(not result.ok for result in results)


def test_any_bytes_can_be_judged_and_shown() -> None:
    chance = random.Random(22)  # noqa: S311 - as above
    for _ in range(400):
        data = _spoilt(chance.choice(SEEDS), chance)
        for end in ("closed", "timeout", "limit", "reset"):
            result = judge(Answer(data, end), verified=chance.choice((None, True)))
            assert result.ok == (result.fault is None)
        http_message.enough(data, "GET")
        assert first_bytes.shown(data).isprintable()
        assert first_bytes.explain(data).isprintable()
        Seen()._message(None, "read", None, chance.choice((21, 22)), None, data)  # what OpenSSL calls with each message
