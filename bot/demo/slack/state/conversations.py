"""Channels and direct messages: who is in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bot.demo.slack.workspace import SlackApp, SlackChannel

Kind = Literal["public_channel", "private_channel", "im"]

# What an event says of where it happened, and the subscription that receives its messages.
_EVENT_KINDS: dict[Kind, tuple[str, str]] = {
    "public_channel": ("channel", "message.channels"),
    "private_channel": ("group", "message.groups"),
    "im": ("im", "message.im"),
}


@dataclass(frozen=True)
class Conversation:
    """A channel, or the direct messages between an app and a person."""

    id: str
    name: str
    kind: Kind
    members: tuple[str, ...]
    topic: str = ""
    is_archived: bool = False

    @property
    def channel_type(self) -> str:
        """`channel`, `group` or `im`, as events say it."""
        return _EVENT_KINDS[self.kind][0]

    @property
    def subscription(self) -> str:
        """The event subscription that receives the messages written here."""
        return _EVENT_KINDS[self.kind][1]


class Conversations:
    """All of them, in the order in which they came to be."""

    def __init__(self, channels: tuple[SlackChannel, ...]) -> None:
        self._by_id = {channel.id: _from_config(channel) for channel in channels}

    def __iter__(self) -> Iterator[Conversation]:
        return iter(self._by_id.values())

    def get(self, conversation_id: str) -> Conversation | None:
        """The one with that id."""
        return self._by_id.get(conversation_id)

    def find(self, reference: str) -> Conversation | None:
        """The one with that id, or the channel of that name, with or without `#`."""
        name = reference.removeprefix("#")
        return self._by_id.get(reference) or next((one for one in self if one.kind != "im" and one.name == name), None)

    def direct(self, app: SlackApp, user_id: str) -> Conversation:
        """The direct messages between an app and a person, opened if need be."""
        conversation_id = f"D{app.app_id[1:]}{user_id[1:]}"
        return self._by_id.setdefault(
            conversation_id, Conversation(conversation_id, app.name, "im", (user_id, app.bot_user_id))
        )

    def join(self, conversation: Conversation, member: str) -> bool:
        """Add a member; False if it was one already."""
        if member in conversation.members:
            return False
        self._by_id[conversation.id] = replace(conversation, members=(*conversation.members, member))
        return True

    def leave(self, conversation: Conversation, member: str) -> bool:
        """Remove a member; False if it was none."""
        if member not in conversation.members:
            return False
        members = tuple(one for one in conversation.members if one != member)
        self._by_id[conversation.id] = replace(conversation, members=members)
        return True

    def archive(self, conversation: Conversation) -> None:
        """Close a channel to new messages."""
        self._by_id[conversation.id] = replace(conversation, is_archived=True)


def _from_config(channel: SlackChannel) -> Conversation:
    kind: Kind = "private_channel" if channel.is_private else "public_channel"
    return Conversation(channel.id, channel.name, kind, channel.members, channel.topic, channel.is_archived)
