"""Writing, editing and deleting messages, whoever does it and by whatever way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.demo.slack.content import Content
from bot.demo.slack.events import Events
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import SLACKBOT
from bot.demo.slack.problems import SlackError
from bot.demo.slack.rich_text import rich_text_block
from bot.demo.slack.state import State
from bot.demo.slack.state.conversations import Conversation
from bot.demo.slack.state.messages import Message
from bot.demo.slack.workspace import SlackApp

TRUNCATED_AT = 40_000


class Messaging:
    """Changes the messages and tells the apps."""

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    def writable(self, app: SlackApp, reference: str) -> Conversation:
        """Where an app may write: SlackError if there is no such conversation, or the app is not in it.

        A user id stands for the direct messages with that person.
        """
        if self._state.workspace.find_user(reference):
            return self._state.conversations.direct(app, reference)
        conversation = self._state.conversations.find(reference)
        if conversation is None:
            raise SlackError("channel_not_found")
        if app.bot_user_id not in conversation.members:
            if conversation.kind != "public_channel":
                raise SlackError("channel_not_found")
            if "chat:write.public" not in app.scopes:
                raise SlackError("not_in_channel")
        if conversation.is_archived:
            raise SlackError("is_archived")
        return conversation

    def post(
        self,
        conversation: Conversation,
        content: Content,
        *,
        app: SlackApp | None = None,
        user: str = "",
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: tuple[str, ...] = (),
        subtype: str | None = None,
    ) -> Message:
        """Write a message as an app or as a person; SlackError if the thread does not exist."""
        message = Message(
            channel=conversation.id,
            ts=self._state.ids.timestamp(),
            author=app.bot_user_id if app else user,
            app_id=app.app_id if app else None,
            text=(content.text or "")[:TRUNCATED_AT],
            blocks=content.blocks or (),
            attachments=content.attachments or (),
            metadata=content.metadata,
            thread_ts=self._root_of(conversation, thread_ts),
            broadcast=broadcast,
            files=files,
            subtype="thread_broadcast" if broadcast and thread_ts else subtype,
        )
        if app is None and message.text:
            message = replace(message, blocks=self._typed(message.text))
        if app and message.thread_ts:
            self._state.statuses.pop((conversation.id, message.thread_ts), None)
        self._put(message)
        self._events.message_posted(message)
        return message

    def edit(self, message: Message, content: Content, *, editor: str) -> Message:
        """Change a message. What the content does not say stays, but text without blocks takes the blocks away."""
        after = replace(
            message,
            text=message.text if content.text is None else content.text,
            blocks=self._blocks_after(message, content),
            attachments=message.attachments if content.attachments is None else content.attachments,
            metadata=message.metadata if content.metadata is None else (content.metadata or None),
            edited={"user": editor, "ts": self._state.ids.timestamp()},
            versions=(*message.versions, self._version(message)),
        )
        self._put(after)
        if not message.visible_to:
            self._events.message_changed(message, after)
        return after

    def delete(self, message: Message) -> None:
        """Take a message away; of one with replies a remainder stays, as in Slack."""
        if self._state.messages.replies(message.channel, message.ts):
            self._put(
                replace(message, text="This message was deleted.", blocks=(), attachments=(), files=(), deleted=True)
            )
        else:
            self._state.messages.remove(message)
            self._state.changes.notify()
        if not message.visible_to:
            self._events.message_deleted(message)

    def ephemeral(
        self,
        channel: str,
        user: str,
        content: Content,
        *,
        app: SlackApp | None = None,
        thread_ts: str | None = None,
    ) -> Message:
        """Show something to one person only, as an app or, without one, as Slack itself."""
        message = Message(
            channel=channel,
            ts=self._state.ids.timestamp(),
            author=app.bot_user_id if app else SLACKBOT,
            app_id=app.app_id if app else None,
            text=content.text or "",
            blocks=content.blocks or (),
            attachments=content.attachments or (),
            thread_ts=thread_ts,
            visible_to=user,
        )
        self._put(message)
        return message

    def notice(self, channel: str, user: str, text: str, *, thread_ts: str | None = None) -> Message:
        """What Slack itself tells a person, such as that an app did not answer."""
        return self.ephemeral(channel, user, Content(text=text), thread_ts=thread_ts)

    def react(self, message: Message, name: str, user: str, *, add: bool) -> None:
        """Add or take back a reaction; SlackError if it was there, or was not."""
        reactions = {one: list(users) for one, users in message.reactions}
        users = reactions.setdefault(name, [])
        if add == (user in users):
            raise SlackError("already_reacted" if add else "no_reaction")
        if add:
            users.append(user)
        else:
            users.remove(user)
        kept = tuple((one, tuple(people)) for one, people in reactions.items() if people)
        self._put(replace(message, reactions=kept))
        self._events.reaction(message, name, user, added=add)

    def _blocks_after(self, message: Message, content: Content) -> tuple[Json, ...]:
        if content.blocks is not None:
            return content.blocks
        if content.text is None:
            return message.blocks
        return () if message.app_id else self._typed(content.text)

    def _typed(self, text: str) -> tuple[Json, ...]:
        """What Slack's client makes of what a person typed."""
        return (rich_text_block(text, self._state.ids.new("B").lower()),)

    def _root_of(self, conversation: Conversation, thread_ts: str | None) -> str | None:
        if not thread_ts:
            return None
        parent = self._state.messages.get(conversation.id, thread_ts)
        if parent is None or parent.visible_to:
            raise SlackError("thread_not_found")
        return parent.root_ts

    def _put(self, message: Message) -> None:
        self._state.messages.put(message)
        self._state.changes.notify()

    def _version(self, message: Message) -> Json:
        said: dict[str, Any] = {
            "text": message.text,
            "blocks": list(message.blocks),
            "attachments": list(message.attachments),
            "metadata": message.metadata,
        }
        return {**said, "until": self._state.clock.now()}
