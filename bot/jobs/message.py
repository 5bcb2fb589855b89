"""A job as it travels: what is accepted, in the same way by every backend, and how it is written down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.store import canonical

LONGEST_BODY = 256 * 1024
"""Bytes. Every Amazon SQS queue takes this much, whatever its configuration (AWS: quotas-messages)."""

LONGEST_NAME = 1024
"""Bytes of a key, kind or group: room for an alarm's ARN, and below DynamoDB's 2048 for a key (AWS: Constraints)."""

LONGEST_DELAY = 900
"""Seconds: the most that Amazon SQS delays a message (AWS: API_SendMessage)."""


def job_id(key: str) -> str:
    """The id of the job with this key: derived, so that every backend gives one key one id without looking it up."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def encode_body(body: Mapping[str, Any]) -> str:
    """The body's JSON text; ValueError when it is no JSON object or too long."""
    if not isinstance(body, Mapping):
        raise ValueError(f"job body: expected a dict, got {type(body).__name__}")
    text = canonical.encode(dict(body), "job body")
    if len(text) > LONGEST_BODY:
        raise ValueError(f"job body: expected at most {LONGEST_BODY} bytes of JSON, got {len(text)}")
    return text


def decode_body(text: str) -> dict[str, Any]:
    """The body that `encode_body` wrote; ValueError when the text is anything else."""
    body = canonical.decode(text, "job body")
    if not isinstance(body, dict):
        raise ValueError(f"job body: expected a JSON object, got {type(body).__name__}")
    return body


def check_envelope(kind: str, key: str, group: str | None, delay: float) -> None:
    """ValueError, saying what was expected, unless every backend can carry these."""
    names: tuple[tuple[str, object], ...] = (("kind", kind), ("key", key), ("group", "-" if group is None else group))
    for what, value in names:
        if not isinstance(value, str) or not 0 < len(value.encode(errors="replace")) <= LONGEST_NAME:
            raise ValueError(f"job {what}: expected text of 1 to {LONGEST_NAME} bytes, got {value!r:.60}")
        if not value.isprintable():
            raise ValueError(f"job {what}: expected printable text, got {value!r:.60}")
    if not 0 <= delay <= LONGEST_DELAY:
        raise ValueError(f"job delay: expected 0 to {LONGEST_DELAY} seconds, got {delay}")
