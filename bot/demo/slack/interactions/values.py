"""What a person chose or typed in an element, in the form in which Slack tells the app.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import BadRequestError
from bot.demo.slack.rich_text import rich_text_block
from bot.demo.slack.validation import all_blocks, elements_of


def _text(_element: Json, given: Any, _offered: list[Json]) -> str | None:
    return None if given in (None, "") else str(given)


def _whole(element: Json, given: Any, _offered: list[Json]) -> int | None:
    try:
        return None if given in (None, "") else int(given)
    except (TypeError, ValueError):
        raise BadRequestError(f"{element['action_id']} expects a time in whole seconds, got {given!r}") from None


def _many_texts(_element: Json, given: Any, _offered: list[Json]) -> list[str]:
    return [str(one) for one in _as_list(given)]


def _rich_text(_element: Json, given: Any, _offered: list[Json]) -> Json | None:
    if isinstance(given, dict):
        return given
    return rich_text_block(str(given), "value") if given else None


def _option(element: Json, given: Any, offered: list[Json]) -> Json | None:
    if given in (None, ""):
        return None
    value = given.get("value") if isinstance(given, dict) else given
    first = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    options = [*element.get("options", ()), *offered, *(first if element["type"] in _EXTERNAL else ())]
    options += [option for group in element.get("option_groups", ()) for option in group["options"]]
    for option in options:
        if option["value"] == value:
            return dict(option)
    expected = ", ".join(repr(option["value"]) for option in options) or "an option that was offered for a query"
    raise BadRequestError(f"{element['action_id']} expects one of {expected}; got {value!r}")


def _many_options(element: Json, given: Any, offered: list[Json]) -> list[Json]:
    return [option for one in _as_list(given) if (option := _option(element, one, offered))]


def _as_list(given: Any) -> list[Any]:
    if given in (None, ""):
        return []
    return list(given) if isinstance(given, list) else [given]


@dataclass(frozen=True)
class _Kind:
    """Where the value of an element stands in a payload, where the app put the first one, and how to read it."""

    key: str
    initial: str
    read: Callable[[Json, Any, list[Json]], Any]


_KINDS: Mapping[str, _Kind] = {
    "plain_text_input": _Kind("value", "initial_value", _text),
    "email_text_input": _Kind("value", "initial_value", _text),
    "url_text_input": _Kind("value", "initial_value", _text),
    "number_input": _Kind("value", "initial_value", _text),
    "rich_text_input": _Kind("rich_text_value", "initial_value", _rich_text),
    "static_select": _Kind("selected_option", "initial_option", _option),
    "external_select": _Kind("selected_option", "initial_option", _option),
    "radio_buttons": _Kind("selected_option", "initial_option", _option),
    "overflow": _Kind("selected_option", "", _option),
    "checkboxes": _Kind("selected_options", "initial_options", _many_options),
    "multi_static_select": _Kind("selected_options", "initial_options", _many_options),
    "multi_external_select": _Kind("selected_options", "initial_options", _many_options),
    "users_select": _Kind("selected_user", "initial_user", _text),
    "conversations_select": _Kind("selected_conversation", "initial_conversation", _text),
    "channels_select": _Kind("selected_channel", "initial_channel", _text),
    "multi_users_select": _Kind("selected_users", "initial_users", _many_texts),
    "multi_conversations_select": _Kind("selected_conversations", "initial_conversations", _many_texts),
    "multi_channels_select": _Kind("selected_channels", "initial_channels", _many_texts),
    "datepicker": _Kind("selected_date", "initial_date", _text),
    "timepicker": _Kind("selected_time", "initial_time", _text),
    "datetimepicker": _Kind("selected_date_time", "initial_date_time", _whole),
    "file_input": _Kind("files", "", _many_texts),
}

_EXTERNAL = ("external_select", "multi_external_select")


def read_value(element: Json, given: Any, offered: list[Json]) -> Json:
    """The element's state after the person gave this; BadRequestError says what the element expects.

    Options are given by their value, several as a list; `offered` holds what an external select last suggested.
    """
    kind = _KINDS.get(element["type"])
    if kind is None:
        return {"type": element["type"]}
    options = offered if element["type"] in _EXTERNAL else []
    return {"type": element["type"], kind.key: kind.read(element, given, options)}


def is_stateful(element: Json) -> bool:
    """Whether an element keeps what was chosen: buttons and overflow menus do not."""
    return element["type"] in _KINDS and element["type"] != "overflow"


def current_values(blocks: list[Json], entered: Json) -> Json:
    """`state.values` of a message or view: what was entered, else what the app put there first."""
    values: Json = {}
    for block in all_blocks(blocks):
        for element in elements_of(block):
            if not is_stateful(element):
                continue
            state = entered.get(block["block_id"], {}).get(element["action_id"])
            if state is None or state["type"] != element["type"]:
                state = _first_state(element)
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def chosen(state: Json) -> Any:
    """The bare value of an element's state; None or an empty list if nothing was entered."""
    return state.get(_KINDS[state["type"]].key)


def _first_state(element: Json) -> Json:
    kind = _KINDS[element["type"]]
    nothing: Any = [] if kind.read in (_many_options, _many_texts) else None
    return {"type": element["type"], kind.key: element.get(kind.initial, nothing)}


def find_element(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json] | None:
    """The block and the element with that action id; the block id tells apart elements of the same action id."""
    for block in all_blocks(blocks):
        if block_id in (None, block["block_id"]):
            for element in elements_of(block):
                if element["action_id"] == action_id:
                    return block, element
    return None


def action_ids(blocks: list[Json]) -> list[str]:
    """Every action id in the blocks, for an error that says what there is."""
    return [element["action_id"] for block in all_blocks(blocks) for element in elements_of(block)]
