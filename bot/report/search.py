"""Finds a message of ours in a channel by its metadata, which people do not see."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

EVENT_TYPE = "vpclink_report"
"""The type of our messages' metadata (https://docs.slack.dev/messaging/message-metadata)."""

_CLOCKS_DIFFER = timedelta(minutes=5)
_PAGE = 200
_MOST_PAGES = 5
_CANNOT_LOOK = {"missing_scope", "not_in_channel", "channel_not_found", "thread_not_found", "no_permission"}


async def find_message(
    client: AsyncWebClient, *, channel: str, thread_ts: str, since: datetime, payload: Mapping[str, Any]
) -> str | None:
    """The `ts` of our message with this payload, posted since then; None where there is none, or nobody may look.

    What else goes wrong is raised: "not found" must not be believed when the search itself failed.
    """
    query: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{(since - _CLOCKS_DIFFER).timestamp():.6f}",
        "include_all_metadata": True,
        "limit": _PAGE,
    }
    try:
        for _ in range(_MOST_PAGES):
            if thread_ts:
                response = await client.conversations_replies(ts=thread_ts, **query)
            else:
                response = await client.conversations_history(**query)
            for message in response.get("messages") or ():
                if _is_ours(message, payload):
                    return str(message["ts"])
            cursor = (response.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            query["cursor"] = cursor
    except SlackApiError as error:
        if error.response.get("error") not in _CANNOT_LOOK:
            raise
        log.warning("a message cannot be looked for in %s: %s", channel, error.response.get("error"))
    return None


def _is_ours(message: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload") == dict(payload)
