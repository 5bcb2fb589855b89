"""Reading untrusted values: every helper takes anything and answers with the asked type or with nothing.

Sizes are bounded here, once, so that no parser has to think of hostile payloads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LONGEST_TEXT: Final = 1_048_576
"""Characters of a payload that are looked at; more than SNS or SQS carry (AWS: SQS message quotas, 1 MiB)."""

LONGEST_VALUE: Final = 8_192
"""Characters of one value; AWS allows 255 for an alarm's name and 10,240 for a composite alarm's rule."""

MOST_ITEMS: Final = 100
"""Items of one list that are looked at; an alarm has at most 20 metric queries (AWS: PutMetricAlarm, Metrics)."""


def mapping(value: object) -> Mapping[str, object]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[object]:
    """Return the first items of a list, or none."""
    return list(value[:MOST_ITEMS]) if isinstance(value, list | tuple) else []


def objects(value: object) -> list[Mapping[str, object]]:
    """Return the objects among the first items of a list."""
    return [item for item in items(value) if isinstance(item, Mapping)]


def text(value: object) -> str | None:
    """Return a text that says something, or None. A whole number is a text too: account ids are sent as either."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    return value[:LONGEST_VALUE]


def folded(value: object) -> dict[str, object]:
    """Return an object with its keys in lower case: AWS writes the same key as `AlarmName` and as `alarmName`."""
    return {str(key).lower(): item for key, item in mapping(value).items()}
