"""What happens around every listener: the reference id, the language, and one log line that says how long it took."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.language import speak
from bot.log_lines import event, refer
from bot.metrics import ACKNOWLEDGEMENT_SECONDS
from handlers.edge import Edge
from handlers.languages import person_of

log = logging.getLogger(__name__)


class Finished(AsyncListenerCompletionHandler):
    """Logs what came in, and how long it took until the acknowledgement."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Write the line; Bolt calls this whether the listener succeeded or not. What people say to each other is no
        request, and an alarm that was taken has its own line.
        """
        started = request.context.get("started")
        seconds = self._monotonic() - started if isinstance(started, float) else None
        if seconds is not None:
            ACKNOWLEDGEMENT_SECONDS.labels(kind_of(request.body)).observe(seconds)
        status = response.status if response else 200
        if status == 200 and (request.body.get("event") or {}).get("type") == "message":
            return
        event(
            log,
            "slack request handled",
            what=describe(request.body),
            status=status,
            milliseconds=None if seconds is None else round(seconds * 1000),
            retry=first(request.headers.get("x-slack-retry-num")),
        )


def kind_of(body: dict[str, Any]) -> str:
    """The kind of what came in: `command`, `event`, or Slack's name of an interaction."""
    if "command" in body:
        return "command"
    return "event" if "event" in body else str(body.get("type"))


def describe(body: dict[str, Any]) -> str:
    """What came in, such as `event app_mention`, without anything that a person wrote."""
    if "command" in body:
        return f"command {body['command']}"
    if "event" in body:
        return f"event {body['event'].get('type')}"
    actions = body.get("actions") or [{}]
    return f"{body.get('type')} {actions[0].get('action_id') or body.get('callback_id') or ''}".strip()


def first(values: Any) -> str | None:
    """A header's value; Bolt holds each as a list."""
    return str(values[0]) if isinstance(values, list) and values else None


def register(app: AsyncApp, edge: Edge) -> None:
    """Give every listener `edge` and `reference`, have it speak the language of who did this, and log what it did."""

    async def prepare(
        context: AsyncBoltContext,
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt's name
    ) -> None:
        context["edge"] = edge
        context["reference"] = edge.new_reference()
        context["started"] = edge.monotonic()
        refer(context["reference"])
        # Always, and not only for people: requests of one connection are one task.
        speak(await edge.languages.of(person_of(body)))
        await next()

    app.middleware(prepare)
    app.listener_runner.listener_completion_handler = Finished(edge.monotonic)
