"""The shapes of Slack's payloads, as far as Bolt and the listeners rely on them. More fields are always welcome.

A signature says who sends, not that every field has the type that its documentation shows.
Source: https://docs.slack.dev/apis/events-api, https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, TypeAdapter, ValidationError

Id = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+$")]
Ts = Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9]+\.[0-9]+$")]


class _Shape(BaseModel):
    """An object with these fields among others; no type is taken for another."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)


class _WithId(_Shape):
    id: Id


class _Edited(_Shape):
    ts: Ts


class _Teams(_Shape):
    """Where it comes from: Bolt looks at all of these, wherever they stand."""

    team: str | _WithId | None = None
    team_id: str | None = None
    enterprise: str | _WithId | None = None
    enterprise_id: str | None = None
    is_enterprise_install: bool | None = None


class _Message(_Teams):
    ts: Ts | None = None
    thread_ts: Ts | None = None
    user: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    subtype: str | None = None
    text: str | None = None


class _Posted(_Message):
    type: Literal["message"]
    channel: Id
    ts: Ts
    message: _Message | None = None
    previous_message: _Message | None = None


class _Mention(_Message):
    type: Literal["app_mention"]
    channel: Id
    ts: Ts
    edited: _Edited | None = None


class _Item(_Shape):
    """What a reaction or a star is on."""

    channel: Id | _WithId | None = None
    channel_id: Id | None = None


class _OtherEvent(_Teams):
    """An event that nobody here listens to: Bolt looks at who and where."""

    type: str
    channel: Id | _WithId | None = None
    channel_id: Id | None = None
    user: Id | _WithId | None = None
    user_id: Id | None = None
    item: _Item | None = None
    message: _Message | None = None
    previous_message: _Message | None = None
    bot_id: str | None = None
    view: dict[str, Any] | None = None


class _Authorization(_Shape):
    team_id: str | None = None
    enterprise_id: str | None = None
    user_id: str | None = None
    is_bot: bool | None = None
    is_enterprise_install: bool | None = None


def _kind_of_event(event: Any) -> str:
    kind = event.get("type") if isinstance(event, dict) else None
    return kind if kind == "message" or kind == "app_mention" else ""


class _EventCallback(_Shape):
    type: Literal["event_callback"]
    event: Annotated[
        Annotated[_Posted, Tag("message")] | Annotated[_Mention, Tag("app_mention")] | Annotated[_OtherEvent, Tag("")],
        Discriminator(_kind_of_event),
    ]
    event_id: Id | None = None
    user: Id | _WithId | None = None
    api_app_id: str | None = None
    authorizations: list[_Authorization] | None = None


class _UrlVerification(_Shape):
    type: Literal["url_verification"]
    challenge: str


class _RateLimited(_Shape):
    type: Literal["app_rate_limited"]


class _Command(_Shape):
    command: str
    text: str = ""
    channel_id: Id
    user_id: Id
    response_url: str
    trigger_id: Id
    team_id: str | None = None


class _Option(_Shape):
    value: str


class _Action(_Shape):
    action_id: str
    action_ts: Ts
    type: str | None = None
    block_id: str | None = None
    value: str | None = None
    selected_option: _Option | None = None


class _Container(_Shape):
    message_ts: Ts | None = None
    thread_ts: Ts | None = None
    channel_id: Id | None = None
    view_id: Id | None = None


class _Place(_Shape):
    ts: Ts | None = None
    thread_ts: Ts | None = None


class _View(_Shape):
    id: Id
    type: str
    callback_id: str
    private_metadata: str | None = None
    state: dict[str, Any] | None = None
    blocks: list[Any] | None = None
    app_installed_team_id: str | None = None


class _Interaction(_Teams):
    """What every press has."""

    user: _WithId
    channel: _WithId | None = None
    message: _Place | None = None
    container: _Container | None = None
    view: _View | None = None
    response_url: str | None = None
    trigger_id: Id | None = None
    callback_id: str | None = None


class _Pressed(_Interaction):
    type: Literal["block_actions"]
    actions: Annotated[list[_Action], Field(min_length=1)]
    trigger_id: Id


class _Picked(_Interaction):
    """An entry in a message's menu."""

    type: Literal["message_action"]
    callback_id: str
    channel: _WithId
    message: _Place
    action_ts: Ts
    trigger_id: Id


class _Shortcut(_Interaction):
    type: Literal["shortcut"]
    callback_id: str
    trigger_id: Id


class _Submitted(_Interaction):
    type: Literal["view_submission", "view_closed"]
    view: _View


class _Asked(_Interaction):
    """A menu that asks for its options."""

    type: Literal["block_suggestion"]
    action_id: str
    value: str = ""


class _SslCheck(_Shape):
    ssl_check: str


_KINDS: Final[dict[str, TypeAdapter[Any]]] = {
    "event_callback": TypeAdapter(_EventCallback),
    "url_verification": TypeAdapter(_UrlVerification),
    "app_rate_limited": TypeAdapter(_RateLimited),
    "block_actions": TypeAdapter(_Pressed),
    "message_action": TypeAdapter(_Picked),
    "shortcut": TypeAdapter(_Shortcut),
    "view_submission": TypeAdapter(_Submitted),
    "view_closed": TypeAdapter(_Submitted),
    "block_suggestion": TypeAdapter(_Asked),
}
_COMMAND: Final = TypeAdapter(_Command)
_SSL_CHECK: Final = TypeAdapter(_SslCheck)


def fits(payload: dict[str, Any]) -> bool:
    """Whether a payload is one of Slack's kinds, with every field that is relied on in its own type."""
    kind = payload.get("type")
    if kind is None:
        adapter = _COMMAND if "command" in payload else _SSL_CHECK
    elif isinstance(kind, str) and kind in _KINDS:
        adapter = _KINDS[kind]
    else:
        return False
    try:
        adapter.validate_python(payload)
    except ValidationError:
        return False
    return True
