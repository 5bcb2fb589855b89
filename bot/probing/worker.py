"""One `probe` job: the addresses of a stored run, tried on the wire, and the run judged again with what they showed.

It becomes a run of its own, whose id is the job's: a job that is delivered again after a crash finds what was probed
and posted, probes nothing twice and posts nothing twice. The run that it came from is named in `request`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.access import Guard, RefusedError, open_to_all
from bot.diagnosis import engine
from bot.diagnosis.check import Check
from bot.diagnosis.evidence import Evidence, from_json, to_json
from bot.diagnosis.model import Report
from bot.diagnosis.probed import probed
from bot.jobs.interface import Job
from bot.language import _, marked, plural
from bot.log_lines import event, referring
from bot.probe.result import ProbeResult
from bot.probing.asking import FRESH_MINUTES, ProbeAsk
from bot.probing.order import Prepared, prepared, with_results
from bot.probing.vantage import NOT_INSTALLED, CannotProbeError, Vantage
from bot.report import contexts as c
from bot.report.message import Message
from bot.report.outcome_view import Outcome, outcome_view
from bot.report.poster import Place, Poster, UnreachableError
from bot.report.probe_view import probe_results_view, same_verdict
from bot.report.render import Renderer
from bot.report.thread import thread_messages
from bot.store.interface import Run, RunAlreadyDone, RunState, Store

log = logging.getLogger(__name__)

PREVIOUS_RUN = "previous_run"
"""The key in a run's `request` that names the run whose evidence was probed."""
FORGOTTEN = marked(
    "That run is no longer kept, so its addresses are not known. Please ask again, then press Probe now."
)


class NothingProbed(Exception):  # noqa: N818 - an answer to whoever pressed, no fault of the program
    """The press is answered with this text, and nothing is probed."""


@dataclass(frozen=True)
class _Before:
    """The run that was pressed on."""

    run: Run
    report: Report
    evidence: Evidence


