"""No template holds prose of its own: every sentence, label and title goes through `_` or `plural`."""

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from bot.report.render import TEMPLATES, Renderer

ENVIRONMENT = Renderer({}).environments[0]
TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
FOR_MACHINES = re.compile(
    r'"(?:type|style|width|action_id|block_id|callback_id|task_id|value)": $'
    r'|"(?:trigger_actions_on|include)": \[[^\]]*$'
)
LETTERS = re.compile(r"[^\W\d_]{2}")
PROSE = re.compile(r"[A-Z][a-z]|[a-z]{2} [a-z]{2}")
NAMES = {"CloudFormation", "Terraform"}
TEMPLATE_FILES = sorted(TEMPLATES.glob("*.j2"))


def literal_json(text: str) -> list[str]:
    """What a template says outside its tags: strings that Slack shows, and text of macros, outside any string."""
    bare = TAG.sub("", text)
    shown = [
        found[0]
        for found in STRING.finditer(bare)
        if not bare[found.end() :].startswith(":") and not FOR_MACHINES.search(bare[: found.start()])
    ]
    outside = re.sub(r"\b(?:true|false|null)\b", "", STRING.sub("", bare))
    return [said for said in [*shown, *outside.split("\n")] if LETTERS.search(said.replace("\\n", ""))]


def literal_svg(text: str) -> list[str]:
    return [said for said in re.findall(r">([^<]*)<", TAG.sub("", text)) if LETTERS.search(said)]


def literal_in_tags(text: str) -> list[str]:
    """String constants in a template's tags that read as prose and that nothing translates."""
    tree = ENVIRONMENT.parse(text)
    spoken: set[int] = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "plural"}:
            spoken |= {id(argument) for argument in call.args}
    for shown in tree.find_all(nodes.Filter):
        spoken |= {id(shown.node)} if shown.name in {"code", "typed"} else set()
    return [
        one.value
        for one in tree.find_all(nodes.Const)
        if isinstance(one.value, str) and id(one) not in spoken and PROSE.search(one.value) and one.value not in NAMES
    ]


@pytest.mark.parametrize("path", TEMPLATE_FILES, ids=lambda path: path.name)
def test_a_template_holds_no_prose(path: Path):
    text = path.read_text(encoding="utf-8")
    literal = literal_svg if path.name.endswith(".svg.j2") else literal_json
    assert literal(text) == []
    assert literal_in_tags(text) == []


@pytest.mark.parametrize(
    "template",
    [
        '{"text": "{{ subject }} has changed"}',
        '{"type": "plain_text", "text": "Close"}',
        '{"title": "Diagnosing {{ api }}"}',
        "{% macro title(a) %}\n{{ a }} in the thread\n{% endmacro %}",
        '{{ button(ids.LOGS, "Show logs", value) }}',
        '{{ "look at it" }}',
    ],
)
def test_prose_is_found(template):
    assert literal_json(template) + literal_in_tags(template)


def test_prose_in_a_picture_is_found():
    assert literal_svg("<text>a failing request</text>") == ["a failing request"]


def test_what_is_no_prose_is_left_alone():
    template = '{"type": "section", "text": "⚠️ {{ _("Fix: {fix}", fix="a b" | code) }} · {{ x }}\\n", "optional": true}'
    assert literal_json(template) + literal_in_tags(template) == []
