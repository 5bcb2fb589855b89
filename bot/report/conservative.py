"""The same message in blocks that every Slack accepts, for when newer ones are refused (`invalid_blocks`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.language import _
from bot.report.escape import fence, neutral
from bot.report.limits import MESSAGE_BLOCKS, SECTION_TEXT, fit, pieces
from bot.report.message import Block, Message

_KEPT = {"header", "section", "context", "actions", "divider"}
_TASK_MARKS = {"pending": "▫️", "in_progress": "⏳", "complete": "✅", "error": "❔"}
_LONGEST_PLAIN = 3900
"""Characters: chat.update refuses a text of more than 4,000 (https://docs.slack.dev/reference/methods/chat.update)."""


def conservative(message: Message) -> Message:
    """The message with headers, sections, contexts and buttons alone. What does not fit any more is counted."""
    blocks = [fit(block) for block in _converted(message.blocks)]
    if len(blocks) > MESSAGE_BLOCKS:
        more = len(blocks) - MESSAGE_BLOCKS + 1
        blocks = [*blocks[: MESSAGE_BLOCKS - 1], _section(_("+{count} more", count=more))]
    return Message(message.text, tuple(blocks))


def text_only(message: Message) -> Message:
    """The message without any block: its text, and what its blocks say as far as there is room."""
    said = "\n".join(text for block in message.blocks for text in _texts(block) if text.strip())
    whole = f"{message.text}\n{said}" if said else message.text
    if len(whole) <= _LONGEST_PLAIN:
        return Message(whole)
    first = pieces(whole, _LONGEST_PLAIN - 60)[0]
    left = f"{len(whole) - len(first):,}"
    more = _("(+{count} more characters)", count=left)
    return Message(f"{first}\n{more}")


def _converted(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.get("type") in _KEPT:
            yield block
        elif block.get("type") == "container":
            yield _section(f"*{neutral(block['title']['text'])}*")
            yield from _converted(block["child_blocks"])
        else:
            yield from map(_section, _packed(_texts(block)))


def _packed(texts: Iterable[str]) -> Iterator[str]:
    """The texts in as few sections as they fit into; one is cut only where it is too long alone."""
    current = ""
    for text in texts:
        for piece in pieces(text, SECTION_TEXT) if len(text) > SECTION_TEXT else [text]:
            if current and len(current) + 1 + len(piece) > SECTION_TEXT:
                yield current
                current = piece
            else:
                current = f"{current}\n{piece}" if current else piece
    if current.strip():
        yield current


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "verbatim": True, "text": text}}


def _plan(block: Block) -> Iterator[str]:
    yield f"*{neutral(block['title'])}*"
    for task in block["tasks"]:
        details = " ".join(_texts(task.get("details", {})))
        yield f"{_TASK_MARKS[task['status']]} {neutral(task['title'])}{f' ({details})' if details else ''}"


def _texts(value: Any) -> Iterator[str]:
    """What a block says, as mrkdwn."""
    kind = value.get("type")
    if kind == "rich_text":
        yield from _rich_text(value["elements"])
    elif kind == "plan":
        yield from _plan(value)
    elif kind == "container":
        yield f"*{neutral(value['title']['text'])}*"
        for child in value["child_blocks"]:
            yield from _texts(child)
    elif kind == "table":
        for row in value["rows"]:
            yield " · ".join(neutral(cell["text"]) for cell in row)
    elif kind in {"section", "header"} and "text" in value:
        yield _said(value["text"])
    elif kind == "context":
        yield from (_said(element) for element in value["elements"] if "text" in element)


def _said(text: dict[str, Any]) -> str:
    said = str(text["text"])
    return said if text.get("type") == "mrkdwn" else neutral(said)


def _rich_text(elements: Iterable[dict[str, Any]]) -> Iterator[str]:
    for element in elements:
        if element["type"] == "rich_text_list":
            ordered = element.get("style") == "ordered"
            for number, item in enumerate(element["elements"], start=1):
                yield f"{f'{number}.' if ordered else '•'} {neutral(_joined(item))}"
        elif element["type"] == "rich_text_preformatted":
            # Half of what a section takes leaves room for entities.
            for piece in pieces(_joined(element), SECTION_TEXT // 2):
                yield fence(piece)
        else:
            yield neutral(_joined(element))


def _joined(element: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in element["elements"] if part.get("type") == "text")
