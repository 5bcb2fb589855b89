"""The language in which people are spoken to: every sentence they read passes through `_`.

Catalogues are gettext's (`bot/locales/<language>/LC_MESSAGES/vpclink.po`); English is what stands in the code. The
language belongs to the task at hand, as a log line's reference does: a job speaks to whoever asked for it. Threads
started with `asyncio.to_thread` take it with them.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

ENGLISH: Final = "en"
AUTO: Final = "auto"
"""The setting by which each person is spoken to in their own language."""
LANGUAGES: Final = (ENGLISH, "fr")
DOMAIN: Final = "vpclink"
LOCALES: Final = Path(__file__).with_name("locales")

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def _(message: str, /, **values: object) -> str:
    """The message in the present language, with `{name}` replaced by the value of that name.

    Values are not translated. Without values, braces stay as they are.
    """
    text = _catalogue(_language.get()).gettext(message) if message else ""
    return text.format(**values) if values else text


def plural(one: str, many: str, number: int, /, **values: object) -> str:
    """The message that fits the number, which is `{count}` in it."""
    return form(one, many, number).format(count=f"{number:,}", **values)


def form(one: str, many: str, number: int, /) -> str:
    """The same with its names still in braces, for those who put in the values by their own rules."""
    return _catalogue(_language.get()).ngettext(one, many, number)


def marked(message: str) -> str:
    """The message itself, to be translated with `_` where it is shown: for tables that are made once."""
    return message


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language in the block, and in the tasks that it starts. An unknown one is English."""
    token = _language.set(known(language))
    try:
        yield
    finally:
        _language.reset(token)


def speak(language: str) -> None:
    """Speak this language in the rest of the present task."""
    _language.set(known(language))


def spoken() -> str:
    """The present language."""
    return _language.get()


def known(locale: str | None) -> str:
    """The language of a locale as Slack writes it (`fr-FR`); English where we do not speak it."""
    language = (locale or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


def chosen(setting: str, asked: str = "") -> str:
    """The language by the setting, where somebody is to be spoken to whose own is `asked`; nobody's is English."""
    return known(asked) if setting == AUTO else known(setting)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, [language])
