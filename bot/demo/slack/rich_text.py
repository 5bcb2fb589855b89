"""What Slack's own client makes of a typed message: a rich text block."""

from __future__ import annotations

import re

from bot.demo.slack.json_types import Json

_TOKEN = re.compile(
    r"<@(?P<user>[A-Z0-9]+)(\|[^>]*)?>|<#(?P<channel>[A-Z0-9]+)(\|[^>]*)?>|<(?P<url>https?://[^|>]+)(\|(?P<label>[^>]*))?>"
    r"|```(?P<preformatted>.*?)```|`(?P<code>[^`\n]+)`",
    re.DOTALL,
)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def rich_text_block(text: str, block_id: str) -> Json:
    """The block of a typed text in Slack's own notation, with its mentions, links and code."""
    elements: list[Json] = []
    inline: list[Json] = []
    position = 0
    for match in _TOKEN.finditer(text):
        _add_text(inline, text[position : match.start()])
        position = match.end()
        if (preformatted := match["preformatted"]) is None:
            inline.append(_inline(match))
            continue
        _close_section(elements, inline)
        content = unescape(preformatted.strip("\n")) or " "
        elements.append(
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": content}], "border": 0}
        )
    _add_text(inline, text[position:])
    _close_section(elements, inline)
    return {"type": "rich_text", "block_id": block_id, "elements": elements}


def unescape(text: str) -> str:
    """The text with Slack's three character entities resolved."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _inline(match: re.Match[str]) -> Json:
    if match["user"]:
        return {"type": "user", "user_id": match["user"]}
    if match["channel"]:
        return {"type": "channel", "channel_id": match["channel"]}
    if match["url"]:
        label = {"text": unescape(match["label"])} if match["label"] else {}
        return {"type": "link", "url": unescape(match["url"]), **label}
    return {"type": "text", "text": unescape(match["code"]), "style": {"code": True}}


def _add_text(inline: list[Json], text: str) -> None:
    if text:
        inline.append({"type": "text", "text": unescape(text)})


def _close_section(elements: list[Json], inline: list[Json]) -> None:
    if inline:
        elements.append({"type": "rich_text_section", "elements": list(inline)})
        inline.clear()
