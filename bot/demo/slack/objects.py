"""Slack's objects as its API and its events show them: https://docs.slack.dev/reference/objects."""

from __future__ import annotations

import mimetypes
from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from bot.demo.slack.json_types import Json
from bot.demo.slack.state import State
from bot.demo.slack.state.conversations import Conversation
from bot.demo.slack.state.files import StoredFile
from bot.demo.slack.state.messages import Message
from bot.demo.slack.state.views import View
from bot.demo.slack.workspace import SlackApp, SlackUser

SLACKBOT = "USLACKBOT"


def message_object(state: State, message: Message, *, with_metadata: bool = False) -> Json:
    """A message, without the channel it is in."""
    team = state.workspace.team_id
    result: Json = {"type": "message", "user": message.author, "ts": message.ts, "text": message.text, "team": team}
    app = state.workspace.app(message.app_id) if message.app_id else None
    if app:
        result |= {"bot_id": app.bot_id, "app_id": app.app_id, "bot_profile": bot_profile(state, app)}
    elif message.author != SLACKBOT:
        result["client_msg_id"] = f"local-{message.ts}"
    result |= message.fields
    optional = {
        "subtype": message.subtype,
        "blocks": list(message.blocks),
        "attachments": list(message.attachments),
        "edited": message.edited,
        "files": [file_object(state, file) for file in map(state.files.get, message.files) if file],
        "reactions": [{"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions],
        "metadata": message.metadata if with_metadata else None,
        "is_ephemeral": bool(message.visible_to),
    }
    return result | _thread_fields(state, message) | {name: value for name, value in optional.items() if value}


def _thread_fields(state: State, message: Message) -> Json:
    if message.is_reply:
        root = state.messages.get(message.channel, message.root_ts)
        return {"thread_ts": message.root_ts, **({"parent_user_id": root.author} if root else {})}
    replies = state.messages.replies(message.channel, message.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.author for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
    }


def bot_profile(state: State, app: SlackApp) -> Json:
    """What a message says of the bot that wrote it."""
    return {
        "id": app.bot_id,
        "app_id": app.app_id,
        "name": app.name,
        "deleted": False,
        "updated": 0,
        "icons": {"image_48": avatar_url(state, app.bot_user_id)},
        "team_id": state.workspace.team_id,
    }


def avatar_url(state: State, user_id: str) -> str:
    """Where a person's or a bot's picture is."""
    return f"{state.base_url}/avatars/{user_id}.svg"


def conversation_object(conversation: Conversation, viewer: str) -> Json:
    """A conversation, as that member or stranger sees it."""
    is_im = conversation.kind == "im"
    result: Json = {
        "id": conversation.id,
        "is_channel": conversation.kind == "public_channel",
        "is_group": conversation.kind == "private_channel",
        "is_private": conversation.kind != "public_channel",
        "is_im": is_im,
        "is_mpim": False,
        "is_archived": conversation.is_archived,
        "is_member": viewer in conversation.members,
        "created": 0,
    }
    if is_im:
        return result | {"user": next(one for one in conversation.members if one != viewer)}
    topic = {"value": conversation.topic, "creator": "", "last_set": 0}
    return result | {
        "name": conversation.name,
        "name_normalized": conversation.name,
        "num_members": len(conversation.members),
        "topic": topic,
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def user_object(state: State, user: SlackUser, *, with_locale: bool = False) -> Json:
    """A person."""
    zone = ZoneInfo(user.time_zone)
    now = datetime.fromtimestamp(state.clock.now(), zone)
    offset = now.utcoffset()
    result: Json = {
        "id": user.id,
        "team_id": state.workspace.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "tz": user.time_zone,
        "tz_label": now.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {
            "real_name": user.real_name,
            "display_name": user.name,
            "team": state.workspace.team_id,
            "image_48": avatar_url(state, user.id),
        },
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
    }
    return result | ({"locale": user.locale} if with_locale else {})


def bot_user_object(state: State, app: SlackApp) -> Json:
    """The user that an app's bot is."""
    return {
        "id": app.bot_user_id,
        "team_id": state.workspace.team_id,
        "name": app.name.lower().replace(" ", ""),
        "real_name": app.name,
        "deleted": False,
        "profile": {
            "real_name": app.name,
            "display_name": app.name,
            "api_app_id": app.app_id,
            "bot_id": app.bot_id,
            "team": state.workspace.team_id,
            "image_48": avatar_url(state, app.bot_user_id),
        },
        "is_bot": True,
        "is_app_user": False,
        "updated": 0,
    }


def file_object(state: State, file: StoredFile) -> Json:
    """A file. Its type is unknown until Slack has processed it."""
    app = state.workspace.app(file.app_id)
    ready = file.is_ready(state.clock.now())
    kind = PurePath(file.name).suffix.lstrip(".").lower()
    url = f"{state.base_url}/files/{file.id}/{file.name}"
    result: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": (mimetypes.guess_type(file.name)[0] or "application/octet-stream") if ready else "",
        "filetype": kind if ready else "",
        "user": app.bot_user_id if app else "",
        "size": file.length,
        "mode": "hosted",
        "is_public": bool(file.channels),
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
        "channels": list(file.channels),
    }
    return result | ({"alt_txt": file.alt_text} if file.alt_text else {})


def view_object(state: State, view: View, values: Json) -> Json:
    """A modal or a Home tab; `values` is what the person has filled in so far."""
    app = state.workspace.app(view.app_id)
    optional = {
        key: view.definition.get(key, default)
        for key, default in (
            ("private_metadata", ""),
            ("callback_id", ""),
            ("title", None),
            ("submit", None),
            ("close", None),
            ("clear_on_close", False),
            ("notify_on_close", False),
        )
    }
    return {
        "id": view.id,
        "team_id": state.workspace.team_id,
        "type": view.type,
        "blocks": view.blocks,
        **optional,
        "state": {"values": values},
        "hash": view.hash,
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": view.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": state.workspace.team_id,
        "bot_id": app.bot_id if app else "",
    }
