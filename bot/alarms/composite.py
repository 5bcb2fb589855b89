"""The alarms behind a composite alarm. AWS: "Create a composite alarm" (rule expressions)."""

from __future__ import annotations

import json
import re
from typing import Final

from bot.alarms.model import Child
from bot.alarms.names import arn_parts
from bot.alarms.states import State, state_of
from bot.alarms.values import LONGEST_VALUE, folded, objects, text

# A name in a rule may be quoted, and holds any character but the quote; unquoted it ends at the bracket.
_IN_RULE: Final = re.compile(
    r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s{0,20}\(\s{0,20}(?:\"([^\"]{1,600})\"|'([^']{1,600})'|([^()\"']{1,600}))\)"
)


def read_children(rule: str | None, *triggering: object) -> tuple[Child, ...]:
    """Return the children: those that triggered first, then the rest of the rule, each once."""
    triggered = [_child(folded(entry)) for source in triggering for entry in objects(source)]
    ruled = [
        _named(next(filter(None, groups)).strip(), None) for groups in _IN_RULE.findall((rule or "")[:LONGEST_VALUE])
    ]
    found: dict[str, Child] = {}
    for child in [*triggered, *ruled]:
        if child and child.name not in found:
            found[child.name] = child
    return tuple(found.values())


def triggering_alarms(reason_data: object) -> object:
    """Return the list in the `reasonData` of an EventBridge event, which is JSON in a string."""
    if not isinstance(reason_data, str) or len(reason_data) > LONGEST_VALUE:
        return None
    try:
        return folded(json.loads(reason_data)).get("triggeringalarms")
    except (ValueError, RecursionError):
        return None


def _child(entry: dict[str, object]) -> Child | None:
    name = text(entry.get("arn")) or text(entry.get("alarmname"))
    state = state_of(folded(entry.get("state")).get("value"))
    child = _named(name, state) if name else None
    return Child(child.name, child.arn, state, triggered=True) if child else None


def _named(name: str, state: State | None) -> Child:
    """Make a child of an alarm's name or ARN."""
    parts = arn_parts(name)
    return Child(parts[3], parts[0], state) if parts else Child(name, None, state)
