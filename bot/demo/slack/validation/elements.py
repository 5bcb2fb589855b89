"""Interactive elements and their limits: https://docs.slack.dev/reference/block-kit/block-elements."""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.slack.validation.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    IMAGE_ELEMENT,
    OPTION,
    OPTION_GROUP,
    RICH_OPTION,
    STYLE,
    URL,
    plain_text,
)
from bot.demo.slack.validation.rich_text import RICH_TEXT_ONLY
from bot.demo.slack.validation.schema import Fields, Flag, Items, Number, Rule, Text

_ACTION: dict[str, Rule] = {"action_id": Text(255, 1)}
_CONFIRM: dict[str, Rule] = {"confirm": CONFIRM}
_FOCUS: dict[str, Rule] = {"focus_on_load": Flag()}
_PLACEHOLDER: dict[str, Rule] = {"placeholder": plain_text(150)}
_DISPATCH: dict[str, Rule] = {"dispatch_action_config": DISPATCH}
_MENU: dict[str, Rule] = {**_ACTION, **_CONFIRM, **_FOCUS, **_PLACEHOLDER}
_MANY: dict[str, Rule] = {"max_selected_items": Number(1, whole=True)}
_INPUT: dict[str, Rule] = {**_ACTION, **_FOCUS, **_PLACEHOLDER, **_DISPATCH}
_OPTIONS: dict[str, Rule] = {"options": Items(OPTION, 1, 100), "option_groups": Items(OPTION_GROUP, 1, 100)}
_LABEL: dict[str, Rule] = {"accessibility_label": Text(75)}
_IDS = Items(Text(minimum=1))
_LINES = Number(1, whole=True)

BUTTON = Fields(
    {
        **_ACTION,
        **_CONFIRM,
        **_LABEL,
        "text": plain_text(75),
        "value": Text(2000),
        "url": URL,
        "style": STYLE,
    },
    required=("text",),
)

_FEEDBACK = Fields({**_LABEL, "text": plain_text(75), "value": Text(2000)}, required=("text", "value"))

_CHOICES: dict[str, Rule] = {
    "checkboxes": Fields(
        {
            **_ACTION,
            **_CONFIRM,
            **_FOCUS,
            "options": Items(RICH_OPTION, 1, 10),
            "initial_options": Items(RICH_OPTION, 1),
        },
        required=("options",),
    ),
    "radio_buttons": Fields(
        {**_ACTION, **_CONFIRM, **_FOCUS, "options": Items(RICH_OPTION, 1, 10), "initial_option": RICH_OPTION},
        required=("options",),
    ),
    "datepicker": Fields({**_MENU, "initial_date": Text(pattern=r"^\d{4}-\d\d-\d\d$")}),
    "datetimepicker": Fields({**_ACTION, **_CONFIRM, **_FOCUS, "initial_date_time": Number(whole=True)}),
    "timepicker": Fields({**_MENU, "initial_time": Text(pattern=r"^\d\d:\d\d$"), "timezone": Text()}),
}

_SINGLE_SELECTS: dict[str, Rule] = {
    "static_select": Fields({**_MENU, **_OPTIONS, "initial_option": OPTION}, one_of=("options", "option_groups")),
    "external_select": Fields({**_MENU, "initial_option": OPTION, "min_query_length": Number(0, whole=True)}),
    "users_select": Fields({**_MENU, "initial_user": Text(minimum=1)}),
    "conversations_select": Fields(
        {
            **_MENU,
            "initial_conversation": Text(minimum=1),
            "default_to_current_conversation": Flag(),
            "response_url_enabled": Flag(),
            "filter": FILTER,
        }
    ),
    "channels_select": Fields({**_MENU, "initial_channel": Text(minimum=1), "response_url_enabled": Flag()}),
}

_MULTI_SELECTS: dict[str, Rule] = {
    "multi_static_select": Fields(
        {**_MENU, **_MANY, **_OPTIONS, "initial_options": Items(OPTION, 1)}, one_of=("options", "option_groups")
    ),
    "multi_external_select": Fields(
        {**_MENU, **_MANY, "initial_options": Items(OPTION, 1), "min_query_length": Number(0, whole=True)}
    ),
    "multi_users_select": Fields({**_MENU, **_MANY, "initial_users": _IDS}),
    "multi_conversations_select": Fields(
        {
            **_MENU,
            **_MANY,
            "initial_conversations": _IDS,
            "default_to_current_conversation": Flag(),
            "filter": FILTER,
        }
    ),
    "multi_channels_select": Fields({**_MENU, **_MANY, "initial_channels": _IDS}),
}

SELECTS: Mapping[str, Rule] = {**_SINGLE_SELECTS, **_MULTI_SELECTS}

_WORKFLOW_BUTTON = Fields(
    {**_ACTION, **_CONFIRM, **_LABEL, "text": plain_text(75), "workflow": Fields({"trigger": Fields({"url": URL})})},
    required=("text", "workflow"),
)
_OVERFLOW = Fields({**_ACTION, **_CONFIRM, "options": Items(OPTION, 1, 5)}, required=("options",))
_RICH_INPUT = Fields(
    {**_INPUT, "initial_value": RICH_TEXT_ONLY, "min_lines": _LINES, "max_lines": _LINES},
)

ACTIONS: Mapping[str, Rule] = {
    **_CHOICES,
    **SELECTS,
    "button": BUTTON,
    "overflow": _OVERFLOW,
    "rich_text_input": _RICH_INPUT,
    "workflow_button": _WORKFLOW_BUTTON,
}

ACCESSORIES: Mapping[str, Rule] = {
    **{kind: rule for kind, rule in ACTIONS.items() if kind != "rich_text_input"},
    "image": IMAGE_ELEMENT,
}

INPUTS: Mapping[str, Rule] = {
    **_CHOICES,
    **SELECTS,
    "email_text_input": Fields({**_INPUT, "initial_value": Text()}),
    "file_input": Fields(
        {**_ACTION, "filetypes": Items(Text(minimum=1), 1), "max_files": Number(1, 10, whole=True)},
    ),
    "number_input": Fields(
        {**_INPUT, "is_decimal_allowed": Flag(), "initial_value": Text(), "min_value": Text(), "max_value": Text()},
        required=("is_decimal_allowed",),
    ),
    "plain_text_input": Fields(
        {
            **_INPUT,
            "initial_value": Text(3000),
            "multiline": Flag(),
            "min_length": Number(0, 3000, whole=True),
            "max_length": Number(1, 3000, whole=True),
        }
    ),
    "rich_text_input": _RICH_INPUT,
    "url_text_input": Fields({**_INPUT, "initial_value": Text()}),
}

CONTEXT_ACTIONS: Mapping[str, Rule] = {
    "feedback_buttons": Fields(
        {**_ACTION, "positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
        required=("positive_button", "negative_button"),
    ),
    "icon_button": Fields(
        {
            **_ACTION,
            **_CONFIRM,
            **_LABEL,
            "icon": Text(minimum=1),
            "text": plain_text(75),
            "value": Text(2000),
            "visible_to_user_ids": _IDS,
        },
        required=("icon", "text"),
    ),
}
