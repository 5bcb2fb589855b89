"""The modal that asks what is to be diagnosed. Its menus offer names that were read before, and take any other text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import _, marked
from bot.report.asking import Ask
from bot.report.contexts import NoticeView, PickerView
from bot.report.limits import BUTTON_TEXT, clip
from bot.store.catalogue import NamedApi, Place
from handlers import ids
from handlers.edge import Edge
from handlers.parsing import request_of
from handlers.places import pressed_in, state_of, update_modal
from handlers.usage import UsageError
from handlers.words import Word

Payload = dict[str, Any]
_TITLE: Final = marked("Diagnose an API")
_MOST_OPTIONS: Final = 100
"""Options of a menu (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element)."""
_LONGEST_VALUE: Final = 150
"""Characters of an option's value."""
_FIELDS: Final = {
    "account": ids.PICK_ACCOUNT,
    "region": ids.PICK_REGION,
    "api": ids.PICK_API,
    "stage": ids.PICK_STAGE,
    "route": ids.PICK_ROUTE,
    "since": ids.PICK_SINCE,
    "channel": ids.PICK_CHANNEL,
}


@dataclass(frozen=True)
class PickerState:
    """What the modal carries: where the report goes, and what was chosen of what other fields depend on."""

    channel: str = ""
    response_url: str = ""
    account: str = ""
    region: str = ""
    api: str = ""
    label: str = ""
    api_round: int = 0
    parts_round: int = 0

    @classmethod
    def of(cls, body: Payload) -> PickerState:
        """The state that a modal carried; an empty one where it is none of ours."""
        try:
            return cls(**json.loads(state_of(body) or "{}"))
        except (ValueError, TypeError):
            return cls()


def register(app: AsyncApp) -> None:
    """Bind the button that opens it, its menus, and what is sent with it."""
    app.action(ids.PICK)(pick)
    for menu in (ids.PICK_ACCOUNT, ids.PICK_REGION, ids.PICK_API):
        app.action(menu)(chosen)
    for menu in (ids.PICK_ACCOUNT, ids.PICK_REGION, ids.PICK_API, ids.PICK_STAGE, ids.PICK_ROUTE):
        app.options(menu)(offer)
    app.view(ids.PICKER_VIEW)(submitted)


