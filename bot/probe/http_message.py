"""The bytes of an answer as HTTP/1.1 reads them (RFC 9112): status line, fields, and how much of the body is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.probe import first_bytes

BodyState = Literal["whole", "partial", "open-ended", "broken"]
STATUS_START = b"HTTP/1."
_STATUS_LINE = re.compile(rb"HTTP/(1\.[01]) ([1-5]\d\d)(?: [^\r\n]*)?\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LONGEST_CHUNK_LINE = 256
_SWITCHING = 101


@dataclass(frozen=True)
class Message:
    """An answer as far as it came; interim answers (1xx) before it are left out."""

    head: bytes
    """Status line and fields, or what stands in their place."""
    body: bytes | None
    """None where the head has not ended."""
    interim: int = 0
    """How many interim answers came before."""
    status: int | None = None
    version: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    """What in the head breaks the rules, in a sentence."""


@dataclass(frozen=True)
class Body:
    """How much of the body is there. `open-ended`: it ends with the connection."""

    state: BodyState
    words: str = ""
    """What is missing, or what is broken."""
    begun: bool = False
    """At least one whole chunk came."""


def read(data: bytes) -> Message:
    """Read as much of an answer as there is."""
    interim, at = 0, 0
    while True:
        end = _HEAD_END.search(data, at)
        line = _STATUS_LINE.match(data, at)
        status = int(line[2]) if line else None
        if end and status and status < 200 and status != _SWITCHING:
            interim, at = interim + 1, end.end()
            continue
        head, body = (data[at : end.end()], data[end.end() :]) if end else (data[at:], None)
        if line is None:
            return Message(head, body, interim)
        fields, problem = _fields(data[line.end() : end.start()] if end else data[line.end() :], whole=bool(end))
        if status == _SWITCHING:
            problem = "it switches protocols (HTTP 101), which nobody asked for"
        return Message(head, body, interim, status, f"HTTP/{line[1].decode()}", fields, problem)


def _fields(block: bytes, *, whole: bool) -> tuple[dict[str, str], str]:
    """The header fields, and what is wrong with the first bad line; the last line may not have come as a whole."""
    found: dict[str, str] = {}
    lines = block.splitlines()
    for line in lines if whole else lines[:-1]:
        name, colon, value = line.partition(b":")
        if not line.strip() or line[:1] in b" \t":
            continue
        if not colon or not _FIELD_NAME.fullmatch(name):
            return found, f"the line {first_bytes.shown(line)!r} of the header is no header field"
        key, text = name.decode("ascii").lower(), value.strip().decode("latin-1")
        if key == "content-length" and not (text.isascii() and text.isdigit() and len(text) < 16):
            return found, f"Content-Length {first_bytes.shown(value.strip())!r} is not a number of bytes"
        if key == "content-length" and found.setdefault(key, text) != text:
            return found, f"the header holds two lengths of the body, {found[key]} and {text}"
        found.setdefault(key, text)
    return found, ""


def body_of(message: Message, method: str) -> Body:
    """How much of the body is there, by the rules of RFC 9112, 6.3. The head must have ended."""
    body = message.body or b""
    if method == "HEAD" or message.status in (204, 304, _SWITCHING):
        return Body("whole")
    if message.fields.get("transfer-encoding", "").lower().endswith("chunked"):
        return _chunked(body)
    length = message.fields.get("content-length")
    if length is None:
        return Body("open-ended")
    if len(body) >= int(length):
        return Body("whole")
    return Body("partial", f"after {len(body):,} of {int(length):,} bytes of the body")


def _chunked(body: bytes) -> Body:
    at = 0
    while True:
        begun = at > 0
        line = _CHUNK_SIZE.match(body, at)
        if line is None:
            rest = body[at : at + _LONGEST_CHUNK_LINE]
            if b"\n" in rest or len(rest) == _LONGEST_CHUNK_LINE:
                shown = first_bytes.shown(rest.splitlines()[0])
                return Body("broken", f"the header says that the body is chunked, and {shown!r} is no size of a chunk")
            return Body("partial", "within the chunked body", begun)
        size = int(line[1], 16)
        if size == 0:
            return Body("whole")
        end = line.end() + size
        if body[end : end + 1] not in (b"", b"\r", b"\n"):
            return Body("broken", f"a chunk of the body is longer than its {size:,} bytes")
        if end >= len(body):
            return Body("partial", "within the chunked body", begun)
        at = end + (2 if body[end : end + 1] == b"\r" else 1)


def enough(data: bytes, method: str) -> bool:
    """Whether the answer has come as far as it is read: to the end of a body of known length, else to its beginning."""
    if data and not data.startswith(STATUS_START[: len(data)]):
        return len(data) >= 64 or first_bytes.is_tls(data[:3])
    message = read(data)
    if message.body is None:
        return False
    if message.status is None or message.problem:
        return True
    body = body_of(message, method)
    if body.state == "open-ended":
        return message.status != 400  # its text says whether the port wants TLS; it ends with the connection
    return body.state in ("whole", "broken") or body.begun
