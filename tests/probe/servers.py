"""Real servers on loopback, right and wrong in every way that the probe can tell apart."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from tlslite.errors import TLSError
from tlslite.handshakesettings import HandshakeSettings
from tlslite.tlsconnection import TLSConnection
from tlslite.utils.keyfactory import parsePEMKey
from tlslite.x509 import X509
from tlslite.x509certchain import X509CertChain

from tests.probe.certificates import Authority, Key, Made

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MYSQL = b"\x15\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00abcdefgh\x00"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@contextlib.asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serve each connection with this handler; gives the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(one, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.sleep(0)  # one turn of the loop for the cancelled handlers, no time


def answering(data: bytes) -> Handler:
    """Read a request's head, answer with these bytes, close."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    return handler


def answering_anything(data: bytes) -> Handler:
    """Answer the first bytes, whatever they are."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(data)
        await writer.drain()

    return handler


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read and never answer."""
    while await reader.read(65_536):
        pass


def then_silence(data: bytes) -> Handler:
    """Begin an answer and stop."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(data)
        await silence(reader, writer)

    return handler


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection (RST) once something came."""
    await reader.read(1)
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def reset_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection as soon as it is accepted."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def speaking_first(data: bytes) -> Handler:
    """Greet before anything was asked, as SSH, mail and database servers do, then wait."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await silence(reader, writer)

    return handler


def endless(start: bytes, more: bytes) -> Handler:
    """Answer without end: up to a gigabyte, should anybody take it."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(start)
        for _ in range((1 << 30) // len(more)):
            writer.write(more)
            await writer.drain()

    return handler


async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close without an answer."""
    await reader.read(65_536)


def tls_context(
    authority: Authority,
    *chain: Made,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    ciphers: str = "",
    client_certificates: ssl.VerifyMode = ssl.CERT_NONE,
) -> ssl.SSLContext:
    """A server that sends this chain, the first certificate being its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if ciphers:
        context.set_ciphers(ciphers)  # first: the security level in it decides which certificates are taken
    context.load_cert_chain(authority.file("".join(one.pem for one in chain) + chain[0].key_pem))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # one server speaks TLS 1.0 on purpose
        context.minimum_version, context.maximum_version = oldest, newest
    if client_certificates != ssl.CERT_NONE:
        context.load_verify_locations(authority.ca_file)
        context.verify_mode = client_certificates
    return context


@contextlib.asynccontextmanager
async def blocking(serve: Callable[[socket.socket], None]) -> AsyncIterator[int]:
    """Serve one connection after the other on blocking sockets, in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept_all() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                serve(connection)

    task = asyncio.create_task(asyncio.to_thread(accept_all))
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        await task
        listener.close()


def blocking_tls(context: ssl.SSLContext) -> contextlib.AbstractAsyncContextManager[int]:
    """Shake hands on blocking sockets: unlike asyncio, they send the alert before they close."""
    return blocking(lambda connection: context.wrap_socket(connection, server_side=True).close())


@contextlib.asynccontextmanager
async def tlslite(
    chain: Sequence[Made], key: Key, *, newest: str = "TLSv1.3", exchanges: Sequence[str] = ()
) -> AsyncIterator[int]:
    """A server of a TLS library in Python that looks neither whether the key fits the certificate nor how safe it is.

    `exchanges`: the only key exchanges that it offers up to TLS 1.2.
    """
    settings = HandshakeSettings()
    settings.keyExchangeNames = list(exchanges) or settings.keyExchangeNames
    settings.maxVersion = {"TLSv1.2": (3, 3), "TLSv1.3": (3, 4)}[newest]
    certificates = X509CertChain([X509().parse(one.pem) for one in chain])
    private = parsePEMKey(Made(chain[0].certificate, key).key_pem, private=True)

    def serve(connection: socket.socket) -> None:
        tls = TLSConnection(connection)
        with contextlib.suppress(TLSError):
            tls.handshakeServer(certChain=certificates, privateKey=private, settings=settings)
            tls.read(min=1, max=65_536)
            tls.write(OK)
            tls.close()

    async with blocking(serve) as port:
        yield port


def swapping_certificate(port: int, served: Made) -> Handler:
    """Forward to a TLS 1.2 server, and put another certificate in the place of its own.

    Its handshake signature is then made by a key that does not fit: what a server does whose key and certificate
    files do not belong together. Server libraries refuse to start that way, so no plain server can be had for it.
    """

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_records(behind_reader, writer, served.der), _copy(reader, behind_writer))
        finally:
            behind_writer.close()

    return handler


def forwarding(port: int) -> Handler:
    """Forward to a server as it is."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_copy(behind_reader, writer), _copy(reader, behind_writer))
        finally:
            behind_writer.close()

    return handler


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.write_eof()


async def _records(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, der: bytes) -> None:
    """Copy TLS records; OpenSSL sends one handshake message in each."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        while True:
            header = await reader.readexactly(5)
            body = await reader.readexactly(int.from_bytes(header[3:5], "big"))
            if header[0] == 22 and body[0] == 11:
                body = _message(11, _sized(_sized(der)))
            writer.write(header[:3] + len(body).to_bytes(2, "big") + body)
    writer.write_eof()


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _sized(body)


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(3, "big") + data
