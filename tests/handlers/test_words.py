from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.words import UnclosedQuoteError, after_mention, split_words, unwrap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<https://a.example.com|a>", "https://a.example.com"),
        ("<https://a.example.com?x=1&amp;y=2>", "https://a.example.com?x=1&y=2"),
        ("<mailto:ops@example.com|ops@example.com>", "ops@example.com"),
        ("<#C01|general>", "general"),
        ("<@U01>", "<@U01>"),
        ("a &lt; b", "a < b"),
    ],
)
def test_slack_markup_is_taken_off(text, expected):
    assert unwrap(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U0BOT> diagnose orders prod", "diagnose orders prod"),
        ("please, <@U0BOT|vpclink>\u00a0diagnose orders prod", "diagnose orders prod"),
        ("<@U0BOT>", ""),
        ("diagnose orders prod", "diagnose orders prod"),
        ("<@U0BOT> ask <@U0OTHER>", "ask <@U0OTHER>"),
    ],
)
def test_a_command_follows_the_mention(text, expected):
    assert after_mention(text, "U0BOT") == expected


def test_quotes_keep_a_name_together_and_dashes_literal():
    assert [(w.text, w.quoted) for w in split_words('a "b  c" "—d" —e')] == [
        ("a", False),
        ("b  c", True),
        ("—d", True),
        ("--e", False),
    ]


def test_an_apostrophe_inside_a_word_is_a_letter():
    assert [w.text for w in split_words("Tom's api")] == ["Tom's", "api"]


@given(st.text(max_size=200))
def test_any_text_splits_or_names_its_open_quote(text):
    with suppress(UnclosedQuoteError):
        assert all(word.quoted or word.text for word in split_words(text))


@pytest.mark.parametrize("mark", ["'", '"'])
def test_an_open_quote_is_named(mark):
    with pytest.raises(UnclosedQuoteError, match=mark):
        split_words(f"a {mark}b c")
