"""`vpclink diagnose --language`: the report in French, its JSON with the same keys."""

import json
from contextvars import copy_context
from types import SimpleNamespace

import pytest

from bot import cli
from bot.config import Accounts, Config
from tests.saved_evidence import EvidenceReader, broken


@pytest.fixture
def said(monkeypatch, capsys):
    """What the command prints, without AWS."""
    sessions = SimpleNamespace(accounts=Accounts(Config()), reader=lambda _request: EvidenceReader(broken(), None))
    monkeypatch.setattr(cli, "_accounts", lambda: sessions)

    def run(*more):
        options = cli._parser().parse_args(["diagnose", "orders", "prod", "--region", "eu-west-1", *more])
        assert copy_context().run(options.run, options) == 1
        return capsys.readouterr().out.partition(" AWS calls in ")[0]

    return run


def shape(value):
    """The keys of JSON, without what stands there."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else None


def test_english_is_the_default_and_french_can_be_asked_for(said):
    assert said() == said("--language", "en")
    assert "0 of 2 targets healthy" in said()
    french = said("--language", "fr")
    assert "0 of 2 targets healthy" not in french
    assert "0 cible saine sur 2" in french


def test_the_keys_codes_and_resources_of_json_are_the_same_in_both(said):
    english, french = (json.loads(said("--format", "json", "--language", language)) for language in ("en", "fr"))
    assert shape(english) == shape(french)
    assert [(f["check"], f["status"], f["resource"]) for f in english["findings"]] == [
        (f["check"], f["status"], f["resource"]) for f in french["findings"]
    ]


def test_another_language_is_a_usage_error(said, capsys):
    with pytest.raises(SystemExit):
        said("--language", "de")
    assert "invalid choice" in capsys.readouterr().err
