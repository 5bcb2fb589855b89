"""`doctor`: tries each read once, tells which are allowed, and keeps it for App Home."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.diagnosis.engine import Clock
from bot.jobs.interface import Job
from bot.language import _
from bot.log_lines import event, referring
from bot.reading import CannotReadError
from bot.report import contexts as c
from bot.report.lists import doctor_report
from bot.store.health import Examination, Examinations
from bot.tasks.answering import GIVEN_UP, Answers, log
from bot.tasks.asking import DoctorAsk


class Reading(Protocol):
    """Whether one action is allowed: `allowed`, `denied`, or `not-known` with the reason."""

    @property
    def action(self) -> str:
        """The IAM action."""

    @property
    def state(self) -> str:
        """One of the three."""

    @property
    def detail(self) -> str:
        """The reason."""


Examine = Callable[[str, str | None], Sequence[Reading]]
"""Tries every read in a region and an account; blocking. CannotReadError for an account that nobody configured."""


@dataclass(frozen=True)
class Doctor:
    """Does `doctor` jobs."""

    answers: Answers
    examine: Examine
    examinations: Examinations
    clock: Clock

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        ask = DoctorAsk.model_validate(job.body)
        with referring(ask.reference):
            try:
                readings = await asyncio.to_thread(self.examine, ask.region, ask.account)
            except CannotReadError as error:
                await self.answers.privately(job, ask, c.Notice(str(error)))
                return
            found = _examination(ask, readings, self.clock.now().isoformat())
            await self.examinations.keep(found)
            event(log, "doctor looked", region=ask.region, allowed=found.allowed, denied=len(found.denied))
            await self.answers.privately(job, ask, doctor_report(found))

    async def on_dead(self, job: Job, error: str) -> None:
        """Tell whoever asked."""
        ask = DoctorAsk.model_validate(job.body)
        log.error("doctor was given up: %s", error)
        await self.answers.privately(job, ask, c.Notice(_(GIVEN_UP), reference=ask.reference))


def _examination(ask: DoctorAsk, readings: Sequence[Reading], at: str) -> Examination:
    unknown = tuple(f"{r.action}: {r.detail}" for r in readings if r.state not in {"allowed", "denied"})
    return Examination(
        region=ask.region,
        account=ask.account or "",
        at=at,
        allowed=sum(reading.state == "allowed" for reading in readings),
        denied=tuple(reading.action for reading in readings if reading.state == "denied"),
        unknown=unknown,
    )
