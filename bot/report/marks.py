"""Links to messages, and reactions on them. Neither is worth a failure: a report does without."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

_TROUBLE = (SlackApiError, aiohttp.ClientError, asyncio.TimeoutError, OSError)


class Marks:
    """Links and reactions of one Slack app."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def permalink(self, channel: str, ts: str) -> str:
        """The address of a message; empty where Slack gives none."""
        try:
            response = await self._client.chat_getPermalink(channel=channel, message_ts=ts)
        except _TROUBLE as error:
            log.warning("no link to a message: %s", _words(error))
            return ""
        return str(response.get("permalink") or "")

    async def check(self, channel: str, ts: str) -> None:
        """Put a check mark on a message, unless it is there."""
        try:
            await self._client.reactions_add(channel=channel, timestamp=ts, name="white_check_mark")
        except _TROUBLE as error:
            if _words(error) != "already_reacted":
                log.warning("no check mark on a message: %s", _words(error))


def _words(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
