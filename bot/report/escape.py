"""The only way of a value into a template's JSON.

What comes from AWS, from Slack or from a person can neither end a JSON string nor become a mention, a link,
formatting, an emoji or a new line. Each function returns `Markup`: text that is safe between the quotes of a JSON
string, and that the template environment leaves alone. Slack's rules: formatting-message-text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from urllib.parse import quote

from markupsafe import Markup

from bot.language import _

# There is no escape for these in Slack's mrkdwn, so each becomes a character that looks like it and does nothing.
_LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# A time of day such as 03:11:07 names no emoji; 100 and 1234 do.
_EMOJI_COLON = re.compile(r":(?!\d{1,2}:)(?=[a-z0-9_+'-]+:)", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\u00a0]+")  # French puts a no-break space before a colon, and it stays one
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ZERO_WIDTH_JOINER = "\u200d"  # holds the parts of one emoji together
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


class UnrenderableError(TypeError):
    """A template was given a value that has no text of its own, such as None: the context is wrong."""


def visible(value: object, *, lines: bool = False) -> str:
    """The text of a value without anything invisible: no control characters, no change of writing direction.

    Runs of white space become one space; with `lines`, line breaks stay.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise UnrenderableError(f"expected text or a whole number to render, got {type(value).__name__}")
    text = str(value).encode("utf-8", "replace").decode()
    kept = "".join(character for character in text if _is_visible(character))
    if lines:
        return "\n".join(line.rstrip() for line in kept.splitlines()).strip("\n")
    return _SPACES.sub(" ", kept).strip()


def _is_visible(character: str) -> bool:
    if character.isspace() or character == _ZERO_WIDTH_JOINER:
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}


def json_text(text: str) -> Markup:
    """Any text between the quotes of a JSON string, as it is."""
    return Markup(json.dumps(text, ensure_ascii=False)[1:-1])  # noqa: S704 - JSON-escaped, which is what is safe here


def literal(value: object) -> Markup:
    """A whole JSON string, quotes included, for places where Slack takes text as it is: rich text. Never empty."""
    text = visible(value, lines=True) or _("(empty)")
    return Markup(json.dumps(text, ensure_ascii=False))  # noqa: S704 - as above


def mrkdwn(value: object) -> Markup:
    """A value in running mrkdwn text. This is what a template does to a value unless it says otherwise."""
    return value if isinstance(value, Markup) else json_text(neutral(visible(value)))


def code(value: object) -> Markup:
    """A value as inline code: exact but for backticks, so that it can be copied."""
    text = _isolated(entities(visible(value).replace("`", "ˋ")))
    return json_text(f"`{text}`") if text else json_text(_("(empty)"))


def typed(rest: object, command: str) -> Markup:
    """What people type after the command, as one piece of inline code."""
    return code(f"{command} {rest}")


def fenced(value: object) -> Markup:
    """A value as a block of code in mrkdwn: exact but for fences of its own, so that it can be copied."""
    return json_text(fence(visible(value, lines=True)) or _("(empty)"))


def fence(text: str) -> str:
    """Text as a block of code. It is not JSON-escaped."""
    return f"```{entities(text.replace('```', 'ˋˋˋ'))}```" if text else ""


def prose(value: object) -> Markup:
    """A value in running text whose `backticks` mean inline code, as in a check's page."""
    parts = visible(value).split("`")
    if len(parts) % 2 == 0:
        return mrkdwn(value)  # one is left over: then none of them means anything
    return json_text(
        "".join(f"`{entities(part)}`" if i % 2 and part else neutral(part) for i, part in enumerate(parts))
    )


def plain(value: object) -> Markup:
    """A value in a `plain_text` object, which knows no markup."""
    return json_text(_isolated(visible(value)))


def link(text: object, url: str | None) -> Markup:
    """A value that leads to a page; just the value where there is no page, or no http(s) one."""
    if url is None or not url.startswith(("https://", "http://")):
        return mrkdwn(text)
    target = quote(url, safe="!#$%&'()*+,/:;=?@[]~")
    label = neutral(visible(text)).replace("|", "¦")
    return json_text(f"<{entities(target)}|{label}>") if label else json_text("")


def user(user_id: str) -> Markup:
    """A mention of a person by their id; ValueError for anything else."""
    if not re.fullmatch(r"[UW][A-Z0-9]+", user_id):
        raise ValueError(f"expected a Slack user id, got {user_id!r:.40}")
    return json_text(f"<@{user_id}>")


def user_group(group_id: str) -> Markup:
    """A mention of a user group by its id; ValueError for anything else."""
    if not re.fullmatch(r"S[A-Z0-9]+", group_id):
        raise ValueError(f"expected the id of a Slack user group, got {group_id!r:.40}")
    return json_text(f"<!subteam^{group_id}>")


def channel(channel_id: str) -> Markup:
    """A link to a channel by its id; ValueError for anything else."""
    if not re.fullmatch(r"[CGD][A-Z0-9]+", channel_id):
        raise ValueError(f"expected the id of a Slack channel, got {channel_id!r:.40}")
    return json_text(f"<#{channel_id}>")


def neutral(text: str) -> str:
    """Text that means nothing in mrkdwn but what it says. It is not JSON-escaped."""
    text = _EDGE_UNDERSCORE.sub("ˍ", text.translate(_LOOKALIKES))
    return _isolated(entities(_EMOJI_COLON.sub("∶", text)))


def entities(text: str) -> str:
    """Text without the three characters that begin markup (https://docs.slack.dev/messaging/formatting-message-text)."""
    return "".join(_ENTITIES.get(character, character) for character in text)


def _isolated(text: str) -> str:
    """Right-to-left text must not turn round the words beside it (Unicode: UAX #9, isolates)."""
    if any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in text):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text
