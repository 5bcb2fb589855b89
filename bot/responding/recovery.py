"""An alarm is over: one line in the thread of its diagnosis, with what has changed since, and a check mark."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.access import Guard, open_to_all
from bot.diagnosis import engine
from bot.diagnosis.check import Check
from bot.diagnosis.model import Report, Request
from bot.log_lines import event
from bot.reading import CannotReadError, SharedReadings
from bot.report.marks import Marks
from bot.report.poster import Place, Poster
from bot.report.render import Renderer
from bot.responding import lines
from bot.responding.asking import AlarmAsk
from bot.responding.looking import LookUp
from bot.responding.memory import AlarmMemory
from bot.responding.storm import Storms
from bot.store.interface import Runs

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Tells recoveries. An alarm that rings again by the time that it would be told has not recovered."""

    runs: Runs
    memory: AlarmMemory
    storms: Storms
    poster: Poster
    marks: Marks
    renderer: Renderer
    readings: SharedReadings
    look_up: LookUp
    guard: Guard = field(default_factory=open_to_all)
    checks: Sequence[Check[Any]] | None = None

    async def tell(self, ask: AlarmAsk, *, read: bool = True) -> None:
        """Tell it, where the alarm was answered; `read` says whether to read the path again."""
        opened = await self.memory.opened(ask)
        if opened is None:
            await self.storms.over(ask)
            return
        if read and await self._rings(ask):
            event(log, "alarm rings again", alarm=opened.name)
            return
        run = await self.runs.get(opened.run)
        before = Report.model_validate_json(run.report) if run and run.report else None
        now = await self._read_again(ask, Request.model_validate(run.request)) if run and before and read else None
        line = lines.recovered(opened.name, ask.when - opened.when, before, now)
        place = Place(ask.channel, opened.thread)
        await self.poster.ensure(opened.job, "recovered", place, self.renderer.message(line))
        await self.marks.check(ask.channel, opened.ts)
        await self.memory.forget(ask, opened)

    async def _rings(self, ask: AlarmAsk) -> bool:
        look_up = self.look_up.within(ask.channel, ask.user, ask.alarm.account)
        try:
            return (await look_up.alarm(ask.alarm)).state == "ALARM"
        except CannotReadError:
            return False

    async def _read_again(self, ask: AlarmAsk, request: Request) -> Report | None:
        try:
            request = await self.guard.admit(request, channel=ask.channel, user=ask.user)
            evidence = await self.readings.evidence(request, lambda *_: None, alone=True)
        except CannotReadError:
            return None
        return await asyncio.to_thread(engine.report, evidence, self.checks)
