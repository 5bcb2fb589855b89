"""Amazon Q Developer in chat applications, once AWS Chatbot: a linked title, then one field per dimension.

The title is `EMOJI CloudWatch Alarm | name | region | Account: 111122223333`. A name may hold ` | ` itself, so it
is read from its end; the account may be missing. A later state is edited into the first card as `*Latest Update*: …`.
AWS: "Monitoring AWS services using Amazon Q Developer in chat applications".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from bot.alarms.card import Card, folded_label, says_something
from bot.alarms.card_facts import common, link_of, metrics_of, name_of_link
from bot.alarms.draft import Draft
from bot.alarms.model import Metric
from bot.alarms.names import account_id
from bot.alarms.regions import may_begin_a_code, named_region
from bot.alarms.states import state_in_emoji, state_of

_CUT: Final = ("…", "...")
_MARKER: Final = "CloudWatch Alarm |"
_TITLE: Final = re.compile(rf"(?::[a-z0-9_+-]{{1,50}}:|[^\w>|]){{0,20}}{re.escape(_MARKER)}")
"""Nothing stands before the marker but an emoji: behind words it is talk, behind `>` a quotation."""
_ACCOUNT: Final = re.compile(r"\s*Account:?\s{0,5}(\S{0,40})\s*")
_NOT_DIMENSIONS: Final = frozenset(
    {
        "timestamp",
        "time",
        "alarm description",
        "alarm state",
        "alarm name",
        "latest update",
        "region",
        "account",
        "state",
        "reason",
    }
)


def parse(card: Card) -> Draft | None:
    """Read a card, from its first line that is such a title."""
    title = next((line for line in card.lines if _TITLE.match(line)), None)
    if title is None:
        return None
    before, _, after = title.partition(_MARKER)
    name, region, account = _title(after.rstrip("* \t"))
    link = link_of(card)
    if link and (not name or name.endswith(_CUT)):
        name = name_of_link(link, card)
    if not name:
        return None
    state = state_of(card.value("alarm state")) or state_in_emoji(before)
    update = card.value("latest update")
    draft = common(card, name=name, state=state)
    dimensions = tuple(
        (label, value)
        for label, value in card.labelled
        if folded_label(label) not in _NOT_DIMENSIONS and says_something(value)
    )
    return replace(
        draft,
        state=state,
        latest_update=state_in_emoji(update) or state_of(update) if update else None,
        region=region or draft.region,
        account=account or draft.account,
        metrics=(Metric(dimensions=dimensions),) if dimensions else metrics_of(card),
    )


def _title(rest: str) -> tuple[str, str | None, str | None]:
    """Return name, region and account of what stands behind the marker."""
    parts = rest.split("|")
    account = region = None
    if len(parts) > 1 and (match := _ACCOUNT.fullmatch(parts[-1])):
        account = account_id(match[1])
        parts.pop()
    if len(parts) > 1:
        region = named_region(parts[-1])
        if region or _is_cut(parts[-1].strip()):
            parts.pop()
    return "|".join(parts).strip(), region, account


def _is_cut(part: str) -> bool:
    """Say whether a part is the beginning of a region: a `fallback` ends anywhere."""
    return not part or may_begin_a_code(part.rstrip("…."))
