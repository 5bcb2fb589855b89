import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.report import escape
from tests.report.samples import HOSTILE


def decoded(fragment: str) -> str:
    return json.loads(f'"{fragment}"')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("orders-tg", "orders-tg", id="as it is"),
        pytest.param('a"b\\c', 'a"b\\c', id="what would end a JSON string"),
        pytest.param("<!channel>", "&lt;!channel&gt;", id="a mention of everybody"),
        pytest.param("<https://x.example.com|y> & z", "&lt;https://x.example.com|y&gt; &amp; z", id="a link"),
        pytest.param("*b* ~s~ `c`", "∗b∗ ∼s∼ ˋcˋ", id="formatting"),
        pytest.param("my_api_v2", "my_api_v2", id="underscores inside a name"),
        pytest.param("_italic_ a _b", "ˍitalicˍ a ˍb", id="underscores at its edges"),
        pytest.param(":tada: arn:aws:x", "∶tada: arn∶aws:x", id="emoji"),
        pytest.param("at 03:11:07", "at 03:11:07", id="a time is no emoji"),
        pytest.param("a\r\n\t b\u2028c", "a b c", id="line breaks become spaces"),
        pytest.param("\u202eabc\u202c\x00\x1b[0m", "abc[0m", id="what cannot be seen is gone"),
        pytest.param("شركة", "\u2068شركة\u2069", id="right-to-left text stays by itself"),
        pytest.param("👩\u200d🔧", "👩\u200d🔧", id="emoji that are made of several"),
        pytest.param(7, "7", id="a number"),
    ],
)
def test_a_value_in_running_text(value, expected):
    assert decoded(escape.mrkdwn(value)) == expected


@pytest.mark.parametrize("value", [None, True, 1.5, ["a"], {"a": 1}])
def test_what_has_no_text_of_its_own_is_an_error(value):
    with pytest.raises(escape.UnrenderableError):
        escape.mrkdwn(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("arn:aws:x_y*", "`arn:aws:x_y*`"),
        ("a`b", "`aˋb`"),
        ("<a & b>", "`&lt;a &amp; b&gt;`"),
        ("", "(empty)"),
    ],
)
def test_code_is_exact_but_for_backticks(value, expected):
    assert decoded(escape.code(value)) == expected


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("orders", "https://a.example.com/x?y=1&z=2#q", "<https://a.example.com/x?y=1&amp;z=2#q|orders>"),
        ("a|b>", "https://a.example.com/b c|d>", "<https://a.example.com/b%20c%7Cd%3E|a¦b&gt;>"),
        ("orders", None, "orders"),
        ("orders", "javascript:alert(1)", "orders"),
        ("", "https://a.example.com", ""),
    ],
)
def test_links_lead_only_where_we_say(text, url, expected):
    assert decoded(escape.link(text, url)) == expected


def test_prose_keeps_code_and_neutralises_the_rest():
    assert decoded(escape.prose("set `a_b*` to *1*")) == "set `a_b*` to ∗1∗"
    assert decoded(escape.prose("one ` is left")) == "one ˋ is left"


def test_a_mention_takes_only_an_id():
    assert decoded(escape.user("U01ALICE")) == "<@U01ALICE>"
    with pytest.raises(ValueError, match="expected a Slack user id"):
        escape.user("U1> <!here")


def test_what_is_escaped_is_not_escaped_again():
    assert escape.mrkdwn(escape.mrkdwn("a & b")) == "a &amp; b"


@given(st.text())
@pytest.mark.parametrize("way", [escape.mrkdwn, escape.code, escape.plain, escape.prose])
def test_any_text_stays_inside_its_json_string(way, value):
    assert isinstance(decoded(way(value)), str)
    assert "\n" not in decoded(way(value))


@given(st.text())
def test_no_text_becomes_markup(value):
    for way in (escape.mrkdwn, escape.code, escape.prose):
        assert "<" not in decoded(way(value))
        assert ">" not in decoded(way(value))


def test_literal_text_keeps_its_lines():
    assert json.loads(escape.literal("a\nb  \n")) == "a\nb"
    assert json.loads(escape.literal("")) == "(empty)"
    assert json.loads(escape.literal(HOSTILE))
