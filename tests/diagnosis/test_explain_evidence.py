"""Logs as people posted them, with made-up ids: each has its label, in whatever dress it is pasted again."""

import html
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.diagnosis.redaction import redact
from bot.diagnosis.signatures import classify

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "pasted_logs.jsonl").read_text(encoding="utf-8").splitlines()
]
FAILURES = [row for row in ROWS if row["label"] != "none"]


def by_id(rows: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(row, id=row["id"]) for row in rows]


def on_each_line(prefix: str, suffix: str = "") -> Callable[[str], str]:
    return lambda text: "\n".join(prefix + line + suffix for line in text.split("\n"))


def hard_wrapped(text: str, width: int = 60) -> str:
    """As a terminal breaks lines: at its width, words or not."""
    return "\n".join(line[at : at + width] for line in text.split("\n") for at in range(0, max(len(line), 1), width))


DRESSES: dict[str, Callable[[str], str]] = {
    "indented": on_each_line("        "),
    "block-quoted": on_each_line("> "),
    "commented-with-hash": on_each_line("# "),
    "commented-with-slashes": on_each_line("    // "),
    "commented-with-stars": lambda text: "/*\n" + on_each_line(" * ")(text) + "\n */",
    "terraform-box": lambda text: "╷\n" + on_each_line("│ ")(text) + "\n╵",
    "box-with-two-sides": on_each_line("│ ", "   │"),
    "code-fence": lambda text: f"```\n{text}\n```",
    "backticks": on_each_line("`", "`"),
    "double-quotes": lambda text: f'"{text}"',
    "typographic-quotes": lambda text: f"“{text}”",
    "guillemets": lambda text: f"« {text} »",
    "full-width-brackets": lambda text: f"（{text}）",
    "json-string": json.dumps,
    "json-twice": lambda text: json.dumps({"message": json.dumps({"log": text})}),
    "test-invoke-json": lambda text: json.dumps({"status": 500, "log": text, "latency": 15}, indent=4),
    "event-array": lambda text: json.dumps(
        [{"id": str(n), "timestamp": 1706770069673 + n, "message": line} for n, line in enumerate(text.split("\n"))]
    ),
    "one-line": lambda text: " ".join(text.split("\n")),
    "wrapped-at-60-columns": lambda text: "\n".join(
        "\n".join(textwrap.wrap(line, 60, break_long_words=False, break_on_hyphens=False)) for line in text.split("\n")
    ),
    "wrapped-and-indented": lambda text: textwrap.indent(textwrap.fill(text, 60, break_long_words=False), "      "),
    "hard-wrapped-at-60-columns": hard_wrapped,
    "windows-lines": lambda text: text.replace("\n", "\r\n"),
    "html": html.escape,
    "no-break-spaces": lambda text: text.replace(" ", "\u00a0"),
    "coloured": on_each_line("\x1b[31m", "\x1b[0m"),
    "in-prose": lambda text: f"Hello, since this morning our API answers 500. We see this:\n\n{text}\n\nAny idea?",
    "redacted": redact,
}
REFLOWS = {"one-line", "wrapped-at-60-columns", "wrapped-and-indented"}
KEEPS_WORDS_TOGETHER = [name for name in DRESSES if name != "hard-wrapped-at-60-columns"]


@pytest.mark.parametrize("row", by_id(ROWS))
def test_every_posted_log_gets_its_label(row):
    explanation = classify(row["text"])
    assert (explanation.label, explanation.signature) == (row["label"], row["signature"])


@pytest.mark.parametrize(
    ("row", "dress"),
    [
        pytest.param(row, dress, id=f"{row['id']}-{dress}")
        for row in ROWS
        for dress in DRESSES
        # A message that its author wrapped is one event, not one event a line.
        if (row["shape"], dress) != ("wrapped", "event-array")
    ],
)
def test_the_label_does_not_depend_on_how_the_log_is_pasted(row, dress):
    assert classify(DRESSES[dress](row["text"])).label == row["label"]


@settings(deadline=None)
@given(
    st.sampled_from(FAILURES),
    st.lists(st.sampled_from(KEEPS_WORDS_TOGETHER), min_size=2, max_size=3),
)
def test_the_label_survives_several_dresses_over_each_other(row, dresses):
    text = " ".join(row["text"].split("\n")) if row["shape"] == "wrapped" else row["text"]
    # Events are told apart, then lines broken or joined, before anybody quotes them.
    for dress in sorted(dresses, key=lambda name: (name != "event-array", name not in REFLOWS)):
        text = DRESSES[dress](text)
    assert classify(text).label == row["label"]


@pytest.mark.parametrize("row", by_id([row for row in FAILURES if "\n" in row["text"]]))
def test_a_healthy_request_around_it_changes_nothing(row):
    healthy = (
        "(11111111-2222-3333-4444-555555555555) Starting execution for request: 11111111-2222-3333-4444-555555555555\n"
        "(11111111-2222-3333-4444-555555555555) Successfully completed execution\n"
        "(11111111-2222-3333-4444-555555555555) Method completed with status: 200\n"
    )
    if row["shape"].startswith("cloudwatch"):
        assert classify(healthy + row["text"]).label == row["label"]
        assert classify(row["text"] + "\n" + healthy).label == row["label"]
    else:
        assert classify(row["text"] + "\n\n" + healthy).label == row["label"]
