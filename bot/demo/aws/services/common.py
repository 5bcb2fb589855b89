"""What every service needs: the call, the table of operations, paging, and refusals for what is missing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.demo.aws.errors import AwsError
from bot.demo.aws.world import Region, Resource, World

Answer = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A call that passed the switches: what is asked, by whom, and the region of the caller's account that answers."""

    service: str
    operation: str
    parameters: dict[str, Any]
    world: World
    region: Region
    principal: str
    now: datetime
    _used: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Any:
        self._used.add(name)
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or the default when the caller left it out."""
        self._used.add(name)
        value = self.parameters.get(name)
        return default if value is None else value

    def unused(self) -> set[str]:
        """The parameters that were sent and that nobody looked at."""
        return set(self.parameters) - self._used


Operation = Callable[[Call], Answer]
OPERATIONS: dict[tuple[str, str], Operation] = {}


def operation(service: str, name: str) -> Callable[[Operation], Operation]:
    """Register the function that answers an operation."""

    def register(function: Operation) -> Operation:
        OPERATIONS[service, name] = function
        return function

    return register


def page(
    items: Iterable[Any], token: str | None, size: int, bad_token: AwsError | None = None
) -> tuple[list[Any], str | None]:
    """One page of items and the token of the next. Tokens are opaque; one that is not ours raises ``bad_token``."""
    everything = list(items)
    start = 0
    if token:
        try:
            start = int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("page:"))
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise bad_token or AwsError("ValidationException", "Invalid pagination token") from None
    following = start + size
    next_token = (
        base64.urlsafe_b64encode(f"page:{following}".encode()).decode() if following < len(everything) else None
    )
    return everything[start:following], next_token


def by_ids(
    items: Iterable[Resource], field: str, wanted: Iterable[str], missing: Callable[[str], AwsError]
) -> list[Resource]:
    """The items with these ids; an id that nobody has raises what ``missing`` makes of it."""
    found = {item[field]: item for item in items}
    for identifier in wanted:
        if identifier not in found:
            raise missing(identifier)
    wanted_set = set(wanted)
    return [item for key, item in found.items() if key in wanted_set]


def without_none(**values: Any) -> Answer:
    """A dict without the values that are None: AWS leaves absent members out."""
    return {name: value for name, value in values.items() if value is not None}
