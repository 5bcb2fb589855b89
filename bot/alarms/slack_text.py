"""Slack's text: its escapes and its links, undone. Slack: "Formatting text for app surfaces"."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"<(?P<target>(?:https?://|mailto:|tel:|[@#!])[^<>|\n]{0,3000})(?:\|(?P<label>[^<>\n]*))?>")
_ENTITY: Final = re.compile(r"&(amp|lt|gt);")
_CHARACTERS: Final = {"amp": "&", "lt": "<", "gt": ">"}
_BARE_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt);)")
_BARE_URL: Final = re.compile(r"https?://[^\s<>|\"']{1,3000}")


def is_escaped(text: str) -> bool:
    """Say whether Slack may have escaped this text: `&`, `<` and `>` stand in it only as escapes or in links.

    Text that a webhook's author did not escape holds `->` as it is, and is left alone.
    """
    rest = _TOKEN.sub("", text)
    return "<" not in rest and ">" not in rest and not _BARE_AMPERSAND.search(rest)


def decode(text: str) -> str:
    """Undo Slack's writing: links become their label (or address), escapes the character that they stand for."""
    escaped = is_escaped(text)
    unlinked = _TOKEN.sub(_label, text)
    return _ENTITY.sub(lambda match: _CHARACTERS[match[1]], unlinked) if escaped else unlinked


def _label(match: re.Match[str]) -> str:
    if match["label"]:
        return match["label"]
    return "" if match["target"].startswith("!") else match["target"]


def urls(text: str) -> list[str]:
    """Return the addresses in a text, those of links first."""
    linked = [match["target"] for match in _TOKEN.finditer(text) if match["target"].startswith("http")]
    bare = [url if "(" in url else url.rstrip(")") for url in _BARE_URL.findall(_TOKEN.sub(" ", text))]
    return [_ENTITY.sub(lambda match: _CHARACTERS[match[1]], url) for url in (linked + bare)[:20]]


def bare(value: str) -> str:
    """Take off the pairs of marks around a whole value: `*bold*`, `` `code` ``."""
    value = value.strip()
    while len(value) > 2 and value[0] == value[-1] and value[0] in "*`~":
        value = value[1:-1].strip()
    return value
