"""What a person can ask for, once their words are understood, and how each is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.diagnosis.model import Request

DIAGNOSE_USAGE: Final = "diagnose <api> <stage> [/path] [METHOD] [--account name] [--region region] [--since 30m]"
LOGS_USAGE: Final = "logs <api> <stage> [--region region] [--since 30m]"
EXPLAIN_USAGE: Final = "explain <check code, such as TG-01, or a pasted log line>"
HISTORY_USAGE: Final = "history [api]"
WATCH_USAGE: Final = "watch <api> <stage> [every 30m]"
UNWATCH_USAGE: Final = "unwatch <api> [stage]"
ALARMS_USAGE: Final = "alarms on, alarms off or alarms status"
FORGET_USAGE: Final = "forget <api id>, or forget --before 30d"
DOCTOR_USAGE: Final = "doctor [--account name] [--region region]"

USAGES: Final = {
    "diagnose_usage": DIAGNOSE_USAGE,
    "logs_usage": LOGS_USAGE,
    "explain_usage": EXPLAIN_USAGE,
    "history_usage": HISTORY_USAGE,
    "watch_usage": WATCH_USAGE,
    "unwatch_usage": UNWATCH_USAGE,
    "alarms_usage": ALARMS_USAGE,
    "doctor_usage": DOCTOR_USAGE,
    "forget_usage": FORGET_USAGE,
}
"""All of them, by their names in the template of `help`."""


@dataclass(frozen=True)
class Diagnose:
    """Find out why this API fails."""

    request: Request


@dataclass(frozen=True)
class Logs:
    """Show the latest failing requests."""

    request: Request


@dataclass(frozen=True)
class ExplainCheck:
    """Say what a check looks at. The code is in capitals; whether there is such a check is not known here."""

    code: str


@dataclass(frozen=True)
class ExplainLog:
    """Say what a pasted log line means."""

    text: str


@dataclass(frozen=True)
class History:
    """List the recent runs, of one API (a name or an id) or of all."""

    api: str = ""


@dataclass(frozen=True)
class StartWatch:
    """Check again on a schedule."""

    request: Request
    every_minutes: int


@dataclass(frozen=True)
class ListWatches:
    """Say what is watched."""


@dataclass(frozen=True)
class EndWatch:
    """Check no more. Without a stage: every stage of the API."""

    api: str
    stage: str = ""


@dataclass(frozen=True)
class Doctor:
    """Try every read once."""

    region: str
    account: str | None = None


@dataclass(frozen=True)
class Alarms:
    """Answer alarms in this channel, leave them alone, or (neither) say which it is."""

    on: bool | None = None


@dataclass(frozen=True)
class Forget:
    """Delete the stored runs of this API, or those that are older than so many days."""

    api_id: str | None = None
    days: int | None = None


@dataclass(frozen=True)
class Help:
    """Say what can be asked."""


@dataclass(frozen=True)
class Pick:
    """Nothing was said: ask what is to be diagnosed."""


Command = (
    Diagnose
    | Logs
    | ExplainCheck
    | ExplainLog
    | History
    | StartWatch
    | ListWatches
    | EndWatch
    | Doctor
    | Alarms
    | Forget
    | Help
    | Pick
)
