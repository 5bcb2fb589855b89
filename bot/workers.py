"""Who does the jobs, by kind, made of what all of them have in common."""

from __future__ import annotations

from dataclasses import dataclass

from bot.access import Guard
from bot.jobs.interface import JobQueue
from bot.kinds import KindOfWorker
from bot.probing.vantage import Vantage
from bot.probing.worker import ProbeWorker
from bot.reading import SharedReadings
from bot.report.illustrator import Illustrator
from bot.report.marks import Marks
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.responding.asking import ALARM
from bot.responding.channels import AlarmChannels
from bot.responding.looking import AlarmsIn, LookUp
from bot.responding.memory import AlarmMemory
from bot.responding.recovery import Recovery
from bot.responding.responder import Responder
from bot.responding.storm import STORM, Storms
from bot.responding.summary import Summary
from bot.responding.voice import Voice
from bot.settings import Settings
from bot.store.interface import Store
from bot.watching.watch import Watches
from bot.watching.watcher import Watcher
from bot.worker import Worker
from bot.world import World
from handlers import ids


@dataclass(frozen=True)
class Shared:
    """What the workers of every kind of job have in common."""

    store: Store
    poster: Poster
    renderer: Renderer
    readings: SharedReadings
    guard: Guard


def diagnosing(
    shared: Shared, world: World, bot_name: str, illustrator: Illustrator, vantage: Vantage | None
) -> Worker:
    """Who does `diagnose` jobs."""
    return Worker(
        store=shared.store,
        poster=shared.poster,
        renderer=shared.renderer,
        readings=shared.readings,
        clock=world.clock,
        bot_name=bot_name,
        checks=world.checks,
        guard=shared.guard,
        illustrator=illustrator,
        vantage=vantage,
    )


def probing(shared: Shared, world: World, vantage: Vantage | None) -> ProbeWorker:
    """Who does `probe` jobs."""
    return ProbeWorker(
        store=shared.store,
        poster=shared.poster,
        renderer=shared.renderer,
        vantage=vantage,
        guard=shared.guard,
        clock=world.clock,
        checks=world.checks,
    )


def responding(
    shared: Shared, world: World, settings: Settings, jobs: JobQueue, marks: Marks, alarms_in: AlarmsIn
) -> dict[str, KindOfWorker]:
    """Who does the jobs about alarms, by kind."""
    values, now = shared.store.values, world.clock.now
    look_up = LookUp(alarms_in, settings.alarm_regions, shared.guard)
    memory = AlarmMemory(shared.store, settings.alarm_window * 60)
    storms, channels = Storms(values, jobs, now), AlarmChannels(values, now)
    recovery = Recovery(
        runs=shared.store.runs,
        memory=memory,
        storms=storms,
        poster=shared.poster,
        marks=marks,
        renderer=shared.renderer,
        readings=shared.readings,
        look_up=look_up,
        guard=shared.guard,
        checks=world.checks,
    )
    responder = Responder(
        jobs=jobs,
        memory=memory,
        storms=storms,
        look_up=look_up,
        voice=Voice(shared.poster, shared.renderer, channels),
        marks=marks,
        recovery=recovery,
    )
    summary = Summary(
        jobs=jobs,
        storms=storms,
        channels=channels,
        look_up=look_up,
        poster=shared.poster,
        marks=marks,
        renderer=shared.renderer,
        command=ids.COMMAND,
    )
    return {ALARM: responder, STORM: summary}


def watching(shared: Shared, world: World, jobs: JobQueue) -> Watcher:
    """Who does `watch` jobs."""
    return Watcher(
        jobs=jobs,
        watches=Watches(shared.store.values),
        poster=shared.poster,
        renderer=shared.renderer,
        readings=shared.readings,
        clock=world.clock,
        guard=shared.guard,
        checks=world.checks,
    )
