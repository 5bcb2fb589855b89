"""What Slack's own client refuses before it asks the app: https://docs.slack.dev/reference/block-kit/blocks/input-block."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.slack.interactions.values import chosen
from bot.demo.slack.json_types import Json

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def input_errors(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's client refuses before it asks the app."""
    errors = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            value = chosen(values[block["block_id"]][element["action_id"]])
            error = _input_error(element, value, optional=block.get("optional", False))
            if error:
                errors[block["block_id"]] = error
    return errors


def _input_error(element: Json, value: Any, *, optional: bool) -> str | None:
    if value in (None, "", []):
        return None if optional else "Please fill in this field."
    kind = element["type"]
    if kind == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            return f"Please write at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please write at most {element.get('max_length', 3000)} characters."
    if kind == "email_text_input" and not _EMAIL.match(value):
        return "Please write an e-mail address."
    if kind == "url_text_input" and not value.startswith(("http://", "https://")):
        return "Please write an address that begins with http:// or https://."
    return _number_error(element, value) if kind == "number_input" else None


def _number_error(element: Json, value: str) -> str | None:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        return "Please write a number." if element["is_decimal_allowed"] else "Please write a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please write {element['min_value']} or more."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please write {element['max_value']} or less."
    return None
