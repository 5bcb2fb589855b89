"""`_` and `plural` in templates: the sentence is translated and keeps its marks, the values are safe."""

import gettext
import json

import pytest
from markupsafe import Markup

from bot import language
from bot.language import speaking
from bot.report import contexts as c
from bot.report import escape
from bot.report.pictures import svg
from bot.report.render import Renderer, RenderError
from bot.report.speech import said, said_of
from tests.report.block_kit import bad_markup
from tests.report.samples import HOSTILE

FRENCH = {
    "*Fix*  {fix}": '*Correctif*  "{fix}"\\',
    ("{count} read of {what}", "{count} reads of {what}"): "{count} lectures de {what}",
}


class Table(gettext.NullTranslations):
    def gettext(self, message):
        return FRENCH.get(message, message)

    def ngettext(self, one, many, number):
        return FRENCH[one, many]


@pytest.fixture
def french(monkeypatch):
    catalogues = {"en": gettext.NullTranslations(), "fr": Table()}
    monkeypatch.setattr(language, "_catalogue", catalogues.__getitem__)


def in_json(text: str) -> str:
    return json.loads(f'"{text}"')


def test_a_sentence_keeps_its_marks_and_its_value_gets_none():
    assert in_json(said("*Fix*  {fix}", fix="*bold* <!channel> `x`")) == "*Fix*  ∗bold∗ &lt;!channel&gt; ˋxˋ"


def test_what_a_filter_has_made_stays():
    assert in_json(said("In {place}", place=escape.code('a"b'))) == 'In `a"b`'
    assert in_json(said("In {place}", place=escape.plain("*a*"))) == "In *a*"
    assert in_json(said("See {page}", page=escape.link("it", "https://example.com"))) == "See <https://example.com|it>"


@pytest.mark.parametrize("value", [HOSTILE, "{fix}", "{0}", "%s {", '"', "\\", "\n"])
def test_a_hostile_value_ends_no_string_and_mentions_nobody(value):
    told = in_json(said("*Fix*  {fix}", fix=value))
    assert told.startswith("*Fix*  ")
    assert bad_markup(told) == []
    assert told.count("*") == 2
    assert "\n" not in told


def test_without_values_braces_stay_and_quotes_are_safe():
    assert in_json(said('ANY "/{proxy+}"')) == 'ANY "/{proxy+}"'
    assert isinstance(said("x"), Markup)


def test_a_translation_is_made_safe_too(french):
    with speaking("fr"):
        assert in_json(said("*Fix*  {fix}", fix="a")) == '*Correctif*  "a"\\'
        assert in_json(said_of("{count} read of {what}", "{count} reads of {what}", 2000, what="*a*")) == (
            "2,000 lectures de ∗a∗"
        )


def test_a_number_takes_its_form():
    assert said_of("{count} read", "{count} reads", 1) == "1 read"
    assert said_of("{count} read", "{count} reads", 1234) == "1,234 reads"


def test_a_value_without_text_is_an_error():
    with pytest.raises(escape.UnrenderableError):
        said("In {place}", place=None)


def test_a_name_that_is_not_in_the_context_is_an_error_in_a_sentence_too(tmp_path):
    (tmp_path / "notice.json.j2").write_text('{"text": "{{ _("a {b}", b=nobody) }}"}')
    renderer = Renderer({}, tmp_path)
    renderer.environments.pop()
    with pytest.raises(RenderError, match="nobody"):
        renderer.message(c.Notice("a"))


def test_the_language_is_the_one_of_the_rendering_not_of_the_loading():
    renderer = Renderer({})
    notice = c.Notice("a", reference="0123")
    english = renderer.message(notice).text
    with speaking("fr"):
        assert renderer.message(notice).text == "a (référence 0123)"
    assert renderer.message(notice).text == english


def test_a_picture_is_drawn_in_the_language_too():
    drawing = c.ChartPicture(title="<b>", height=9, panels=(), ticks=(), logged=(), alt="")
    assert "&lt;b&gt;" in svg(drawing)
