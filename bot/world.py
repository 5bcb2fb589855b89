"""How the outside of this process is reached: AWS, time, waiting. What a test replaces is replaced here."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.config import Accounts
from bot.diagnosis.check import Check
from bot.diagnosis.engine import Clock
from bot.probing.vantage import LocalVantage, Vantage
from bot.reading import Collector, InThreads, Readers
from bot.reading_apart.process import reading_process
from bot.report.pace import SECONDS
from bot.responding.looking import Alarms, AlarmsIn
from bot.settings import Settings
from bot.tasks.doctor import Examine
from bot.tasks.names import Names


def system_clock() -> Clock:
    """The machine's clock."""
    return Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic)


@dataclass(frozen=True)
class World:
    """What a test replaces: how AWS and its alarms are read, time, waiting, the checks, what `env:` of the file means.

    `pace` is in seconds, between two writes to a channel. `apart` has AWS read by a process of its own.
    """

    readers: Readers | None = None
    alarms: Alarms | None = None
    examine: Examine | None = None
    names: Names | None = None
    clock: Clock = field(default_factory=system_clock)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pace: float = SECONDS
    checks: Sequence[Check[Any]] | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    vantage: Vantage | None = None
    apart: bool = False

    def aws(self, accounts: Accounts) -> tuple[Readers, AlarmsIn]:
        """What reads diagnoses and alarms: AWS, where a test does not replace it."""
        readers, alarms_in = aws_readers(accounts)
        given = self.alarms
        return self.readers or readers, (lambda *_: given) if given else alarms_in


def collector(settings: Settings, world: World, readers: Readers) -> Collector:
    """What reads: threads of this process, or where the world says so a process of its own."""
    if world.apart:
        return reading_process(log_level=settings.log_level)
    return InThreads(readers, world.clock, threads=settings.concurrency)


def aws_readers(accounts: Accounts) -> tuple[Readers, AlarmsIn]:
    """What reads diagnoses and alarms, in every configured account. boto3 is imported here: not every entry point
    reads AWS.
    """
    from bot.aws.accounts import AccountSessions
    from bot.aws.alarms import AlarmReader

    sessions = AccountSessions(accounts)

    def alarms_in(account: str | None, region: str) -> Alarms:
        return AlarmReader(sessions.session(account, region))

    return sessions.reader, alarms_in


def vantage_of(setting: str) -> Vantage | None:
    """Where Probe now probes from; boto3 is imported where a function does it."""
    kind, _, template = setting.partition(":")
    if kind == "local":
        return LocalVantage()
    if kind != "lambda":
        return None
    from bot.aws.probe_function import FunctionVantage

    return FunctionVantage(template)
