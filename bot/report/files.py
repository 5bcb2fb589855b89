"""Files for a thread: uploaded once, whatever breaks in between.

A file has no metadata to be found by, so its name says which job it belongs to: an attempt after a crash looks for the
name in the thread before it uploads again. Slack's three steps of an upload are the SDK's `files_upload_v2`
(https://docs.slack.dev/messaging/working-with-files).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.report.poster import Place, no_entry
from bot.store.interface import Posts

_PART = "files"


@dataclass(frozen=True)
class TextFile:
    """A file of text. The name must be the job's own."""

    name: str
    title: str
    content: str


class Files:
    """Uploads for one Slack app."""

    def __init__(self, client: AsyncWebClient, posts: Posts) -> None:
        self._client = client
        self._posts = posts

    async def share(self, job: str, place: Place, files: Sequence[TextFile], comment: str) -> None:
        """Put the files into the thread, unless they stand there. UnreachableError where Slack lets nobody in."""
        known = await self._posts.intend(job, _PART, place.channel)
        if known.ts:
            return
        if known.fresh or not await self._stand_there(place, files[0].name):
            await self._upload(place, files, comment)
        await self._posts.posted(job, _PART, place.thread_ts or "0")

    async def _upload(self, place: Place, files: Sequence[TextFile], comment: str) -> None:
        uploads: list[dict[str, Any]] = [
            {"content": file.content, "filename": file.name, "title": file.title} for file in files
        ]
        try:
            await self._client.files_upload_v2(
                file_uploads=uploads, channel=place.channel, thread_ts=place.thread_ts or None, initial_comment=comment
            )
        except SlackApiError as error:
            raise no_entry(error) or error from error

    async def _stand_there(self, place: Place, name: str) -> bool:
        if not place.thread_ts:
            return False
        replies = await self._client.conversations_replies(channel=place.channel, ts=place.thread_ts, limit=200)
        shared = [file for message in replies.get("messages") or [] for file in message.get("files") or []]
        return any(file.get("name") == name for file in shared)
