"""`logs`: the latest failing requests, from a fresh read of the log sources alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from bot.access import Guard, open_to_all
from bot.diagnosis import engine
from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import all_checks
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Hop, Report
from bot.jobs.interface import Job
from bot.language import _
from bot.log_lines import event, referring
from bot.reading import CannotReadError, SharedReadings
from bot.report import contexts as c
from bot.report.fresh_logs_view import fresh_logs_view
from bot.store.reports import Reports
from bot.tasks.answering import GIVEN_UP, Answers, log
from bot.tasks.asking import LogsAsk

SOURCES: Final = frozenset(
    source.name
    for source in (
        s.CALLER,
        s.REST_APIS,
        s.HTTP_APIS,
        s.STAGE,
        s.LOG_GROUPS,
        s.LOG_DELIVERIES,
        s.EXECUTION_LOG,
        s.ACCESS_LOG,
    )
)
"""The logs, and what must be known to find them."""
CHECKS: Final = tuple(check for check in all_checks() if check.hop is Hop.LOGGING and check.role is Role.CONTEXT)
"""What keeps requests out of the logs."""


@dataclass(frozen=True)
class FreshLogs:
    """Does `logs` jobs."""

    answers: Answers
    readings: SharedReadings
    reports: Reports
    guard: Guard = field(default_factory=open_to_all)

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        ask = LogsAsk.model_validate(job.body)
        with referring(ask.reference):
            try:
                request = await self.guard.admit(ask.request, channel=ask.channel, user=ask.user)
                evidence = await self.readings.evidence(request, _nobody, only=SOURCES)
            except CannotReadError as error:
                await self.answers.privately(job, ask, c.Notice(str(error)))
                return
            report = await asyncio.to_thread(engine.report, evidence, CHECKS)
            if report.logs:
                report = await self.reports.keep_logs(job.id, report)
            event(log, "logs read", api=report.request.api_id, failing=report.failing_requests)
            await self._answer(job, ask, report, evidence)

    async def on_dead(self, job: Job, error: str) -> None:
        """Tell whoever asked."""
        ask = LogsAsk.model_validate(job.body)
        log.error("logs were given up: %s", error)
        await self.answers.privately(job, ask, c.Notice(_(GIVEN_UP), reference=ask.reference))

    async def _answer(self, job: Job, ask: LogsAsk, report: Report, evidence: Evidence) -> None:
        await self.answers.openly(job, ask, fresh_logs_view(report, evidence, job.id))


def _nobody(*_: object) -> None:
    """Nobody follows this reading."""
