"""What an answer to one HTTP/1.1 request is: HTTP with its status, or what went wrong with it."""

from __future__ import annotations

from bot.diagnosis.redaction import redact
from bot.probe import first_bytes, http_message
from bot.probe.http_exchange import Answer
from bot.probe.http_message import STATUS_START, Message
from bot.probe.result import HttpFault, HttpResult


def judge(answer: Answer, *, verified: bool | None, method: str = "GET") -> HttpResult:
    """Say what the answer is. `verified` as in `HttpResult`: null where the request went over plain TCP."""
    message = http_message.read(answer.data)
    if message.status is None:
        return _without_status(answer, message, verified=verified)
    fault, explanation = _after_status(answer, message, method, inside=verified is not None)
    location = message.fields.get("location")
    return HttpResult(
        status=message.status,
        fault=fault,
        explanation=explanation or _status_words(message.status),
        verified=verified,
        version=message.version,
        server=message.fields.get("server"),
        location=redact(location) if location is not None else None,
        first_bytes=first_bytes.shown(answer.data) if fault == "not-http" else None,
    )


def _after_status(answer: Answer, message: Message, method: str, *, inside: bool) -> tuple[HttpFault | None, str]:
    """What went wrong after a proper status line. `inside`: inside TLS."""
    if message.status == 400 and first_bytes.demands_tls(answer.data):
        words = "it answered HTTP 400 because the request came as plain HTTP"
        return "tls-on-plain-port", f"{_who_wants_tls(inside=inside)}: {words}"
    if message.problem:
        return "not-http", message.problem
    if message.body is None:
        if answer.end == "limit":
            return "not-http", f"the header did not end within {len(message.head):,} bytes"
        return _ending(answer, "within the header")
    body = http_message.body_of(message, method)
    if body.state == "broken":
        return "not-http", body.words
    if body.state != "partial" or answer.end in ("open", "limit"):
        return None, ""
    return _ending(answer, body.words)


def _without_status(answer: Answer, message: Message, *, verified: bool | None) -> HttpResult:
    """No status line: nothing came, or half of one, or something else."""
    head = message.head
    shown = first_bytes.shown(answer.data) if answer.data else None
    if first_bytes.is_tls(head):
        who = _who_wants_tls(inside=verified is not None)
        words = f"{who}: it answered plain HTTP with {first_bytes.explain(head)}"
        return HttpResult(fault="tls-on-plain-port", explanation=words, verified=verified, first_bytes=shown)
    if message.interim and answer.end == "limit":
        words = f"the server sent {message.interim:,} interim answers and no final one"
        return HttpResult(fault="not-http", explanation=words, verified=verified, first_bytes=shown)
    begun = head[: len(STATUS_START)]
    if not head or (STATUS_START.startswith(begun) and b"\n" not in head and answer.end != "limit"):
        fault, words = _ending(answer, _where(message))
        return HttpResult(fault=fault, explanation=words, verified=verified, first_bytes=shown)
    words = f"the port answered with {first_bytes.explain(head if message.interim else answer.data)}"
    return HttpResult(fault="not-http", explanation=words, verified=verified, first_bytes=shown)


def _who_wants_tls(*, inside: bool) -> str:
    """Inside TLS it is what stands behind: a load balancer ends TLS and hands plain HTTP to a target that wants TLS."""
    return "what stands behind this TLS wants TLS itself" if inside else "the port wants TLS"


def _where(message: Message) -> str:
    if message.head:
        return "within the status line"
    return "after an interim answer (1xx), before the final one" if message.interim else "before any answer"


def _ending(answer: Answer, where: str) -> tuple[HttpFault, str]:
    if answer.end == "reset":
        return "reset", f"the connection was reset {where}"
    if answer.end == "timeout":
        return "timeout", f"the answer did not come in time: the time ran out {where}"
    if answer.end == "tls-error":
        return "reset", f"TLS broke {where}: {answer.tls_reason}"
    return "closed", f"the connection was closed {where}"


def _status_words(status: int) -> str:
    if status >= 500:
        return f"the backend answers HTTP {status}: the way to it is open, and the fault is its own"
    if 300 <= status < 400:
        return f"the backend answers HTTP {status}; the redirect was not followed"
    return f"the backend answers HTTP {status}"
