import pytest

from bot.diagnosis.checks import all_checks
from bot.report.explain_view import explain_check, explain_log
from bot.report.render import Renderer
from bot.report.wording import inside
from handlers import ids
from tests.report.block_kit import problems

RENDERER = Renderer(ids.for_templates())


@pytest.mark.parametrize("code", [check.code for check in all_checks()])
def test_every_check_has_a_page_that_slack_takes(code):
    page = explain_check(code)
    assert page.what
    assert page.why
    assert page.fixed
    assert problems(RENDERER.message(page)) == []


def test_there_is_no_page_of_a_check_that_is_not_there():
    assert explain_check("XX-99") is None


def test_a_pasted_log_line_is_explained():
    found = explain_log(
        "Execution failed due to configuration error: There was an internal error while executing your request"
    )
    assert (found.signature, found.label) == ("E1", "internal-config-error")
    assert any(check.startswith("TG-01 ") for check in found.checks)


@pytest.mark.parametrize("text", ["", "hello", "<!channel> " * 500, "password=hunter2"])
def test_anything_may_be_pasted(text):
    found = explain_log(text)
    message = RENDERER.message(found)
    assert problems(message) == []
    assert "hunter2" not in str(message)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The certificate fits", "the certificate fits"),
        ("A rule takes it", "a rule takes it"),
        ("TLS is spoken", "TLS is spoken"),
        ("État sain", "état sain"),
        ("", ""),
    ],
)
def test_a_sentence_inside_another_begins_small_unless_with_an_acronym(sentence, expected):
    assert inside(sentence) == expected