async def pick(ack: AsyncAck, body: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """The button in App Home."""
    await open_picker(body["trigger_id"], PickerState(channel=pressed_in(body).channel), client, edge)
    await ack()


async def open_picker(trigger_id: str, state: PickerState, client: AsyncWebClient, edge: Edge) -> None:
    """Open it, and have the names read in the background where they are old."""
    state = replace(state, region=state.region or edge.region_in(state.channel) or "")
    await client.views_open(trigger_id=trigger_id, view=_view(state, edge))
    if state.region:
        await edge.refresh_names(_place(state, edge))


async def chosen(ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """An account, a region or an API was chosen: what depends on it is emptied, and offers other names.

    A field that is empty stays as it is: somebody may be typing into it.
    """
    state = PickerState.of(body)
    option = action.get("selected_option") or {}
    value, label = str(option.get("value") or ""), str((option.get("text") or {}).get("text") or "")
    place = {ids.PICK_ACCOUNT: "account", ids.PICK_REGION: "region"}.get(action["action_id"])
    entered = {name for name, (_block, given) in _entered(body).items() if given}
    changes: Payload = {place: value, "api": "", "label": ""} if place else {"api": value, "label": label}
    changes["api_round"] = state.api_round + bool(place and "api" in entered)
    changes["parts_round"] = state.parts_round + bool(entered & {"stage", "route"})
    state = replace(state, **changes)
    await update_modal(body, client, _view(state, edge))
    if state.region:
        await edge.refresh_names(_place(state, edge), state.api)
    await ack()


async def offer(ack: AsyncAck, body: Payload, edge: Edge) -> None:
    """The options of a menu for what was typed so far, from the catalogue; what was typed is an option itself."""
    state, typed = PickerState.of(body), str(body.get("value") or "").strip()
    options = [
        _option(label, value)
        for label, value in await _known(body["action_id"], state, body["user"]["id"], edge)
        if 0 < len(value) <= _LONGEST_VALUE
    ]
    wanted = typed.casefold()
    shown = [option for option in options if wanted in option["text"]["text"].casefold()][: _MOST_OPTIONS - 1]
    if 0 < len(typed) <= _LONGEST_VALUE and all(option["value"] != typed for option in shown):
        shown.append(_option(_("Use “{typed}”", typed=typed), typed))
    await ack(options=shown)


async def submitted(ack: AsyncAck, body: Payload, edge: Edge, reference: str) -> None:
    """The same as the command. What is wrong is said below its field."""
    state, entered = PickerState.of(body), _entered(body)
    values = {name: value for name, (_block, value) in entered.items()}
    try:
        request = request_of(list(_words(values)), edge.region_in(state.channel))
    except UsageError as error:
        block = entered.get(error.field, entered["api"])[0]
        await ack(response_action="errors", errors={block: str(error)})
        return
    channel = state.channel or values["channel"]
    if not channel:
        older = _("This form belongs to another version of vpclink. Please write {command} again.", command=ids.COMMAND)
        await ack(response_action="update", view=edge.renderer.view(NoticeView(_(_TITLE), older)))
        return
    ask = Ask(
        request=request,
        channel=channel,
        user=body["user"]["id"],
        response_url=state.response_url,
        reference=reference,
    )
    await edge.enqueue(ask, key=f"view:{body['view']['id']}:{body['view'].get('hash', '')}")
    if state.channel:
        await ack()
        return
    taken = NoticeView(_(_TITLE), _("The report comes into the channel that you chose, if I am in it."))
    await ack(response_action="update", view=edge.renderer.view(taken))


def _view(state: PickerState, edge: Edge) -> Payload:
    return edge.renderer.view(
        PickerView(
            accounts=_accounts(edge),
            account=state.account,
            region=state.region,
            api=state.api,
            api_label=state.label or state.api,
            anywhere=not state.channel,
            api_round=state.api_round,
            parts_round=state.parts_round,
            state=json.dumps(asdict(state), ensure_ascii=False),
        )
    )


async def _known(menu: str, state: PickerState, user: str, edge: Edge) -> Iterable[tuple[str, str]]:
    """The names of a menu, each with its value."""
    if menu == ids.PICK_ACCOUNT:
        return [(name, name) for name in _accounts(edge)]
    if menu == ids.PICK_REGION:
        known = await edge.catalogue.regions()
        return [(name, name) for name in dict.fromkeys(filter(None, (edge.default_region, *known)))]
    place = _place(state, edge)
    if not await edge.lets(place.account, channel=state.channel, user=user):
        return []
    if menu == ids.PICK_API:
        apis = await edge.catalogue.apis(place)
        return [(_label(api), api.id) for api in apis]
    parts = await edge.catalogue.parts(place, state.api)
    return [(name, name) for name in (parts.stages if menu == ids.PICK_STAGE else parts.routes)]


def _place(state: PickerState, edge: Edge) -> Place:
    return edge.place(state.region, state.account, state.channel)


def _accounts(edge: Edge) -> tuple[str, ...]:
    return tuple(edge.guard.accounts.config.accounts)


def _label(api: NamedApi) -> str:
    return f"{api.name} · {api.protocol} · {api.id}"


def _option(label: str, value: str) -> Payload:
    return {"text": {"type": "plain_text", "text": clip(label, BUTTON_TEXT)}, "value": value}


def _entered(body: Payload) -> dict[str, tuple[str, str]]:
    """Each field's block and what stands in it; empty where nothing does."""
    found = {name: (action, "") for name, action in _FIELDS.items()}
    values = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    for block, actions in values.items():
        for action, value in actions.items():
            name = next((name for name, known in _FIELDS.items() if known == action), None)
            option = value.get("selected_option") or {}
            if name:
                found[name] = (block, str(option.get("value") or value.get("selected_conversation") or ""))
    return found


def _words(values: dict[str, str]) -> Iterable[Word]:
    """The words of the command that asks the same."""
    yield Word(values["api"], quoted=True)
    if values["stage"]:
        yield Word(values["stage"], quoted=True)
    yield from (Word(part, quoted=True) for part in values["route"].split() if part)
    for name in ("account", "region", "since"):
        if values[name]:
            yield Word(f"--{name}={values[name]}")
