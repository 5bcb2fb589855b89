"""Who is spoken to in which language: the setting's, or with `auto` the one that a person's Slack is set to."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import AUTO, ENGLISH, chosen, known
from bot.store.interface import Values

log = logging.getLogger(__name__)

_NAMESPACE: Final = "language"
_KEPT_SECONDS: Final = 24 * 3600.0
"""Somebody who changes the language of their Slack is noticed within this time."""
_ASK_SECONDS: Final = 0.7
"""Of the three seconds in which a press must be answered."""
_PAUSE_SECONDS: Final = 60.0
"""How long somebody is not asked about again whom Slack did not tell of."""


@dataclass(frozen=True)
class _Known:
    language: str
    until: float


class Languages:
    """Knows each person's language. Needs the scope users:read; without a client, or without an answer, it is English.

    `monotonic` and `limit`, how long somebody waits for the answer, are in seconds.
    """

    def __init__(
        self,
        setting: str = AUTO,
        values: Values | None = None,
        client: AsyncWebClient | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        limit: float = _ASK_SECONDS,
    ) -> None:
        self._setting = setting
        self._values = values
        self._client = client
        self._monotonic = monotonic
        self._limit = limit
        self._known: dict[str, _Known] = {}

    @property
    def of_everybody(self) -> str:
        """The language of what nobody asked for, and of what a whole channel keeps reading."""
        return chosen(self._setting)

    async def of(self, user: str) -> str:
        """The language of a person; an empty id is nobody. Never raises, and never takes longer than the limit."""
        if self._setting != AUTO or not user or self._client is None:
            return self.of_everybody
        there = self._known.get(user)
        if there and self._monotonic() < there.until:
            return there.language
        try:
            language = await asyncio.wait_for(self._read(user, self._client), self._limit)
        except SlackApiError as error:
            return self._not_told(user, str(error.response.get("error")))
        except Exception as error:  # noqa: BLE001 - whatever it was, an answer in English is better than none
            return self._not_told(user, type(error).__name__)
        self._known[user] = _Known(language, self._monotonic() + _KEPT_SECONDS)
        return language

    async def _read(self, user: str, client: AsyncWebClient) -> str:
        """What the store knows, or else Slack (https://docs.slack.dev/reference/methods/users.info)."""
        kept = await self._values.get(_NAMESPACE, user) if self._values else None
        if kept is not None:
            return known(str(kept.value))
        reply = await client.users_info(user=user, include_locale=True)
        person: dict[str, Any] = reply.get("user") or {}
        language = known(person.get("locale"))
        if self._values:
            await self._values.put(_NAMESPACE, user, language, ttl=_KEPT_SECONDS)
        return language

    def _not_told(self, user: str, why: str) -> str:
        log.warning("the language of a person is not known: %s", why)
        self._known[user] = _Known(ENGLISH, self._monotonic() + _PAUSE_SECONDS)
        return ENGLISH


def person_of(body: dict[str, Any]) -> str:
    """Who did what a payload of Slack tells of; empty for what apps do, and for messages, which nobody is answered."""
    event = body.get("event")
    if event is None:
        return str(body.get("user_id") or (body.get("user") or {}).get("id") or "")
    if event.get("bot_id") or event.get("type") not in {"app_mention", "app_home_opened"}:
        return ""
    return str(event.get("user") or "")
