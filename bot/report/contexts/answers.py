"""Answers that mostly only the caller sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.report.contexts.parts import Buttons, Context, Headline, Link, Subject
from bot.report.contexts.thread import LogExcerpt


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
    logs_usage: str
    explain_usage: str
    history_usage: str
    watch_usage: str
    unwatch_usage: str
    doctor_usage: str
    alarms_usage: str
    forget_usage: str


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


@dataclass(frozen=True)
class RunLine:
    """One run in a list. `message` leads to its report; `right` and `wrong` count what people said of the cause,
    and `comment` is what one of them said it was instead.
    """

    what: str
    headline: Headline
    at: str
    message: Link
    right: int = 0
    wrong: int = 0
    comment: str = ""


@dataclass(frozen=True)
class HistoryPage(Context):
    """Recent runs, newest first. `older` and `newer` are what the buttons carry; empty where there is no such page."""

    template: ClassVar[str] = "history"
    about: str
    runs: tuple[RunLine, ...]
    older: str
    newer: str


@dataclass(frozen=True)
class WatchLine:
    """One watch in a list."""

    id: str
    subject: Subject
    every: str
    headline: str
    checked: str
    thread: Link


@dataclass(frozen=True)
class WatchList(Context):
    """The watches of a channel."""

    template: ClassVar[str] = "watch_list"
    watches: tuple[WatchLine, ...]
    more: int


@dataclass(frozen=True)
class FreshLogs(Context):
    """The latest failing requests, read just now. `failures` says how many, `window` how far back it looked."""

    template: ClassVar[str] = "fresh_logs"
    subject: Subject
    failures: str
    window: str
    excerpts: tuple[LogExcerpt, ...]
    more: int
    unread: tuple[str, ...]
    """The log sources that could not be read, each with the reason."""
    buttons: Buttons


@dataclass(frozen=True)
class DoctorReport(Context):
    """Which reads the role can do in one place: `denied` are actions, `unknown` actions with what stood in the way."""

    template: ClassVar[str] = "doctor"
    region: str
    account: str
    allowed: int
    denied: tuple[str, ...]
    unknown: tuple[str, ...]
    more: int
