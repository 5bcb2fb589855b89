"""Delivery by signed HTTP: https://docs.slack.dev/apis/events-api/using-http-request-urls."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import aiohttp

from bot.demo.slack.clock import DeadlineExceededError, within
from bot.demo.slack.delivery.envelope import ANSWER_SECONDS, Answer, Envelope
from bot.demo.slack.delivery.signing import signature_headers
from bot.demo.slack.json_types import Json
from bot.demo.slack.state import State
from bot.demo.slack.workspace import SlackApp

_FORM = "application/x-www-form-urlencoded"


class HttpTransport:
    """Posts to the request URL of an app."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._session: aiohttp.ClientSession | None = None

    async def send(self, app: SlackApp, envelope: Envelope) -> Answer:
        """Deliver once, wait for the answer; never longer than the deadline."""
        url = self._state.request_urls.get(app.app_id)
        if not url:
            return Answer("connection_failed")
        body, content_type = _encode(envelope)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signature_headers(app.signing_secret, int(self._state.clock.now()), body),
        }
        if envelope.attempt:
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.retry_reason}
        try:
            return await within(self._state.clock, ANSWER_SECONDS, self._post(url, body, headers))
        except DeadlineExceededError:
            return Answer("http_timeout")
        except aiohttp.TooManyRedirects:
            return Answer("too_many_redirects")
        except aiohttp.ClientSSLError:
            return Answer("ssl_error")
        except aiohttp.ClientConnectionError:
            return Answer("connection_failed")
        except aiohttp.ClientError:
            return Answer("unknown_error")

    async def verify(self, app: SlackApp, url: str) -> bool:
        """Slack's handshake before it accepts a request URL: the app must return the challenge."""
        challenge = self._state.ids.new("CH").lower()
        envelope = Envelope("events_api", {"type": "url_verification", "token": "local", "challenge": challenge})
        before = self._state.request_urls.get(app.app_id)
        self._state.request_urls[app.app_id] = url
        answer = await self.send(app, envelope)
        body = answer.body.get("challenge") if isinstance(answer.body, dict) else answer.body
        if not answer.is_ok or body != challenge:
            self._state.request_urls[app.app_id] = before
            return False
        return True

    async def close(self) -> None:
        """Close the connections to apps."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        async with self._session.post(url, data=body, headers=headers, max_redirects=2) as response:
            raw = await response.text()
            answer: Json | str | None = raw or None
            if raw and response.content_type == "application/json":
                try:
                    answer = json.loads(raw)
                except ValueError:
                    answer = raw
            no_retry = response.headers.get("X-Slack-No-Retry") == "1"
            outcome = "ok" if response.status // 100 == 2 else "http_error"
            return Answer(outcome, answer, response.status, no_retry)


def _encode(envelope: Envelope) -> tuple[bytes, str]:
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload).encode(), _FORM
    return urlencode({"payload": json.dumps(envelope.payload)}).encode(), _FORM
