"""Any payload → the alarms in it. The tables below are the whole order in which shapes are tried.

A payload is unwrapped as long as a wrapping is recognised; what is inside is then read as a document of CloudWatch's,
or as a message that people see. The first parser that recognises its shape decides. Every parser is total: what it
does not recognise is not an alarm, and nothing raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from bot.alarms.card import Card, card_of_text
from bot.alarms.conclude import conclude
from bot.alarms.documents import documents, read_json
from bot.alarms.draft import Context, Draft
from bot.alarms.model import NOT_AN_ALARM, Alarm
from bot.alarms.relays import (
    alert_webhook,
    amazon_q,
    datadog,
    describe_alarms,
    event_bridge,
    grafana,
    home_made,
    lambda_action,
    lambda_cloudwatch_slack,
    notify_slack,
    plain_text,
    sns_email,
    sns_message,
    sns_subject,
)
from bot.alarms.slack_message import card_of, message_of
from bot.alarms.slack_text import decode, is_escaped
from bot.alarms.values import LONGEST_TEXT, items
from bot.alarms.wrappers import alarm_list, lambda_records, sns_envelope, sns_publication, sqs_message
from bot.alarms.wrappers.wrapped import Wrapped

WRAPPERS: Final[tuple[tuple[str, Callable[[Mapping[str, object]], list[Wrapped] | None]], ...]] = (
    ("lambda-records", lambda_records.unwrap),
    ("sns-envelope", sns_envelope.unwrap),
    ("sns-publication", sns_publication.unwrap),
    ("sqs-message", sqs_message.unwrap),
    ("describe-alarms", alarm_list.unwrap),
)
"""Objects that hold other payloads. A Slack message is tried after them, then the documents."""

DOCUMENTS: Final[tuple[tuple[str, Callable[[Mapping[str, object]], Draft | None]], ...]] = (
    ("lambda-action", lambda_action.parse),
    ("event-bridge", event_bridge.parse),
    ("sns-message", sns_message.parse),
    ("describe-alarms", describe_alarms.parse),
    ("alert-webhook", alert_webhook.parse),
)
"""CloudWatch's own objects, from the most particular keys to the fewest; then those of other products."""

CARDS: Final[tuple[tuple[str, Callable[[Card], Draft | None]], ...]] = (
    ("amazon-q", amazon_q.parse),
    ("notify-slack", notify_slack.parse),
    ("lambda-cloudwatch-slack", lambda_cloudwatch_slack.parse),
    ("sns-email", sns_email.parse),
    ("datadog", datadog.parse),
    ("grafana", grafana.parse),
    ("sns-subject", sns_subject.parse),
    ("home-made", home_made.parse),
    ("plain-text", plain_text.parse),
)
"""What people see, in Slack or as text: named products first, the loosest wording last."""

PASTED_BY_PEOPLE: Final = frozenset({"amazon-q", "notify-slack", "lambda-cloudwatch-slack", "sns-email", "sns-subject"})
"""The cards that stay recognisable where a person pasted them. Any other words of a person are talk about alarms."""

PASTED: Final = "pasted-json"
"""The relay of CloudWatch's objects in a Slack message or in text."""

_DEEPEST: Final = 8
_MOST_TEXTS: Final = 8


def read_alarms(payload: object) -> tuple[Alarm, ...]:
    """Return every alarm in a payload: an object, a list, or text. Also alarm-like events that are no alarm
    (a changed configuration), with `is_alarm` False.
    """
    return tuple(_read(payload, Context(), 0))


def read_alarm(payload: object) -> Alarm:
    """Return the first alarm in a payload; without one, what else was read, else NOT_AN_ALARM."""
    return first_alarm(read_alarms(payload))


def first_alarm(found: tuple[Alarm, ...]) -> Alarm:
    """Return the one that speaks for what was read."""
    return next((alarm for alarm in found if alarm.is_alarm), found[0] if found else NOT_AN_ALARM)


def _read(payload: object, context: Context, depth: int) -> Iterator[Alarm]:
    if depth > _DEEPEST:
        return
    if isinstance(payload, str):
        yield from _read_text(payload[:LONGEST_TEXT].lstrip("\ufeff"), context, depth)
    elif isinstance(payload, list | tuple):
        for item in items(payload):
            yield from _read(item, context, depth + 1)
    elif isinstance(payload, Mapping):
        yield from _read_object(payload, context, depth)


def _read_object(payload: Mapping[str, object], context: Context, depth: int) -> Iterator[Alarm]:
    for relay, unwrap in WRAPPERS:
        if (inner := unwrap(payload)) is not None:
            for part in inner:
                yield from _read_wrapped(part, replace(context, relay=context.relay or relay), depth)
            return
    if posted := message_of(payload):
        message, delivery = posted
        yield from _read_shown(card_of(message), replace(context, slack=delivery), depth)
        return
    for relay, parse in DOCUMENTS:
        if draft := parse(payload):
            yield conclude(draft, context, relay)
            return


def _read_wrapped(part: Wrapped, context: Context, depth: int) -> Iterator[Alarm]:
    """Read the inside; a text that says nothing may stand under a subject that does."""
    inside = replace(context, topic_region=part.topic_region or context.topic_region)
    found = list(_read(part.payload, inside, depth + 1))
    if not found and part.subject and not isinstance(part.payload, Mapping):
        text = part.payload if isinstance(part.payload, str) else ""
        found = list(_read_card(Card(titles=(part.subject,), texts=(decode(text),)), inside))
    yield from found


def _read_text(text: str, context: Context, depth: int) -> Iterator[Alarm]:
    """Read text that is JSON, holds JSON, or says it in words; Slack may have escaped it."""
    value = read_json(text)
    if isinstance(value, str):
        yield from _read(value, context, depth + 1)
        return
    whole = isinstance(value, Mapping | list)
    found = list(_read(value, context, depth + 1)) if whole else _pasted(text, context, depth)
    if "&" in text and is_escaped(text) and not (found and found[0].slack):
        found = _pasted(decode(text), context, depth) or found
    if not found and not whole:
        found = list(_read_card(card_of_text(text), context))
    yield from found


def _read_shown(card: Card, context: Context, depth: int) -> Iterator[Alarm]:
    """Read CloudWatch's objects in the first text that has some, else the card as a person would."""
    for text in card.texts[:_MOST_TEXTS]:
        if found := _pasted(text, context, depth):
            yield from found
            return
    yield from _read_card(card, context)


def _pasted(text: str, context: Context, depth: int) -> list[Alarm]:
    """Read the objects that stand in a text."""
    if "{" not in text or "alarm" not in text.lower():
        return []
    inside = replace(context, relay=context.relay or PASTED)
    return [alarm for document in documents(text) for alarm in _read(document, inside, depth + 1)]


def _read_card(card: Card, context: Context) -> Iterator[Alarm]:
    for relay, parse in CARDS:
        if card.by_person and relay not in PASTED_BY_PEOPLE:
            continue
        if draft := parse(card):
            yield conclude(draft, context, relay)
            return