class ProbeWorker:
    """Runs `probe` jobs. Without a vantage it tells what to install."""

    def __init__(
        self,
        *,
        store: Store,
        poster: Poster,
        renderer: Renderer,
        vantage: Vantage | None,
        clock: engine.Clock,
        checks: Sequence[Check[Any]] | None = None,
        guard: Guard | None = None,
    ) -> None:
        self._store = store
        self._poster = poster
        self._renderer = renderer
        self._vantage = vantage
        self._clock = clock
        self._checks = checks
        self._guard = guard or open_to_all()

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        ask = ProbeAsk.model_validate(job.body)
        with referring(ask.reference):
            known = await self._store.runs.get(job.id)
            if known is not None and known.state is RunState.DONE:
                return
            try:
                await self._answer(job, ask, known)
            except UnreachableError as error:
                log.warning("probe %s cannot be shown: %s", job.id, error.code)
                gone = _("Slack does not let me write there any more, so I cannot show what I probed.")
                await self._whisper(ask, gone)

    async def on_dead(self, job: Job, error: str) -> None:
        """Tell whoever pressed that the job was given up after its last attempt."""
        ask = ProbeAsk.model_validate(job.body)
        with referring(ask.reference):
            log.error("probe %s was given up: %s", job.id, error)
            text = _(
                "The probe itself failed; this says nothing about your backend. Reference {reference}.",
                reference=ask.reference,
            )
            with suppress(UnreachableError):
                await self._tell(job, ask, text)

    # --- the steps -----------------------------------------------------------------------------------------------

    async def _answer(self, job: Job, ask: ProbeAsk, known: Run | None) -> None:
        try:
            before = await self._before(ask)
            evidence, report = await self._stored(known) or await self._probe(job, ask, before)
        except NothingProbed as answer:
            await self._tell(job, ask, str(answer))
        else:
            await self._publish(job, ask, before, report, evidence)

    async def _before(self, ask: ProbeAsk) -> _Before:
        run = await self._store.runs.get(ask.run)
        evidence = await self._store.runs.evidence(ask.run) if run else None
        if run is None or run.report is None or evidence is None:
            raise NothingProbed(_(FORGOTTEN))
        try:  # again: the rules may have changed since it was pressed
            await self._guard.admit_to(run.account, channel=ask.channel, user=ask.user)
        except RefusedError as refused:
            raise NothingProbed(str(refused)) from refused
        return _Before(run, Report.model_validate_json(run.report), from_json(evidence))

    async def _stored(self, run: Run | None) -> tuple[Evidence, Report] | None:
        """What an earlier attempt has probed and judged."""
        evidence = await self._store.runs.evidence(run.run_id) if run and run.report else None
        if run is None or run.report is None or evidence is None:
            return None
        return from_json(evidence), Report.model_validate_json(run.report)

    async def _probe(self, job: Job, ask: ProbeAsk, before: _Before) -> tuple[Evidence, Report]:
        """Probe and judge, and keep both before anything else can go wrong."""
        vantage, order = self._allowed(before.evidence)
        under_way = plural(
            "Probing {count} address of this path from {place}…",
            "Probing {count} addresses of this path from {place}…",
            len(order.targets),
            place=vantage.name,
        )
        await self._note(job, ask, under_way)
        results = await self._results(vantage, order, before.report)
        at = self._clock.now()
        evidence = with_results(before.evidence, order.targets, results, at=at, seen_from=vantage.name)
        report = await asyncio.to_thread(engine.report, evidence, self._checks)
        run = replace(
            before.run,
            run_id=job.id,
            job_key=job.key,
            request={**before.run.request, PREVIOUS_RUN: before.run.run_id},
            created=at,
            state=RunState.RUNNING,
            channel=ask.channel,
            message_ts=ask.message_ts,
            thread_ts=ask.thread_ts or None,
            report=report.to_json(),
            finished=None,
        )
        await self._store.runs.save(run, evidence=to_json(evidence))
        event(log, "probed", run=job.id, previous=ask.run, addresses=len(order.targets), seen_from=vantage.name)
        return evidence, report

    def _allowed(self, evidence: Evidence) -> tuple[Vantage, Prepared]:
        """Whence and what to probe; NothingProbed where that cannot or should not be."""
        if self._vantage is None:
            raise NothingProbed(_(NOT_INSTALLED))
        age = self._clock.now() - evidence.at
        if age > timedelta(minutes=FRESH_MINUTES):
            minutes = int(age.total_seconds() // 60)
            raise NothingProbed(
                _(
                    "These addresses were read {minutes} minutes ago and may belong to others by now. Press Re-run "
                    "first, then Probe now on the new report.",
                    minutes=minutes,
                )
            )
        order = prepared(evidence)
        if order.order is None:
            raise NothingProbed(_("There is nothing to probe: {reason}", reason=order.why_none))
        return self._vantage, order

    async def _results(self, vantage: Vantage, order: Prepared, report: Report) -> Sequence[ProbeResult]:
        if order.order is None:
            raise NothingProbed(order.why_none)
        try:
            return await vantage.probe(order.order, report.request)
        except CannotProbeError as error:
            raise NothingProbed(str(error)) from error

    async def _publish(self, job: Job, ask: ProbeAsk, before: _Before, report: Report, evidence: Evidence) -> None:
        """What the wire said into the thread, the verdict into the report's message, its details behind."""
        order = prepared(before.evidence)
        seen = probed(evidence, order.targets)
        view = probe_results_view(seen, order.left_out, before.report, report, asker=ask.user)
        await self._post(job, ask, self._renderer.message(view))
        # No comparison with the run before: the thread has just told it.
        outcome = Outcome(report, evidence, job.id, ask.user, probe_from=self._vantage.name if self._vantage else "")
        await self._poster.turn(ask.channel, urgent=True)
        message = self._renderer.message(outcome_view(outcome))
        if not await self._poster.update(ask.channel, ask.message_ts, message):
            await self._poster.ensure(job.id, "report", Place(ask.channel, ask.thread), message)
        if not same_verdict(before.report, report):
            for number, details in enumerate(thread_messages(self._renderer, report), start=1):
                await self._poster.ensure(job.id, f"details-{number}", Place(ask.channel, ask.thread), details)
        run = await self._store.runs.get(job.id)
        if run is not None:
            with suppress(RunAlreadyDone):
                await self._store.runs.save(replace(run, state=RunState.DONE, finished=self._clock.now()))

    # --- words ---------------------------------------------------------------------------------------------------

    async def _note(self, job: Job, ask: ProbeAsk, text: str) -> None:
        await self._post(job, ask, self._renderer.message(c.Notice(text)))

    async def _post(self, job: Job, ask: ProbeAsk, message: Message) -> None:
        """Put this into the one message that the press has in the thread."""
        place = Place(ask.channel, ask.thread)
        posted = await self._poster.ensure(job.id, "probe", place, message, urgent=True)
        if not posted.fresh:
            await self._poster.turn(ask.channel, urgent=True)
            await self._poster.update(ask.channel, posted.ts, message)

    async def _tell(self, job: Job, ask: ProbeAsk, text: str) -> None:
        """Answer the press: to the person alone where nothing stands in the thread yet, else there."""
        if await self._poster.posted(job.id, "probe") or not await self._whisper(ask, text):
            await self._note(job, ask, text)

    async def _whisper(self, ask: ProbeAsk, text: str) -> bool:
        if not ask.response_url:
            return False
        return await self._poster.answer(ask.response_url, self._renderer.message(c.Notice(text)))
