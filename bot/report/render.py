"""Templates → Block Kit.

A template is Jinja2 text that comes out as JSON objects, one after another: the first is the message (its `text`) or
the modal, each of the others one block. Every value is escaped for mrkdwn and for JSON without being asked
(`escape.py`); a name that the context does not have is an error, and so is text that is not JSON.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import jinja2
from markupsafe import Markup

from bot.report import escape, speech
from bot.report.contexts import Context, Link
from bot.report.limits import MESSAGE_BLOCKS, MESSAGE_TEXT, MODAL_BLOCKS, VIEW_TITLE, clip_lines, fit, fit_text
from bot.report.message import Block, Message

log = logging.getLogger(__name__)
T = TypeVar("T")
Objects = list[dict[str, Any]]

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SUFFIX = ".json.j2"


class RenderError(RuntimeError):
    """A template does not come out as Block Kit; the text names the template and says what was expected."""


class Renderer:
    """Renders contexts.

    `ids` are the action and callback ids, by name. `override` is a folder of templates that replace ours; one of them
    that fails is logged, and ours takes its place: a report must not be lost to a template.
    """

    def __init__(self, ids: Mapping[str, str], override: Path | None = None) -> None:
        folders = [[TEMPLATES]] if override is None else [[override, TEMPLATES], [TEMPLATES]]
        self.environments = [_environment(chosen, ids) for chosen in folders]

    def message(self, context: Context) -> Message:
        """A message, inside Slack's limits. RenderError where the template does not make one."""
        return self._rendered(context, _message)

    def blocks(self, context: Context) -> tuple[Block, ...]:
        """The blocks of a template without a head, as many as there are: for messages that are filled page by page."""
        return self._rendered(context, lambda objects: tuple(objects))

    def view(self, context: Context) -> dict[str, Any]:
        """A modal. RenderError where the template does not make one."""
        return self._rendered(context, _view)

    def _rendered(self, context: Context, finish: Callable[[Objects], T]) -> T:
        name = context.template + SUFFIX
        values = {field.name: getattr(context, field.name) for field in fields(context)}
        for number, environment in enumerate(self.environments, start=1):
            try:
                return finish(_objects(environment.get_template(name).render(values)))
            except (jinja2.TemplateError, escape.UnrenderableError, ValueError) as error:
                if number == len(self.environments):
                    raise RenderError(f"{name}: {error}") from error
                log.error("your template %s is not used, ours is: %s", name, error)
        raise AssertionError("there is always an environment")


def _environment(folders: list[Path], ids: Mapping[str, str]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        undefined=jinja2.StrictUndefined,
        finalize=speech.finalized,
        # What `finalize` returns is Markup, and so is what a macro returns: neither is escaped a second time.
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "code": escape.code,
        "typed": escape.typed,
        "fenced": escape.fenced,
        "plain": escape.plain,
        "prose": escape.prose,
        "link": _link,
        "literal": escape.literal,
        "user": escape.user,
        "user_group": escape.user_group,
        "channel": escape.channel,
    }
    environment.globals |= {"ids": dict(ids), "_": speech.said, "plural": speech.said_of}
    return environment


def _link(target: Link) -> Markup:
    return escape.link(target.text, target.url)


def _message(objects: Objects) -> Message:
    head, blocks = _head(objects)
    text = head.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f'expected a first object with a "text", got {head!r:.80}')
    if len(blocks) > MESSAGE_BLOCKS:
        raise ValueError(f"expected at most {MESSAGE_BLOCKS} blocks, got {len(blocks)}")
    return Message(clip_lines(text, MESSAGE_TEXT), tuple(fit(block) for block in blocks))


def _view(objects: Objects) -> dict[str, Any]:
    head, blocks = _head(objects)
    if len(blocks) > MODAL_BLOCKS:
        raise ValueError(f"expected at most {MODAL_BLOCKS} blocks, got {len(blocks)}")
    titles: dict[str, Any] = {
        key: fit_text(head[key], VIEW_TITLE) for key in ("title", "submit", "close") if key in head
    }
    return {**head, **titles, "blocks": [fit(block) for block in blocks]}


def _head(objects: Objects) -> tuple[dict[str, Any], list[Block]]:
    if not objects:
        raise ValueError("expected JSON objects, got nothing")
    return objects[0], objects[1:]


def _objects(text: str) -> Objects:
    """The JSON objects that stand one after another; ValueError for anything else."""
    decoder = json.JSONDecoder()
    objects: Objects = []
    position = _skip(text, 0)
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError as error:
            near = text[max(0, position - 20) : position + 60]
            raise ValueError(f"expected a JSON object, {error} (near {near!r})") from error
        if not isinstance(value, dict):
            raise ValueError(f"expected JSON objects, got {value!r:.60}")
        objects.append(value)
        position = _skip(text, position)
    return objects


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
