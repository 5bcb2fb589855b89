"""An object that was cut off: Slack cuts long messages, `fallback` ends anywhere, and logs have a longest line.

What stands whole is kept. A value that was cut is left out, for half a name is another name; only a string that holds
an object itself (the `Message` of an SNS envelope) is kept, to be read in the same way.
"""

from __future__ import annotations

import json
import re
from typing import Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\]|\\.)*+\")|(?P<mark>[{}\[\],:])|(?P<word>[\w.+-]+))", re.DOTALL
)
_CUT_OBJECT: Final = re.compile(r"\s*\"(?P<inside>\s*\{(?:[^\"\\]|\\.)*+)(?:\\|…)?\Z", re.DOTALL)
_CLOSING: Final = {"{": "}", "[": "]"}
_DEEPEST: Final = 60


def cut_json(text: str) -> object | None:
    """Read the first object of a text that ends before the object does; None where that is not what is wrong."""
    position = text.find("{")
    if position < 0:
        return None
    written: list[str] = []
    opened: list[str] = []
    while match := _TOKEN.match(text, position):
        position = match.end()
        token = match[0].strip()
        if token in _CLOSING:
            opened.append(token)
        elif token in {"}", "]"} and (not opened or _CLOSING[opened.pop()] != token or not opened):
            return None
        written.append(token)
        if len(opened) > _DEEPEST:
            return None
    if inside := _CUT_OBJECT.match(text, position):
        written.append(f'"{inside["inside"]}"')
    elif text[position:].strip(" \n\t.…`") and text[position:].lstrip()[0] != '"':
        return None
    return _closed(written, opened)


def _closed(written: list[str], opened: list[str]) -> object | None:
    """The value of what was written, closed behind its last whole entry."""
    while written:
        while written and written[-1] in {",", ":"}:
            written.pop()
        text = "".join(written) + "".join(_CLOSING[mark] for mark in reversed(opened))
        try:
            value: object = json.loads(text)
        except (ValueError, RecursionError):
            last = written.pop()
            if last in _CLOSING:
                opened.pop()
            elif last in {"}", "]"}:
                return None
            continue
        return value
    return None
