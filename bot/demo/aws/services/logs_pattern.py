"""CloudWatch Logs filter patterns (AWS: FilterAndPatternSyntax).

Plain terms must all occur, ``-term`` must not, of the ``?terms`` one is enough; a term is matched case-sensitively,
anywhere in the message. ``{ $.field = value }`` tests JSON events; comparisons join with ``&&`` and ``||`` and group
with parentheses. ``%regex%`` stands alone.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable
from typing import Any

from bot.demo.aws.errors import AwsError

Matcher = Callable[[str], bool]
_TERM = re.compile(r'\s*([?-]?)("(?:[^"\\]|\\.)*"|[^\s"]+)')
_JSON_TOKEN = re.compile(
    r"\s*(?:(?P<join>&&|\|\||[()])|(?P<test>\$[\w.\[\]-]*)\s*"
    r'(?:(?P<exists>NOT\s+EXISTS|IS\s+(?:NULL|TRUE|FALSE))|(?P<sign>!=|>=|<=|=|>|<)\s*(?P<value>%[^%]*%|"[^"]*"|[^\s&|()]+)))'
)


def compile_pattern(pattern: str | None) -> Matcher:
    """A test of messages. An empty pattern matches all; one that cannot be read is InvalidParameterException."""
    text = (pattern or "").strip()
    if not text:
        return lambda message: True  # noqa: ARG005  # a pattern that matches every message
    if text.startswith("{") and text.endswith("}"):
        return _json_matcher(text[1:-1])
    if len(text) > 1 and text.startswith("%") and text.endswith("%"):
        expression = _regex(text[1:-1])
        return lambda message: expression.search(message) is not None
    return _term_matcher(text)


def invalid(pattern: str) -> AwsError:
    """The refusal of a pattern that cannot be read."""
    return AwsError("InvalidParameterException", f"Invalid filter pattern: {pattern}")


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error:
        raise invalid(text) from None


def _term_matcher(text: str) -> Matcher:
    needed: list[str] = []
    excluded: list[str] = []
    optional: list[str] = []
    position = 0
    while position < len(text):
        found = _TERM.match(text, position)
        if found is None:
            raise invalid(text)
        sign, term = found.groups()
        if not term.startswith('"') and not re.fullmatch(r"\w+", term):
            raise invalid(text)  # a term with other characters must be quoted
        term = re.sub(r"\\(.)", r"\1", term[1:-1]) if term.startswith('"') else term
        {"": needed, "-": excluded, "?": optional}[sign].append(term)
        position = found.end()
    # AWS ignores optional terms that stand beside required ones.
    return lambda message: (
        all(term in message for term in needed)
        and not any(term in message for term in excluded)
        and (bool(needed) or not optional or any(term in message for term in optional))
    )


def _json_matcher(text: str) -> Matcher:
    tokens = []
    position = 0
    while position < len(text.rstrip()):
        found = _JSON_TOKEN.match(text, position)
        if found is None:
            raise invalid(text)
        tokens.append(found)
        position = found.end()
    test, rest = _any_of(tokens, text)
    if rest:
        raise invalid(text)

    def matches(message: str) -> bool:
        try:
            event = json.loads(message)
        except ValueError:
            return False
        return isinstance(event, dict) and test(event)

    return matches


EventTest = Callable[[dict[str, Any]], bool]
_Tokens = list[re.Match[str]]


def _any_of(tokens: _Tokens, text: str) -> tuple[EventTest, _Tokens]:
    left, tokens = _all_of(tokens, text)
    while tokens and tokens[0]["join"] == "||":
        right, tokens = _all_of(tokens[1:], text)
        left = _either(left, right)
    return left, tokens


def _all_of(tokens: _Tokens, text: str) -> tuple[EventTest, _Tokens]:
    left, tokens = _single(tokens, text)
    while tokens and tokens[0]["join"] == "&&":
        right, tokens = _single(tokens[1:], text)
        left = _both(left, right)
    return left, tokens


def _either(left: EventTest, right: EventTest) -> EventTest:
    return lambda event: left(event) or right(event)


def _both(left: EventTest, right: EventTest) -> EventTest:
    return lambda event: left(event) and right(event)


def _single(tokens: _Tokens, text: str) -> tuple[EventTest, _Tokens]:
    if not tokens:
        raise invalid(text)
    if tokens[0]["join"] == "(":
        inner, rest = _any_of(tokens[1:], text)
        if not rest or rest[0]["join"] != ")":
            raise invalid(text)
        return inner, rest[1:]
    if not tokens[0]["test"]:
        raise invalid(text)
    return _comparison(tokens[0]), tokens[1:]


def _comparison(token: re.Match[str]) -> EventTest:
    path = re.findall(r"[\w-]+", token["test"][1:])
    if token["exists"]:
        word = token["exists"].split()[-1]
        if word == "EXISTS":
            return lambda event: _look_up(event, path) is _ABSENT
        constant = {"NULL": None, "TRUE": True, "FALSE": False}[word]
        return lambda event: _look_up(event, path) is constant
    return lambda event: _compare(_look_up(event, path), token["sign"], token["value"])


_ABSENT = object()


def _look_up(event: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(event, list) and name.isdigit() and int(name) < len(event):
            event = event[int(name)]
        elif isinstance(event, dict) and name in event:
            event = event[name]
        else:
            return _ABSENT
    return event


def _compare(found: Any, sign: str, wanted: str) -> bool:
    if found is _ABSENT:
        return False
    if wanted.startswith("%"):
        return (_regex(wanted.strip("%")).search(str(found)) is not None) == (sign == "=")
    number = _number(wanted)
    if number is not None and isinstance(found, (int, float)) and not isinstance(found, bool):
        return {
            "=": found == number,
            "!=": found != number,
            ">": found > number,
            ">=": found >= number,
            "<": found < number,
            "<=": found <= number,
        }[sign]
    if sign not in {"=", "!="}:
        return False
    return fnmatch.fnmatchcase(str(found), wanted.strip('"')) == (sign == "=")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
