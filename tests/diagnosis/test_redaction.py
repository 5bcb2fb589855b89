"""Secrets never survive; what a diagnosis needs always does."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.redaction import redact

CORPUS = json.loads((Path(__file__).parent / "data" / "secrets.json").read_text(encoding="utf-8"))

ENCODINGS = {
    None: str,
    "json": lambda text: json.dumps(text)[1:-1],
    "json2": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "percent": lambda text: quote(text, safe=""),
    "single": lambda text: text.replace("'", "\\'"),
    "shell": lambda text: text.replace("'", "’"),
    "xml": escape,
}


def written(carrier: dict[str, Any], secret: str, name: str = "") -> tuple[str, str]:
    """The carrier's text with the secret in it, and the secret as it stands there."""
    encoded = ENCODINGS[carrier["encoding"]](secret)
    return carrier["text"].format(name=name, secret=encoded), encoded


def in_every(carriers: str, secrets: str) -> list[Any]:
    return [
        pytest.param(secret, carrier, id=f"{secret['id']}-in-{carrier['id']}")
        for secret in CORPUS[secrets]
        for carrier in CORPUS[carriers]
    ]


def assert_gone(encoded: str, text: str, redacted: str) -> None:
    """Neither the secret nor a piece of it that would help to guess it."""
    assert "[redacted:" in redacted
    for piece in {encoded, encoded[: len(encoded) // 2], encoded[-len(encoded) // 2 :]}:
        assert piece not in redacted or piece in text.replace(encoded, "", 1), redacted


def test_the_corpus_is_broad():
    assert len(CORPUS["shaped"]) + len(CORPUS["named"]) >= 60
    assert min(len(CORPUS["carriers"]) + len(CORPUS["named_carriers"]), 99) >= 15


@pytest.mark.parametrize(("secret", "carrier"), in_every("carriers", "shaped"))
def test_a_secret_known_by_its_shape_is_taken_out_of_every_carrier(secret, carrier):
    text, encoded = written(carrier, "".join(secret["parts"]))
    assert_gone(encoded, text, redact(text))
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(("secret", "carrier"), in_every("named_carriers", "named"))
def test_a_secret_known_by_its_name_is_taken_out_of_every_carrier(secret, carrier):
    text, encoded = written(carrier, "".join(secret["parts"]), secret["name"])
    assert_gone(encoded, text, redact(text))
    assert secret["name"] in redact(text), "the name stays, so that the reader knows what was there"
    assert redact(redact(text)) == redact(text)
