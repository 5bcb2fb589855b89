"""Does `watch` jobs: checks, speaks where the verdict has changed, and puts the job of the next check.

A pause longer than a job may wait takes several jobs, each of which puts the next. The next job is put before the book
is written, and a job whose time is not the book's own does nothing: so a crash between the two loses no watch and
doubles none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.access import Guard, open_to_all
from bot.diagnosis import engine
from bot.diagnosis.check import Check
from bot.diagnosis.model import GapReason, Report, State
from bot.jobs.interface import Job, JobQueue
from bot.language import _
from bot.log_lines import event, referring
from bot.reading import CannotReadError, SharedReadings
from bot.report import contexts as c
from bot.report.poster import Place, Poster, UnreachableError
from bot.report.render import Renderer
from bot.report.watch_view import changed_view, ended_view, spoken, started_view
from bot.watching.watch import MOST_FAILURES, Watch, Watches, WatchTurn, fingerprint, put_turn

log = logging.getLogger(__name__)

_PASSING = {GapReason.THROTTLED, GapReason.TIMEOUT, GapReason.ERROR}


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """Works on `watch` jobs."""

    jobs: JobQueue
    watches: Watches
    poster: Poster
    renderer: Renderer
    readings: SharedReadings
    clock: engine.Clock
    guard: Guard = field(default_factory=open_to_all)
    """The rules hold at every check: whoever asked for the watch may have lost the right to."""
    checks: Sequence[Check[Any]] | None = None

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        turn = WatchTurn.model_validate(job.body)
        watch = await self.watches.get(turn.watch)
        if watch is None or watch.due_at != turn.due:
            return
        wait = (turn.due - self.clock.now()).total_seconds()
        if wait > 0:
            await put_turn(self.jobs, turn.model_copy(update={"hop": turn.hop + 1}), wait)
            return
        with referring(turn.reference):
            try:
                await self._check(job, watch)
            except UnreachableError as error:
                await self._leave(watch, error)

    async def on_dead(self, job: Job, error: str) -> None:
        """The check was given up: it counts as one that did not succeed."""
        turn = WatchTurn.model_validate(job.body)
        log.error("a check of watch %s was given up: %s", turn.watch, error)
        watch = await self.watches.get(turn.watch)
        if watch is None or watch.due_at != turn.due:
            return
        try:
            await self._missed(job, watch, _("vpclink itself failed; its log tells more."))
        except UnreachableError as unreachable:
            await self._leave(watch, unreachable)

    async def _check(self, job: Job, watch: Watch) -> None:
        try:
            request = await self.guard.admit(watch.asked, channel=watch.channel, user=watch.user)
            evidence = await self.readings.evidence(request, _nobody, alone=True)
        except CannotReadError as error:
            await self._missed(job, watch, str(error))
            return
        report = await asyncio.to_thread(engine.report, evidence, self.checks)
        if _is_blind(report):
            await self._missed(job, watch, _("AWS did not answer what must be known."))
            return
        verdict, now = fingerprint(report), self.clock.now()
        thread = watch.thread_ts
        if not watch.verdict:
            thread = await self._say(job, watch, "started", started_view(watch, report))
        elif verdict != watch.verdict:
            await self._say(job, watch, "changed", changed_view(watch, report))
        event(log, "watch checked", watch=watch.id, changed=bool(watch.verdict) and verdict != watch.verdict)
        await self._go_on(
            watch,
            thread_ts=watch.thread_ts or thread,
            verdict=verdict,
            headline=spoken(report),
            checked=now.isoformat(),
            failures=0,
        )

    async def _missed(self, job: Job, watch: Watch, reason: str) -> None:
        """A check that did not succeed says nothing about the API. After several of them the watch ends."""
        failures = watch.failures + 1
        log.warning("a check of watch %s did not succeed (%d in a row): %s", watch.id, failures, reason)
        if failures < MOST_FAILURES:
            await self._go_on(watch, failures=failures)
            return
        await self._say(job, watch, "ended", ended_view(watch, failures=failures, reason=reason))
        await self.watches.end(watch.id)

    async def _go_on(self, watch: Watch, **changes: Any) -> None:
        due = watch.after(self.clock.now())
        await put_turn(self.jobs, WatchTurn(watch=watch.id, due=due), self._until(due))
        await self.watches.change(watch, due=due.isoformat(), **changes)

    def _until(self, due: datetime) -> float:
        return (due - self.clock.now()).total_seconds()

    async def _say(self, job: Job, watch: Watch, part: str, context: c.Context) -> str:
        message = self.renderer.message(context)
        return (await self.poster.ensure(job.id, part, Place(watch.channel, watch.thread_ts), message)).ts

    async def _leave(self, watch: Watch, error: UnreachableError) -> None:
        """The channel is gone, or the bot was put out of it: nobody is left to speak to."""
        log.warning("watch %s ends: its channel cannot be written to (%s)", watch.id, error.code)
        await self.watches.end(watch.id)
        if watch.response_url and not watch.verdict:
            words = _(
                "Slack does not let me write here ({code}). Write /invite for me in the channel, and ask again.",
                code=error.code,
            )
            await self.poster.answer(watch.response_url, self.renderer.message(c.Notice(words)))


def _is_blind(report: Report) -> bool:
    """Whether nothing was decided because of trouble that passes, such as throttling."""
    undecided = report.verdict.state is State.INCONCLUSIVE
    return undecided and bool(report.gaps) and all(gap.reason in _PASSING for gap in report.gaps)


def _nobody(*_: object) -> None:
    """Nobody follows this reading."""
