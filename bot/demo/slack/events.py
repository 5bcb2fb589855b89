"""What happens in the workspace, told to the apps that asked for it: https://docs.slack.dev/reference/events."""

from __future__ import annotations

import re

from bot.demo.slack.delivery import Delivery
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import message_object, view_object
from bot.demo.slack.state import State
from bot.demo.slack.state.conversations import Conversation
from bot.demo.slack.state.messages import Message
from bot.demo.slack.workspace import SlackApp


class Events:
    """Chooses who hears of something: apps that subscribed to it and, in a conversation, are members of it."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery

    def message_posted(self, message: Message) -> None:
        """A message was written, by anybody: an app hears of its own messages too."""
        conversation = self._conversation(message.channel)
        event = message_object(self._state, message, with_metadata=True)
        event |= self._place(conversation, message.ts)
        self._to_members(conversation, conversation.subscription, event)
        if conversation.kind == "im":
            return
        for app in self._members(conversation, "app_mention"):
            if re.search(rf"<@{app.bot_user_id}(\|[^>]*)?>", message.text):
                self._delivery.event(app, {**event, "type": "app_mention"})

    def message_changed(self, before: Message, after: Message) -> None:
        """A message was edited."""
        self._changed(
            after.channel,
            {
                "subtype": "message_changed",
                "message": message_object(self._state, after, with_metadata=True),
                "previous_message": message_object(self._state, before, with_metadata=True),
            },
        )

    def message_deleted(self, message: Message) -> None:
        """A message was deleted."""
        previous = message_object(self._state, message)
        self._changed(
            message.channel,
            {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": previous},
        )

    def reaction(self, message: Message, name: str, user: str, *, added: bool) -> None:
        """Somebody reacted to a message, or took it back."""
        conversation = self._conversation(message.channel)
        event = {
            "type": "reaction_added" if added else "reaction_removed",
            "user": user,
            "reaction": name,
            "item_user": message.author,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "event_ts": self._state.ids.timestamp(),
        }
        self._to_members(conversation, str(event["type"]), event)

    def membership(self, conversation: Conversation, user: str, *, joined: bool, inviter: str | None = None) -> None:
        """Somebody joined or left; the one concerned hears of it too."""
        event = {
            "type": "member_joined_channel" if joined else "member_left_channel",
            "user": user,
            "channel": conversation.id,
            "channel_type": "G" if conversation.kind == "private_channel" else "C",
            "team": self._state.workspace.team_id,
            "event_ts": self._state.ids.timestamp(),
            **({"inviter": inviter} if inviter else {}),
        }
        for app in self._state.workspace.apps:
            concerned = app.bot_user_id == user or app.bot_user_id in conversation.members
            if concerned and event["type"] in app.events:
                self._delivery.event(app, event)

    def home_opened(self, app: SlackApp, user: str, tab: str) -> None:
        """Somebody opened an app's Home."""
        if "app_home_opened" not in app.events:
            return
        published = self._state.views.home(app.app_id, user)
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._state.conversations.direct(app, user).id,
            "tab": tab,
            "event_ts": self._state.ids.timestamp(),
        }
        if published:
            event["view"] = view_object(self._state, published, {})
        self._delivery.event(app, event)

    def _changed(self, channel: str, event: Json) -> None:
        conversation = self._conversation(channel)
        ts = self._state.ids.timestamp()
        event = {"type": "message", "hidden": True, "ts": ts, **event, **self._place(conversation, ts)}
        self._to_members(conversation, conversation.subscription, event)

    def _place(self, conversation: Conversation, event_ts: str) -> Json:
        return {"channel": conversation.id, "channel_type": conversation.channel_type, "event_ts": event_ts}

    def _to_members(self, conversation: Conversation, subscription: str, event: Json) -> None:
        for app in self._members(conversation, subscription):
            self._delivery.event(app, event)

    def _members(self, conversation: Conversation, subscription: str) -> list[SlackApp]:
        return [
            app
            for app in self._state.workspace.apps
            if subscription in app.events and app.bot_user_id in conversation.members
        ]

    def _conversation(self, channel: str) -> Conversation:
        conversation = self._state.conversations.get(channel)
        if conversation is None:
            raise LookupError(f"no conversation {channel}")
        return conversation
