"""What a Web API method is: who may call it, how often, and what it does with its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.demo.slack.content import parse_json
from bot.demo.slack.json_types import Json
from bot.demo.slack.problems import SlackError
from bot.demo.slack.services import Services
from bot.demo.slack.workspace import SlackApp


class Arguments(dict[str, Any]):
    """A call's arguments, from its query string and its form or JSON body together."""

    def required(self, name: str) -> str:
        """A string that must be there; SlackError otherwise."""
        value = self.get(name)
        if value is None or value == "":
            raise SlackError.invalid("invalid_arguments", [f"missing required field: {name}"])
        return str(value)

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        value = self.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True for `true`, `1` and JSON true."""
        value = self.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def whole(self, name: str, default: int) -> int:
        """An integer; SlackError if it is something else."""
        value = self.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise SlackError.invalid("invalid_arguments", [f"must be an integer: {name}"]) from None

    def json(self, name: str) -> Any:
        """JSON, or a string of JSON; SlackError if it is there and cannot be read."""
        return parse_json(self.get(name), "invalid_arguments")


Handler = Callable[[Services, SlackApp, Arguments], Json]


@dataclass(frozen=True)
class Method:
    """A method: who may call it, with which of `scopes` (any one; none if empty), and how often.

    `tier` is its rate limit; None where the method counts by another rule, or where Slack tolerates bursts.
    """

    handler: Handler
    scopes: tuple[str, ...] = ()
    tier: int | None = 3
    caller: Literal["bot", "app level", "anybody"] = "bot"


Methods = Mapping[str, Method]


def page_of(items: list[Any], arguments: Arguments, *, default_limit: int = 100) -> tuple[list[Any], str]:
    """One page of a list and the cursor of the next: https://docs.slack.dev/apis/web-api/pagination."""
    limit = max(1, min(arguments.whole("limit", default_limit), 999))
    cursor = arguments.text("cursor")
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor.removeprefix("next:")) if cursor else 0
    end = start + limit
    return items[start:end], f"next:{end}" if end < len(items) else ""
