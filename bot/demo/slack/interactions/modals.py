"""Modals and Home tabs: opened, filled in, submitted, closed. https://docs.slack.dev/surfaces/modals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.demo.slack.content import complete, parse_json
from bot.demo.slack.delivery.envelope import Answer
from bot.demo.slack.interactions import common
from bot.demo.slack.interactions.actions import Surface
from bot.demo.slack.interactions.input_checks import input_errors
from bot.demo.slack.interactions.values import current_values
from bot.demo.slack.json_types import Json
from bot.demo.slack.objects import view_object
from bot.demo.slack.problems import BadRequestError, SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.state import State
from bot.demo.slack.state.views import STACK_LIMIT, View
from bot.demo.slack.validation import check_view
from bot.demo.slack.workspace import SlackApp

_TROUBLE = "We had some trouble connecting. Try again?"


def read_view(state: State, given: Any) -> Json:
    """The definition of a view, from JSON or a string of it; SlackError if Slack would refuse it."""
    definition = parse_json(given, "invalid_arguments")
    problems = check_view(definition, file_ready=state.file_ready)
    if problems:
        raise SlackError.invalid("invalid_arguments", problems)
    return {**definition, "blocks": complete(definition["blocks"], state.ids)}


def new_view(state: State, app: SlackApp, user: str, definition: Json, *, over: View | None = None) -> View:
    """A view, not yet on anybody's screen; `over` is the modal that it will lie on."""
    external_id = str(definition.get("external_id") or "")
    if external_id and state.views.by_external_id(app.app_id, external_id):
        raise SlackError("duplicate_external_id")
    view_id = state.ids.new("V")
    return View(
        view_id,
        app.app_id,
        user,
        definition,
        _new_hash(state),
        root_id=over.root_id if over else view_id,
        previous_id=over.id if over else None,
    )


def push(state: State, app: SlackApp, user: str, definition: Json) -> View:
    """Lay a modal on the person's open one; SlackError if three lie there already."""
    stack = state.views.stack(user)
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK_LIMIT:
        raise SlackError("push_limit_reached")
    view = new_view(state, app, user, definition, over=stack[-1])
    state.views.set_stack(user, [*stack, view])
    state.changes.notify()
    return view


def redefine(state: State, view: View, definition: Json) -> View:
    """Replace what a view shows; what the person entered stays where the elements stay."""
    changed = replace(view, definition=definition, hash=_new_hash(state), errors={}, trouble="")
    state.views.put(changed)
    state.changes.notify()
    return changed


async def submit(surface: Surface, values: Json) -> Json:
    """Press a modal's submit button; returns what came of it: `outcome`, and `errors` by block id."""
    view, state = _modal(surface), surface.services.state
    _enter_all(surface, values)
    current = current_values(view.blocks, surface.entered)
    errors = input_errors(view.blocks, current)
    if errors:
        return _show(state, view, errors=errors, outcome="invalid_input")
    payload = {
        **common.base_payload(state, "view_submission", surface.app, surface.user),
        "trigger_id": state.tickets.new_trigger(surface.app.app_id, surface.user.id, view.id),
        "view": view_object(state, view, current),
        "response_urls": [],
    }
    answer = await surface.services.delivery.ask(surface.app, "interactive", payload)
    # The app may have replaced the view while it was asked; its answer speaks of the view as it is now.
    latest = state.views.get(view.id)
    if latest is None:
        return {"outcome": answer.outcome, "errors": {}}
    if not answer.is_ok:
        return _show(state, latest, trouble=_TROUBLE, outcome=answer.outcome)
    try:
        return _respond(surface, latest, answer)
    except SlackError as error:
        return _show(state, latest, trouble=f"{_TROUBLE} ({error.code})", outcome="invalid_response")


def close(surface: Surface, *, everything: bool = False) -> None:
    """Press a modal's close button, or, for `everything`, the cross of the whole stack."""
    view, services = _modal(surface), surface.services
    stack = services.state.views.stack(surface.user.id)
    everything = everything or bool(view.definition.get("clear_on_close"))
    gone = stack if everything else [view]
    services.state.views.set_stack(surface.user.id, [one for one in stack if one not in gone])
    services.state.changes.notify()
    for one in reversed(gone):
        if one.definition.get("notify_on_close"):
            app = common.installed_app(services.state, one.app_id)
            payload = {
                **common.base_payload(services.state, "view_closed", app, surface.user),
                "view": view_object(services.state, one, current_values(one.blocks, _entered(services.state, one))),
                "is_cleared": everything,
            }
            services.delivery.in_background(_tell(services, app, payload))


def _respond(surface: Surface, view: View, answer: Answer) -> Json:
    """Do what the app answered to a submission."""
    body = answer.body if isinstance(answer.body, dict) else {}
    state, user = surface.services.state, surface.user.id
    action = body.get("response_action")
    if action == "errors":
        errors = body.get("errors")
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise SlackError("invalid_errors")
        return _show(state, view, errors=errors, outcome="errors")
    if action == "update":
        redefine(state, view, read_view(state, body.get("view")))
    elif action == "push":
        push(state, surface.app, user, read_view(state, body.get("view")))
    elif action == "clear":
        state.views.set_stack(user, [])
    elif action is None:
        state.views.set_stack(user, [one for one in state.views.stack(user) if one.id != view.id])
    else:
        raise SlackError("invalid_response_action")
    state.changes.notify()
    return {"outcome": action or "closed", "errors": {}}


def _show(state: State, view: View, *, outcome: str, errors: Json | None = None, trouble: str = "") -> Json:
    state.views.put(replace(view, errors=errors or {}, trouble=trouble))
    state.changes.notify()
    return {"outcome": outcome, "errors": errors or {}}


def _enter_all(surface: Surface, values: Json) -> None:
    """Enter `{block id: {action id: value}}` or, shorter, `{action id: value}`."""
    block_ids = {block["block_id"] for block in surface.blocks}
    for key, given in values.items():
        by_action = given if key in block_ids and isinstance(given, dict) else {key: given}
        for action_id, value in by_action.items():
            block, element = surface.element(action_id, key if key in block_ids else None)
            surface.enter(block, element, value)


async def _tell(services: Services, app: SlackApp, payload: Json) -> None:
    await services.delivery.ask(app, "interactive", payload)


def _modal(surface: Surface) -> View:
    if surface.view is None or surface.view.type != "modal":
        raise BadRequestError("viewId: only a modal can be submitted or closed")
    return surface.view


def _entered(state: State, view: View) -> Json:
    return state.inputs.get((view.id, view.user), {})


def _new_hash(state: State) -> str:
    return f"{int(state.clock.now())}.{state.ids.number('hash')}"


def values_of(state: State, view: View) -> Json:
    """What the person has entered in a view so far, as `state.values` says it."""
    return current_values(view.blocks, _entered(state, view))
