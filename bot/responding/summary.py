"""Sums up a storm of alarms: looks them up in batches, starts a few more diagnoses, and edits one message."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.alarms import read_alarms
from bot.alarms.model import Api
from bot.alarms.states import State
from bot.diagnosis.model import Gap
from bot.jobs.interface import Job, JobQueue
from bot.language import _
from bot.log_lines import event
from bot.reading import CannotReadError
from bot.report import contexts as c
from bot.report.limits import clip, limited
from bot.report.marks import Marks
from bot.report.poster import Place, Poster, UnreachableError
from bot.report.render import Renderer
from bot.report.wording import clock_time
from bot.responding.asking import ALARM
from bot.responding.channels import AlarmChannels
from bot.responding.looking import LookUp
from bot.responding.quiet import is_quiet
from bot.responding.storm import Kept, Storms
from bot.responding.subject import NotOurs, Subject, completed, rows_of, subject_of

log = logging.getLogger(__name__)

MOST_RUNS: Final = 5
"""APIs and stages of one storm that are diagnosed beside those that were answered before it began."""
_BATCH: Final = 100
"""Names in one DescribeAlarms (AWS: API_DescribeAlarms)."""
_MOST_LINES: Final = 8
_NAMES_IN_A_MESSAGE: Final = 50
_MOST_LISTS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Works on `alarm-storm` jobs."""

    jobs: JobQueue
    storms: Storms
    channels: AlarmChannels
    look_up: LookUp
    poster: Poster
    marks: Marks
    renderer: Renderer
    command: str

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        channel, storm = str(job.body["channel"]), str(job.body["storm"])
        alarms = await self.storms.kept(channel, storm)
        new = [kept for kept in alarms if kept.fate == "new"]
        for first in range(0, len(new), _BATCH):
            await self._decide(storm, new[first : first + _BATCH])
        alarms = await self.storms.kept(channel, storm)
        await self._admit(storm, alarms)
        alarms = [kept for kept in await self.storms.kept(channel, storm) if kept.fate in {"ours", "diagnosed"}]
        event(log, "storm summed up", storm=storm, alarms=len(alarms))
        if any(kept.fate == "ours" for kept in alarms):
            try:
                await self._show(channel, storm, alarms)
            except UnreachableError as error:
                log.warning("the storm %s cannot be told: %s", storm, error.code)

    async def on_dead(self, job: Job, error: str) -> None:
        """The alarms stay kept: the next summary of the storm tells them."""
        log.error("the summary %s was given up: %s", job.id, error)

    # --- what is ours --------------------------------------------------------------------------------------------

    async def _decide(self, storm: str, batch: list[Kept]) -> None:
        rows = await self._rows(batch)
        for kept in batch:
            ask = kept.asked
            own = [row for row in rows_of(ask.alarm, rows) if row.get("AlarmName") == ask.alarm.alarm_name]
            state, quiet = _read(own[0]) if own else (None, False)
            subject = subject_of(completed(ask.alarm, own), self.look_up.regions)
            left = quiet or ask.quiet or await self.channels.snoozed(ask.channel, ask.identity) is not None
            label = _label(subject, own, ask.alarm.alarm_name or "")
            fate = await self.storms.settle(
                storm, kept, "left" if left or not label else "ours", label, over=state == "OK"
            )
            event(log, "alarm kept for the summary", alarm=ask.alarm.alarm_name, fate=fate.fate)

    async def _rows(self, batch: list[Kept]) -> list[Mapping[str, Any]]:
        """What DescribeAlarms says of them, in one call for each region; what cannot be read is left out."""
        by_region: dict[str, list[str]] = {}
        for kept in batch:
            alarm = kept.asked.alarm
            if alarm.alarm_source == "cloudwatch" and alarm.alarm_name and alarm.relevant is not False:
                for region in (alarm.region,) if alarm.region else self.look_up.regions:
                    by_region.setdefault(region, []).append(alarm.alarm_name)
        look_up = self.look_up.within(batch[0].asked.channel)
        rows: list[Mapping[str, Any]] = []
        for region, names in by_region.items():
            try:
                found = await look_up.states(region, list(dict.fromkeys(names)))
            except CannotReadError as error:
                log.warning("the alarms of a storm cannot be looked up in %s: %s", region, error)
                continue
            rows += [] if isinstance(found, Gap) else found
        return rows

    async def _admit(self, storm: str, alarms: list[Kept]) -> None:
        """Have the first alarm of each API and stage answered by itself, as far as the storm's allowance goes."""
        taken = {kept.subject for kept in alarms if kept.fate == "diagnosed"}
        for kept in alarms:
            if kept.fate != "ours" or kept.over or kept.subject in taken or len(taken) >= MOST_RUNS:
                continue
            taken.add(kept.subject)
            ask = kept.asked.model_copy(update={"admitted": True})
            key = f"storm-admits:{storm}:{ask.identity}"
            await self.jobs.put(ALARM, ask.model_dump(mode="json"), key=key, group=f"alarm:{ask.identity}")
            await self.storms.settle(storm, kept, "diagnosed", kept.subject)

    # --- what is said --------------------------------------------------------------------------------------------

    async def _show(self, channel: str, storm: str, alarms: list[Kept]) -> None:
        message = self.renderer.message(await self._summary(channel, alarms))
        run = f"storm-{storm}"
        posted = await self.poster.ensure(run, "summary", Place(channel), message, urgent=True)
        if not posted.fresh:
            await self.poster.turn(channel)
            await self.poster.update(channel, posted.ts, message)
        await self._list(run, Place(channel, posted.ts), [kept for kept in alarms if kept.fate == "ours"])

    async def _summary(self, channel: str, alarms: list[Kept]) -> c.AlarmStorm:
        ours = [kept for kept in alarms if kept.fate == "ours"]
        counted = [c.StormLine(clip(name, 120), number) for name, number in _counted(ours)]
        shown = limited(counted, _MOST_LINES)
        diagnosed = [
            c.Link(clip(kept.subject, 120), await self.marks.permalink(channel, kept.asked.ts))
            for kept in alarms
            if kept.fate == "diagnosed" and kept.asked.ts
        ]
        return c.AlarmStorm(
            total=len(ours),
            over=sum(kept.over for kept in ours),
            since=clock_time(ours[0].asked.when),
            lines=shown.items,
            more=shown.more,
            diagnosed=tuple(diagnosed),
            command=f"{self.command} diagnose <api> <stage>",
        )

    async def _list(self, run: str, place: Place, alarms: list[Kept]) -> None:
        """The names, in the summary's thread: none is lost in a number."""
        names = [clip(kept.asked.alarm.alarm_name or kept.subject, 100) for kept in alarms]
        for first in range(0, len(names), _NAMES_IN_A_MESSAGE)[:_MOST_LISTS]:
            some = tuple(names[first : first + _NAMES_IN_A_MESSAGE])
            message = self.renderer.message(
                c.AlarmList(_("Alarms {first} to {last}", first=first + 1, last=first + len(some)), some)
            )
            posted = await self.poster.ensure(run, f"names-{first + 1}", place, message)
            if not posted.fresh:
                await self.poster.turn(place.channel)
                await self.poster.update(place.channel, posted.ts, message)


def _counted(alarms: list[Kept]) -> list[tuple[str, int]]:
    return Counter(kept.subject for kept in alarms).most_common()


def _read(row: Mapping[str, Any]) -> tuple[State | None, bool]:
    read = read_alarms(dict(row))
    return (read[0].state, is_quiet(read[0].description)) if read else (None, False)


def _label(subject: Subject | NotOurs, rows: list[Mapping[str, Any]], name: str) -> str:
    """What an alarm is about, as a line of the summary; empty where it cannot be ours."""
    if isinstance(subject, NotOurs):
        composite = any("AlarmRule" in row for row in rows)
        return _("{name} (composite)", name=name) if composite else ""
    return ", ".join(dict.fromkeys(_watched(api) for api in subject.apis))


def _watched(api: Api) -> str:
    name = api.name or api.id or ""
    return f"{name} / {api.stage}" if api.stage else _("{api} / every stage", api=name)
