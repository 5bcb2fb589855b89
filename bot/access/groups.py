"""Who is in a Slack user group (https://docs.slack.dev/reference/methods/usergroups.users.list)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

FRESH_SECONDS: Final = 300.0
"""Somebody who joins or leaves a group is noticed within this time."""
_STALE_SECONDS: Final = 3600.0
"""While Slack cannot be asked, what it said last counts for this long."""
_ASK_SECONDS: Final = 1.5
"""Half of the three seconds in which a press must be answered."""


class Groups(Protocol):
    """The members of user groups."""

    async def members(self, group: str) -> frozenset[str] | None:
        """The users' ids; None where Slack does not tell."""


class NoGroups:
    """Nobody can be asked: no group is known."""

    async def members(self, group: str) -> frozenset[str] | None:
        """None: it is not known."""
        del group
        return None


@dataclass(frozen=True)
class _Known:
    users: frozenset[str]
    at: float


class SlackGroups:
    """Asks Slack, and remembers for some minutes. Needs the scope usergroups:read; without it, no group has members."""

    def __init__(self, client: AsyncWebClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    async def members(self, group: str) -> frozenset[str] | None:
        """The members, at most some minutes old where Slack answers, an hour where it does not."""
        known = self._known.get(group)
        now = self._monotonic()
        if known and now - known.at < FRESH_SECONDS:
            return known.users
        try:
            reply = await asyncio.wait_for(self._client.usergroups_users_list(usergroup=group), _ASK_SECONDS)
        except SlackApiError as error:
            log.warning("user group %s cannot be read: %s", group, error.response.get("error"))
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("user group %s cannot be read: %s", group, type(error).__name__)
        else:
            self._known[group] = _Known(frozenset(reply.get("users") or ()), now)
            return self._known[group].users
        return known.users if known and now - known.at < _STALE_SECONDS else None
