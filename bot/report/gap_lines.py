"""Reads that did not succeed, as lines: alike ones together, and first those that a permission would close."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.diagnosis.model import Gap, GapReason
from bot.language import _, plural
from bot.report.contexts import GapLine
from bot.report.limits import clip, limited
from bot.report.wording import GAP_ADVICE, GAP_REASONS, short_name

_NAMED = 3
_PREFIX = re.compile(r"^(?:(?:REST|HTTP|WEBSOCKET)|vpc-\w+|)/(?=.)")
_ORDER = (GapReason.ACCESS_DENIED, GapReason.ERROR, GapReason.THROTTLED, GapReason.TIMEOUT, GapReason.NOT_FOUND)


def gap_lines(gaps: Sequence[Gap]) -> tuple[GapLine, ...]:
    """One line for each action and reason, naming the first resources and counting the others."""
    grouped: dict[tuple[int, str], list[Gap]] = {}
    for gap in gaps:
        grouped.setdefault((_ORDER.index(gap.reason), gap.action), []).append(gap)
    return tuple(_line(grouped[key]) for key in sorted(grouped))


def _line(gaps: Sequence[Gap]) -> GapLine:
    first = gaps[0]
    names = limited(dict.fromkeys(filter(None, (_name(gap.resource) for gap in gaps))), _NAMED)
    shown = ", ".join(names.items)
    detail = f" ({clip(first.detail, 200)})" if first.detail else ""
    return GapLine(
        action=first.action,
        resources=plural("{names} +{count} more", "{names} +{count} more", names.more, names=shown)
        if names.more
        else shown,
        reason=_(GAP_REASONS[first.reason]) + detail,
        advice=_(GAP_ADVICE[first.reason]),
    )


def _name(key: str) -> str:
    """What a read's key means to people: keys of evidence carry a protocol, a VPC or a metric's dimensions."""
    if "|" in key:
        return clip(" ".join(key.split("|")[:2]), 60)
    return clip(short_name(_PREFIX.sub("", key)), 60)
