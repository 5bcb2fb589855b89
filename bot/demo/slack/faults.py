"""Faults that a test asks for: the next matching Web API call goes wrong in the way described."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.demo.slack.json_types import Json


class Fault(BaseModel):
    """How a call goes wrong.

    `error` answers with that error code; `retry_after` answers 429 with that many seconds; `http_status` answers with
    an empty body of that status; `lost_reply` does the work and then drops the connection; `delay` waits that many
    seconds first, and may stand alone or with any other. `method` is a Web API method or `*`. `when` narrows it:
    `block_type` names a type of block that the call carries anywhere, every other key an argument and its value.
    """

    model_config = ConfigDict(extra="forbid")

    method: str
    error: str | None = None
    retry_after: int | None = Field(default=None, ge=1)
    http_status: int | None = Field(default=None, ge=400, le=599)
    lost_reply: bool = False
    delay: float = Field(default=0, ge=0)
    times: int = Field(default=1, ge=1)
    when: dict[str, Any] = Field(default_factory=dict)

    def matches(self, method: str, arguments: Json) -> bool:
        """Whether this call is meant."""
        if self.method not in ("*", method):
            return False
        wanted = dict(self.when)
        block_type = wanted.pop("block_type", None)
        if block_type is not None and not _has_type(arguments, block_type):
            return False
        return all(arguments.get(key) == value for key, value in wanted.items())


def _has_type(value: object, wanted: str) -> bool:
    if isinstance(value, dict):
        return value.get("type") == wanted or any(_has_type(item, wanted) for item in value.values())
    return isinstance(value, list) and any(_has_type(item, wanted) for item in value)


class Faults:
    """The faults still to come; each is used up after its number of times."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Have this happen."""
        self._waiting.append(fault.model_copy())

    def take(self, method: str, arguments: Json) -> Fault | None:
        """The fault for this call, now used once more."""
        for fault in self._waiting:
            if fault.matches(method, arguments):
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Let everything go well again."""
        self._waiting.clear()

    def to_json(self) -> list[Json]:
        """The faults still to come."""
        return [fault.model_dump() for fault in self._waiting]
