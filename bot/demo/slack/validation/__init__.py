"""Whether Slack would accept these blocks, attachments or view, and if not, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from bot.demo.slack.json_types import Json
from bot.demo.slack.validation.blocks import Surface, blocks_for
from bot.demo.slack.validation.objects import plain_text
from bot.demo.slack.validation.schema import ByType, Fields, Flag, Items, Problems, Rule, Text

# Blocks of a message; a modal or Home tab may hold twice as many.
_MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
_MOST_OF_A_TYPE = {"table": 1, "data_visualization": 2}
_MARKDOWN_CHARACTERS = 12_000

FileReady = Callable[[str], bool]


def check_blocks(
    blocks: object, *, surface: Surface = "message", pointer: str = "/blocks", file_ready: FileReady = lambda _: True
) -> list[str]:
    """What Slack would complain of in these blocks. `file_ready` says whether a file id can be shown in an image."""
    problems = Problems()
    kinds = blocks_for(surface)
    Items(ByType(lambda: kinds), 0, _MOST_BLOCKS[surface]).check(blocks, pointer, problems)
    if isinstance(blocks, list):
        _check_together([block for block in blocks if isinstance(block, dict)], pointer, problems)
        for where, file_id in _slack_files(blocks, pointer):
            if not file_ready(file_id):
                problems.add("invalid slack file", where)
    return problems.found


def _check_together(blocks: list[Json], pointer: str, problems: Problems) -> None:
    """The rules that no block can break alone."""
    ids = Counter(str(block["block_id"]) for block in blocks if block.get("block_id"))
    for index, block in enumerate(blocks):
        if ids[str(block.get("block_id"))] > 1:
            problems.add("block_id must be unique", f"{pointer}/{index}/block_id")
        actions = Counter(str(element["action_id"]) for element in elements_of(block) if element.get("action_id"))
        for action_id, count in actions.items():
            if count > 1:
                problems.add(f"action_id must be unique within a block: {action_id}", f"{pointer}/{index}")
    kinds = Counter(str(block.get("type")) for block in blocks)
    for kind, most in _MOST_OF_A_TYPE.items():
        if kinds[kind] > most:
            problems.add(f"no more than {most} {kind} blocks allowed", pointer)
    markdown = sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown")
    if markdown > _MARKDOWN_CHARACTERS:
        problems.add(f"markdown text must be less than {_MARKDOWN_CHARACTERS + 1} characters in all blocks", pointer)


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of a block, those of its child blocks not included."""
    kind = block.get("type")
    if kind in ("actions", "context_actions"):
        candidates = _list(block.get("elements"))
    elif kind == "section":
        candidates = [block.get("accessory")]
    elif kind == "input":
        candidates = [block.get("element")]
    elif kind == "card":
        candidates = _list(block.get("actions"))
    elif kind == "data_table":
        candidates = [cell for row in _list(block.get("rows")) for cell in _list(row)]
    else:
        candidates = []
    return (element for element in candidates if isinstance(element, dict) and element.get("type") != "image")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def all_blocks(blocks: list[Json]) -> Iterator[Json]:
    """The blocks and the blocks within them."""
    for block in blocks:
        yield block
        inner = block.get("child_blocks") if block.get("type") == "container" else None
        inner = block.get("elements") if block.get("type") == "carousel" else inner
        yield from all_blocks(inner or [])


def _slack_files(value: object, pointer: str) -> Iterator[tuple[str, str]]:
    """Where each `slack_file` stands, and the id it names."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "slack_file" and isinstance(item, dict) and isinstance(item.get("id"), str):
                yield f"{pointer}/slack_file", item["id"]
            else:
                yield from _slack_files(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _slack_files(item, f"{pointer}/{index}")


_VIEW: dict[str, Rule] = {
    "blocks": Items(Fields({})),
    "private_metadata": Text(3000),
    "callback_id": Text(255),
    "external_id": Text(255),
}
_MODAL: dict[str, Rule] = {
    "title": plain_text(24),
    "submit": plain_text(24),
    "close": plain_text(24),
    "clear_on_close": Flag(),
    "notify_on_close": Flag(),
}


def check_view(view: object, *, file_ready: FileReady = lambda _: True) -> list[str]:
    """What Slack would complain of in a modal or a Home tab."""
    problems = Problems()
    # Blocks are checked below, with the rules of the surface.
    shallow = {key: item for key, item in view.items() if key != "blocks"} if isinstance(view, dict) else view
    shapes = {
        "modal": Fields({**_VIEW, **_MODAL}, required=("title",)),
        "home": Fields(_VIEW),
    }
    ByType(lambda: shapes).check(shallow, "/view", problems)
    if not isinstance(view, dict) or view.get("type") not in shapes:
        return problems.found
    if not isinstance(view.get("blocks"), list):
        problems.add("missing required field: blocks", "/view")
        return problems.found
    surface: Surface = "modal" if view["type"] == "modal" else "home"
    found = check_blocks(view["blocks"], surface=surface, pointer="/view/blocks", file_ready=file_ready)
    has_input = any(block.get("type") == "input" for block in view["blocks"] if isinstance(block, dict))
    if surface == "modal" and has_input and not view.get("submit"):
        problems.add("a modal with input blocks must have a submit button", "/view")
    return problems.found + found
