"""files.*, for uploads in three steps: https://docs.slack.dev/messaging/working-with-files#upload."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.demo.slack.content import read_content
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import file_object
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state.files import StoredFile
from bot.demo.slack.web_api.method import Arguments, Method, Methods
from bot.demo.slack.workspace import SlackApp

_LONGEST_ALT_TEXT = 1000


def _get_upload_url(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    state, length = services.state, arguments.whole("length", 0)
    if length <= 0:
        raise SlackError.invalid("invalid_arguments", ["must be greater than 0: length"])
    alt_text = arguments.text("alt_txt")
    if len(alt_text) > _LONGEST_ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    file = StoredFile(
        state.ids.new("F"),
        app.app_id,
        arguments.required("filename"),
        length,
        alt_text,
        created=int(state.clock.now()),
    )
    state.files.put(file)
    return {"upload_url": f"{state.base_url}/upload/v1/{file.id}", "file_id": file.id}


def _complete_upload(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    state = services.state
    channels = [one for one in arguments.text("channels").split(",") if one]
    channels += [arguments.text("channel_id")] if arguments.text("channel_id") else []
    conversations = [services.messaging.writable(app, channel) for channel in channels]
    files = [_uploaded(services, app, item) for item in _items(arguments)]
    content = read_content(
        {"text": arguments.text("initial_comment"), "blocks": arguments.get("blocks")}, state.ids, state.file_ready
    )
    shared = tuple(conversation.id for conversation in conversations)
    ready_at = state.clock.now() + state.processing_seconds
    completed = [replace(file, ready_at=ready_at, channels=shared) for file in files]
    for file in completed:
        state.files.put(file)
    for conversation in conversations:
        services.messaging.post(
            conversation,
            content,
            app=app,
            thread_ts=arguments.text("thread_ts") or None,
            files=tuple(file.id for file in completed),
            subtype="file_share",
        )
    state.changes.notify()
    services.delivery.in_background(_announce_processed(services))
    return {"files": [file_object(state, file) for file in completed]}


def _items(arguments: Arguments) -> list[Any]:
    items = arguments.json("files")
    if not isinstance(items, list) or not items:
        raise SlackError.invalid("invalid_arguments", ["missing required field: files"])
    return items


def _uploaded(services: Services, app: SlackApp, item: Any) -> StoredFile:
    file = services.state.files.get(str(item.get("id"))) if isinstance(item, dict) else None
    if file is None or file.app_id != app.app_id or file.content is None:
        raise SlackError("file_not_found")
    return replace(file, title=str(item.get("title") or file.name))


async def _announce_processed(services: Services) -> None:
    """Show the files on the page once they are processed."""
    await services.state.clock.sleep(services.state.processing_seconds)
    services.state.changes.notify()


def _info(services: Services, app: SlackApp, arguments: Arguments) -> Json:
    file = services.state.files.get(arguments.required("file"))
    if file is None or (file.app_id != app.app_id and not file.channels):
        raise SlackError("file_not_found")
    return {"file": file_object(services.state, file), "comments": []}


METHODS: Methods = {
    "files.getUploadURLExternal": Method(_get_upload_url, ("files:write",), tier=4),
    "files.completeUploadExternal": Method(_complete_upload, ("files:write",), tier=4),
    "files.info": Method(_info, ("files:read",), tier=4),
}
