"""One job: diagnose, report, store. Knows neither HTTP nor Socket Mode.

A job may be delivered again after a crash: its run id is the job's, so the run, its message and every part of its
thread are found again and completed, and nothing is posted twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from bot.access import Guard, open_to_all
from bot.diagnosis import engine
from bot.diagnosis.check import Check
from bot.diagnosis.evidence import Evidence, Key, from_json, to_json
from bot.diagnosis.model import Report
from bot.jobs.interface import Job
from bot.log_lines import event, referring
from bot.probing.vantage import Vantage
from bot.reading import CannotReadError, SharedReadings
from bot.report import contexts as c
from bot.report.asking import DIAGNOSE, Ask
from bot.report.difference import difference
from bot.report.illustrator import Illustrator
from bot.report.live import LiveMessage
from bot.report.message import Message
from bot.report.outcome_view import Outcome, outcome_view
from bot.report.poster import Place, Poster, UnreachableError
from bot.report.render import Renderer
from bot.report.running_view import failed_view, interrupted_view, progress_view, refused_view
from bot.report.thread import thread_messages
from bot.store.interface import Run, RunAlreadyDone, RunState, Store

log = logging.getLogger(__name__)

_GOODBYE_SECONDS = 3.0


@dataclass
class _Work:
    """One run while it is worked on."""

    ask: Ask
    run: Run
    ts: str = ""
    told: bool = False
    """Whether the verdict stands in the message."""

    @property
    def thread(self) -> Place:
        """Where the details go."""
        return Place(self.ask.channel, self.ask.thread_ts or self.ts)


class Worker:
    """Runs `diagnose` jobs. `bot_name` is what people write behind `/invite @`; without an illustrator no pictures.

    `vantage` is where Probe now would probe from; None where nothing is set up for it.
    """

    def __init__(
        self,
        *,
        store: Store,
        poster: Poster,
        renderer: Renderer,
        readings: SharedReadings,
        clock: engine.Clock,
        bot_name: str,
        guard: Guard | None = None,
        checks: Sequence[Check[Any]] | None = None,
        illustrator: Illustrator | None = None,
        vantage: Vantage | None = None,
    ) -> None:
        self._store = store
        self._poster = poster
        self._renderer = renderer
        self._readings = readings
        self._clock = clock
        self._bot_name = bot_name
        self._guard = guard or open_to_all()
        self._checks = checks
        self._illustrator = illustrator
        self._vantage = vantage

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        if job.kind != DIAGNOSE:
            raise ValueError(f"expected a job of kind {DIAGNOSE}, got {job.kind}: a newer vpclink wrote it")
        ask = Ask.model_validate(job.body)
        with referring(ask.reference):
            work = _Work(ask, await self._begin(job, ask))
            if work.run.state is RunState.DONE:
                return
            try:
                # Again: the rules may have changed since it was asked, and what a stored button holds is older still.
                request = await self._guard.admit(ask.request, channel=ask.channel, user=ask.user)
                work.ask = ask.model_copy(update={"request": request})
                await self._diagnose(work)
            except UnreachableError as error:
                await self._refuse(work, error)
            except CannotReadError as error:
                await self._tell_failure(work, reason=str(error))
                await self._end(work, RunState.FAILED)
            except asyncio.CancelledError:
                await self._say_goodbye(work)
                raise
            except Exception:
                if work.ts and not work.told:
                    with suppress(Exception):  # the failure itself is what must be told, and is raised
                        await self._tell_failure(work, again=True)
                raise

    async def on_dead(self, job: Job, error: str) -> None:
        """Tell whoever asked that the job was given up after its last attempt."""
        ask = Ask.model_validate(job.body)
        with referring(ask.reference):
            log.error("run %s was given up: %s", job.id, error)
            work = _Work(ask, await self._begin(job, ask))
            if work.run.state is RunState.DONE:
                return
            work.ts = ask.message_ts or await self._poster.posted(job.id, "report") or ""
            try:
                await self._tell_failure(work)
            except UnreachableError as unreachable:
                await self._refuse(work, unreachable)
            await self._end(work, RunState.FAILED)

    # --- the steps -----------------------------------------------------------------------------------------------

    async def _begin(self, job: Job, ask: Ask) -> Run:
        known = await self._store.runs.get(job.id)
        if known is not None and known.state is RunState.FAILED:
            return replace(known, state=RunState.RUNNING, finished=None)
        if known is not None:
            return known
        run = Run(
            run_id=job.id,
            job_key=job.key,
            request=ask.request.model_dump(mode="json"),
            created=self._clock.now(),
            stage=ask.request.stage,
            region=ask.request.region,
            account=ask.request.account,
            channel=ask.channel,
            thread_ts=ask.thread_ts or None,
        )
        await self._store.runs.save(run)
        return run

    async def _diagnose(self, work: _Work) -> None:
        started = self._clock.monotonic()
        await self._open(work)
        evidence, report = await self._stored(work.run) or await self._read(work)
        await self._publish(work, report, evidence)
        await self._end(work, RunState.DONE)
        event(
            log,
            "run finished",
            run=work.run.run_id,
            api=report.request.api_id or report.request.api,
            stage=report.request.stage,
            verdict=report.verdict.state.value,
            causes=[cause.check for cause in report.verdict.causes],
            gaps=len(report.gaps),
            aws_calls=report.timing.aws_calls,
            seconds=round(self._clock.monotonic() - started, 3),
        )

    async def _open(self, work: _Work) -> None:
        """Show that the work has begun, in the message that stands there already or in a new one."""
        ask, run = work.ask, work.run
        view = self._progress(work, None, frozenset(), 0)
        fresh = False
        work.ts = run.message_ts or ask.message_ts
        if not work.ts:
            place = Place(ask.channel, ask.thread_ts)
            posted = await self._poster.ensure(run.run_id, "report", place, view, urgent=True)
            work.ts, fresh = posted.ts, posted.fresh
        if not fresh and run.report is None:
            await self._show(work, view)
        await self._remember_message(work, work.ts)

    async def _remember_message(self, work: _Work, ts: str) -> None:
        work.run = replace(work.run, message_ts=ts)
        await self._store.runs.save(work.run)

    async def _stored(self, run: Run) -> tuple[Evidence, Report] | None:
        """What an earlier attempt has read and judged."""
        evidence = await self._store.runs.evidence(run.run_id) if run.report else None
        if run.report is None or evidence is None:
            return None
        return from_json(evidence), Report.model_validate_json(run.report)

    async def _read(self, work: _Work) -> tuple[Evidence, Report]:
        """Read and judge, with the message following; keep both before anything else can go wrong."""
        known: tuple[Evidence | None, frozenset[Key]] = (None, frozenset())
        turn = 0

        def progress(evidence: Evidence, pending: frozenset[Key]) -> None:
            nonlocal known
            known = (evidence, pending)
            live.change()

        async def edit() -> None:
            nonlocal turn
            turn += 1
            await self._poster.update(work.ask.channel, work.ts, self._progress(work, *known, turn))

        live = LiveMessage(lambda: self._poster.turn(work.ask.channel), edit)
        live.start()
        try:
            evidence = await self._readings.evidence(work.ask.request, progress, alone=bool(work.ask.previous_run))
            report = await asyncio.to_thread(engine.report, evidence, self._checks)
        finally:
            await live.stop()
        work.run = replace(
            work.run,
            report=report.to_json(),
            api_id=report.request.api_id,
            account=report.request.account,
            region=report.request.region,
        )
        await self._store.runs.save(work.run, evidence=to_json(evidence))
        return evidence, report

    async def _publish(self, work: _Work, report: Report, evidence: Evidence) -> None:
        """The verdict into the message, the details into the thread."""
        previous = await self._previous(work.ask)
        changed = difference(previous, report) if previous else None
        probe_from = self._vantage.name if self._vantage else ""
        outcome = Outcome(report, evidence, work.run.run_id, work.ask.user, previous, changed, probe_from=probe_from)
        context = outcome_view(outcome)
        await self._show(work, self._renderer.message(context))
        work.told = True
        if isinstance(context, c.Question) or (changed is not None and changed.same):
            return  # nothing to tell, or the thread has told it already
        for number, message in enumerate(thread_messages(self._renderer, report, work.run.run_id), start=1):
            await self._poster.ensure(work.run.run_id, f"details-{number}", work.thread, message)
        if self._illustrator:
            await self._illustrator.illustrate(work.run.run_id, work.thread, report, evidence)

    async def _show(self, work: _Work, message: Message) -> None:
        """Put this into the run's message; where somebody deleted it, into a new one."""
        await self._poster.turn(work.ask.channel, urgent=True)
        if work.ts and await self._poster.update(work.ask.channel, work.ts, message):
            return
        place = Place(work.ask.channel, work.ask.thread_ts)
        part = "report-again" if work.ts else "report"
        posted = await self._poster.ensure(work.run.run_id, part, place, message, urgent=True)
        if not posted.fresh:
            await self._poster.update(work.ask.channel, posted.ts, message)
        work.ts = posted.ts
        await self._remember_message(work, posted.ts)

    async def _previous(self, ask: Ask) -> Report | None:
        """The report to compare with, where it is still kept."""
        run = await self._store.runs.get(ask.previous_run) if ask.previous_run else None
        return Report.model_validate_json(run.report) if run and run.report else None

    async def _end(self, work: _Work, state: RunState) -> None:
        work.run = replace(work.run, state=state, finished=self._clock.now())
        with suppress(RunAlreadyDone):
            await self._store.runs.save(work.run)

    # --- what goes wrong -----------------------------------------------------------------------------------------

    async def _refuse(self, work: _Work, error: UnreachableError) -> None:
        """The bot may not write there: say so where only the asker sees it."""
        log.warning("run %s cannot be shown: %s", work.run.run_id, error.code)
        if work.ask.response_url:
            notice = self._renderer.message(refused_view(work.ask, error.code, self._bot_name))
            await self._poster.answer(work.ask.response_url, notice)
        await self._end(work, RunState.FAILED)

    async def _tell_failure(self, work: _Work, *, again: bool = False, reason: str = "") -> None:
        message = self._renderer.message(failed_view(work.ask, work.run.run_id, again=again, reason=reason))
        if work.run.report is not None and not again:
            # The verdict may stand in the message: it must not be lost to a failure that came after it.
            await self._poster.ensure(work.run.run_id, "failed", work.thread, message)
        else:
            await self._show(work, message)

    async def _say_goodbye(self, work: _Work) -> None:
        """The process ends; the job stays in the queue. Said in the message, unless the verdict stands there."""
        if not work.ts or work.told:
            return
        view = interrupted_view(work.ask, turn=int(self._clock.now().timestamp()))
        update = self._poster.update(work.ask.channel, work.ts, self._renderer.message(view))
        with suppress(Exception):  # the job is durable: it is finished after the restart, said or not
            await asyncio.wait_for(update, _GOODBYE_SECONDS)

    def _progress(self, work: _Work, evidence: Evidence | None, pending: frozenset[Key], turn: int) -> Message:
        return self._renderer.message(progress_view(work.ask, evidence, pending, turn))
