"""The language of a task: what `_` says, and whom it is said to."""

import asyncio
import gettext

import pytest

from bot import language
from bot.language import _, known, marked, plural, speak, speaking, spoken


class Backwards(gettext.NullTranslations):
    """A language in which every message is read from behind, but for what stands in braces."""

    def gettext(self, message):
        return f"<{message}>"

    def ngettext(self, one, many, number):
        return f"<{one if number == 1 else many}>"


@pytest.fixture(autouse=True)
def french(monkeypatch):
    catalogues = {"en": gettext.NullTranslations(), "fr": Backwards()}
    monkeypatch.setattr(language, "_catalogue", catalogues.__getitem__)


def test_english_is_what_stands_in_the_code():
    assert _("{group} admits no TCP {port}.", group="sg-1", port=80) == "sg-1 admits no TCP 80."
    assert plural("{count} read", "{count} reads", 1000) == "1,000 reads"
    assert plural("{count} read of {what}", "{count} reads of {what}", 1, what="x") == "1 read of x"


def test_a_message_is_said_in_the_language_of_the_block():
    with speaking("fr"):
        assert _("hello {name}", name="{x}") == "<hello {x}>"
        assert plural("{count} read", "{count} reads", 2) == "<2 reads>"
        assert spoken() == "fr"
    assert _("hello") == "hello"


def test_without_values_braces_stay():
    assert _("ANY /{proxy+}") == "ANY /{proxy+}"
    assert _("") == ""


def test_a_marked_message_waits_until_it_is_shown():
    table = {"api": marked("API")}
    with speaking("fr"):
        assert _(table["api"]) == "<API>"


async def test_a_task_has_its_own_language_and_takes_it_into_threads():
    async def say(locale):
        speak(locale)
        await asyncio.sleep(0)
        return await asyncio.to_thread(_, "x")

    assert await asyncio.gather(say("fr-FR"), say("en-US"), say("de-DE")) == ["<x>", "x", "x"]
    assert spoken() == "en"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("fr-FR", "fr"), ("fr_CA", "fr"), ("FR", "fr"), ("en-GB", "en"), ("de-DE", "en"), ("", "en"), (None, "en")],
)
def test_a_locale_of_slack_names_a_language_that_we_speak(locale, expected):
    assert known(locale) == expected
