"""Every block type, its limits, and where it may stand: https://docs.slack.dev/reference/block-kit/blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.demo.slack.validation.data_blocks import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.demo.slack.validation.elements import ACCESSORIES, ACTIONS, BUTTON, CONTEXT_ACTIONS, INPUTS
from bot.demo.slack.validation.objects import IMAGE_ELEMENT, SLACK_FILE, URL, any_text, mrkdwn, plain_text
from bot.demo.slack.validation.rich_text import RICH_TEXT, RICH_TEXT_ONLY
from bot.demo.slack.validation.schema import ByType, Fields, Flag, Items, Number, Problems, Rule, Text

Surface = Literal["message", "modal", "home"]

_BLOCK: dict[str, Rule] = {"block_id": Text(255)}


def _block(known: Mapping[str, Rule], *required: str, **more: Any) -> Fields:
    return Fields({**_BLOCK, **known}, required=required, **more)


def _unique_task_ids(block: Mapping[str, Any], pointer: str, problems: Problems) -> None:
    tasks = block.get("tasks")
    if isinstance(tasks, list):
        ids = [task.get("task_id") for task in tasks if isinstance(task, dict)]
        if len(ids) != len(set(ids)):
            problems.add("task_id must be unique within the plan", f"{pointer}/tasks")


def _not_pending_alone(block: Mapping[str, Any], pointer: str, problems: Problems) -> None:
    if block.get("status") == "pending":
        problems.add("a task card outside a plan may not be pending", f"{pointer}/status")


_TASK: dict[str, Rule] = {
    **_BLOCK,
    "task_id": Text(minimum=1),
    "title": Text(minimum=1),
    "details": RICH_TEXT_ONLY,
    "output": RICH_TEXT_ONLY,
    "sources": Items(
        ByType(lambda: {"url": Fields({"url": URL, "text": Text(minimum=1)}, required=("url", "text"))}),
    ),
    "status": Text(choices=("pending", "in_progress", "complete", "error")),
}
_TASK_REQUIRED = ("task_id", "title", "status")
_PLANNED_TASK = Fields(_TASK, required=_TASK_REQUIRED)

_CARD = _block(
    {
        "hero_image": ByType(lambda: {"image": IMAGE_ELEMENT}),
        "icon": ByType(lambda: {"image": IMAGE_ELEMENT}),
        "title": mrkdwn(150),
        "subtitle": mrkdwn(150),
        "body": mrkdwn(200),
        "actions": Items(ByType(lambda: {"button": BUTTON}), 1, 3),
    },
    any_of=("hero_image", "title", "actions", "body"),
)

_CONTAINED = (
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "table",
    "video",
)

_CONTEXT_ELEMENTS: dict[str, Rule] = {
    "image": IMAGE_ELEMENT,
    "plain_text": Fields({"text": Text(3000, 1), "emoji": Flag()}, required=("text",)),
    "mrkdwn": Fields({"text": Text(3000, 1), "verbatim": Flag()}, required=("text",)),
}

BLOCKS: dict[str, Rule] = {
    "actions": _block({"elements": Items(ByType(lambda: ACTIONS), 1, 25)}, "elements"),
    "alert": _block(
        {"text": any_text(200), "level": Text(choices=("default", "info", "warning", "error", "success"))},
        "text",
    ),
    "card": _CARD,
    "carousel": _block({"elements": Items(ByType(lambda: {"card": _CARD}), 1, 10)}, "elements"),
    "container": _block(
        {
            "title": plain_text(150),
            "rich_text_title": RICH_TEXT_ONLY,
            "subtitle": any_text(150),
            "child_blocks": Items(ByType(lambda: {kind: BLOCKS[kind] for kind in _CONTAINED}), 1, 10),
            "width": Text(choices=("narrow", "standard", "wide", "full")),
            "icon": ByType(lambda: {"image": IMAGE_ELEMENT}),
            "is_collapsible": Flag(),
            "default_collapsed": Flag(),
            "has_header_divider": Flag(),
        },
        "child_blocks",
        one_of=("title", "rich_text_title"),
    ),
    "context": _block({"elements": Items(ByType(lambda: _CONTEXT_ELEMENTS), 1, 10)}, "elements"),
    "context_actions": _block({"elements": Items(ByType(lambda: CONTEXT_ACTIONS), 1, 5)}, "elements"),
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "divider": _block({}),
    "file": _block({"external_id": Text(minimum=1), "source": Text(choices=("remote",))}, "external_id", "source"),
    "header": _block({"text": plain_text(150), "level": Number(1, 4, whole=True)}, "text"),
    "image": _block(
        {"image_url": URL, "slack_file": SLACK_FILE, "alt_text": Text(2000, 1), "title": plain_text(2000)},
        "alt_text",
        one_of=("image_url", "slack_file"),
    ),
    "input": _block(
        {
            "label": plain_text(2000),
            "hint": plain_text(2000),
            "optional": Flag(),
            "dispatch_action": Flag(),
            "element": ByType(lambda: INPUTS),
        },
        "label",
        "element",
    ),
    "markdown": _block({"text": Text(12_000, 1)}, "text"),
    "plan": _block(
        {"title": Text(minimum=1), "tasks": Items(ByType(lambda: {"task_card": _PLANNED_TASK}), 0, 50)},
        "title",
        also=_unique_task_ids,
    ),
    "rich_text": RICH_TEXT,
    "section": _block(
        {
            "text": any_text(3000),
            "fields": Items(any_text(2000), 1, 10),
            "accessory": ByType(lambda: ACCESSORIES),
            "expand": Flag(),
        },
        any_of=("text", "fields"),
    ),
    "table": TABLE,
    "task_card": Fields(_TASK, required=_TASK_REQUIRED, also=_not_pending_alone),
    "video": _block(
        {
            "video_url": URL,
            "thumbnail_url": URL,
            "alt_text": Text(2000, 1),
            "title": plain_text(200),
            "title_url": URL,
            "author_name": Text(50),
            "provider_name": Text(),
            "provider_icon_url": URL,
            "description": plain_text(200),
        },
        "video_url",
        "thumbnail_url",
        "alt_text",
        "title",
    ),
}

_ONLY_IN_MESSAGES = {"plan", "task_card", "context_actions", "carousel"}
_NOT_IN: dict[Surface, set[str]] = {
    "message": {"alert"},
    "modal": _ONLY_IN_MESSAGES | {"markdown", "table", "data_table", "data_visualization", "container"},
    "home": _ONLY_IN_MESSAGES | {"alert", "markdown", "card"},
}


def blocks_for(surface: Surface) -> Mapping[str, Rule]:
    """The block types that may stand at the top of that surface."""
    return {kind: rule for kind, rule in BLOCKS.items() if kind not in _NOT_IN[surface]}
