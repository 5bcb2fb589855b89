"""What Slack accepts and refuses in blocks and views, and where it says the fault lies."""

from __future__ import annotations

import pytest
from local_slack_blocks import CONTAINER, GOOD, IMAGE, TABLE, chart, mrkdwn, options, plain, raw, rich, select, task
from local_slack_helpers import actions, button, section
from slack_sdk.models.blocks import Block

from bot.demo.slack.validation import check_blocks, check_view


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD.keys())
def test_good_blocks_pass(block: dict):
    assert check_blocks([block]) == []


# Each bad block, and the complaint: words as Slack's where they are known, and the place.
BAD = {
    "unknown type": ({"type": "sparkles"}, "unsupported type: sparkles [json-pointer:/blocks/0/type]"),
    "no type": ({}, "missing required field: type [json-pointer:/blocks/0]"),
    "not an object": ("x", "must provide an object [json-pointer:/blocks/0]"),
    "empty section": ({"type": "section"}, "must define either text or fields [json-pointer:/blocks/0]"),
    "empty text": (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "long section": (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    "11 fields": (
        {"type": "section", "fields": [mrkdwn("a")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "long field": (
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "mrkdwn header": (
        {"type": "header", "text": mrkdwn("h")},
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "long header": (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "11 context elements": (
        {"type": "context", "elements": [mrkdwn("a")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "26 buttons": (
        actions(*[button(f"b{n}") for n in range(26)]),
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "same action id twice": (
        actions(button("a"), button("a")),
        "action_id must be unique within a block: a [json-pointer:/blocks/0]",
    ),
    "long button": (
        actions(button("a", "x" * 76)),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "long value": (
        actions(button("a", value="x" * 2001)),
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "unknown style": (
        actions(button("a", style="fancy")),
        "must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    "misspelt field": (
        actions(button("a", vlaue="x")),
        "invalid additional property: vlaue [json-pointer:/blocks/0/elements/0]",
    ),
    "six overflow options": (
        actions({"type": "overflow", "options": options(6)}),
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "101 options": (
        select(options=options(101)),
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "options and groups": (
        select(option_groups=[{"label": plain("g"), "options": options(1)}]),
        "must have exactly one of options, option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    "long placeholder": (
        select(placeholder=plain("x" * 151)),
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]",
    ),
    "input as an action": (
        actions({"type": "plain_text_input"}),
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    "image without alt text": (
        {"type": "image", "image_url": "https://example.com/a.png"},
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "image with two sources": (
        IMAGE | {"slack_file": {"id": "F01LOCAL0001"}},
        "must have exactly one of image_url, slack_file [json-pointer:/blocks/0]",
    ),
    "strange file id": (
        {"type": "image", "alt_text": "a", "slack_file": {"id": "file1"}},
        "must match ^F[A-Z0-9]{8,}$ [json-pointer:/blocks/0/slack_file/id]",
    ),
    "empty cell": (
        {"type": "table", "rows": [[raw("")]]},
        "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]",
    ),
    "21 columns": (
        {"type": "table", "rows": [[raw("a")] * 21]},
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    "ragged rows": (
        {"type": "table", "rows": [[raw("a")], [raw("b"), raw("c")]]},
        "every row must have the same number of cells [json-pointer:/blocks/0/rows]",
    ),
    "data table without rows": (
        {"type": "data_table", "caption": "c", "rows": [[raw("a")]]},
        "no fewer than 2 items allowed [json-pointer:/blocks/0/rows]",
    ),
    "rich text in a header cell": (
        {"type": "data_table", "caption": "c", "rows": [[rich()], [raw("a")]]},
        "a header cell must be raw_text or raw_number [json-pointer:/blocks/0/rows/0/0]",
    ),
    "data table of 20,001 characters": (
        {"type": "data_table", "caption": "c", "rows": [[raw("a")], [raw("x" * 20_000)]]},
        "must be less than 20001 characters in all cells [json-pointer:/blocks/0/rows]",
    ),
    "a point that is in no category": (
        chart(axis_config={"categories": ["03:00"]}),
        "must have one point for each category, in order [json-pointer:/blocks/0/chart/series/0/data]",
    ),
    "unknown chart": (
        chart(type="radar"),
        "unsupported type: radar [json-pointer:/blocks/0/chart/type]",
    ),
    "same task twice": (
        {"type": "plan", "title": "p", "tasks": [task(), task()]},
        "task_id must be unique within the plan [json-pointer:/blocks/0/tasks]",
    ),
    "unknown task status": (
        {"type": "plan", "title": "p", "tasks": [task(status="done")]},
        "must be one of pending, in_progress, complete, error [json-pointer:/blocks/0/tasks/0/status]",
    ),
    "pending task alone": (task(), "a task card outside a plan may not be pending [json-pointer:/blocks/0/status]"),
    "container within a container": (
        CONTAINER | {"child_blocks": [CONTAINER]},
        "unsupported type: container [json-pointer:/blocks/0/child_blocks/0/type]",
    ),
    "container without title": (
        {"type": "container", "child_blocks": [section("x")]},
        "must have exactly one of title, rich_text_title [json-pointer:/blocks/0]",
    ),
    "alert in a message": (
        {"type": "alert", "text": plain("x")},
        "unsupported type: alert [json-pointer:/blocks/0/type]",
    ),
    "long block id": (
        section("x") | {"block_id": "b" * 256},
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    "markdown too long": (
        {"type": "markdown", "text": "x" * 12_001},
        "must be less than 12001 characters [json-pointer:/blocks/0/text]",
    ),
    "deep list": (
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": []}],
        },
        "must be at most 8 [json-pointer:/blocks/0/elements/0/indent]",
    ),
    "a flag that is a string": (
        {"type": "section", "text": {"type": "plain_text", "text": "x", "emoji": "yes"}},
        "must be a boolean [json-pointer:/blocks/0/text/emoji]",
    ),
    "a number that is a flag": (
        {"type": "header", "text": plain("h"), "level": True},
        "must be an integer [json-pointer:/blocks/0/level]",
    ),
    "elements that are no list": (
        {"type": "actions", "elements": "x"},
        "must be an array [json-pointer:/blocks/0/elements]",
    ),
}


@pytest.mark.parametrize(("block", "complaint"), BAD.values(), ids=BAD.keys())
def test_bad_blocks_are_refused(block: object, complaint: str):
    assert complaint in check_blocks([block])


class TestTogether:
    @pytest.mark.parametrize(
        ("blocks", "complaint"),
        [
            ([section("x")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
            (
                [section("x") | {"block_id": "same"}, section("y") | {"block_id": "same"}],
                "block_id must be unique [json-pointer:/blocks/1/block_id]",
            ),
            ([TABLE, TABLE], "no more than 1 table blocks allowed [json-pointer:/blocks]"),
            ([chart()] * 3, "no more than 2 data_visualization blocks allowed [json-pointer:/blocks]"),
            (
                [{"type": "markdown", "text": "x" * 7000}] * 2,
                "markdown text must be less than 12001 characters in all blocks [json-pointer:/blocks]",
            ),
        ],
        ids=["51 blocks", "same block id", "two tables", "three charts", "markdown in sum"],
    )
    def test_rules_over_all_blocks(self, blocks, complaint):
        assert complaint in check_blocks(blocks)

    def test_fifty_blocks_with_one_action_id_each_are_fine(self):
        assert check_blocks([actions(button("same"), block_id=f"b{n}") for n in range(50)]) == []

    def test_an_image_waits_for_its_file(self):
        image = {"type": "image", "alt_text": "a", "slack_file": {"id": "F01LOCAL0001"}}
        container = {"type": "container", "title": plain("c"), "child_blocks": [image]}
        complaint = "invalid slack file [json-pointer:/blocks/0/child_blocks/0/slack_file]"
        assert check_blocks([container], file_ready=lambda _: False) == [complaint]
        assert check_blocks([container], file_ready=lambda _: True) == []


INPUT = {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input"}}


class TestViews:
    @pytest.mark.parametrize(
        "view",
        [
            {"type": "home", "blocks": [section("x"), CONTAINER, TABLE]},
            {"type": "modal", "title": plain("t"), "blocks": [{"type": "alert", "text": plain("x")}]},
            {"type": "modal", "title": plain("t"), "submit": plain("s"), "blocks": [INPUT]},
            {"type": "modal", "title": plain("t"), "blocks": [section("x") | {"block_id": str(n)} for n in range(100)]},
        ],
        ids=["home", "modal with an alert", "modal with an input", "100 blocks"],
    )
    def test_good_views_pass(self, view):
        assert check_view(view) == []

    @pytest.mark.parametrize(
        ("view", "complaint"),
        [
            ("x", "must provide an object [json-pointer:/view]"),
            ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
            (
                {"type": "modal", "title": plain("x" * 25), "blocks": []},
                "must be less than 25 characters [json-pointer:/view/title/text]",
            ),
            ({"type": "home"}, "missing required field: blocks [json-pointer:/view]"),
            (
                {"type": "modal", "title": plain("t"), "blocks": [INPUT]},
                "a modal with input blocks must have a submit button [json-pointer:/view]",
            ),
            (
                {"type": "modal", "title": plain("t"), "blocks": [TABLE]},
                "unsupported type: table [json-pointer:/view/blocks/0/type]",
            ),
            (
                {"type": "home", "blocks": [], "private_metadata": "x" * 3001},
                "must be less than 3001 characters [json-pointer:/view/private_metadata]",
            ),
            (
                {"type": "home", "blocks": [section("x")] * 101},
                "no more than 100 items allowed [json-pointer:/view/blocks]",
            ),
        ],
        ids=["no view", "no title", "long title", "no blocks", "no submit", "table", "metadata", "101 blocks"],
    )
    def test_bad_views_are_refused(self, view, complaint):
        assert complaint in check_view(view)


# slack_sdk's own models are an independent judge of the good ones; it has no class for these.
_UNKNOWN_TO_THE_SDK = ("data_table", "data_visualization", "pie")


@pytest.mark.parametrize("name", [name for name in GOOD if name not in _UNKNOWN_TO_THE_SDK])
def test_what_the_sdk_thinks_of_the_good_blocks(name: str):
    parsed = Block.parse(GOOD[name])
    assert parsed is not None
    assert parsed.to_dict()["type"] == GOOD[name]["type"]
