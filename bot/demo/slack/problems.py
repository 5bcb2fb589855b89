"""The errors that the local Slack answers with: to an app, and to whoever drives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.demo.slack.json_types import Json


class SlackError(Exception):
    """A Web API failure: Slack's own error code, and whatever else the answer carries."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    @classmethod
    def invalid(cls, code: str, problems: Sequence[str]) -> SlackError:
        """An error that lists what was wrong, as Slack does in `errors` and `response_metadata.messages`."""
        return cls(
            code, errors=list(problems), response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]}
        )

    def to_json(self) -> Json:
        """The body of the answer."""
        return {"ok": False, "error": self.code, **self.fields}


class BadRequestError(Exception):
    """The control interface was asked for something impossible; the message says what was expected."""
