"""The states of an alarm, and every way in which relays write them."""

from __future__ import annotations

import re
from typing import Final, Literal

State = Literal["ALARM", "OK", "INSUFFICIENT_DATA"]
"""What CloudWatch knows (AWS: PutMetricAlarm; DescribeAlarms, StateValue)."""

STATE_WORD: Final = r"(?:ALARM|OK|INSUFFICIENT_DATA)"
"""For patterns: a state as AWS writes it."""

_WORDS: Final[dict[str, State]] = {
    "alarm": "ALARM",
    "in alarm": "ALARM",
    "alarming": "ALARM",
    "ok": "OK",
    "insufficient_data": "INSUFFICIENT_DATA",
    "insufficient data": "INSUFFICIENT_DATA",
}

# Amazon Q Developer shows the state as an emoji only; some versions showed a cross for ALARM.
_EMOJI: Final[dict[str, State]] = {
    "🚨": "ALARM",
    ":rotating_light:": "ALARM",
    "❌": "ALARM",
    ":x:": "ALARM",
    "✅": "OK",
    ":white_check_mark:": "OK",
    "⚠": "INSUFFICIENT_DATA",
    ":warning:": "INSUFFICIENT_DATA",
}

_SHORTCODE: Final = re.compile(r":[a-z0-9_+-]{1,50}:")
_ARROW: Final = re.compile(r"\s*(?:->|→|=>|-&gt;|➔|➜)\s*")


def state_of(value: object) -> State | None:
    """Read a value that is a state and nothing else: `ALARM`, `*In alarm* :red_circle:`, `Insufficient data`."""
    if not isinstance(value, str) or len(value) > 200:
        return None
    words = _SHORTCODE.sub(" ", value).lower()
    words = re.sub(r"[^a-z_]+", " ", words).strip(" _")
    return _WORDS.get(words)


def change_of(value: object) -> tuple[State | None, State | None]:
    """Read `OK -> ALARM` as (previous, new), and a single state as (None, new)."""
    if not isinstance(value, str) or len(value) > 200:
        return None, None
    parts = _ARROW.split(value)
    if len(parts) == 2:
        return state_of(parts[0]), state_of(parts[1])
    return None, state_of(value)


def state_in_emoji(text: str) -> State | None:
    """Return the state of the first known emoji of a title."""
    found = [(text.find(emoji), state) for emoji, state in _EMOJI.items() if emoji in text]
    return min(found)[1] if found else None
