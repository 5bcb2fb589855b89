"""The shapes that Block Kit elements share: text, options, confirmation dialogs.

https://docs.slack.dev/reference/block-kit/composition-objects
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.slack.validation.schema import ByType, Fields, Flag, Items, Number, Rule, Text

_PLAIN, _MARKDOWN = "plain_text", "mrkdwn"


def text(maximum: int, *kinds: str) -> ByType:
    """A text object of 1 to `maximum` characters."""
    shapes: Mapping[str, Rule] = {
        _PLAIN: Fields({"text": Text(maximum, 1), "emoji": Flag()}, required=("text",)),
        _MARKDOWN: Fields({"text": Text(maximum, 1), "verbatim": Flag()}, required=("text",)),
    }
    allowed = {kind: shapes[kind] for kind in kinds}
    return ByType(lambda: allowed)


def plain_text(maximum: int) -> ByType:
    """A text object that must be `plain_text`."""
    return text(maximum, _PLAIN)


def any_text(maximum: int) -> ByType:
    """A text object, `plain_text` or `mrkdwn`."""
    return text(maximum, _PLAIN, _MARKDOWN)


def mrkdwn(maximum: int) -> ByType:
    """A text object that must be `mrkdwn`."""
    return text(maximum, _MARKDOWN)


STYLE = Text(choices=("primary", "danger"))
URL = Text(3000, 1)

CONFIRM = Fields(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": STYLE,
    },
    required=("text",),
)

OPTION = Fields(
    {"text": plain_text(75), "value": Text(150, 1), "description": plain_text(75), "url": URL},
    required=("text", "value"),
)

# Radio buttons and checkboxes may format their options.
RICH_OPTION = Fields(
    {"text": any_text(75), "value": Text(150, 1), "description": any_text(75), "url": URL},
    required=("text", "value"),
)

OPTION_GROUP = Fields(
    {"label": plain_text(75), "options": Items(OPTION, 1, 100)},
    required=("label", "options"),
)

FILTER = Fields(
    {
        "include": Items(Text(choices=("im", "mpim", "private", "public")), 1),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    }
)

DISPATCH = Fields(
    {"trigger_actions_on": Items(Text(choices=("on_enter_pressed", "on_character_entered")), 1)},
)

# An uploaded file is named by its id; the id's form is https://docs.slack.dev/reference/block-kit/composition-objects
SLACK_FILE = Fields({"id": Text(pattern=r"^F[A-Z0-9]{8,}$"), "url": URL}, one_of=("id", "url"))

IMAGE_ELEMENT = Fields(
    {"image_url": URL, "slack_file": SLACK_FILE, "alt_text": Text(2000, 1)},
    required=("alt_text",),
    one_of=("image_url", "slack_file"),
)

WHOLE = Number(whole=True)
