"""One HTTP/1.1 request and the bytes of its answer: a client library would hide what is wrong with them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.probe import http_message
from bot.probe.target import Limits, Target
from bot.probe.transport import Deadline

End = Literal["open", "closed", "reset", "timeout", "limit", "tls-error"]


class Stream(Protocol):
    """A connection, plain or inside TLS."""

    async def send(self, data: bytes, seconds: float) -> None:
        """Send."""

    async def receive(self, seconds: float) -> bytes:
        """Some bytes; none at the end."""


@dataclass
class Answer:
    """What came back, and how it ended."""

    data: bytes = b""
    end: End = "open"
    tls_reason: str = ""
    """OpenSSL's reason where TLS broke during the answer."""


async def ask(stream: Stream, target: Target, limits: Limits, deadline: Deadline) -> Answer:
    """Send the request and read its answer, within the limits of time and bytes; never raises for what comes."""
    answer = Answer()
    step = Deadline(deadline.within(limits.answer))
    try:
        await stream.send(request_bytes(target), step.within(limits.answer))
        while not http_message.enough(answer.data, target.method):
            if len(answer.data) >= limits.max_bytes:
                answer.end = "limit"
                break
            data = await stream.receive(step.within(limits.answer))
            if not data:
                answer.end = "closed"
                break
            answer.data += data
    except TimeoutError:
        answer.end = "timeout"
    except ssl.SSLError as error:
        answer.end, answer.tls_reason = "tls-error", error.reason or str(error)
    except ConnectionError:
        answer.end = "reset"
    return answer


def request_bytes(target: Target, *, keep_alive: bool = False) -> bytes:
    """The request as it is sent; one connection for each, unless it is to be kept."""
    lines = (
        f"{target.method} {target.path} HTTP/1.1",
        f"Host: {target.host_header}",
        "User-Agent: vpclink-probe",
        "Accept: */*",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")
