"""One alarm: find out what it is about, then start a diagnosis in its thread, join another one, or keep still.

A job may be delivered again after a crash: whatever it says is a part of the job, and its diagnosis is a job with a
key of its own, so that nothing is said or started twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.access import Guard, open_to_all
from bot.alarms import Alarm
from bot.diagnosis import engine
from bot.diagnosis.check import Check
from bot.diagnosis.model import Gap, Report, Request
from bot.jobs.interface import Job, JobQueue
from bot.jobs.message import job_id
from bot.log_lines import event, referring
from bot.reading import CannotReadError, SharedReadings
from bot.report import contexts as c
from bot.report.asking import DIAGNOSE, Ask
from bot.report.marks import Marks
from bot.report.poster import Place, Poster, UnreachableError
from bot.report.render import Renderer
from bot.responding import lines
from bot.responding.asking import ALARM, AlarmAsk
from bot.responding.memory import AlarmMemory, Opened
from bot.responding.questions import question
from bot.responding.subject import NotOurs, Subject, children_of, completed, must_look_up, request_for, subject_of
from bot.store.interface import Runs

log = logging.getLogger(__name__)

_DEEPEST = 4
"""Levels of composite alarms that are looked into."""


class Alarms(Protocol):
    """How AWS is asked about alarms; blocking."""

    def alarms(self, region: str, names: Sequence[str]) -> list[dict[str, Any]] | Gap:
        """The alarms of these names, as DescribeAlarms describes them."""

    def stages(self, region: str, api: str) -> tuple[str, ...] | Gap:
        """The names of an API's stages."""


AlarmsIn = Callable[[str | None, str], Alarms]
"""What reads the alarms of an account (its id; None: the one that is meant by default) in a region; CannotReadError."""


