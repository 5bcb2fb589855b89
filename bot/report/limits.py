"""Slack's limits, applied in one place, where what is left out is always counted: "+N more".

The numbers are Slack's own (https://docs.slack.dev/reference/block-kit/blocks), except the budget of a message: Slack
refuses messages with too much text in their blocks without saying how much that is; 12,000 characters are accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.language import _
from bot.report.message import Block

T = TypeVar("T")

SECTION_TEXT = 3000
FIELD_TEXT = 2000
HEADER_TEXT = 150
CONTAINER_TITLE = 150
CHART_TITLE = 50
CHART_LABEL = 20
BUTTON_TEXT = 75
CONFIRM_TEXT = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
MESSAGE_TEXT = 3000
"""Characters of the text that stands for the blocks. Slack takes 40,000; nobody hears more than a paragraph."""
MESSAGE_BLOCKS = 50
MESSAGE_BUDGET = 12_000
MODAL_BLOCKS = 100
VIEW_TITLE = 24
PREFORMATTED_TEXT = 3000
"""Characters of one preformatted piece. Slack names no limit; this one keeps it readable, and its fallback valid."""

FENCED_TEXT = SECTION_TEXT - 100
"""Characters of one piece of code in a section, after escaping and without its fences."""
_LONGEST_ENTITY = len("&amp;")

_OPEN_MARKUP = re.compile(r"(?:<[^>]*|&[a-z]{0,4}|`[^`\n]*)$")


@dataclass(frozen=True)
class Limited(Generic[T]):
    """The first items, and how many more there are."""

    items: tuple[T, ...]
    more: int = 0


def limited(items: Iterable[T], most: int) -> Limited[T]:
    """Keep the first `most` items and count the others."""
    everything = tuple(items)
    return Limited(everything[:most], max(0, len(everything) - most))


def clip(text: str, most: int) -> str:
    """Keep the first characters and count the others: at most `most` in all."""
    if len(text) <= most:
        return text
    left = f"{len(text) - most:,}"
    more = _("… (+{count} more characters)", count=left)
    return text[: max(0, most - len(more))].rstrip() + more if most > len(more) else text[:most]


def clip_lines(text: str, most: int) -> str:
    """Keep whole lines of mrkdwn and count the others; a first line that is too long alone is cut outside markup."""
    if len(text) <= most:
        return text
    lines = text.split("\n")
    kept: list[str] = []
    used = 0
    room = most - len("\n" + _("+{count} more lines", count=99999))
    for line in lines:
        if used + len(line) + 1 > room:
            break
        kept.append(line)
        used += len(line) + 1
    if not kept:
        return _OPEN_MARKUP.sub("", text[: most - 1]) + "…"
    return "\n".join([*kept, _("+{count} more lines", count=len(lines) - len(kept))])


def pieces(text: str, most: int, *, measure: Callable[[str], int] = len) -> list[str]:
    """The whole text in pieces of at most `most` characters, cut between lines where that is possible.

    `measure` says how long a text is, where what counts is its length after escaping.
    """
    found: list[str] = []
    current = ""
    for line in text.split("\n"):
        room = most if measure(line) == len(line) else max(1, most // _LONGEST_ENTITY)
        for part in [line[i : i + room] for i in range(0, len(line), room)] or [""]:
            if current and measure(current) + 1 + measure(part) > most:
                found.append(current)
                current = part
            else:
                current = f"{current}\n{part}" if current else part
    return [piece for piece in [*found, current] if piece.strip()]


def fit(block: Block) -> Block:
    """The block with every text inside Slack's limits."""
    kind = block.get("type")
    if kind == "header":
        return {**block, "text": fit_text(block["text"], HEADER_TEXT)}
    if kind == "section":
        changes: dict[str, Any] = {}
        if "text" in block:
            changes["text"] = fit_text(block["text"], SECTION_TEXT)
        if "fields" in block:
            changes["fields"] = [fit_text(field, FIELD_TEXT) for field in block["fields"][:10]]
        if "accessory" in block:
            changes["accessory"] = _element(block["accessory"])
        return {**block, **changes}
    if kind == "input":
        return {**block, "label": fit_text(block["label"], FIELD_TEXT), "element": _element(block["element"])}
    if kind == "context":
        return {**block, "elements": [fit_text(e, SECTION_TEXT) if "text" in e else e for e in block["elements"]]}
    if kind == "container":
        title = fit_text(block["title"], CONTAINER_TITLE)
        return {**block, "title": title, "child_blocks": [fit(child) for child in block["child_blocks"]]}
    if kind == "data_visualization":
        return {**block, "title": clip(block["title"], CHART_TITLE), "chart": _chart(block["chart"])}
    if kind == "actions":
        return {**block, "elements": [_element(element) for element in block["elements"]]}
    return block


def fit_text(text: dict[str, Any], most: int) -> dict[str, Any]:
    """The text object with at most that many characters, and never empty."""
    shorten = clip_lines if text.get("type") == "mrkdwn" else clip
    return {**text, "text": shorten(text["text"], most) or " "}


def _element(element: dict[str, Any]) -> dict[str, Any]:
    """A button or a menu with labels of a length that Slack takes; the same label is always cut the same way."""
    changes: dict[str, Any] = {}
    if element.get("type") == "button":
        changes["text"] = fit_text(element["text"], BUTTON_TEXT)
    if "confirm" in element:
        texts = {key: fit_text(element["confirm"][key], most) for key, most in CONFIRM_TEXT.items()}
        changes["confirm"] = {**element["confirm"], **texts}
    if "options" in element:
        changes["options"] = [_option(option) for option in element["options"]]
    if "initial_option" in element:
        changes["initial_option"] = _option(element["initial_option"])
    return {**element, **changes}


def _option(option: dict[str, Any]) -> dict[str, Any]:
    return {**option, "text": fit_text(option["text"], BUTTON_TEXT)}


def _chart(chart: dict[str, Any]) -> dict[str, Any]:
    """The chart with short labels; those of its points stay those of its axis."""
    axis = {**chart["axis_config"], "categories": [_label(one) for one in chart["axis_config"]["categories"]]}
    series = [
        {"name": _label(one["name"]), "data": [{**point, "label": _label(point["label"])} for point in one["data"]]}
        for one in chart["series"]
    ]
    return {**chart, "axis_config": axis, "series": series}


def _label(text: str) -> str:
    return clip(text, CHART_LABEL) or "-"


def weight(value: Any) -> int:
    """The characters that a block's texts hold."""
    if isinstance(value, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else weight(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(weight(item) for item in value)
    return 0


def pages(
    blocks: Sequence[Block], *, most: int = MESSAGE_BLOCKS, budget: int = MESSAGE_BUDGET
) -> Iterator[tuple[Block, ...]]:
    """The blocks as so many messages as they need, in order, each inside Slack's limits. Nothing is dropped."""
    page: list[Block] = []
    used = 0
    for block in map(fit, blocks):
        size = weight(block)
        if page and (len(page) >= most or used + size > budget):
            yield tuple(page)
            page, used = [], 0
        page.append(block)
        used += size
    if page:
        yield tuple(page)
