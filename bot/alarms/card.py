"""A Slack message as its reader sees it: headlines, labelled values, text and links, whatever it was built from.

Slack: Block Kit, rich text, secondary (legacy) attachments, and the files of its Email app.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bot.alarms.slack_text import bare, decode

_BOLD_LABEL: Final = re.compile(
    r"[\s•>-]{0,10}\*(?P<label>[^*<>|\n]{1,60}?)\s{0,3}:?\*\s{0,3}:?[ \t]{0,80}(?P<value>.*)"
)
_PLAIN_LABEL: Final = re.compile(r"[\s•>*-]{0,10}(?P<label>[A-Za-z][A-Za-z ]{1,40}?)\s{0,3}:[ \t]{0,80}(?P<value>\S.*)")
_NOTHING: Final = frozenset(
    {"", "-", "undefined", "null", "none", "n/a", "nan", "unknown", "[object object]", "<nil>", "map[]"}
)
_LONGEST_LINE: Final = 1_000
_MOST_LINES: Final = 400


@dataclass(frozen=True)
class Card:
    """One message. All texts are decoded; `labelled` keeps the fields of blocks and attachments, in order."""

    titles: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    labelled: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    """Who posted it, by user name, app, author, service and footer."""
    by_person: bool = False
    """A person wrote it, who may talk about an alarm in any words."""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of titles and texts; very long ones are cut."""
        found = [line[:_LONGEST_LINE] for text in (*self.titles, *self.texts) for line in text.splitlines()]
        return tuple(line for line in found if line.strip())[:_MOST_LINES]

    @cached_property
    def _values(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for label, value in (*self.labelled, *_labels(self.texts), *_plain_labels(self.lines)):
            values.setdefault(folded_label(label), value)
        return values

    def value(self, *labels: str) -> str | None:
        """Return the value under the first of these labels (lower case) that says something."""
        for label in labels:
            if says_something(value := self._values.get(label)):
                return value
        return None

    def mentions(self, *words: str) -> bool:
        """Say whether any of these words (lower case) stands anywhere in it, sender included."""
        where = "\n".join((*self.titles, *self.texts, *self.senders, *(label for label, _ in self.labelled))).lower()
        return any(word in where for word in words)

    def sent_by(self, word: str) -> bool:
        """Say whether the sender's names hold a word (lower case)."""
        return any(word in sender.lower() for sender in self.senders)


def card_of_text(text: str) -> Card:
    """Make a card of plain text."""
    return Card(texts=(decode(text),))


def folded_label(label: str) -> str:
    """Return a label in lower case without marks: `*Alarm Name:*` → `alarm name`."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", label.lower()).split())


def says_something(value: str | None) -> bool:
    """Say whether a value is more than what relays print for nothing, such as `undefined`."""
    return value is not None and bare(value).lower() not in _NOTHING


def labels_of(fragment: str) -> Iterator[tuple[str, str]]:
    """Read `*Label:*` with its value behind it or on the lines below, several times in one fragment."""
    label, below = "", []
    for line in fragment[:20_000].splitlines():
        match = _BOLD_LABEL.fullmatch(line[:_LONGEST_LINE])
        if match is None:
            below.append(line)
            continue
        if label:
            yield label, "\n".join(below).strip()
        label, below = match["label"], [match["value"]]
    if label:
        yield label, "\n".join(below).strip()


def _labels(texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for fragment in texts:
        for label, value in labels_of(fragment):
            yield label, bare(value)


def _plain_labels(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if match := _PLAIN_LABEL.fullmatch(line.rstrip()):
            yield match["label"], bare(match["value"])
