"""Sentences: the alarm in words, as bots and people write it into a channel.

Only wordings that hold a state as CloudWatch writes it, or `CloudWatch Alarm: name` under an alarm's emoji. Anything
looser would take talk about alarms for an alarm.
"""

from __future__ import annotations

import re
from typing import Final

from bot.alarms.card import Card, says_something
from bot.alarms.card_facts import common, link_of, name_of_link
from bot.alarms.draft import Draft
from bot.alarms.relays.home_made import headline
from bot.alarms.slack_text import bare
from bot.alarms.states import STATE_WORD, state_in_emoji, state_of

_STATE: Final = rf"(?P<state>{STATE_WORD})\b"
_NAME: Final = r"(?P<name>\S.{0,300}?)"
_SENTENCES: Final = (
    re.compile(
        rf"(?:.{{0,40}}?\b)?[Tt]he (?:CloudWatch )?alarm {_NAME} (?:has )?"
        rf"(?:changed(?: its)? state|went|transitioned) to {_STATE}.*"
    ),
    re.compile(rf"\W{{0,10}}{_NAME} state is now {_STATE}.*"),
    re.compile(
        rf"\W{{0,10}}(?:[Tt]he )?(?:AWS )?(?:CloudWatch )?[Aa]larm:? {_NAME} (?:has )?changed (?:its )?(?:state )?"
        rf"from {STATE_WORD} to {_STATE}.*"
    ),
    re.compile(
        rf"\W{{0,10}}(?:AWS )?CloudWatch [Aa]larm:?\s+{_NAME}\s+"
        rf"(?:is|in|is in|is now|has|recovered|entered|changed to|→|->)\s+\(?{_STATE}.*"
    ),
)
_QUOTED: Final = re.compile(
    r"CloudWatch [Aa]larm\s+(?P<mark>\*\*|[\"“`*])(?P<name>[^\"”`*\n]{1,300})(?:\*\*|[\"”`*])(?P<rest>.*)"
)
_COLON: Final = re.compile(r"CloudWatch Alarm\s*:\s*\S", re.IGNORECASE)
_STATE_WORD: Final = re.compile(rf"(?<![\w-]){_STATE}(?! (?:->|→|transition))")
_RINGING: Final = re.compile(r"\s*(?:🚨|:rotating_light:)")
_LONGEST_LINE: Final = 600


def parse(card: Card) -> Draft | None:
    """Read the first line that is such a sentence, then a console link beside a state."""
    for line in card.lines:
        if draft := _sentence(card, line[:_LONGEST_LINE]) or _announced(card, line[:_LONGEST_LINE]):
            return draft
    return _linked(card)


def _sentence(card: Card, line: str) -> Draft | None:
    for pattern in _SENTENCES:
        if match := pattern.fullmatch(line.strip()):
            name = bare(match["name"]).strip('"“”')
            return common(card, name=name, state=state_of(match["state"])) if says_something(name) else None
    return None


def _announced(card: Card, line: str) -> Draft | None:
    """`🚨 CloudWatch Alarm: name`, `CloudWatch alarm "name" fired`: the state behind it, else the emoji before."""
    if match := _QUOTED.search(line):
        name, rest = match["name"].strip(), match["rest"]
    elif _COLON.search(line):
        name, rest = headline(line) or "", line
    else:
        return None
    word = _STATE_WORD.search(rest)
    state = state_of(word["state"]) if word else state_in_emoji(line)
    return common(card, name=name, state=state) if state and says_something(name) else None


def _linked(card: Card) -> Draft | None:
    """A link to the alarm in the console, and a headline or first line with one state in it, or an alarm's emoji."""
    link = link_of(card)
    if link is None:
        return None
    for line in card.lines[:5]:
        if match := _STATE_WORD.search(line[:_LONGEST_LINE]):
            return common(card, name=name_of_link(link, card), state=state_of(match["state"]))
    rings = card.lines and _RINGING.match(card.lines[0]) and card.mentions("cloudwatch alarm")
    return common(card, name=name_of_link(link, card), state="ALARM") if rings else None
