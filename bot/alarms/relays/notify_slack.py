"""terraform-aws-notify-slack: an attachment with labelled fields, values in backticks; no metric anywhere.

https://github.com/terraform-aws-modules/terraform-aws-notify-slack. Its `fallback` says "triggered" for OK as well.
"""

from __future__ import annotations

from bot.alarms.card import Card
from bot.alarms.card_facts import common, states_of
from bot.alarms.draft import Draft


def parse(card: Card) -> Draft | None:
    """Read a card that has all of the relay's labels."""
    name = card.value("alarm name")
    state = states_of(card).now
    if not (name and state and card.value("link to alarm") and card.mentions("alarm reason")):
        return None
    return common(card, name=name, state=state)
