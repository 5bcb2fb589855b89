"""Whether a request that came by HTTP is Slack's, and one that the listeners can read. Pure; the clock is given.

What is refused here starts nothing. In order: size, headers, replay, content type, signature, encoding, JSON, shape.
Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from slack_sdk.signature import Clock, SignatureVerifier

from handlers.shapes import fits

LONGEST_BODY: Final = 1_000_000
"""Bytes. A message event with fifty full blocks stays below a quarter of it."""
REPLAY_SECONDS: Final = 300
DEEPEST_JSON: Final = 64
"""Levels of nesting. Block Kit needs less than twenty; what reads alarms walks every level."""
MOST_FIELDS: Final = 64
"""Fields of a form. Slack's longest has fifteen."""

_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")

Headers = Mapping[str, Sequence[str]]
"""Every value of each header, by its name in lower case."""


@dataclass(frozen=True)
class Refusal:
    """The HTTP status, and the reason, which is logged and never sent: whoever forges learns nothing from it."""

    status: int
    reason: str


def refuse_headers(headers: Headers, now: float) -> Refusal | None:
    """What is wrong before a byte of the body is read. `now` is in seconds since 1970."""
    length = headers.get("content-length", ["0"])[0]
    if not length.isdigit() or int(length[:20]) > LONGEST_BODY:
        return Refusal(413, f"a body of {length[:20]} bytes")
    signatures, timestamps = headers.get("x-slack-signature", ()), headers.get("x-slack-request-timestamp", ())
    if len(signatures) != 1 or not _SIGNATURE.fullmatch(signatures[0]):
        return Refusal(401, "no signature")
    if len(timestamps) != 1 or not _TIMESTAMP.fullmatch(timestamps[0]):
        return Refusal(401, "no timestamp")
    if abs(now - int(timestamps[0])) > REPLAY_SECONDS:
        return Refusal(401, "a timestamp outside of five minutes: a replay, or this machine's clock is wrong")
    if headers.get("content-encoding"):
        return Refusal(415, "a compressed body")
    if _content_type(headers) not in {_FORM, _JSON}:
        return Refusal(415, "a content type that Slack does not send")
    return None


def read_body(headers: Headers, body: bytes, secret: str, now: float) -> dict[str, Any] | Refusal:
    """The payload of a request whose headers are right, or what is wrong with it."""
    if len(body) > LONGEST_BODY:
        return Refusal(413, f"a body of {len(body)} bytes")
    try:
        text = body.decode("utf-8")  # before the verifier, which raises on anything else
    except UnicodeDecodeError:
        return Refusal(400, "a body that is not UTF-8")
    stamp, signature = headers["x-slack-request-timestamp"][0], headers["x-slack-signature"][0]
    if not secret or not SignatureVerifier(secret, _Fixed(now)).is_valid(text, stamp, signature):
        return Refusal(401, "a wrong signature")
    try:
        payload = read_json(text) if _content_type(headers) == _JSON else read_form(text)
    except ValueError as error:
        return Refusal(400, str(error)[:200])
    return payload if fits(payload) else Refusal(400, "a payload that is none of Slack's")


def read_form(text: str) -> dict[str, Any]:
    """What a form means: its one `payload`, or its fields. ValueError where it is none of Slack's."""
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field that is given twice")
    return read_json(fields["payload"]) if "payload" in fields else fields


def read_json(text: str) -> dict[str, Any]:
    """A JSON object. ValueError where it is none, or nested too deeply."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("JSON that is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("JSON that is no object")
    level: list[Any] = [value]
    for _ in range(DEEPEST_JSON):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return value
    raise ValueError("JSON that is nested too deeply")


def _inside(value: Any) -> list[Any]:
    """The objects and lists in an object or list."""
    values = value.values() if isinstance(value, dict) else value
    return [each for each in values if isinstance(each, dict | list)]


def _no_constant(name: str) -> None:
    raise ValueError(f"{name}, which JSON has not")


def _content_type(headers: Headers) -> str:
    given = headers.get("content-type", ())
    return given[0].partition(";")[0].strip().lower() if len(given) == 1 else ""


class _Fixed(Clock):
    """slack_sdk's clock, standing still."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """The moment, in seconds since 1970."""
        return self._now
