"""The Web API client of the worker: it waits when Slack says so, and never sends a message twice by itself.

slack_sdk's own default sends a request again after a broken connection, although Slack may have acted on it; the
poster looks first (`poster.py`). The handlers' client, which has three seconds in all, waits for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import SLACK_CALLS

Sleep = Callable[[float], Awaitable[None]]

LONGEST_WAIT = 60
"""Seconds that a Retry-After may ask for; longer ones fail, and the job queue tries again later."""
TIMEOUT_SECONDS = 20


class RateLimitHandler(AsyncRateLimitErrorRetryHandler):
    """Waits for as long as Slack's Retry-After says, and sends again."""

    def __init__(self, sleep: Sleep = asyncio.sleep, max_retry_count: int = 3) -> None:
        super().__init__(max_retry_count=max_retry_count)
        self._sleep = sleep

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = await super()._can_retry_async(state=state, request=request, response=response, error=error)
        return limited and response is not None and _retry_after(response) <= LONGEST_WAIT

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002 - the signature is slack_sdk's
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - as above
    ) -> None:
        """Wait, then let the request be sent again."""
        state.next_attempt_requested = True
        await self._sleep(_retry_after(response) if response else 1)
        state.increment_current_attempt()


def _retry_after(response: HttpResponse) -> float:
    """The seconds of the Retry-After header; 1 where there is none or it is no number."""
    for name, values in response.headers.items():
        if name.lower() == "retry-after":
            text = values if isinstance(values, str) else values[0]
            return float(text) if text.isdigit() else 1.0
    return 1.0


class CountingHandler(AsyncRetryHandler):
    """Counts every answer of Slack's, and never asks for another attempt."""

    async def can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the signature is slack_sdk's
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Count, and say no."""
        SLACK_CALLS.labels(request.url.rpartition("/")[2], _outcome(response)).inc()
        return False


def _outcome(response: HttpResponse | None) -> str:
    """`ok`, `ratelimited`, Slack's own word for a refusal, an HTTP status, or `no-answer`."""
    if response is None:
        return "no-answer"
    if response.status_code == 429:
        return "ratelimited"
    body = response.body
    if response.status_code != 200 or not isinstance(body, dict):
        return f"http-{response.status_code}"
    return "ok" if body.get("ok") else str(body.get("error"))


def worker_client(
    token: str, base_url: str, *, session: aiohttp.ClientSession | None = None, sleep: Sleep = asyncio.sleep
) -> AsyncWebClient:
    """A client that waits out rate limits and repeats nothing else."""
    handlers: list[AsyncRetryHandler] = [CountingHandler(), RateLimitHandler(sleep)]
    return AsyncWebClient(
        token=token, base_url=base_url, session=session, timeout=TIMEOUT_SECONDS, retry_handlers=handlers
    )


def handlers_client(base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The handlers' client, which has three seconds in all: it waits for nothing, and repeats nothing."""
    return AsyncWebClient(base_url=base_url, session=session, retry_handlers=[CountingHandler()])