@dataclass(frozen=True, kw_only=True)
class Responder:
    """Works on `alarm` jobs."""

    jobs: JobQueue
    runs: Runs
    memory: AlarmMemory
    poster: Poster
    marks: Marks
    renderer: Renderer
    readings: SharedReadings
    alarms_in: AlarmsIn
    guard: Guard = field(default_factory=open_to_all)
    default_region: str | None = None
    checks: Sequence[Check[Any]] | None = None

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        if job.kind != ALARM:
            raise ValueError(f"expected a job of kind {ALARM}, got {job.kind}")
        ask = AlarmAsk.model_validate(job.body)
        with referring(ask.reference):
            try:
                await (self._recover(ask) if ask.wanted == "recovery" else self._respond(job, ask))
            except UnreachableError as error:
                log.warning("alarm job %s cannot be answered: %s", job.id, error.code)
                await self._tell_asker(ask, f"Slack does not let me write here ({error.code}).")
            except CannotReadError as error:
                await self._refuse(job, ask, error)

    async def on_dead(self, job: Job, error: str) -> None:
        """Say in the alarm's thread that its diagnosis was given up; of a recovery, tell it without reading again."""
        ask = AlarmAsk.model_validate(job.body)
        with referring(ask.reference):
            log.error("alarm job %s was given up: %s", job.id, error)
            if ask.wanted == "recovery":
                await self._recover(ask, read=False)
            else:
                await self._say(job, "given-up", ask, lines.given_up(_name(ask), ask.reference))

    # --- an alarm is raised --------------------------------------------------------------------------------------

    async def _respond(self, job: Job, ask: AlarmAsk) -> None:
        alarm, gap = await self._looked_up(ask)
        subject = subject_of(alarm, self.default_region)
        if isinstance(subject, NotOurs):
            await self._keep_still(job, ask, subject, gap)
            return
        if gap is not None:
            await self._say(job, "not-read", ask, lines.not_read(_name(ask), gap, lines.GOES_ON))
        request = subject.request or await self._only_request(job, ask, subject)
        if request is None:
            return
        request = await self.guard.admit(request, channel=ask.channel, user=ask.user)
        opened = self._opened(job, ask)
        first = opened if ask.user else await self.memory.open_or_first(ask, request, opened)
        if first.job == job.id:
            await self._start(job, ask, alarm, request, opened)
        else:
            await self._join(job, ask, first, opened)

    async def _looked_up(self, ask: AlarmAsk) -> tuple[Alarm, Gap | None]:
        """The alarm with what DescribeAlarms says of it; a composite one with what its children say."""
        alarm = ask.alarm
        region = alarm.region or self.default_region
        if not must_look_up(alarm) or region is None or alarm.alarm_name is None:
            return alarm, None
        reader = await self._alarms(ask, alarm.account, region)
        names: tuple[str, ...] = (alarm.alarm_name,)
        found: list[dict[str, Any]] = []
        for _ in range(_DEEPEST):
            rows = await asyncio.to_thread(reader.alarms, region, names)
            if isinstance(rows, Gap):
                return alarm, rows
            found += rows
            names = children_of(rows)
            if not names:
                break
        return completed(alarm, found), None

    async def _alarms(self, ask: AlarmAsk, account: str | None, region: str) -> Alarms:
        """What reads in an account that may be read for this alarm. RefusedError, CannotReadError."""
        settled = await self.guard.admit_account(account, region, channel=ask.channel, user=ask.user)
        return await asyncio.to_thread(self.alarms_in, settled, region)

    async def _refuse(self, job: Job, ask: AlarmAsk, why: CannotReadError) -> None:
        """Nothing is read: told to whoever asked; of an alarm that names an API, once an hour in its thread."""
        event(log, "alarm refused", job=job.id, alarm=ask.alarm.alarm_name, reason=str(why))
        if ask.response_url:
            await self._tell_asker(ask, str(why))
        elif (
            ask.alarm.apis
            and ask.alarm.relevant is not False
            and await self.memory.first_to_say(f"{ask.channel}:{why}", job.id)
        ):
            await self._say(job, "refused", ask, lines.refused(_name(ask), str(why)))

    async def _keep_still(self, job: Job, ask: AlarmAsk, why: NotOurs, gap: Gap | None) -> None:
        event(log, "alarm left alone", job=job.id, alarm=ask.alarm.alarm_name, reason=why.reason, unread=bool(gap))
        if ask.response_url:
            await self._tell_asker(ask, f"Nothing to diagnose: this {why.reason}.", gap)
        elif gap is not None and await self.memory.first_to_say(f"{ask.channel}:{gap.action}:{gap.reason}", job.id):
            await self._say(job, "not-read", ask, lines.not_read(_name(ask), gap, lines.CANNOT_TELL))

    async def _only_request(self, job: Job, ask: AlarmAsk, subject: Subject) -> Request | None:
        """The request, where the only API has only one stage; else which one is meant is asked with buttons."""
        choices: list[Request] = []
        for api in subject.apis:
            stages: tuple[str, ...] | Gap = (api.stage,) if api.stage else ()
            if not stages:
                reader = await self._alarms(ask, subject.account, subject.region)
                stages = await asyncio.to_thread(reader.stages, subject.region, api.id or api.name or "")
            if isinstance(stages, Gap):
                await self._say(job, "not-read", ask, lines.not_read(_name(ask), stages, lines.NO_STAGE))
                return None
            choices += [request_for(subject, api, stage) for stage in stages]
        if len(choices) == 1:
            return choices[0]
        await self._say(job, "question", ask, question(_name(ask), subject, choices))
        await self.memory.remember(ask, self._opened(job, ask))
        return None

    async def _start(self, job: Job, ask: AlarmAsk, alarm: Alarm, request: Request, opened: Opened) -> None:
        for number, line in enumerate(lines.caution_lines(opened.name, alarm.cautions), start=1):
            await self._say(job, f"caution-{number}", ask, line)
        body = Ask(
            request=request,
            channel=ask.channel,
            thread_ts=opened.thread,
            user=ask.user,
            response_url=ask.response_url,
            reference=ask.reference,
        )
        await self.memory.remember(ask, opened)
        put = await self.jobs.put(DIAGNOSE, body.model_dump(mode="json"), key=_run_key(job))
        event(log, "alarm taken", job=job.id, alarm=ask.alarm.alarm_name, run=put.job_id, api=request.api)

    async def _join(self, job: Job, ask: AlarmAsk, first: Opened, opened: Opened) -> None:
        event(log, "alarm joined another", job=job.id, alarm=opened.name, first=first.name)
        mine = await self.marks.permalink(ask.channel, ask.ts)
        theirs = await self.marks.permalink(ask.channel, first.ts)
        line = lines.joins(opened.name, mine, opened.when, again=first.name == opened.name)
        await self._say(job, "joins", ask, line, thread=first.thread)
        await self._say(job, "joined", ask, lines.joined(first.name, theirs))
        joined = Opened(opened.job, opened.name, opened.ts, first.thread, first.run, opened.at)
        await self.memory.remember(ask, joined)

    # --- an alarm is over ----------------------------------------------------------------------------------------

    async def _recover(self, ask: AlarmAsk, *, read: bool = True) -> None:
        opened = await self.memory.opened(ask)
        if opened is None:
            return
        run = await self.runs.get(opened.run)
        before = Report.model_validate_json(run.report) if run and run.report else None
        now = await self._read_again(ask, Request.model_validate(run.request)) if run and before and read else None
        line = lines.recovered(opened.name, ask.when - opened.when, before, now)
        place = Place(ask.channel, opened.thread)
        await self.poster.ensure(opened.job, "recovered", place, self.renderer.message(line))
        await self.marks.check(ask.channel, opened.ts)
        await self.memory.forget(ask, opened)

    async def _read_again(self, ask: AlarmAsk, request: Request) -> Report | None:
        try:
            request = await self.guard.admit(request, channel=ask.channel, user=ask.user)
            evidence = await self.readings.evidence(request, lambda *_: None, alone=True)
        except CannotReadError:
            return None
        return await asyncio.to_thread(engine.report, evidence, self.checks)

    # --- words ---------------------------------------------------------------------------------------------------

    def _opened(self, job: Job, ask: AlarmAsk) -> Opened:
        return Opened(job.id, _name(ask), ask.thread, ask.thread, job_id(_run_key(job)), ask.when.isoformat())

    async def _say(self, job: Job, part: str, ask: AlarmAsk, what: c.Context, *, thread: str = "") -> None:
        place = Place(ask.channel, thread or ask.thread)
        await self.poster.ensure(job.id, part, place, self.renderer.message(what))

    async def _tell_asker(self, ask: AlarmAsk, text: str, gap: Gap | None = None) -> None:
        """Say something to whoever used the shortcut, to nobody else."""
        if ask.response_url:
            read = f" {gap.action} did not succeed: {gap.reason.value}." if gap else ""
            await self.poster.answer(ask.response_url, self.renderer.message(c.Notice(text + read)))


def _name(ask: AlarmAsk) -> str:
    return ask.alarm.alarm_name or "This alarm"


def _run_key(job: Job) -> str:
    return f"diagnosis-of:{job.id}"
