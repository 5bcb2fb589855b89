"""From a Slack payload to its message, and from the message to a card.

Slack: Events API (`event_callback`), message events and their subtypes, message shortcuts, secondary attachments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.alarms.card import Card, labels_of
from bot.alarms.model import SlackDelivery
from bot.alarms.slack_text import bare, decode, urls
from bot.alarms.values import LONGEST_TEXT, mapping, objects, text

_MESSAGE_KEYS: Final = ("attachments", "blocks", "files")
_DEEPEST: Final = 6
_QUOTED: Final = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_SLACKBOT: Final = "USLACKBOT"
"""Posts what comes by e-mail into a channel (https://slack.com/help/articles/206819278)."""


def message_of(payload: Mapping[str, object]) -> tuple[Mapping[str, object], SlackDelivery] | None:
    """Return the message in an event, an envelope of Socket Mode or a shortcut's payload; None if it is not Slack's."""
    for key in ("payload", "event"):
        payload = mapping(payload.get(key)) or payload
    nested = payload.get("message")
    if isinstance(nested, Mapping) and _is_message(nested):
        edited = payload.get("subtype") == "message_changed"
        return nested, _delivery(nested, payload.get("channel"), edited=edited)
    if _is_message(payload):
        return payload, _delivery(payload, payload.get("channel"), edited=False)
    return None


def _is_message(value: Mapping[str, object]) -> bool:
    if any(isinstance(value.get(key), list) for key in _MESSAGE_KEYS):
        return True
    return isinstance(value.get("text"), str) and (value.get("type") in {None, "message", "app_mention"})


def _delivery(message: Mapping[str, object], channel: object, *, edited: bool) -> SlackDelivery:
    subtype = message.get("subtype")
    return SlackDelivery(
        channel=text(mapping(channel).get("id")) or text(channel),
        ts=text(message.get("ts")),
        thread_ts=text(message.get("thread_ts")),
        edited=edited,
        broadcast=subtype == "thread_broadcast",
        by_app=bool(message.get("bot_id") or message.get("app_id")) or subtype == "bot_message",
    )


def _by_person(message: Mapping[str, object]) -> bool:
    by_app = message.get("bot_id") or message.get("app_id") or message.get("username") or message.get("bot_profile")
    return message.get("user") not in {None, "", _SLACKBOT} and not by_app


def card_of(message: Mapping[str, object]) -> Card:
    """Collect what the message shows. Previews of links (attachments with `from_url`) are other people's words."""
    pile = _Pile(by_person=_by_person(message))
    pile.sender(message.get("username"), mapping(message.get("bot_profile")).get("name"))
    for attachment in objects(message.get("attachments")):
        if not attachment.get("from_url"):
            pile.attachment(attachment)
    pile.blocks(message.get("blocks"))
    for file in objects(message.get("files")):
        pile.file(file)
    pile.text(message.get("text"))
    for attachment in objects(message.get("attachments")):
        if not attachment.get("from_url"):
            pile.text(attachment.get("fallback"))  # a copy of the rest, often cut: so it comes last
    return pile.card()


@dataclass
class _Pile:
    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    labelled: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    room: int = LONGEST_TEXT
    by_person: bool = False

    def card(self) -> Card:
        return Card(
            titles=tuple(self.titles),
            texts=tuple(self.texts),
            labelled=tuple(self.labelled),
            links=tuple(self.links),
            senders=tuple(self.senders),
            by_person=self.by_person,
        )

    def sender(self, *names: object) -> None:
        self.senders += [name for value in names if (name := text(value))]

    def text(self, value: object) -> None:
        if isinstance(value, str) and value.strip() and self.room > 0:
            self.room -= len(value)
            shown = decode(value[:LONGEST_TEXT])
            self.texts.append(_QUOTED.sub("", shown) if self.by_person else shown)
            self.links += urls(value[:LONGEST_TEXT])

    def title(self, value: object) -> None:
        if isinstance(value, str) and value.strip():
            self.titles.append(decode(value).strip())
            self.links += urls(value)

    def attachment(self, attachment: Mapping[str, object]) -> None:
        names = ("author_name", "service_name", "footer")
        self.sender(*(attachment.get(name) for name in names))
        self.title(attachment.get("title"))
        if link := text(attachment.get("title_link")):
            self.links.append(link)
        for key in ("pretext", "text"):
            self.text(attachment.get(key))
        for entry in objects(attachment.get("fields")):
            label, value = text(entry.get("title")), text(entry.get("value"))
            if label and value:
                self.labelled.append((label, bare(decode(value))))
                self.links += urls(value)
        self.blocks(attachment.get("blocks"))

    def blocks(self, blocks: object) -> None:
        for block in objects(blocks):
            kind = block.get("type")
            shown = mapping(block.get("text")).get("text")
            if kind == "markdown" and isinstance(written := block.get("text"), str):
                shown = written.replace("**", "*")
            if kind == "header":
                self.title(shown)
            else:
                self.text(shown)
            self.fields(block)
            if kind == "rich_text" and self.room > 0:
                self.text(_rich_text(block, 0))
            else:
                self.elements(block)

    def fields(self, block: Mapping[str, object]) -> None:
        """A field is a label with its value, or a label whose value is the next field."""
        waiting = ""
        for entry in objects(block.get("fields")):
            raw = entry.get("text")
            if not isinstance(raw, str) or not raw.strip():
                continue
            self.links += urls(raw)
            pairs = list(labels_of(decode(raw)))
            if not pairs and waiting:
                pairs = [(waiting, decode(raw).strip())]
            waiting = pairs[-1][0] if pairs and not pairs[-1][1] else ""
            self.labelled += [(label, bare(value)) for label, value in pairs if value]
            self.texts.append(decode(raw))

    def elements(self, block: Mapping[str, object]) -> None:
        """Context lines are text; buttons are known by their links only."""
        for element in objects(block.get("elements")):
            if link := text(element.get("url")):
                self.links.append(link)
            if isinstance(element.get("text"), str):
                self.text(element.get("text"))

    def file(self, file: Mapping[str, object]) -> None:
        if file.get("filetype") == "email":
            self.sender("email")
            self.title(file.get("subject") or file.get("title"))
        body = next((file[key] for key in ("plain_text", "preview_plain_text", "preview") if file.get(key)), None)
        self.text(body)


def _rich_text(element: Mapping[str, object], depth: int) -> str:
    """Return the text of a rich text block; its parts are not escaped, so they are escaped for `decode`."""
    if depth > _DEEPEST:
        return ""
    if element.get("type") == "emoji":
        return f":{element.get('name')}:"
    own = element.get("text") if isinstance(element.get("text"), str) else element.get("url")
    parts = [own.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")] if isinstance(own, str) else []
    parts += [_rich_text(child, depth + 1) for child in objects(element.get("elements"))]
    if element.get("type") == "rich_text_quote":
        parts = ["\n".join(f"&gt; {line}" for line in "".join(parts).splitlines())]
    joint = "\n" if element.get("type") in {"rich_text", "rich_text_list"} else ""
    return joint.join(parts)
