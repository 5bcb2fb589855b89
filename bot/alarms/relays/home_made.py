"""Relays that people write themselves: a card with the state under a label, and the name under another or as headline.

Labels differ; the state's value does not, for it is copied from CloudWatch. `OK` is also everybody's word, so a card
that says nothing of alarms is none with OK alone.
"""

from __future__ import annotations

import re
from typing import Final

from bot.alarms.card import Card, says_something
from bot.alarms.card_facts import arn_of, common, link_of, name_of_link, states_of
from bot.alarms.draft import Draft
from bot.alarms.names import arn_parts
from bot.alarms.slack_text import bare
from bot.alarms.states import STATE_WORD

_NAME_LABELS: Final = ("alarm name", "alarmname", "alarm", "cloudwatch alarm", "metric alarm name")
_DECORATION: Final = re.compile(r"^(?::[a-z0-9_+-]{1,50}:|\s|[^\w\s:#\[(\"'`*/.-])+")
_HEADING: Final = re.compile(r"^(?:AWS )?CloudWatch Alarm(?: Name)?(?:\s{0,5}:\s{0,5}|\s[|–-]\s)", re.IGNORECASE)
_STATE_BEFORE: Final = re.compile(rf"^(?:\[{STATE_WORD}\]|{STATE_WORD}\s?[:|–-])\s+")
_STATE_BEHIND: Final = re.compile(
    rf"(?:\s+(?:is\s+now|is\s+in|is|in|has|recovered|entered)|\s*(?:->|→|:))\s+\(?{STATE_WORD}\)?[^\w]*$"
)
_GENERIC: Final = re.compile(
    r"(?:aws )?(?:cloudwatch )?(?:alarm|alert|notification|message)s?"
    r"(?: (?:triggered|notification|alert|state change|status|update|resolved|recovered|fired|registered|details))*\W*",
    re.IGNORECASE,
)


def parse(card: Card) -> Draft | None:
    """Read a card that labels its state."""
    state = states_of(card).now
    if state is None or (state == "OK" and not card.mentions("alarm", "cloudwatch")):
        return None
    name = name_in(card)
    return common(card, name=name, state=state) if name else None


def name_in(card: Card) -> str | None:
    """Return the labelled name, else that of the ARN, of the console link, or the first headline that is no phrase."""
    if name := card.value(*_NAME_LABELS):
        return name
    arn, link = arn_parts(arn_of(card)), link_of(card)
    if arn or link:
        return arn[3] if arn else name_of_link(link, card) if link else None
    headlines = (headline(title) for title in card.titles)
    labelled = card.value("name") if card.mentions("alarm", "cloudwatch") else None
    return next((name for name in headlines if name), None) or labelled


def headline(title: str) -> str | None:
    """Return the alarm's name in a headline, without emoji, `CloudWatch Alarm:` and the state behind it."""
    name = _DECORATION.sub("", title.strip())
    name = _STATE_BEFORE.sub("", _HEADING.sub("", name))
    name = bare(_STATE_BEHIND.sub("", name[:600]))
    return name if says_something(name) and not _GENERIC.fullmatch(name) else None
