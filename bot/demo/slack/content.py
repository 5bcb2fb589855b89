"""What a message says: read from an app's arguments, held against Slack's limits, completed as Slack completes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import SlackError
from bot.demo.slack.state.ids import Ids
from bot.demo.slack.validation import FileReady, all_blocks, check_blocks, elements_of

_MOST_ATTACHMENTS = 100
_MOST_METADATA_BYTES = 16_000
# Undocumented, observed: https://github.com/slackapi/bolt-js/issues/2509
_MOST_BLOCK_CHARACTERS = 13_200


@dataclass(frozen=True)
class Content:
    """Text, blocks, attachments and metadata. None means that the app did not say."""

    text: str | None = None
    blocks: tuple[Json, ...] | None = None
    attachments: tuple[Json, ...] | None = None
    metadata: Json | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.text or self.blocks or self.attachments)


def read_content(arguments: Mapping[str, Any], ids: Ids, file_ready: FileReady) -> Content:
    """The content among a call's arguments; SlackError with Slack's code if Slack would refuse it."""
    text = arguments.get("text")
    attachments = _list(arguments.get("attachments"), "invalid_attachments")
    if attachments is not None and len(attachments) > _MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    blocks = _list(arguments.get("blocks"), "invalid_blocks_format")
    problems = check_blocks(blocks, file_ready=file_ready) if blocks is not None else []
    for index, attachment in enumerate(attachments or ()):
        if not isinstance(attachment, dict):
            raise SlackError.invalid(
                "invalid_attachments", [f"must provide an object [json-pointer:/attachments/{index}]"]
            )
        if attachment.get("blocks") is not None:
            pointer = f"/attachments/{index}/blocks"
            problems += check_blocks(attachment["blocks"], pointer=pointer, file_ready=file_ready)
    if problems:
        raise SlackError.invalid("invalid_blocks", problems)
    if _characters([blocks, attachments]) > _MOST_BLOCK_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return Content(
        text=None if text is None else str(text),
        blocks=None if blocks is None else tuple(complete(blocks, ids)),
        attachments=None if attachments is None else tuple(_complete_attachments(attachments, ids)),
        metadata=_metadata(arguments.get("metadata")),
    )


def parse_json(value: Any, error: str) -> Any:
    """A value that may come as JSON or as a string of JSON; SlackError with the given code if it cannot be read."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError(error) from None


def complete(blocks: list[Json], ids: Ids) -> list[Json]:
    """The blocks as Slack stores them: with block ids, action ids and the defaults of text objects."""
    completed: list[Json] = json.loads(json.dumps(blocks))
    for block in all_blocks(completed):
        if not block.get("block_id"):
            block["block_id"] = ids.new("B").lower()
        for element in elements_of(block):
            if not element.get("action_id"):
                element["action_id"] = ids.new("A").lower()
    _add_text_defaults(completed)
    return completed


def _add_text_defaults(value: object) -> None:
    if isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            _add_text_defaults(item)
    elif isinstance(value, list):
        for item in value:
            _add_text_defaults(item)


def _complete_attachments(attachments: list[Json], ids: Ids) -> list[Json]:
    completed = []
    for number, attachment in enumerate(attachments, start=1):
        blocks = attachment.get("blocks")
        inner = {"blocks": complete(blocks, ids)} if blocks else {}
        fallback = attachment.get("fallback") or attachment.get("text") or "[no preview available]"
        completed.append({"id": number, **attachment, "fallback": fallback, **inner})
    return completed


def _list(value: Any, error: str) -> list[Any] | None:
    if value is None or value == "":
        return None
    parsed = parse_json(value, error)
    if not isinstance(parsed, list):
        raise SlackError(error)
    return parsed


def _metadata(value: Any) -> Json | None:
    if value is None or value == "":
        return None
    metadata = parse_json(value, "invalid_metadata_format")
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if metadata and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > _MOST_METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return metadata


def _characters(value: object) -> int:
    """The characters of every text within blocks."""
    if isinstance(value, dict):
        own = value.get("text")
        here = len(own) if isinstance(own, str) else 0
        return here + sum(_characters(item) for item in value.values())
    if isinstance(value, list):
        return sum(_characters(item) for item in value)
    return 0
