"""Blocks for tests: builders, and one good example of every kind."""

from __future__ import annotations

from local_slack_helpers import actions, button, section


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


def raw(text: str) -> dict:
    return {"type": "raw_text", "text": text}


def rich(text: str = "x") -> dict:
    inline = [{"type": "text", "text": text}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inline}]}


def task(task_id: str = "t1", status: str = "pending") -> dict:
    return {"type": "task_card", "task_id": task_id, "title": "Read", "status": status}


def chart(**changes) -> dict:
    points = [{"label": "03:00", "value": 1}, {"label": "03:05", "value": 2}]
    line = {
        "type": "line",
        "series": [{"name": "5XX", "data": points}],
        "axis_config": {"categories": ["03:00", "03:05"]},
    }
    return {"type": "data_visualization", "title": "Failures", "chart": {**line, **changes}}


def options(count: int) -> list[dict]:
    return [{"text": plain(f"o{n}"), "value": str(n)} for n in range(count)]


def select(**changes) -> dict:
    return actions({"type": "static_select", "action_id": "s", "options": options(2), **changes})


IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}
TABLE = {"type": "table", "rows": [[raw("a"), raw("b")], [raw("c"), rich()]]}
DATA_TABLE = {
    "type": "data_table",
    "caption": "Targets",
    "rows": [[raw("id"), raw("state")], [rich(), {"type": "raw_number", "value": 1, "text": "1"}]],
}
CONTAINER = {"type": "container", "title": plain("Evidence"), "is_collapsible": True, "child_blocks": [section("x")]}

GOOD = {
    "section": section("x"),
    "section with fields and accessory": {
        "type": "section",
        "fields": [mrkdwn("a"), plain("b")],
        "accessory": button("a", confirm={"title": plain("Sure?"), "text": mrkdwn("*Really*")}),
    },
    "header": {"type": "header", "text": plain("h"), "level": 2},
    "divider": {"type": "divider"},
    "context": {"type": "context", "elements": [mrkdwn("a"), IMAGE]},
    "actions": actions(button("a", style="danger"), {"type": "overflow", "action_id": "b", "options": options(5)}),
    "image": IMAGE,
    "rich text with code": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "log"}]}],
    },
    "markdown": {"type": "markdown", "text": "# h"},
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": chart(),
    "pie": chart() | {"chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}},
    "plan": {"type": "plan", "title": "Diagnosis", "tasks": [task(), task("t2", "complete") | {"details": rich()}]},
    "task_card": task(status="in_progress"),
    "container": CONTAINER,
    "card": {"type": "card", "title": mrkdwn("t"), "actions": [button("a")]},
    "carousel": {"type": "carousel", "elements": [{"type": "card", "body": mrkdwn("b")}]},
    "context_actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "positive_button": {"text": plain("+"), "value": "y"},
                "negative_button": {"text": plain("-"), "value": "n"},
            }
        ],
    },
    "input": {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input"}},
    "select": select(),
}
