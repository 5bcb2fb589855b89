"""What the control interface is asked, field by field; anything else is refused with what was expected."""

from __future__ import annotations

import json
from typing import Any, Literal, Self, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bot.demo.slack.alarm_cards import AlarmState
from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import BadRequestError


class ControlRequest(BaseModel):
    """A request's body. People, apps and channels may be given by id or by name."""

    model_config = ConfigDict(extra="forbid")


class Command(ControlRequest):
    """Type a slash command; `thread_ts` types it in a thread, where Slack refuses it."""

    channel: str
    user: str
    command: str
    text: str = ""
    thread_ts: str | None = None


class NewMessage(ControlRequest):
    """Write as a person (`user`) or as an app (`app`). `@name` and `#channel` in the text become mentions."""

    channel: str
    user: str | None = None
    app: str | None = None
    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    thread_ts: str | None = None

    @model_validator(mode="after")
    def _one_author(self) -> Self:
        if (self.user is None) == (self.app is None):
            raise ValueError("give either user or app")
        return self


class EditedMessage(NewMessage):
    """Edit a message of one's own."""

    messageTs: str  # noqa: N815 # the name in the control interface


class Interaction(ControlRequest):
    """Click or choose (`action`, perhaps `block_id` and `value`), in a message or in a view; or end a modal.

    `submit` presses its submit button with `values` entered; `close` its close button, `everything` the cross.
    """

    user: str
    channel: str | None = None
    messageTs: str | None = None  # noqa: N815 # the name in the control interface
    viewId: str | None = None  # noqa: N815 # the name in the control interface
    action: str | Json | None = None
    block_id: str | None = None
    value: Any = None
    submit: bool = False
    values: Json = {}
    close: bool = False
    everything: bool = False
    query: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if isinstance(self.action, dict):
            given = self.action
            self.action = given.get("action_id")
            self.block_id = self.block_id or given.get("block_id")
            self.value = given.get("value") if self.value is None else self.value
        in_message = self.channel is not None and self.messageTs is not None
        if in_message == (self.viewId is not None):
            raise ValueError("give either channel and messageTs, or viewId")
        if self.action is None and not (self.viewId and (self.submit or self.close)):
            raise ValueError("give an action, or submit or close for a view")
        return self


class ShortcutUse(ControlRequest):
    """Choose an app's shortcut: in a message's menu, or without channel and messageTs in the composer's."""

    user: str
    callback_id: str
    channel: str | None = None
    messageTs: str | None = None  # noqa: N815 # the name in the control interface


class HomeVisit(ControlRequest):
    """Open an app's Home."""

    user: str
    app: str
    tab: Literal["home", "messages"] = "home"


class Reaction(ControlRequest):
    """React to a message, or with `remove` take it back."""

    channel: str
    messageTs: str  # noqa: N815 # the name in the control interface
    user: str
    name: str
    remove: bool = False


class Membership(ControlRequest):
    """Let a person or an app join a channel, or leave it, or close the channel for everybody."""

    channel: str
    member: str | None = None
    action: Literal["join", "leave", "archive"]


class Alarm(ControlRequest):
    """Have one of the workspace's alarms change its state; without a name, the first."""

    name: str | None = None
    state: AlarmState = "ALARM"


class Disconnect(ControlRequest):
    """Close Socket Mode connections: with one of Slack's reasons, or without any to cut the wire.

    `silence` closes nothing: the connections stay open, and nothing comes over them any more, no pong either.
    """

    app: str | None = None
    reason: Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets", "silence"] | None = None


class Settings(ControlRequest):
    """Change what is in force: `rate_limits` as in RateLimits, a request URL per app (verified as Slack does)."""

    rate_limits: Json | None = None
    request_urls: dict[str, str] = {}


Body = TypeVar("Body", bound=BaseModel)


async def read(request: web.Request, model: type[Body]) -> Body:
    """The body as that model; BadRequestError says what is missing, unknown or wrong."""
    raw = await request.text()
    try:
        given = json.loads(raw or "{}")
    except ValueError:
        raise BadRequestError(f"expected a JSON object, got {raw[:80]!r}") from None
    return validated(model, given)


def validated(model: type[Body], given: object) -> Body:
    """What was given as that model; BadRequestError says what is missing, unknown or wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        complaints = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()]
        raise BadRequestError("; ".join(complaints)) from None
