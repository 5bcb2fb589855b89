"""Finding JSON in text: alone, several in a row, in a code fence, behind words, or no longer quite JSON.

What people paste has been through editors and chats: curly quotes, single quotes, Python's `None`, a string's escapes.
"""

from __future__ import annotations

import json
import re
from typing import Final

from bot.alarms.cut_json import cut_json
from bot.alarms.values import LONGEST_TEXT, MOST_ITEMS

_MOST_FAILURES: Final = 24  # a failed attempt may have read to the end; a few are enough for words before the JSON
_CURLY: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'", "\u00a0": " "})
_OPENING: Final = re.compile(r"[{\[]")
# One token of an object as Python or JavaScript writes it; a call is a time, `datetime.datetime(2026, 1, 2)`. A quote
# that no `,:}]` follows belongs to the string.
_LOOSE: Final = re.compile(
    r"\s*(?:(?P<double>\"(?:[^\"\\]|\\.)*+\")"
    r"|'(?P<single>(?:[^'\\]|\\.|'(?!\s{0,20}[,:}\]]))*+)'"
    r"|(?P<mark>[{}\[\],:])"
    r"|(?P<call>[A-Za-z_][\w.]{0,60}\((?:[^()]|\([^()]{0,200}\)){0,300}\))"
    r"|(?P<word>[^\s{}\[\],:\"']+))",
    re.DOTALL,
)
_WORDS: Final = {"None": "null", "undefined": "null", "True": "true", "False": "false"}
_PLAIN: Final = re.compile(r"null|true|false|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def read_json(text: str) -> object | None:
    """Return the value of a text that is JSON as a whole; None if it is not (or is `null`)."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def documents(text: str) -> list[object]:
    """Return the objects and lists in a text, in their order; strict JSON first, then what was bent on the way."""
    text = text[:LONGEST_TEXT]
    straight = text.translate(_CURLY)
    for reading in (text, straight):
        if _begins_strictly(reading):
            return _strict(reading)
    unescaped = read_json(f'"{straight.strip()}"') if '{\\"' in straight else None
    if isinstance(unescaped, str) and _begins_strictly(unescaped):
        return _strict(unescaped)
    loose = _loose(straight) or cut_json(straight)
    return [loose] if loose else _strict(text)


def _begins_strictly(text: str) -> bool:
    """Say whether the first object of the text is JSON."""
    try:
        json.JSONDecoder().raw_decode(text, text.find("{"))
    except (ValueError, RecursionError, IndexError):
        return False
    return "{" in text


def _strict(text: str) -> list[object]:
    decoder = json.JSONDecoder()
    found: list[object] = []
    failures = position = 0
    while failures < _MOST_FAILURES and len(found) < MOST_ITEMS and (opening := _OPENING.search(text, position)):
        try:
            value, position = decoder.raw_decode(text, opening.start())
            if value:
                found.append(value)
        except (ValueError, RecursionError):
            failures += 1
            position = opening.end()
    return found


def _loose(text: str) -> object | None:
    """Rewrite an object of Python or JavaScript as JSON, token by token, from the first brace to its end."""
    position = text.find("{")
    if position < 0:
        return None
    written: list[str] = []
    depth = 0
    while match := _LOOSE.match(text, position):
        position = match.end()
        change = {"{": 1, "[": 1, "}": -1, "]": -1}.get(match["mark"] or "", 0)
        if change < 0 and written[-1] == ",":
            written.pop()
        written.append(_token(match))
        depth += change
        if depth <= 0:
            return read_json("".join(written))
    return None


def _token(match: re.Match[str]) -> str:
    if match["mark"]:
        return match["mark"]
    if match["double"]:
        return match["double"]
    if match["call"]:
        return "null"
    if match["single"] is not None:
        return json.dumps(_unescaped(match["single"]))
    word = _WORDS.get(match["word"], match["word"])
    return word if _PLAIN.fullmatch(word) else json.dumps(word)


def _unescaped(value: str) -> str:
    r"""Undo the escapes that single-quoted strings share in Python and JavaScript (`\'`, `\"`, `\\`, `\n`, `\u…`)."""
    inside = value.replace("\\'", "'").replace('\\"', '"').replace('"', '\\"')
    read = read_json(f'"{inside}"')
    return read if isinstance(read, str) else value
