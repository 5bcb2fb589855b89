"""Modals, and answers that only the caller sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.report.contexts.parts import Context
from bot.report.contexts.thread import LogExcerpt


@dataclass(frozen=True)
class RequestChoice:
    """An option of the modal's menu of failing requests."""

    label: str
    value: str


@dataclass(frozen=True)
class LogsView(Context):
    """The modal of redacted log excerpts: one page of one request or of all. `state` travels with the modal."""

    template: ClassVar[str] = "logs_view"
    title: str
    excerpts: tuple[LogExcerpt, ...]
    choices: tuple[RequestChoice, ...]
    chosen: RequestChoice
    page: int
    pages: int
    older: int
    """Failing requests in the window that are not in the report."""
    state: str


@dataclass(frozen=True)
class NoticeView(Context):
    """A modal that says one thing, such as that the run is no longer kept."""

    template: ClassVar[str] = "notice_view"
    title: str
    text: str


@dataclass(frozen=True)
class Notice(Context):
    """A short answer that only the caller sees. `expected` says what would have been understood."""

    template: ClassVar[str] = "notice"
    text: str
    expected: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Refused(Context):
    """Not allowed, or not configured. Who can, as Slack's ids; else the channels in which one may ask."""

    template: ClassVar[str] = "refused"
    text: str
    expected: str = ""
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class HelpText(Context):
    """What can be asked. `command` is the slash command, `mention` the bot's name."""

    template: ClassVar[str] = "help"
    command: str
    mention: str
    diagnose_usage: str
    explain_usage: str


@dataclass(frozen=True)
class ExplainedCheck(Context):
    """A check's page."""

    template: ClassVar[str] = "explained_check"
    code: str
    title: str
    hop: str
    what: str
    why: str
    decided: str
    fixed: str
    references: str
    reads: str


@dataclass(frozen=True)
class ExplainedField:
    """Something that a log says of itself."""

    name: str
    value: str


@dataclass(frozen=True)
class ExplainedLog(Context):
    """What a pasted log means. `checks` are those that look for its cause."""

    template: ClassVar[str] = "explained_log"
    signature: str
    label: str
    meaning: str
    fields: tuple[ExplainedField, ...]
    checks: tuple[str, ...]
