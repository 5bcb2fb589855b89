"""One HTTP/1.1 request, and the answer judged byte by byte: a client library would hide what is wrong with it."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.diagnosis.redaction import redact
from bot.probe import first_bytes
from bot.probe.result import HttpFault, HttpResult
from bot.probe.target import Limits, Target
from bot.probe.transport import Deadline

End = Literal["open", "closed", "reset", "timeout", "limit", "tls-error"]
_STATUS_LINE = re.compile(rb"HTTP/(1\.[01]) ([1-5]\d\d)(?: [^\r\n]*)?\r?\n")
_STATUS_START = b"HTTP/1."
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_INTERIM = frozenset({100, 102, 103})


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
    fields: dict[str, str] = field(default_factory=dict)


async def ask(stream: Stream, target: Target, limits: Limits, deadline: Deadline) -> Answer:
    """Send the request and read its answer, within the limits of time and bytes; never raises for what comes."""
    answer = Answer()
    step = Deadline(deadline.within(limits.answer))
    try:
        await stream.send(request_bytes(target), step.within(limits.answer))
        while not _is_whole(answer.data, target.method):
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


def request_bytes(target: Target) -> bytes:
    """The request as it is sent; one connection for each."""
    lines = (
        f"{target.method} {target.path} HTTP/1.1",
        f"Host: {target.host_header}",
        "User-Agent: vpclink-probe",
        "Accept: */*",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def judge(answer: Answer, *, verified: bool | None) -> HttpResult:
    """Say what the answer is."""
    head, body = _final_head(answer.data)
    line = _STATUS_LINE.match(head)
    if line is None:
        return _without_status(answer, head, verified=verified)
    status, version = int(line[2]), f"HTTP/{line[1].decode()}"
    if verified is None and status == 400 and first_bytes.demands_tls(answer.data):
        return HttpResult(
            status=status,
            fault="tls-on-plain-port",
            explanation="the port wants TLS: it answered HTTP 400 because the request was plain HTTP",
            version=version,
        )
    fields, bad = _fields(head[line.end() :])
    fault, explanation = _unfinished(answer, head, body, fields, bad)
    return HttpResult(
        status=status,
        fault=fault,
        explanation=explanation or _status_words(status),
        verified=verified,
        version=version,
        server=fields.get("server"),
        location=redact(fields["location"]) if "location" in fields else None,
        first_bytes=first_bytes.shown(answer.data) if fault == "not-http" else None,
    )


def _is_whole(data: bytes, method: str) -> bool:
    """Whether the answer has come as far as it is read: the head, and a body of known length."""
    if data and not data.startswith(_STATUS_START[: len(data)]):
        return len(data) >= 64 or first_bytes.is_tls(data[:3])
    head, body = _final_head(data)
    if body is None:
        return False
    line = _STATUS_LINE.match(head)
    if line is None:
        return True
    wanted = _body_length(_fields(head[line.end() :])[0])
    if method == "HEAD" or line[2] in (b"204", b"304"):
        return True
    if int(line[2]) == 400 and wanted is None and b"chunked" not in head.lower():
        return False  # the text of a 400 says whether the port wants TLS; it ends with the connection
    return len(body) >= (wanted or 0)


def _final_head(data: bytes) -> tuple[bytes, bytes | None]:
    """The status line and fields after interim answers, and what follows; no body where the head has not ended."""
    while True:
        end = _HEAD_END.search(data)
        if end is None:
            return data, None
        line = _STATUS_LINE.match(data)
        if line is None or int(line[2]) not in _INTERIM:
            return data[: end.end()], data[end.end() :]
        data = data[end.end() :]


def _fields(block: bytes) -> tuple[dict[str, str], bytes | None]:
    """The header fields, and the first line that is none."""
    found: dict[str, str] = {}
    for line in block.splitlines():
        name, colon, value = line.partition(b":")
        if not line.strip() or line[:1] in b" \t":
            continue
        if not colon or not _FIELD_NAME.fullmatch(name):
            return found, line
        found.setdefault(name.decode("ascii").lower(), value.strip().decode("latin-1"))
    return found, None


def _body_length(fields: dict[str, str]) -> int | None:
    text = fields.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _unfinished(
    answer: Answer, head: bytes, body: bytes | None, fields: dict[str, str], bad: bytes | None
) -> tuple[HttpFault | None, str]:
    """What went wrong after a proper status line."""
    if body is not None and bad is not None:
        return "not-http", f"the line {first_bytes.shown(bad)!r} of the header is no header field"
    if body is None:
        if answer.end == "limit":
            return "not-http", f"the header did not end within {len(head):,} bytes"
        return _ending(answer, "within the header")
    wanted = _body_length(fields)
    if answer.end == "limit" or wanted is None or len(body) >= wanted:
        return None, ""
    if answer.end == "open":
        return None, ""
    return _ending(answer, f"after {len(body):,} of {wanted:,} bytes of the body")


def _without_status(answer: Answer, head: bytes, *, verified: bool | None) -> HttpResult:
    """No status line: nothing came, or half of one, or something else."""
    if verified is None and first_bytes.is_tls(head):
        words = f"the port speaks TLS: it answered plain HTTP with {first_bytes.explain(head)}"
        return HttpResult(fault="tls-on-plain-port", explanation=words, first_bytes=first_bytes.shown(head))
    begun = head[: len(_STATUS_START)]
    if not head or (_STATUS_START.startswith(begun) and b"\n" not in head and answer.end != "limit"):
        fault, words = _ending(answer, "within the status line" if head else "before any answer")
        shown = first_bytes.shown(head) if head else None
        return HttpResult(fault=fault, explanation=words, verified=verified, first_bytes=shown)
    words = f"the port answered with {first_bytes.explain(answer.data)}"
    shown = first_bytes.shown(answer.data)
    return HttpResult(fault="not-http", explanation=words, verified=verified, first_bytes=shown)


def _ending(answer: Answer, where: str) -> tuple[HttpFault, str]:
    if answer.end == "reset":
        return "reset", f"the connection was reset {where}"
    if answer.end == "timeout":
        return "timeout", f"nothing more came in time, {where}"
    if answer.end == "tls-error":
        return "reset", f"TLS broke {where}: {answer.tls_reason}"
    return "closed", f"the connection was closed {where}"


def _status_words(status: int) -> str:
    if status >= 500:
        return f"the backend answers HTTP {status}: the way to it is open, and the fault is its own"
    if 300 <= status < 400:
        return f"the backend answers HTTP {status}; the redirect was not followed"
    return f"the backend answers HTTP {status}"
