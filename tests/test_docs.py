"""The documentation cannot lie: what is generated is current, and nothing is left out."""

import re

import pytest

from bot.cli import _parser
from bot.diagnosis.article import ARTICLE
from bot.diagnosis.checks import all_checks, by_code
from bot.diagnosis.policy import actions
from bot.docs import ROOT, checks_page, main, readme

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_is_generated_is_current():
    assert main(["--check"]) == 0


def test_a_stale_file_is_noticed():
    stale = README.replace("apigateway:GET", "apigateway:*")
    assert readme(stale) == README
    assert stale != README


@pytest.mark.parametrize("check", all_checks(), ids=lambda c: c.code)
def test_every_check_has_its_page(check):
    assert f"## {check.code}\n" in checks_page()


def test_every_sentence_of_the_article_names_checks_that_exist():
    assert len(ARTICLE) == 36
    assert {code for _, codes in ARTICLE for code in codes} <= set(by_code())


def test_every_action_of_the_policy_stands_in_the_readme():
    assert [action for action in actions() if action not in README] == []


def test_every_command_has_help():
    text = _parser().format_help()
    for command in ("diagnose", "replay", "explain", "serve", "demo", "doctor", "policy", "manifest", "alarm", "probe"):
        assert re.search(rf"^\s+{command}\s+\S", text, re.MULTILINE), command


def test_what_a_check_explains_exists():
    assert {code for check in all_checks() for code in check.explains} <= set(by_code())
