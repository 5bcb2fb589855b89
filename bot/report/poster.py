"""Posts and edits a run's messages so that Slack shows each of them once, whatever breaks in between.

Before a message is posted the intent is stored, and after it its `ts`. Where a reply was lost, or an earlier attempt
ended between the two, the channel is searched for the message by its metadata before anything is posted again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.report.conservative import conservative, text_only
from bot.report.message import Message
from bot.report.pace import Pace
from bot.report.search import EVENT_TYPE, find_message
from bot.store.interface import Posts

log = logging.getLogger(__name__)

_ATTEMPTS = 3
_LOOK_AFTER = 1.0
"""Seconds after a lost reply until the channel is searched: a message takes a moment to be found."""

_NO_ENTRY = {
    "not_in_channel",
    "channel_not_found",
    "is_archived",
    "restricted_action",
    "restricted_action_thread_only_channel",
    "restricted_action_read_only_channel",
    "messages_tab_disabled",
}
_REFUSED_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"}
_GONE = {"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"}
_DOUBTFUL = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", ""}
_BROKEN_CONNECTION = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class UnreachableError(Exception):
    """Slack does not let the bot write there; `code` is Slack's own word for the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Place:
    """A channel, and the thread in it where there is one."""

    channel: str
    thread_ts: str = ""


@dataclass(frozen=True)
class Posted:
    """Where a message stands. `fresh` says that it was posted just now and not by an earlier attempt."""

    ts: str
    fresh: bool


class Poster:
    """Posts, edits and answers for one Slack app."""

    def __init__(
        self,
        client: AsyncWebClient,
        posts: Posts,
        pace: Pace,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._posts = posts
        self._pace = pace
        self._sleep = sleep
        self._refuses_plans = False

    async def ensure(self, run_id: str, part: str, place: Place, message: Message, *, urgent: bool = False) -> Posted:
        """Post this part of a run, unless it stands there already. UnreachableError where Slack lets nobody in."""
        known = await self._posts.intend(run_id, part, place.channel)
        if known.ts:
            return Posted(known.ts, fresh=False)
        found = None if known.fresh else await self._find(run_id, part, place, known.intended)
        if found is None:
            await self._pace.turn(place.channel, urgent=urgent)
        ts = found or await self._post(run_id, part, place, message, known.intended)
        await self._posts.posted(run_id, part, ts)
        return Posted(ts, fresh=found is None)

    async def offer(self, run_id: str, part: str, place: Place, message: Message) -> bool:
        """Post this part as it is or not at all; False where Slack does not take its blocks."""
        known = await self._posts.intend(run_id, part, place.channel)
        ts = known.ts or (None if known.fresh else await self._find(run_id, part, place, known.intended))
        if ts is None:
            await self._pace.turn(place.channel)
            try:
                ts = await self._post(run_id, part, place, message, known.intended, fallbacks=False)
            except SlackApiError as error:
                if _code(error) not in _REFUSED_BLOCKS:
                    raise
                return False
        await self._posts.posted(run_id, part, ts)
        return True

    async def posted(self, run_id: str, part: str) -> str | None:
        """The `ts` of a part that was posted."""
        known = await self._posts.get(run_id, part)
        return known.ts if known else None

    async def turn(self, channel: str, *, urgent: bool = False) -> None:
        """Return when this channel may be written to again; see `Pace.turn`."""
        await self._pace.turn(channel, urgent=urgent)

    async def update(self, channel: str, ts: str, message: Message) -> bool:
        """Edit a message, in its `turn`; False where it is gone. UnreachableError where Slack lets nobody in."""

        async def send(version: Message) -> str:
            # Without blocks Slack would keep the old ones: an empty list takes them away.
            await self._client.chat_update(channel=channel, ts=ts, text=version.text, blocks=list(version.blocks))
            return ts

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._with_fallbacks(send, message)
                return True
            except SlackApiError as error:
                code = _code(error)
                if code in _GONE:
                    return False
                if code not in _DOUBTFUL or attempt == _ATTEMPTS:
                    raise
            except _BROKEN_CONNECTION:
                if attempt == _ATTEMPTS:
                    raise
            await self._sleep(_LOOK_AFTER)
        raise AssertionError("the last attempt returns or raises")

    async def answer(self, response_url: str, message: Message) -> bool:
        """Say something that only the asker sees; False where Slack does not take it any more."""
        webhook = AsyncWebhookClient(response_url, session=self._client.session)
        try:
            response = await webhook.send(
                text=message.text, blocks=list(message.blocks), response_type="ephemeral", replace_original=False
            )
        except _BROKEN_CONNECTION as error:
            log.warning("the asker could not be answered: %s", type(error).__name__)
            return False
        if response.status_code != 200:
            log.warning("the asker could not be answered: Slack says %s %.80s", response.status_code, response.body)
        return response.status_code == 200

    async def _post(
        self, run_id: str, part: str, place: Place, message: Message, intended: datetime, *, fallbacks: bool = True
    ) -> str:
        async def send(version: Message) -> str:
            response = await self._client.chat_postMessage(
                channel=place.channel,
                thread_ts=place.thread_ts or None,
                text=version.text,
                blocks=list(version.blocks) or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"run_id": run_id, "part": part}},
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(response["ts"])

        failure: Exception = RuntimeError("nothing was tried")
        for _ in range(_ATTEMPTS):
            try:
                return await (self._with_fallbacks if fallbacks else self._send)(send, message)
            except SlackApiError as error:
                if _code(error) not in _DOUBTFUL:
                    raise
                failure = error
            except _BROKEN_CONNECTION as error:
                failure = error
            log.warning("the reply to a post was lost (%s): looking for the message", type(failure).__name__)
            await self._sleep(_LOOK_AFTER)
            ts = await self._find(run_id, part, place, intended)
            if ts:
                return ts
        raise failure

    async def _with_fallbacks(self, send: Callable[[Message], Awaitable[str]], message: Message) -> str:
        """Send; where Slack refuses the blocks, send older ones, then none at all."""
        has_plan = any(block.get("type") == "plan" for block in message.blocks)
        versions: list[Callable[[], Message]] = [lambda: message, lambda: conservative(message)]
        if has_plan and self._refuses_plans:
            versions = versions[1:]
        for version in versions:
            try:
                return await self._send(send, version())
            except SlackApiError as error:
                if _code(error) not in _REFUSED_BLOCKS:
                    raise
                self._refuses_plans = self._refuses_plans or has_plan
                log.error("Slack refuses these blocks: %s", _complaints(error))
        return await self._send(send, text_only(message))

    async def _send(self, send: Callable[[Message], Awaitable[str]], message: Message) -> str:
        try:
            return await send(message)
        except SlackApiError as error:
            if _code(error) in _NO_ENTRY:
                raise UnreachableError(_code(error)) from error
            raise

    async def _find(self, run_id: str, part: str, place: Place, intended: datetime) -> str | None:
        return await find_message(
            self._client,
            channel=place.channel,
            thread_ts=place.thread_ts,
            since=intended.astimezone(UTC),
            payload={"run_id": run_id, "part": part},
        )


def _code(error: SlackApiError) -> str:
    """Slack's error code; empty where there was an HTTP error without one."""
    data: Any = getattr(error.response, "data", error.response)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _complaints(error: SlackApiError) -> str:
    data: Any = getattr(error.response, "data", error.response)
    return f"{_code(error)} {data.get('errors', '')}"[:500] if isinstance(data, dict) else ""
