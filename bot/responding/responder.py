"""One alarm: find out what it is about, then start a diagnosis in its thread, join another one, or keep still.

A job may be delivered again after a crash: whatever it says is a part of the job, and its diagnosis is a job with a
key of its own, so that nothing is said or started twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from bot.access import Guard, open_to_all
from bot.diagnosis.model import Gap, Request
from bot.jobs.interface import Job, JobQueue
from bot.jobs.message import job_id
from bot.language import _
from bot.log_lines import event, referring
from bot.reading import CannotReadError
from bot.report.asking import DIAGNOSE, Ask
from bot.report.marks import Marks
from bot.report.poster import UnreachableError
from bot.responding import lines
from bot.responding.asking import ALARM, AlarmAsk
from bot.responding.looking import Found, LookUp
from bot.responding.memory import AlarmMemory, Opened
from bot.responding.questions import question
from bot.responding.recovery import Recovery
from bot.responding.resolving import Resolution, resolve
from bot.responding.storm import Storms
from bot.responding.subject import NotOurs, Subject, subject_of
from bot.responding.voice import Voice

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Responder:
    """Works on `alarm` jobs."""

    jobs: JobQueue
    memory: AlarmMemory
    storms: Storms
    look_up: LookUp
    voice: Voice
    marks: Marks
    recovery: Recovery
    guard: Guard = field(default_factory=open_to_all)

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        if job.kind != ALARM:
            raise ValueError(f"expected a job of kind {ALARM}, got {job.kind}")
        ask = AlarmAsk.model_validate(job.body)
        with referring(ask.reference):
            try:
                await (self.recovery.tell(ask) if ask.wanted == "recovery" else self._respond(job, ask))
            except UnreachableError as error:
                log.warning("alarm job %s cannot be answered: %s", job.id, error.code)
                await self.voice.tell_asker(ask, _("Slack does not let me write here ({code}).", code=error.code))
            except CannotReadError as error:
                await self._refuse(job, ask, error)

    async def on_dead(self, job: Job, error: str) -> None:
        """Say in the alarm's thread that its diagnosis was given up; of a recovery, tell it without reading again."""
        ask = AlarmAsk.model_validate(job.body)
        with referring(ask.reference):
            log.error("alarm job %s was given up: %s", job.id, error)
            if ask.wanted == "recovery":
                await self.recovery.tell(ask, read=False)
            else:
                ask = await self.voice.announced(job.id, ask)
                await self.voice.say(job.id, "given-up", ask, lines.given_up(_name(ask), ask.reference))

    async def _respond(self, job: Job, ask: AlarmAsk) -> None:
        if why := await self._unwanted(ask):
            event(log, "alarm left alone", job=job.id, alarm=ask.alarm.alarm_name, reason=why)
            return
        if not (ask.user or ask.admitted or await self.storms.admits(ask.channel, job.id)):
            await self.storms.keep(job.id, ask)
            event(log, "alarm kept for the summary", job=job.id, alarm=ask.alarm.alarm_name)
            return
        look_up = self.look_up.within(ask.channel, ask.user, ask.alarm.account)
        found = await look_up.alarm(ask.alarm)
        subject = subject_of(found.alarm, self.look_up.regions)
        if isinstance(subject, NotOurs):
            await self._keep_still(job, ask, subject, found.gap)
        elif found.state not in {None, "ALARM"}:
            over = _("Nothing to diagnose: this alarm is {state} by now.", state=found.state)
            await self._keep_still(job, ask, NotOurs(f"alarm is {found.state} by now", over))
        elif found.quiet and not ask.user:
            quiet = _("Nothing to diagnose: this alarm's description asks for silence.")
            await self._keep_still(job, ask, NotOurs("alarm's description asks for silence", quiet))
        else:
            await self._answer(job, await self.voice.announced(job.id, ask), found, subject)

    async def _refuse(self, job: Job, ask: AlarmAsk, why: CannotReadError) -> None:
        """Nothing is read: told to whoever asked; of an alarm that names an API, once an hour in its thread."""
        event(log, "alarm refused", job=job.id, alarm=ask.alarm.alarm_name, reason=str(why))
        if ask.response_url:
            await self.voice.tell_asker(ask, str(why))
        elif (
            ask.alarm.apis
            and ask.alarm.relevant is not False
            and await self.memory.first_to_say(f"{ask.channel}:{why}", job.id)
        ):
            ask = await self.voice.announced(job.id, ask)
            await self.voice.say(job.id, "refused", ask, lines.refused(_name(ask), str(why)))

    async def _unwanted(self, ask: AlarmAsk) -> str:
        """Why this alarm is not wanted by people; empty where it is. Who uses the shortcut wants it."""
        if ask.user:
            return ""
        if not await self.voice.channels.is_on(ask.channel):
            return "alarms are off in its channel"
        if ask.quiet:
            return "its description asks for silence"
        snooze = await self.voice.channels.snoozed(ask.channel, ask.identity)
        return f"snoozed until {snooze.until}" if snooze else ""

    async def _keep_still(self, job: Job, ask: AlarmAsk, why: NotOurs, gap: Gap | None = None) -> None:
        event(log, "alarm left alone", job=job.id, alarm=ask.alarm.alarm_name, reason=why.reason, unread=bool(gap))
        if ask.response_url:
            await self.voice.tell_asker(ask, why.told, gap)
        elif gap is not None and await self.memory.first_to_say(f"{ask.channel}:{gap.action}:{gap.reason}", job.id):
            ask = await self.voice.announced(job.id, ask)
            await self.voice.say(job.id, "not-read", ask, lines.not_read(_name(ask), gap, lines.CANNOT_TELL))

    async def _answer(self, job: Job, ask: AlarmAsk, found: Found, subject: Subject) -> None:
        """Start the diagnosis, join another one, or ask what is meant."""
        if found.gap is not None:
            await self.voice.say(job.id, "not-read", ask, lines.not_read(_name(ask), found.gap, lines.GOES_ON))
        look_up = self.look_up.within(ask.channel, ask.user, subject.account)
        resolution = await resolve(look_up, subject)
        opened = self._opened(job, ask)
        if resolution.gap is not None:
            await self.voice.say(job.id, "not-read", ask, lines.not_read(_name(ask), resolution.gap, lines.NO_STAGE))
        elif resolution.request is None:
            await self.voice.say(job.id, "question", ask, question(_name(ask), subject, resolution))
            await self.memory.remember(ask, opened)
        else:
            request = await self.guard.admit(resolution.request, channel=ask.channel, user=ask.user)
            first = opened if ask.user else await self.memory.open_or_first(ask, request, opened)
            if first.job == job.id:
                await self._start(job, ask, found, resolution, request)
            else:
                await self._join(job, ask, first, opened)

    async def _start(self, job: Job, ask: AlarmAsk, found: Found, resolution: Resolution, request: Request) -> None:
        notes = (
            *lines.region_notes(ask.alarm.region, found.alarm.region, found.others, self.look_up.regions),
            *((resolution.note,) if resolution.note else ()),
            *lines.caution_notes(found.alarm.cautions),
        )
        await self.voice.introduce(job.id, ask, notes)
        opened = self._opened(job, ask)
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
        if first.name == opened.name:
            await self._join_again(job, ask, first, opened, mine)
        else:
            await self.voice.say(job.id, "joins", ask, lines.joins(opened.name, mine, opened.when), thread=first.thread)
            theirs = await self.marks.permalink(ask.channel, first.ts)
            await self.voice.say(job.id, "joined", ask, lines.joined(first.name, theirs))
        joined = Opened(opened.job, opened.name, opened.ts, first.thread, first.run, opened.at)
        await self.memory.remember(ask, joined)

    async def _join_again(self, job: Job, ask: AlarmAsk, first: Opened, opened: Opened, mine: str) -> None:
        """The same alarm is back: one line in its thread, edited as often as it comes."""
        times = await self.memory.times_again(ask, first, job.id)
        line = lines.joins(opened.name, mine, opened.when, again=times)
        await self.voice.keep_current(first.job, "again", ask, line, thread=first.thread)

    def _opened(self, job: Job, ask: AlarmAsk) -> Opened:
        return Opened(job.id, _name(ask), ask.thread, ask.thread, job_id(_run_key(job)), ask.when.isoformat())


def _name(ask: AlarmAsk) -> str:
    return ask.alarm.alarm_name or _("This alarm")


def _run_key(job: Job) -> str:
    return f"diagnosis-of:{job.id}"
