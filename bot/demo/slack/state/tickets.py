"""What an interaction gives an app to answer with: a trigger id for a modal, a response URL for messages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.demo.slack.clock import Clock
from bot.demo.slack.problems import SlackError
from bot.demo.slack.state.ids import Ids

# https://docs.slack.dev/interactivity/handling-user-interaction
TRIGGER_SECONDS = 3
RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5


@dataclass(frozen=True)
class Trigger:
    """The right to open one modal for one person, for three seconds. `view_id` is the modal it came from."""

    app_id: str
    user: str
    expires: float
    view_id: str | None = None
    used: bool = False


@dataclass(frozen=True)
class ResponseUrl:
    """The right to answer in a conversation, five times in thirty minutes. `original_ts` is the message acted upon."""

    app_id: str
    channel: str
    user: str
    expires: float
    thread_ts: str | None = None
    original_ts: str | None = None
    uses: int = 0


class Tickets:
    """Those given out."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._triggers: dict[str, Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}

    def new_trigger(self, app_id: str, user: str, view_id: str | None = None) -> str:
        """A trigger id."""
        trigger_id = f"{int(self._clock.now())}.{self._ids.number('trigger')}.{self._ids.new('TR').lower()}"
        self._triggers[trigger_id] = Trigger(app_id, user, self._clock.now() + TRIGGER_SECONDS, view_id)
        return trigger_id

    def exchange(self, trigger_id: str, app_id: str) -> Trigger:
        """Use a trigger id; SlackError if it is unknown, too old or used."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None or trigger.app_id != app_id:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        self._triggers[trigger_id] = replace(trigger, used=True)
        return trigger

    def new_response_url(
        self, app_id: str, channel: str, user: str, *, thread_ts: str | None = None, original_ts: str | None = None
    ) -> str:
        """The key of a response URL."""
        key = f"{app_id}/{self._ids.new('R')}"
        expires = self._clock.now() + RESPONSE_URL_SECONDS
        self._response_urls[key] = ResponseUrl(app_id, channel, user, expires, thread_ts, original_ts)
        return key

    def use_response_url(self, key: str) -> ResponseUrl:
        """Count a use; SlackError if it is unknown, too old or used up."""
        url = self._response_urls.get(key)
        if url is None:
            raise SlackError("invalid_url")
        if self._clock.now() > url.expires:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        self._response_urls[key] = replace(url, uses=url.uses + 1)
        return url
