"""Rich text: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from __future__ import annotations

from bot.demo.slack.validation.objects import URL
from bot.demo.slack.validation.schema import ByType, Fields, Flag, Items, Number, Rule, Text

_STYLE = Fields(
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"),
        Flag(),
    )
)


def _inline(known: dict[str, Rule], *required: str) -> Fields:
    return Fields({**known, "style": _STYLE}, required=required)


_ANY = Text(minimum=1)

INLINE: dict[str, Rule] = {
    "broadcast": _inline({"range": Text(choices=("here", "channel", "everyone"))}, "range"),
    "channel": _inline({"channel_id": _ANY}, "channel_id"),
    "color": _inline({"value": _ANY}, "value"),
    "date": _inline(
        {"timestamp": Number(whole=True), "format": _ANY, "url": URL, "fallback": Text()}, "timestamp", "format"
    ),
    "emoji": _inline(
        {"name": _ANY, "unicode": Text(), "url": URL, "skin_tone": Number(1, 6, whole=True)},
        "name",
    ),
    "link": _inline({"url": URL, "text": Text(), "unsafe": Flag()}, "url"),
    "team": _inline({"team_id": _ANY}, "team_id"),
    "text": _inline({"text": _ANY}, "text"),
    "user": _inline({"user_id": _ANY}, "user_id"),
    "usergroup": _inline({"usergroup_id": _ANY}, "usergroup_id"),
}

_BORDER = Number(0, 1, whole=True)
_SECTION = Fields({"elements": Items(ByType(lambda: INLINE))}, required=("elements",))

_ELEMENTS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": Fields({"elements": Items(ByType(lambda: INLINE)), "border": _BORDER}, required=("elements",)),
    "rich_text_preformatted": Fields(
        {
            "elements": Items(ByType(lambda: {"text": INLINE["text"], "link": INLINE["link"]})),
            "border": _BORDER,
            "language": Text(),
        },
        required=("elements",),
    ),
    "rich_text_list": Fields(
        {
            "elements": Items(ByType(lambda: {"rich_text_section": _SECTION})),
            "style": Text(choices=("bullet", "ordered")),
            "indent": Number(0, 8, whole=True),
            "offset": Number(0, whole=True),
            "border": _BORDER,
        },
        required=("elements", "style"),
    ),
}

RICH_TEXT = Fields(
    {"block_id": Text(255), "elements": Items(ByType(lambda: _ELEMENTS))},
    required=("elements",),
)

# Where only rich text may stand, such as a table's cell.
RICH_TEXT_ONLY = ByType(lambda: {"rich_text": RICH_TEXT})
