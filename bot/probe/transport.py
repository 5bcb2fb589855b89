"""TCP with limits: resolve, connect, send, receive; every step ends by itself.

Plain sockets rather than asyncio's streams: a stream forgets what it has received once the peer resets the
connection, and those bytes are often the explanation.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from bot.probe.result import AddressResult, TcpState
from bot.probe.target import Limits, Target

_CHUNK = 16_384
_STATES: dict[int, TcpState] = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
}


@dataclass
class Deadline:
    """The end of the whole probe; each step asks it how long it may take."""

    total: float
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def within(self, seconds: float) -> float:
        """These seconds, or what is left of the whole if that is less; never negative."""
        return max(0.0, min(seconds, self.started + self.total - self.clock()))


class Connection:
    """One TCP connection. Receiving raises `TimeoutError` or `ConnectionError`; sending never fails.

    A peer that closes early is found out by receiving, where its last words come first.
    """

    def __init__(self, sock: socket.socket, reset: ConnectionResetError | None = None) -> None:
        self._sock = sock
        self.first_bytes = b""
        """The first 64 bytes that the peer sent."""
        self.received = 0
        self._reset = reset

    async def send(self, data: bytes, seconds: float) -> None:
        """Send all of it, or as much as the peer takes in time."""
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_sendall(self._sock, data)
        except ConnectionResetError as error:
            self._reset = error  # the system tells of a reset once only: receiving would see a plain end
        except (OSError, TimeoutError):
            return

    async def receive(self, seconds: float) -> bytes:
        """Some bytes; none at the end. Raises `TimeoutError`, `ConnectionError`."""
        try:
            async with asyncio.timeout(seconds):
                data = await asyncio.get_running_loop().sock_recv(self._sock, _CHUNK)
        except (ConnectionError, TimeoutError):
            raise
        except OSError as error:
            raise ConnectionResetError(error.errno, error.strerror) from error
        if not data and self._reset:
            raise self._reset
        self.received += len(data)
        self.first_bytes = (self.first_bytes + data)[:64] if len(self.first_bytes) < 64 else self.first_bytes
        return data

    def close(self) -> None:
        """Close without waiting."""
        self._sock.close()


@dataclass(frozen=True)
class Connected:
    """The outcome of connecting: a connection where the state is `ok`."""

    state: TcpState
    explanation: str
    addresses: tuple[AddressResult, ...] = ()
    address: str | None = None
    connection: Connection | None = None


async def connect(target: Target, limits: Limits, deadline: Deadline) -> Connected:
    """Try every address of the host at the same time; keep the first that answers, in the resolver's order."""
    try:
        async with asyncio.timeout(deadline.within(limits.connect)):
            found = await _resolve(target)
    except TimeoutError:
        return Connected("unreachable", f"the name {target.host} could not be resolved in time")
    except (OSError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or error
        return Connected("unreachable", f"the name {target.host} could not be resolved: {words}")
    addresses = found[: limits.max_addresses]
    seconds = deadline.within(limits.connect)
    tried = await asyncio.gather(*(_open(address, target.port, seconds) for address in addresses))
    states = tuple(AddressResult(address=a, tcp=state) for a, (state, _, _) in zip(addresses, tried, strict=True))
    kept: tuple[str, Connection] | None = None
    for address, (_, _, connection) in zip(addresses, tried, strict=True):
        if connection and kept:
            connection.close()
        elif connection:
            kept = (address, connection)
    if kept:
        return Connected("ok", _connected_words(states, target.port), states, kept[0], kept[1])
    state, words = min(((s, w) for s, w, _ in tried), key=lambda one: _WORST.index(one[0]))
    return Connected(state, words, states)


async def reconnect(address: str, port: int, seconds: float) -> Connection | None:
    """Another connection to an address that answered before; None where it does not now."""
    return (await _open(address, port, seconds))[2]


_WORST: tuple[TcpState, ...] = ("ok", "refused", "timeout", "unreachable")
"""Which state speaks for several failing addresses: the one that came nearest."""


async def _resolve(target: Target) -> list[str]:
    host = target.address or target.host
    with contextlib.suppress(ValueError):
        return [str(ip_address(host))]
    return await lookup(host, target.port)


async def lookup(host: str, port: int) -> list[str]:
    """The addresses of a name, in the resolver's order. Raises `OSError`, or `UnicodeError` for what is no name.

    In a thread of its own: a resolver cannot be stopped, and the event loop's pool would wait for it at the end.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            settle = functools.partial(found.set_exception, error)
        else:
            settle = functools.partial(found.set_result, list(dict.fromkeys(str(entry[4][0]) for entry in entries)))
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(lambda: found.done() or settle())

    threading.Thread(target=resolve, name="vpclink-lookup", daemon=True).start()
    return await found


async def _open(address: str, port: int, seconds: float) -> tuple[TcpState, str, Connection | None]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        return "unreachable", f"{place} cannot be reached from here: {error.strerror}", None
    sock.settimeout(0)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except TimeoutError:
        sock.close()
        return "timeout", f"{place} did not answer the TCP connection within {seconds:g} s", None
    except ConnectionResetError as error:
        # A refusal answers the first packet and has an error of its own: this one was taken, and reset at once.
        return "ok", "", Connection(sock, error)
    except OSError as error:
        sock.close()
        state = _STATES.get(error.errno or 0, "unreachable")
        words = {
            "refused": f"{place} refused the TCP connection: the host answers, but nothing listens on that port",
            "timeout": f"{place} did not answer the TCP connection",
        }
        return state, words.get(state, f"{place} cannot be reached from here: {error.strerror}"), None
    except BaseException:
        sock.close()
        raise
    return "ok", "", Connection(sock)


def _connected_words(states: tuple[AddressResult, ...], port: int) -> str:
    failing = [one for one in states if one.tcp != "ok"]
    if not failing:
        return ""
    listed = ", ".join(f"{one.address} {one.tcp}" for one in failing)
    return f"{len(states) - len(failing)} of {len(states)} addresses took the connection on port {port}; {listed}"
