"""The subject of an SNS message, wherever it is shown: `ALARM: "name" in EU (Milan)`.

Opsgenie (`#91602: …`), Jira Service Management (`Alert #112717: …`), PagerDuty and mail programs show it as their
title. SNS replaces what is not ASCII in it and cuts it at 100 characters, so a region may be missing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from bot.alarms.card import Card
from bot.alarms.card_facts import common
from bot.alarms.draft import Draft
from bot.alarms.states import STATE_WORD, state_of

# Before it: marks, an alert's number, tags in brackets, the prefixes of mail programs. Behind other words, such as the
# key of a ticket that somebody made of it, the subject is quoted.
_BEFORE: Final = (
    r"(?::[a-z0-9_+-]{1,50}:|\[[^\]\n]{0,80}\]"
    r"|(?:(?:Alert|Incident|Triggered|Acknowledged|Resolved) )?#\d{1,12}:"
    r"|(?:re|fwd?|aw|wg|subject|title|summary):|[\W_]){0,30}"
)
_SUBJECT: Final = re.compile(rf"(?i:{_BEFORE})(?P<state>{STATE_WORD}): [\"“](?P<rest>.{{1,600}})$")
_REST: Final = re.compile(r"(?P<name>.{1,300})[\"”] in (?P<region>.{2,200})")
_REASON_BEGINS: Final = re.compile(r"^(?:Thresholds? Crossed|Insufficient Data|Unchecked)\b", re.MULTILINE)


def parse(card: Card) -> Draft | None:
    """Read a card whose first such line is a subject."""
    for line in card.lines:
        if (match := _SUBJECT.match(line)) and (named := _named(match["rest"])):
            name, region = named
            draft = common(card, name=name, state=state_of(match["state"]))
            return replace(draft, region=region or draft.region, description=draft.description or _description(card))
    return None


def _named(rest: str) -> tuple[str, str | None] | None:
    """Split at the last quote before ` in `; a subject that was cut off has a name only if its quote was closed."""
    if match := _REST.match(rest):
        return match["name"], match["region"]
    name, quote, _ = rest.partition('"')
    return (name, None) if quote and name else None


def _description(card: Card) -> str | None:
    """Return what stands before the reason: the alarm's description, as Opsgenie prints it."""
    for text in card.texts:
        if (match := _REASON_BEGINS.search(text[:20_000])) and (before := text[: match.start()].strip()):
            return before if not _SUBJECT.match(before.splitlines()[-1]) else None
    return None
