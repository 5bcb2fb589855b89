"""Amazon SNS: the envelope of an HTTP(S) or SQS delivery, and the same inside a Lambda record.

AWS: "Parsing Amazon SNS message formats". Confirmations of subscriptions carry a text for people and a link that must
never be followed for them; they hold no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.alarms.names import arn_region
from bot.alarms.values import folded, text
from bot.alarms.wrappers.wrapped import Wrapped

_ENVELOPE_KEYS: Final = frozenset({"topicarn", "messageid", "signature", "subject", "timestamp"})
_TYPES: Final = frozenset({"notification", "subscriptionconfirmation", "unsubscribeconfirmation"})


def unwrap(payload: Mapping[str, object]) -> list[Wrapped] | None:
    """Return the message of a notification; nothing for a confirmation."""
    fields = folded(payload)
    kind = text(fields.get("type"))
    known = kind is not None and kind.lower() in _TYPES
    if "message" not in fields or not (known or "topicarn" in fields) or not fields.keys() & _ENVELOPE_KEYS:
        return None
    if known and kind and kind.lower() != "notification":
        return []
    return [Wrapped(fields["message"], arn_region(fields.get("topicarn")), text(fields.get("subject")))]
