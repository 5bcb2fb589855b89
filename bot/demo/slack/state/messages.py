"""Messages: what was written, how it was edited, who reacted, who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.demo.slack.json_types import Json


@dataclass(frozen=True)
class Message:
    """One message as it stands now. `author` is a user id or a bot user id; `app_id` is set if an app wrote it.

    `visible_to` names the only person who sees an ephemeral message. `versions` holds what it said before each edit.
    """

    channel: str
    ts: str
    author: str
    app_id: str | None = None
    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    metadata: Json | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    files: tuple[str, ...] = ()
    edited: Json | None = None
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    visible_to: str | None = None
    versions: tuple[Json, ...] = ()
    deleted: bool = False
    fields: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread under another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def root_ts(self) -> str:
        """The `ts` under which replies to it go."""
        return self.thread_ts or self.ts


class Messages:
    """Every message of the workspace, by channel and time."""

    def __init__(self) -> None:
        self._by_channel: dict[str, dict[str, Message]] = {}

    def put(self, message: Message) -> None:
        """Add a message, or replace the one with the same `ts`."""
        self._by_channel.setdefault(message.channel, {})[message.ts] = message

    def remove(self, message: Message) -> None:
        """Forget a message."""
        self._by_channel[message.channel].pop(message.ts, None)

    def get(self, channel: str, ts: str) -> Message | None:
        """The message, ephemeral ones and remains of deleted ones included."""
        return self._by_channel.get(channel, {}).get(ts)

    def public(self, channel: str, ts: str) -> Message | None:
        """The message, if the Web API can reach it: not ephemeral, not deleted."""
        message = self.get(channel, ts)
        return None if message is None or message.visible_to or message.deleted else message

    def all_in(self, channel: str) -> list[Message]:
        """Everything in a channel, oldest first."""
        return list(self._by_channel.get(channel, {}).values())

    def replies(self, channel: str, root_ts: str) -> list[Message]:
        """The public replies of a thread, oldest first, without its first message."""
        return [one for one in self._visible(channel) if one.is_reply and one.thread_ts == root_ts]

    def top_level(self, channel: str) -> list[Message]:
        """What `conversations.history` lists: public messages outside threads, and replies sent to the channel too."""
        return [one for one in self._visible(channel) if not one.is_reply or one.broadcast]

    def _visible(self, channel: str) -> Iterator[Message]:
        return (one for one in self.all_in(channel) if one.visible_to is None)
