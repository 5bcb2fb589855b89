"""Modals. `state` is what Slack keeps with the modal and sends back with every press in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.report.contexts.answers import ExplainedCheck
from bot.report.contexts.parts import Context, Link, MenuChoice
from bot.report.contexts.thread import LogExcerpt


@dataclass(frozen=True)
class LogsView(Context):
    """The redacted log excerpts: one page of one request or of all, or of the lines that hold a text (`filter`)."""

    template: ClassVar[str] = "logs_view"
    title: str
    excerpts: tuple[LogExcerpt, ...]
    choices: tuple[MenuChoice, ...]
    chosen: MenuChoice
    filter: str
    matching: int
    lines: int
    page: int
    pages: int
    older: int
    """Failing requests in the window that are not in the report."""
    run: str
    state: str


@dataclass(frozen=True)
class NoticeView(Context):
    """One thing that is to be said, such as that the run is no longer kept."""

    template: ClassVar[str] = "notice_view"
    title: str
    text: str


@dataclass(frozen=True)
class ExplainView(Context):
    """A check's page, and the other checks that failed in the run."""

    template: ClassVar[str] = "explain_view"
    page: ExplainedCheck
    choices: tuple[MenuChoice, ...]
    chosen: MenuChoice
    state: str


@dataclass(frozen=True)
class Remaining:
    """A cause that a fix would leave."""

    check: str
    resource: Link
    summary: str


@dataclass(frozen=True)
class FixView(Context):
    """What would remain after one fix, on the model. `reason` says why it cannot be tested; else it is empty."""

    template: ClassVar[str] = "fix_view"
    check: str
    fix: str
    outcome: Literal["nothing-left", "still-broken", "not-decided", "not-tested"]
    reason: str
    fixed: tuple[Link, ...]
    remaining: tuple[Remaining, ...]
    more: int
    choices: tuple[MenuChoice, ...]
    chosen: MenuChoice
    state: str


@dataclass(frozen=True)
class PickerView(Context):
    """What is to be diagnosed. Every text is what the field holds now; empty where nothing is chosen yet.

    `api_label` is what the menu shows for `api`. `anywhere` asks for the channel, too. Slack keeps what stands in a
    field as long as its block has the same id: another `api_round` empties the API, another `parts_round` the stage
    and the route.
    """

    template: ClassVar[str] = "picker_view"
    accounts: tuple[str, ...]
    account: str
    region: str
    api: str
    api_label: str
    anywhere: bool
    api_round: int
    parts_round: int
    state: str


@dataclass(frozen=True)
class WrongCauseView(Context):
    """What was the cause instead, in one line."""

    template: ClassVar[str] = "wrong_cause_view"
    cause: str
    longest: int
    state: str
