"""Clicks and choices in a message or a view, and the options that an external select asks its app for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.demo.slack.delivery.envelope import Answer
from bot.demo.slack.interactions import common
from bot.demo.slack.interactions.values import (
    action_ids,
    current_values,
    find_element,
    is_stateful,
    read_value,
)
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import message_object, view_object
from bot.demo.slack.problems import BadRequestError
from bot.demo.slack.services import Services
from bot.demo.slack.state.messages import Message
from bot.demo.slack.state.views import View
from bot.demo.slack.validation.objects import OPTION, OPTION_GROUP
from bot.demo.slack.validation.schema import Items, Problems
from bot.demo.slack.workspace import SlackApp, SlackUser


@dataclass(frozen=True)
class Surface:
    """Where something was clicked: a message, or a view."""

    services: Services
    user: SlackUser
    app: SlackApp
    blocks: list[Json]
    message: Message | None = None
    view: View | None = None
    attachment_id: int | None = None

    @property
    def id(self) -> str:
        """What its inputs and suggestions are filed under."""
        if self.view:
            return self.view.id
        return f"{self.message.channel}:{self.message.ts}" if self.message else ""

    @property
    def entered(self) -> Json:
        """What the person entered here so far."""
        return self.services.state.inputs.setdefault((self.id, self.user.id), {})

    def element(self, action_id: str, block_id: str | None) -> tuple[Json, Json]:
        """The block and element meant; BadRequestError names those there are."""
        found = find_element(self.blocks, action_id, block_id)
        if found is None:
            known = ", ".join(action_ids(self.blocks)) or "nothing: there is nothing to click"
            raise BadRequestError(f"action: expected one of {known}; got {action_id!r}")
        return found

    def enter(self, block: Json, element: Json, value: Any) -> Json:
        """Note what the person entered, and return the element's new state."""
        offered = self.services.state.suggestions.get((self.id, block["block_id"], element["action_id"]), [])
        state = read_value(element, value, offered)
        if is_stateful(element):
            self.entered.setdefault(block["block_id"], {})[element["action_id"]] = state
        return state


def message_surface(services: Services, channel: str, ts: str, user: SlackUser, action_id: str) -> Surface:
    """A message as something to click in; of its attachments, the one that has the element."""
    state = services.state
    message = common.seen_message(state, channel, ts, user.id)
    app = state.workspace.app(message.app_id) if message.app_id else None
    if app is None:
        raise BadRequestError(f"messageTs: {ts} was written by a person; there is nothing to click")
    for attachment in message.attachments:
        blocks = attachment.get("blocks", [])
        if action_id in action_ids(blocks):
            return Surface(services, user, app, blocks, message, attachment_id=attachment["id"])
    return Surface(services, user, app, list(message.blocks), message)


def view_surface(services: Services, view_id: str, user: SlackUser) -> Surface:
    """A view as something to click in."""
    view = common.open_view(services.state, view_id, user.id)
    return Surface(services, user, common.installed_app(services.state, view.app_id), view.blocks, view=view)


async def act(surface: Surface, action_id: str, block_id: str | None, value: Any) -> Answer:
    """Click a button, choose an option, press Enter in an input that tells its app at once."""
    block, element = surface.element(action_id, block_id)
    entered = surface.enter(block, element, value)
    surface.services.state.changes.notify()
    if block["type"] == "input" and not block.get("dispatch_action"):
        return Answer("ok")
    action: Json = {
        **{key: element[key] for key in ("text", "value", "style", "url") if key in element},
        **_feedback(element, value),
        **entered,
        "action_id": action_id,
        "block_id": block["block_id"],
        "action_ts": surface.services.state.ids.timestamp(),
    }
    answer = await surface.services.delivery.ask(surface.app, "interactive", _actions_payload(surface, action))
    if not answer.is_ok and surface.message:
        common.report_failure(
            surface.services,
            surface.app,
            answer,
            channel=surface.message.channel,
            user=surface.user.id,
            thread_ts=surface.message.thread_ts,
        )
    return answer


async def suggest(surface: Surface, action_id: str, block_id: str | None, query: str) -> list[Json]:
    """Ask the app for the options of an external select; groups come back as they are.

    BadRequestError if the app did not answer, or answered with something that is no list of options.
    """
    state = surface.services.state
    block, element = surface.element(action_id, block_id)
    payload = {
        **common.base_payload(state, "block_suggestion", surface.app, surface.user),
        "action_id": action_id,
        "block_id": block["block_id"],
        "value": query,
        **_container(surface),
    }
    answer = await surface.services.delivery.ask(surface.app, "interactive", payload)
    if not answer.is_ok:
        raise BadRequestError(f'{surface.app.name} offered no options: "{common.error_code(answer)}"')
    body = answer.body if isinstance(answer.body, dict) else {}
    grouped = "option_groups" in body
    offered: list[Json] = body.get("option_groups" if grouped else "options") or []
    problems = Problems()
    Items(OPTION_GROUP if grouped else OPTION, 0, 100).check(offered, "/options", problems)
    if problems.found:
        raise BadRequestError(f"{surface.app.name} offered invalid options: {'; '.join(problems.found)}")
    flat = [option for group in offered for option in group["options"]] if grouped else offered
    # What was offered for an earlier query may still be chosen: several selects keep what they show.
    earlier = state.suggestions.setdefault((surface.id, block["block_id"], element["action_id"]), [])
    earlier += [option for option in flat if option not in earlier]
    return offered


def _feedback(element: Json, value: Any) -> Json:
    if element["type"] != "feedback_buttons":
        return {}
    buttons = [element["positive_button"], element["negative_button"]]
    pressed = next((button for button in buttons if button["value"] == value), buttons[0])
    return {"text": pressed["text"], "value": pressed["value"]}


def _actions_payload(surface: Surface, action: Json) -> Json:
    services, state = surface.services, surface.services.state
    message, view = surface.message, surface.view
    trigger = state.tickets.new_trigger(
        surface.app.app_id, surface.user.id, view.id if view and view.type == "modal" else None
    )
    payload = {
        **common.base_payload(state, "block_actions", surface.app, surface.user),
        "trigger_id": trigger,
        **_container(surface),
        "actions": [action],
    }
    if message:
        payload["state"] = {"values": current_values(surface.blocks, surface.entered)}
        payload["response_url"] = common.response_url(
            services,
            surface.app,
            message.channel,
            surface.user.id,
            thread_ts=message.thread_ts,
            original_ts=message.ts,
        )
    return payload


def _container(surface: Surface) -> Json:
    """Where it happened, as payloads say it."""
    state, message, view = surface.services.state, surface.message, surface.view
    if view:
        values = current_values(surface.blocks, surface.entered)
        return {"container": {"type": "view", "view_id": view.id}, "view": view_object(state, view, values)}
    if message is None:
        raise LookupError("a surface is a message or a view")
    container: Json = {
        "type": "message_attachment" if surface.attachment_id else "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": bool(message.visible_to),
    }
    if surface.attachment_id:
        container |= {"attachment_id": surface.attachment_id, "is_app_unfurl": False}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    channel = common.channel_of(common.place(state, message.channel))
    # Slack does not repeat an ephemeral message to the app that wrote it.
    shown = {} if message.visible_to else {"message": message_object(state, message, with_metadata=True)}
    return {"container": container, "channel": channel, **shown}
