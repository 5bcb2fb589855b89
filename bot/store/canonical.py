"""JSON with one spelling for one value, so that stored values can be compared as text."""

from __future__ import annotations

import json
from typing import Any


def encode(value: Any, what: str) -> str:
    """
    The JSON text of a value: sorted keys, no spaces, ASCII alone.

    ASCII keeps the text inside the characters that Amazon SQS accepts (AWS: API_SendMessage).
    ValueError, naming `what`, when the value would not come back as it went in: NaN, tuples, keys that are no strings.
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
        same = json.loads(text) == value
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{what}: expected a value that JSON can hold; {error}") from error
    if not same:
        raise ValueError(f"{what}: expected lists, dicts with string keys, strings, numbers, booleans and null alone")
    return text


def decode(text: str, what: str) -> Any:
    """The value of a stored text; ValueError, naming `what`, when it is not JSON."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{what}: expected JSON; {error}") from error
