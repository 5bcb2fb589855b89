"""What is published to SNS with one text for each protocol: `{"default": "…", "sms": "…", "email": "…"}`.

CloudWatch publishes so itself; the history of an alarm shows it. AWS: API_Publish, MessageStructure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.alarms.values import folded
from bot.alarms.wrappers.wrapped import Wrapped

_PROTOCOLS: Final = frozenset(
    {"default", "email", "email-json", "http", "https", "sqs", "lambda", "sms", "application", "firehose"}
)


def unwrap(payload: Mapping[str, object]) -> list[Wrapped] | None:
    """Return the text that is meant for machines."""
    fields = folded(payload)
    if "default" not in fields or not fields.keys() <= _PROTOCOLS:
        return None
    return [Wrapped(fields["default"])]
