"""Who asked for a diagnosis, and where the answer goes: the body of a `diagnose` job, and what buttons carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.diagnosis.model import Request
from bot.language import spoken

DIAGNOSE: Final = "diagnose"
"""The kind of the jobs whose body is an `Ask`."""

LONGEST_VALUE = 2000
"""Characters of a button's value (https://docs.slack.dev/reference/block-kit/block-elements/button-element)."""


class Ask(BaseModel):
    """One request to diagnose, from Slack. Empty strings mean "none"."""

    model_config = ConfigDict(frozen=True)

    request: Request
    channel: str
    thread_ts: str = ""
    """The thread that the answer goes into; without one it goes into the channel, and its details into its thread."""
    user: str = ""
    response_url: str = ""
    """Where a refusal goes that only the asker should see (five uses in thirty minutes)."""
    previous_run: str = ""
    """The run to compare with. A re-run reads everything anew and never joins a run that is under way."""
    message_ts: str = ""
    """A message of ours that the answer replaces, such as the question which API was meant."""
    reference: str = ""
    language: str = Field(default_factory=spoken)
    """The language to answer in: that of the task that asks."""


class RerunValue(BaseModel):
    """What the Re-run button carries: it works even where the run itself is no longer kept."""

    model_config = ConfigDict(frozen=True)

    run: str
    request: Request | None = None


def encode_rerun(run_id: str, request: Request) -> str:
    """The value of a Re-run button; without the request where that is too long for one."""
    full = RerunValue(run=run_id, request=request).model_dump_json(exclude_defaults=True)
    return full if len(full) <= LONGEST_VALUE else RerunValue(run=run_id).model_dump_json(exclude_defaults=True)


def decode_rerun(value: str) -> RerunValue | None:
    """What a Re-run button carries, or None where it is none of ours."""
    try:
        return RerunValue.model_validate_json(value)
    except ValidationError:
        return None


def encode_request(request: Request) -> str:
    """A request as a button's value; empty where it is too long for one."""
    text = request.model_dump_json(exclude_defaults=True)
    return text if len(text) <= LONGEST_VALUE else ""


def decode_request(value: str) -> Request | None:
    """The request of a button's value, or None where it is none of ours."""
    try:
        return Request.model_validate_json(value)
    except ValidationError:
        return None


@dataclass(frozen=True)
class CheckOfRun:
    """What the buttons about one check carry: its code, and the run that it is about."""

    check: str
    run: str

    def encode(self) -> str:
        """The button's value."""
        return f"{self.check} {self.run}"

    @classmethod
    def decode(cls, value: str) -> CheckOfRun:
        """What a button carries; empty texts where it is none of ours, which then is a run that nobody knows."""
        check, _, run = value.partition(" ")
        return cls(check, run)


class HistoryCursor(BaseModel):
    """What the buttons of `history` carry: the API's id where one was named, and where the page begins."""

    model_config = ConfigDict(frozen=True)

    api: str = ""
    about: str = ""
    before: str = ""

    @classmethod
    def decode(cls, value: str) -> HistoryCursor:
        """What a button carries; the first page of all runs where it is none of ours."""
        try:
            return cls.model_validate_json(value)
        except ValidationError:
            return cls()
