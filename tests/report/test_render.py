import dataclasses
import re
from pathlib import Path

import jinja2.meta
import pytest

from bot.report import contexts as c
from bot.report.render import SUFFIX, TEMPLATES, Renderer, RenderError
from handlers import ids
from tests.report.block_kit import bad_markup, problems, shown, texts, view_problems
from tests.report.samples import CONTEXTS, HOSTILE, filled

RENDERER = Renderer(ids.for_templates())
VIEWS = (c.LogsView, c.NoticeView, c.ExplainView, c.FixView, c.PickerView, c.WrongCauseView, c.HomeView)
BLOCKS = (c.CauseDetails, c.HopFindings, c.Ways, c.Gaps, c.LogExcerpt, c.ThreadNote)
MESSAGES = tuple(kind for kind in CONTEXTS if kind not in VIEWS + BLOCKS)


def rendered(context):
    """(blocks, what Slack would refuse) of any context."""
    if isinstance(context, VIEWS):
        view = RENDERER.view(context)
        return view["blocks"], view_problems(view)
    if isinstance(context, BLOCKS):
        blocks = RENDERER.blocks(context)
        found = [problem for block in blocks for text in texts(block) for problem in bad_markup_of(text)]
        return blocks, found
    message = RENDERER.message(context)
    return message.blocks, problems(message)


def bad_markup_of(text):
    return bad_markup(text["text"]) if text.get("type") == "mrkdwn" else []


def source(template: str) -> str:
    """A template with the macros that it shares."""
    return (TEMPLATES / template).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", CONTEXTS, ids=lambda kind: kind.template)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("orders", id="plain"),
        pytest.param(HOSTILE, id="hostile"),
        pytest.param("x" * 4000, id="4000 characters"),
        pytest.param("\u0634\u0631\u0643\u0629 \u05d0\u05d1", id="right to left"),
        pytest.param("\U0001f600" * 30, id="emoji"),
    ],
)
def test_no_value_breaks_a_template(kind, text):
    blocks, found = rendered(filled(kind, text))
    assert blocks
    assert [problem for problem in found if "must be unique" not in problem] == []  # the sample's parts are twins


@pytest.mark.parametrize("kind", CONTEXTS, ids=lambda kind: kind.template)
def test_hostile_text_mentions_nobody_and_formats_nothing(kind):
    said = shown(rendered(filled(kind, HOSTILE))[0])
    mrkdwn = "\n".join(
        t["text"] for b in rendered(filled(kind, HOSTILE))[0] for t in texts(b) if t.get("type") == "mrkdwn"
    )
    assert "<!channel>" not in mrkdwn
    assert "<https://evil.example.com" not in mrkdwn
    assert "*bold*" not in re.sub(r"`[^`]*`", "", mrkdwn)
    assert "\u202e" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize("kind", CONTEXTS, ids=lambda kind: kind.template)
def test_a_template_uses_exactly_the_documented_fields(kind):
    environment = RENDERER.environments[0]
    used = jinja2.meta.find_undeclared_variables(environment.parse(source(kind.template + SUFFIX)))
    assert used - set(environment.globals) == {field.name for field in dataclasses.fields(kind)}


@pytest.mark.parametrize("kind", CONTEXTS, ids=lambda kind: kind.template)
def test_every_context_says_what_it_is_for(kind):
    assert kind.__doc__.strip().endswith(".")


def test_every_template_has_a_context():
    templates = {path.name.removesuffix(SUFFIX) for path in TEMPLATES.glob(f"*{SUFFIX}")}
    assert templates == {kind.template for kind in CONTEXTS}


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.j2")), ids=lambda path: path.name)
def test_templates_keep_to_the_rules_that_make_them_safe(path):
    text = path.read_text(encoding="utf-8")
    assert "|safe" not in text.replace(" ", "")
    assert " ~ " not in text, "joined text would be escaped for HTML, not for Slack"
    for mrkdwn in re.findall(r'\{"type": "mrkdwn",[^}]{0,20}', text):
        assert '"verbatim": true' in mrkdwn


def test_a_name_that_is_not_in_the_context_is_an_error(tmp_path):
    (tmp_path / "thread_note.json.j2").write_text('{"type": "x", "text": "{{ nobody }}"}')
    renderer = Renderer({}, tmp_path)
    renderer.environments.pop()
    with pytest.raises(RenderError, match=r"thread_note.*nobody"):
        renderer.blocks(c.ThreadNote("a"))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"text": "a"', "JSON object"),
        ('["a"]', "expected JSON objects"),
        ("", "got nothing"),
        ('{"texts": "a"}', 'with a "text"'),
        ('{"text": "a"}' + '{"type": "divider"}' * 51, "at most 50 blocks, got 51"),
        ('{"text": "{{ text.nothing }}"}', "nothing"),
    ],
)
def test_what_is_no_message_says_what_was_expected(tmp_path, template, expected):
    (tmp_path / "notice.json.j2").write_text(template)
    renderer = Renderer({}, tmp_path)
    renderer.environments.pop()
    with pytest.raises(RenderError, match=re.escape(expected)):
        renderer.message(c.Notice("a"))


def test_a_folder_of_your_own_replaces_one_template_and_keeps_the_others(tmp_path):
    (tmp_path / "notice.json.j2").write_text('{"text": "ours: {{ text }}"}')
    renderer = Renderer(ids.for_templates(), tmp_path)
    assert renderer.message(c.Notice("a")).text == "ours: a"
    assert renderer.message(filled(c.HelpText, "x")).blocks


def test_your_own_template_may_use_our_macros(tmp_path):
    (tmp_path / "failed.json.j2").write_text(
        '{% import "shared.j2" as shared %}{"text": "{{ shared.spoken(subject) }}!"}'
    )
    assert Renderer(ids.for_templates(), tmp_path).message(filled(c.Failed, "x")).text == "x / x x!"


def test_a_template_of_your_own_that_fails_is_logged_and_ours_is_used(tmp_path, caplog):
    (tmp_path / "notice.json.j2").write_text("{{ nobody }}")
    assert Renderer(ids.for_templates(), tmp_path).message(c.Notice("a")).text == "a"
    assert "notice.json.j2 is not used" in caplog.text


def test_every_id_in_a_template_is_known_to_the_handlers():
    used = set()
    for path in Path(TEMPLATES).glob("*.j2"):
        used |= set(re.findall(r"ids\.([A-Z_]+)", path.read_text(encoding="utf-8")))
    assert used <= set(ids.for_templates())
    assert used >= {"RERUN", "SHOW_LOGS", "CHOOSE", "LOGS_REQUEST", "LOGS_EARLIER", "LOGS_LATER", "LOGS_VIEW"}
