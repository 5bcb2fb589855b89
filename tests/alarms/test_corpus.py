"""Payloads of the wild, with what each says. Accounts, signatures and links are made up; the shapes are real."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.alarms.cli_text import alarm_json

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "corpus.jsonl").read_text("utf-8").splitlines()]


def named(row: dict[str, Any]) -> str:
    return f"{row['id']}-{row['shape']}"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_payload_is_read_as_expected(row):
    read = json.loads(alarm_json(json.dumps(row["payload"])))
    expected = row["expect"] | ({} if row["payload_tells_relevance"] else {"relevant": None})
    assert {key: read[key] for key in expected} == expected


def test_where_the_payload_does_not_tell_the_relevance_it_names_no_namespace():
    """`relevant` in the data is what the underlying alarm was; it may only be asked for where it can be known."""
    silent = [row for row in ROWS if not row["payload_tells_relevance"]]
    assert silent
    assert {row["expect"]["namespace"] for row in silent} == {None}


@pytest.mark.parametrize("row", [row for row in ROWS if isinstance(row["payload"], str)], ids=named)
def test_text_is_read_as_it_is_too(row):
    assert json.loads(alarm_json(row["payload"])) == json.loads(alarm_json(json.dumps(row["payload"])))
