"""The servers: one that answers, and one whose private key does not belong to the certificate that it serves."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable

from bot.demo.wire.certificates import Issued

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_HANDSHAKE, _CERTIFICATE = 22, 11
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one HTTP request with 200."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
    writer.close()


async def listen(handler: Handler, context: ssl.SSLContext | None = None) -> asyncio.Server:
    """Serve on a free port of loopback."""
    return await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)


def port_of(server: asyncio.Server) -> int:
    """The port that a server listens on."""
    return int(server.sockets[0].getsockname()[1])


def with_another_certificate(port: int, served: Issued) -> Handler:
    """Stand before a TLS 1.2 server, and put another certificate in the place of its own.

    The signature in the handshake is then made by a key that does not fit. No TLS library starts with such a pair, so
    no server can be configured to do it.
    """

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await asyncio.gather(_records(behind_reader, writer, served.der), _copy(reader, behind_writer))
        behind_writer.close()
        writer.close()

    return handler


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.write_eof()


async def _records(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, der: bytes) -> None:
    """Copy TLS records (RFC 5246, 6.2.1); OpenSSL puts one handshake message into each."""
    while header := await reader.read(1):
        header += await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(header[3:5], "big"))
        if header[0] == _HANDSHAKE and body[0] == _CERTIFICATE:
            body = bytes([_CERTIFICATE]) + _sized(_sized(_sized(der)))
        writer.write(header[:3] + len(body).to_bytes(2, "big") + body)
    writer.write_eof()


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(3, "big") + data
