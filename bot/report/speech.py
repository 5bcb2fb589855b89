"""`_` and `plural` as the templates have them: what `bot.language` says, safe between the quotes of a JSON string.

The message keeps its own mrkdwn marks. A value is escaped as one that stands in the template by itself: what a filter
or a macro has made stays, everything else becomes text that means nothing in mrkdwn.
"""

from __future__ import annotations

from collections.abc import Mapping

import jinja2
from markupsafe import Markup

from bot import language
from bot.report import escape


def said(message: str, /, **values: object) -> Markup:
    """The message in the present language, with its values."""
    return _filled(language._(message), values)


def said_of(one: str, many: str, number: int, /, **values: object) -> Markup:
    """The message that fits the number, which is `{count}` in it."""
    return _filled(language.form(one, many, number), {"count": f"{number:,}", **values})


def finalized(value: object) -> Markup:
    """A value that a template shows; a name that the context does not have is an error."""
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises, naming what is missing
    return escape.mrkdwn(value)


def _filled(message: str, values: Mapping[str, object]) -> Markup:
    text = str(escape.json_text(message))
    safe = {name: str(finalized(value)) for name, value in values.items()}
    return Markup(text.format(**safe) if safe else text)  # noqa: S704 - the message and each value are JSON-escaped
