"""Whether Slack would take a payload: its limits as its documentation states them, the SDK's models, the local Slack's.

The limits are written down here a second time on purpose: what checks a rule must not share it with what obeys it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from bot.demo.slack.validation import check_blocks, check_view

LONGEST = {"header": 150, "section": 3000, "context": 3000}
MARKUP = re.compile(r"<([^>]*)>")
CONFIGURED = r"!subteam\^S01ONCALL|#C02PRODUCTION"
"""What the samples' configuration file names; nothing else may become a mention of a group or a link to a channel."""
ALLOWED_MARKUP = re.compile(rf"^(https?://[^|\s]+\|.+|@[UW][A-Z0-9]+|{CONFIGURED})$", re.DOTALL)


def problems(message: Any) -> list[str]:
    """What Slack would refuse in a message."""
    found = [] if message.text.strip() and len(message.text) <= 4000 else [f"text of {len(message.text)} characters"]
    found += [f"text: {bad}" for bad in bad_markup(message.text)]
    return found + block_problems(message.blocks, most=50, surface="message")


def view_problems(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a modal."""
    found = [f"{key} is too long" for key in ("title", "close") if key in view and len(view[key]["text"]) > 24]
    found += ["private_metadata is too long"] if len(view.get("private_metadata", "")) > 3000 else []
    return found + check_view(view) + block_problems(view["blocks"], most=100, surface="modal")


def block_problems(blocks: Sequence[dict[str, Any]], *, most: int, surface: Any) -> list[str]:
    found = [] if len(blocks) <= most else [f"{len(blocks)} blocks"]
    found += check_blocks(list(blocks), surface=surface)
    for number, block in enumerate(blocks):
        found += [f"block {number}: {problem}" for problem in _block(block)]
    total = sum(len(text["text"]) for text in texts(list(blocks)))
    found += [f"{total} characters in all blocks"] if surface == "message" and total > 13_200 else []
    known = [block for block in blocks if block["type"] not in {"plan", "data_visualization"}]
    parsed = Block.parse_all(known)
    if len(parsed) != len(known):
        found.append("the SDK does not know one of these blocks")
    for block in parsed:
        block.to_dict()
    return found


def _block(block: dict[str, Any]) -> Iterator[str]:
    longest = LONGEST.get(block["type"])
    for text in texts(block):
        if not text["text"]:
            yield "an empty text"
        if longest and text.get("type") in {"mrkdwn", "plain_text"} and len(text["text"]) > longest:
            yield f"{len(text['text'])} characters"
        if text.get("type") == "mrkdwn":
            if text.get("verbatim") is not True:
                yield "a mrkdwn text that is not verbatim"
            yield from bad_markup(text["text"])
    elements = block.get("elements", []) if block["type"] == "actions" else []
    ids = [element["action_id"] for element in elements]
    if len(set(ids)) != len(ids) or len(ids) > 25:
        yield "action ids"
    for element in elements:
        if element["type"] == "button" and (len(element["text"]["text"]) > 75 or len(element["value"]) > 2000):
            yield "a button's text or value"


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object and rich text element."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value
        for key, inner in value.items():
            if key != "text" or isinstance(inner, dict):
                yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def bad_markup(text: str) -> list[str]:
    """Markup that is neither a link nor a mention of a person, nor one that the configuration file names."""
    return [f"markup {found!r}" for found in MARKUP.findall(text) if not ALLOWED_MARKUP.match(found)]


def shown(blocks: Sequence[dict[str, Any]]) -> str:
    """Every text of the blocks, one below the other."""
    return "\n".join(text["text"] for text in texts(list(blocks)))
