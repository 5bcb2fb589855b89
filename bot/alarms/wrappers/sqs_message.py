"""Amazon SQS: the reply of ReceiveMessage, or one message. Its body is an SNS envelope, or the bare message if the
subscription delivers raw (AWS: "Amazon SNS raw message delivery"). An HTTP request handed to Lambda looks the same.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from bot.alarms.values import folded, objects
from bot.alarms.wrappers.wrapped import Wrapped


def unwrap(payload: Mapping[str, object]) -> list[Wrapped] | None:
    """Return the bodies."""
    fields = folded(payload)
    if isinstance(body := fields.get("body"), str | Mapping):
        encoded = isinstance(body, str) and fields.get("isbase64encoded") is True
        return [Wrapped(_decoded(str(body)) if encoded else body)]
    bodies = [message["body"] for entry in objects(fields.get("messages")) if "body" in (message := folded(entry))]
    return [Wrapped(body) for body in bodies] if bodies else None


def _decoded(body: str) -> str:
    try:
        return base64.b64decode(body, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return body
