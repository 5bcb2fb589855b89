"""Text as people type it into Slack → words: quotes, links and what phones do to dashes are undone here."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

_LINK = re.compile(r"<(?P<target>[^<>|\s]+)(?:\|(?P<label>[^<>]*))?>")
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": None})
_DASHES = re.compile(r"^[-‐‑‒–—―−]+(?=[A-Za-z])")


class UnclosedQuoteError(ValueError):
    """A quotation mark opens and never closes."""


@dataclass(frozen=True)
class Word:
    """One word. What was written in quotes is taken as it is: it is never an option."""

    text: str
    quoted: bool = False

    @property
    def is_option(self) -> bool:
        """Whether it is written as an option, `--name`."""
        return not self.quoted and self.text.startswith("--")


def unwrap(text: str) -> str:
    """The text without Slack's own markup: links become their addresses, entities their characters.

    Slack writes `<https://example.com|example.com>` where somebody typed a link
    (https://docs.slack.dev/messaging/formatting-message-text).
    """
    return html.unescape(_LINK.sub(_target, text))


def _target(match: re.Match[str]) -> str:
    target, label = match["target"], match["label"]
    if target.startswith(("http://", "https://")):
        return target
    if target.startswith(("mailto:", "tel:", "#", "!")):
        return label or target
    return match[0]


def after_mention(text: str, user_id: str) -> str:
    """What follows the mention of a user; everything, where they are not mentioned."""
    _, found, rest = text.partition(f"<@{user_id}")
    return rest.partition(">")[2].strip() if found else text.strip()


def split_words(text: str) -> list[Word]:
    """The words of a text. UnclosedQuoteError where a quotation mark stays open."""
    words: list[Word] = []
    characters = iter(_straightened(unwrap(text)))
    current, started, quoted = "", False, False
    for character in characters:
        if character.isspace():
            if started:
                words.append(_word(current, quoted=quoted))
            current, started, quoted = "", False, False
        elif character in "\"'" and (not started or current.endswith("=")):
            quoted = not started
            started = True
            for inner in characters:
                if inner == character:
                    break
                current += inner
            else:
                raise UnclosedQuoteError(character)
        else:
            current, started = current + character, True
    return [*words, _word(current, quoted=quoted)] if started else words


def _straightened(text: str) -> str:
    """Straight quotes, plain spaces, and nothing that cannot be seen."""
    spaced = "".join(" " if character.isspace() else character for character in text.translate(_CURLY))
    return "".join(character for character in spaced if unicodedata.category(character) not in {"Cf", "Cc"})


def _word(text: str, *, quoted: bool) -> Word:
    """A phone turns `--region` into `—region`; one dash is taken for two as well."""
    return Word(text, quoted=True) if quoted else Word(_DASHES.sub("--", text))
