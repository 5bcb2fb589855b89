"""Where something was pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

Payload = dict[str, Any]


@dataclass(frozen=True)
class Pressed:
    """The message with the button; empty texts where there is none, such as in a modal or App Home."""

    channel: str = ""
    message: str = ""
    message_thread: str = ""
    """The thread that the message is a reply in."""

    @property
    def thread(self) -> str:
        """The thread where an answer belongs: a reply's own `ts` is never a thread's (Slack: thread_ts)."""
        return self.message_thread or self.message


def pressed_in(body: Payload) -> Pressed:
    """Where the message with the button stands."""
    message, container = body.get("message") or {}, body.get("container") or {}
    ts = message.get("ts") or container.get("message_ts") or ""
    thread = message.get("thread_ts") or container.get("thread_ts") or ""
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    return Pressed(channel, ts, "" if thread == ts else thread)


def press_key(body: Payload, action: Payload) -> str:
    """One press: Slack delivers it again with the same `action_ts`."""
    place = pressed_in(body)
    where = place.message or (body.get("view") or {}).get("id") or ""
    return f"action:{place.channel}:{where}:{action['action_id']}:{action['action_ts']}:{body['user']['id']}"


def chosen_value(action: Payload) -> str:
    """The value of the option that was chosen in a menu; empty where none was."""
    return str((action.get("selected_option") or {}).get("value") or "")


def state_of(body: Payload) -> str:
    """What the modal carries that was pressed in or sent; empty where there is none."""
    return str((body.get("view") or {}).get("private_metadata") or "")


def entered_in(body: Payload, field: str) -> str:
    """The text that stands in a field of a modal, whose block has the field's own name."""
    values = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    return str(((values.get(field) or {}).get(field) or {}).get("value") or "")


async def update_modal(body: Payload, client: AsyncWebClient, view: Payload) -> None:
    """Show this in place of the modal that was pressed in, if it was pressed in one."""
    if opened := (body.get("view") or {}).get("id"):
        await client.views_update(view_id=opened, view=view)
