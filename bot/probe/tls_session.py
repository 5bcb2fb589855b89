"""One TLS client handshake over a connection, and the bytes exchanged inside it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Literal

from bot.probe.tls_messages import Seen
from bot.probe.transport import Connection, Deadline

HandshakeEnd = Literal["done", "error", "unverified", "closed", "reset", "timeout", "too-much"]


@dataclass
class Handshake:
    """How one handshake went. `session` carries on where `end` is `done`."""

    end: HandshakeEnd
    seen: Seen
    first_bytes: bytes
    reason: str = ""
    """OpenSSL's reason, such as `BAD_SIGNATURE`; empty unless `end` is `error`."""
    verify_code: int = 0
    """OpenSSL's X509_V_ERR_…; 0 unless `end` is `unverified`."""
    verify_message: str = ""
    cipher: str | None = None
    protocol: str | None = None
    verified_chain: list[bytes] = field(default_factory=list)
    """DER, from the server's certificate to the trusted root; empty where nothing was verified."""
    session: Session | None = None

    @property
    def accepted_certificate(self) -> bool:
        """The client went on after the server's certificate; for one that verifies, the chain was trusted."""
        return bool(self.seen.chain) and self.end in ("done", "error", "closed", "reset")


class Session:
    """Bytes inside TLS. Same manners as `Connection`; TLS errors are `ssl.SSLError`."""

    def __init__(self, connection: Connection, context: ssl.SSLContext, server_name: str, max_bytes: int) -> None:
        self.connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._max_bytes = max_bytes

    async def handshake(self, seconds: float) -> None:
        """Shake hands. Raises `TimeoutError`, `ConnectionError`, `ssl.SSLError`, or `OverflowError` past the limit."""
        deadline = Deadline(seconds)
        while self.connection.received <= self._max_bytes:
            try:
                self.object.do_handshake()
            except ssl.SSLWantReadError:
                pass
            else:
                return
            finally:
                await self._flush(deadline.within(seconds))
            await self._more(deadline.within(seconds))
        raise OverflowError

    async def send(self, data: bytes, seconds: float) -> None:
        """Encrypt and send."""
        self.object.write(data)
        await self._flush(seconds)

    async def receive(self, seconds: float) -> bytes:
        """Some decrypted bytes; none at the end. Raises `TimeoutError`, `ConnectionError`, `ssl.SSLError`."""
        deadline = Deadline(seconds)
        while True:
            try:
                return self.object.read(16_384)
            except ssl.SSLWantReadError:
                await self._flush(deadline.within(seconds))
                await self._more(deadline.within(seconds))
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def _more(self, seconds: float) -> None:
        if seconds <= 0:
            raise TimeoutError
        data = await self.connection.receive(seconds)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _flush(self, seconds: float) -> None:
        data = self._outgoing.read()
        if data:
            await self.connection.send(data, max(seconds, 0.05))

    def close(self) -> None:
        """Close the connection beneath."""
        self.connection.close()


async def shake_hands(
    connection: Connection, context: ssl.SSLContext, server_name: str, *, seconds: float, max_bytes: int
) -> Handshake:
    """Shake hands with a context of its own, and say how it went; never raises for what the server does."""
    seen = Seen()
    seen.watch(context)
    session = Session(connection, context, server_name, max_bytes)
    result = Handshake("done", seen, b"")
    try:
        await session.handshake(seconds)
    except TimeoutError:
        result.end = "timeout"
    except ConnectionError:
        result.end = "reset"
    except OverflowError:
        result.end = "too-much"
    except ssl.SSLCertVerificationError as error:
        result.end, result.verify_code, result.verify_message = "unverified", error.verify_code, error.verify_message
    except ssl.SSLEOFError:
        result.end = "closed"
    except ssl.SSLError as error:
        result.end, result.reason = "error", error.reason or str(error)
    else:
        _describe(result, session)
    result.first_bytes = connection.first_bytes
    result.protocol = result.protocol or seen.version
    if result.session is None:
        session.close()
    return result


def _describe(result: Handshake, session: Session) -> None:
    cipher = session.object.cipher()
    result.session = session
    result.cipher = cipher[0] if cipher else None
    result.protocol = session.object.version()
    result.verified_chain = chain_of(session.object, "get_verified_chain")
    result.seen.chain = result.seen.chain or chain_of(session.object, "get_unverified_chain")


def chain_of(tls: ssl.SSLObject, method: str) -> list[bytes]:
    """The chain as DER by a method that is public from Python 3.13 on, and before stands on the inner object only."""
    public = getattr(tls, method, None)
    if public is not None:
        return list(public() or [])
    inner = getattr(getattr(tls, "_sslobj", None), method, None)
    found = inner() if inner else None
    return [ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in found or []]
