"""lambda-cloudwatch-slack: labelled fields, and the condition as a sentence, which holds the metric's name.

https://github.com/assertible/lambda-cloudwatch-slack. It knows alarms on one metric only; for others it prints
`undefined undefined LessThanLowerOrGreaterThanUpperThreshold undefined for 4 period(s) of 60 seconds.`
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from bot.alarms.card import Card, says_something
from bot.alarms.card_facts import common, dimensions_of
from bot.alarms.draft import Draft
from bot.alarms.model import Metric

_CONDITION: Final = re.compile(
    r"(?P<statistic>\S{1,40}) (?P<metric>.{1,255}?) (?P<operator>(?:GreaterThan|LessThan)\w{1,60}) \S{1,40}"
    r" for \S{1,10} period\(?s?\)?.{0,60}",
    re.IGNORECASE,
)
_STATISTICS: Final = {"SUM": "Sum", "AVERAGE": "Average", "MINIMUM": "Minimum", "MAXIMUM": "Maximum"}


def parse(card: Card) -> Draft | None:
    """Read a card with an alarm's name and such a condition."""
    name = card.value("alarm name")
    match = _CONDITION.fullmatch((card.value("trigger", "alarm trigger") or "").strip())
    if name is None or match is None:
        return None
    draft = common(card, name=name, state=None)
    if not says_something(match["metric"]):
        return draft
    statistic = match["statistic"] if says_something(match["statistic"]) else None
    metric = Metric(None, match["metric"], _STATISTICS.get(statistic or "", statistic), dimensions_of(card))
    return replace(draft, metrics=(metric,), kind="metric")
