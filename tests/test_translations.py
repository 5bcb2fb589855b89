"""The French catalogue: every message is there, with the same names in braces and the same marks."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from bot import catalogues
from bot.language import LANGUAGES

MISSING_ELSEWHERE: tuple[str, ...] = ()
"""Folders whose messages may still wait for a translation."""
NAME = re.compile(r"\{(\w+)\}")
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(scope="module")
def template():
    return catalogues.messages()


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """(English, translation), for each form that a number may take."""
    if isinstance(message.id, (tuple, list)):
        one, many = message.id
        forms = tuple(message.string or ()) or ("", "")
        yield one, forms[0]
        for form in forms[1:]:
            yield many, form
    else:
        yield message.id, str(message.string or "")


def translated(language: str, template) -> Iterator[tuple[Message, str, str]]:
    for message in catalogues.updated(language, template):
        if message.id:
            for english, text in texts(message):
                yield message, english, text


def is_elsewhere(message: Message) -> bool:
    return all(place.startswith(MISSING_ELSEWHERE) for place, _line in message.locations)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language, template):
    missing = [
        (english, message.locations)
        for message, english, text in translated(language, template)
        if not text and not is_elsewhere(message)
    ]
    assert missing == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_names_in_braces(language, template):
    wrong = [
        (english, text)
        for _message, english, text in translated(language, template)
        if text and set(NAME.findall(english)) != set(NAME.findall(text))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("mark", ["*", "`"])
def test_a_translation_has_the_same_marks(language, mark, template):
    wrong = [
        (english, text)
        for _message, english, text in translated(language, template)
        if text and english.count(mark) != text.count(mark)
    ]
    assert wrong == []


def test_no_message_is_said_with_a_number_here_and_without_one_there():
    single = {text for _place, text in catalogues.of_files() if isinstance(text, str)}
    by_number = {text[0] for _place, text in catalogues.of_files() if not isinstance(text, str)}
    assert single & by_number == set(), "gettext would say one of the two by the other's translation"
