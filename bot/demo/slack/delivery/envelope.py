"""What Slack sends to an app, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bot.demo.slack.json_types import Json
from bot.demo.slack.workspace import SlackApp

Kind = Literal["events_api", "slash_commands", "interactive"]

# Every kind must be answered within this time: https://docs.slack.dev/interactivity/handling-user-interaction
ANSWER_SECONDS = 3


@dataclass(frozen=True)
class Envelope:
    """One attempt to deliver a payload. `attempt` is 0 for the first; `retry_reason` says why there is another."""

    kind: Kind
    payload: Json
    attempt: int = 0
    retry_reason: str = ""

    @property
    def name(self) -> str:
        """What it is, for people: `events_api:message`, `slash_commands:/vpclink`, `interactive:block_actions`."""
        inner = self.payload.get("event", {}).get("type") or self.payload.get("command") or self.payload.get("type")
        return f"{self.kind}:{inner}"


@dataclass(frozen=True)
class Answer:
    """What came back. `outcome` is `ok` or Slack's word for the failure; `body` is JSON, text or None."""

    outcome: str
    body: Any = None
    status: int | None = None
    no_retry: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether the app acknowledged."""
        return self.outcome == "ok"


class Transport(Protocol):
    """A way to reach an app."""

    async def send(self, app: SlackApp, envelope: Envelope) -> Answer:
        """Deliver once, wait for the answer; never longer than the deadline."""
