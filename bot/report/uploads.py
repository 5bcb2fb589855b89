"""Shares files in a thread so that Slack shows each of them once, whatever breaks in between.

The intent is stored before the upload, as for messages (`poster.py`). A file has no metadata to be found by, so an
upload whose reply was lost is looked for by its name, which holds the run's id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.report.pace import Pace
from bot.report.poster import Place
from bot.store.interface import Post, Posts

log = logging.getLogger(__name__)

_CLOCKS_DIFFER = timedelta(minutes=5)
_TROUBLE = (SlackApiError, SlackRequestError, aiohttp.ClientError, asyncio.TimeoutError, OSError)


@dataclass(frozen=True)
class File:
    """A file to share. `alt` says what is to be seen in a picture; Slack takes 1,000 characters."""

    name: str
    content: bytes
    title: str
    alt: str = ""


class Uploads:
    """Uploads of one Slack app (https://docs.slack.dev/messaging/working-with-files#upload)."""

    def __init__(self, client: AsyncWebClient, posts: Posts, pace: Pace) -> None:
        self._client = client
        self._posts = posts
        self._pace = pace

    async def ensure(self, run_id: str, part: str, place: Place, files: Sequence[File], comment: str = "") -> bool:
        """Share these files as one message of the thread, unless it stands there already.

        False where Slack does not take them: an older installation has not granted files:write. What else goes wrong is
        raised.
        """
        known = await self._posts.intend(run_id, part, place.channel)
        if known.ts or (not known.fresh and await self._shared(place, files[0].name, known)):
            return True
        await self._pace.turn(place.channel)
        try:
            response = await self._client.files_upload_v2(
                channel=place.channel,
                thread_ts=place.thread_ts or None,
                initial_comment=comment or None,
                file_uploads=[
                    {"filename": file.name, "content": file.content, "title": file.title, "alt_txt": file.alt or None}
                    for file in files
                ],
            )
        except _TROUBLE as error:
            log.warning("%s was not shared: %s", files[0].name, _words(error))
            return False
        await self._posts.posted(run_id, part, str((response.get("files") or [{}])[0].get("id") or files[0].name))
        return True

    async def _shared(self, place: Place, name: str, known: Post) -> bool:
        """Whether a file of that name stands in the thread."""
        since = (known.intended - _CLOCKS_DIFFER).timestamp()
        try:
            response = await self._client.conversations_replies(
                channel=place.channel, ts=place.thread_ts, oldest=f"{since:.6f}", limit=200
            )
        except _TROUBLE as error:
            log.warning("%s cannot be looked for: %s", name, _words(error))
            return False
        shared = [file for message in response.get("messages") or () for file in message.get("files") or ()]
        return any(file.get("name") == name for file in shared)


def _words(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return str(error.response.get("error"))
    return f"{type(error).__name__}: {error}"[:200]
