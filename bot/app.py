"""Wires settings, queue, store, AWS and Slack into one Bolt app, and serves it until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.access import Guard, SlackGroups
from bot.aws_access import names_and_permissions
from bot.backends import Backends, open_backends
from bot.config import Accounts, load
from bot.diagnosis.check import Check
from bot.diagnosis.engine import Clock
from bot.diagnosis.redaction import redact
from bot.intake.arrivals import Arrivals
from bot.intake.queue import QueueIntake
from bot.intake.sns_http import SNS_PATH, SnsEndpoint
from bot.jobs.interface import JobQueue
from bot.kinds import ByKind, KindOfWorker
from bot.log_lines import log_json
from bot.probing.asking import PROBE
from bot.probing.vantage import LocalVantage, Vantage
from bot.probing.worker import ProbeWorker
from bot.reading import Collector, InThreads, Readers, SharedReadings
from bot.reading_apart.process import reading_process
from bot.report.asking import DIAGNOSE
from bot.report.illustrator import Illustrator
from bot.report.marks import Marks
from bot.report.pace import SECONDS, Pace
from bot.report.pictures import Painter
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.report.slack_client import TIMEOUT_SECONDS, handlers_client, worker_client
from bot.report.uploads import Uploads
from bot.responding.asking import ALARM
from bot.responding.channels import AlarmChannels
from bot.responding.looking import Alarms, AlarmsIn, LookUp
from bot.responding.memory import AlarmMemory
from bot.responding.recovery import Recovery
from bot.responding.responder import Responder
from bot.responding.storm import STORM, Storms
from bot.responding.summary import Summary
from bot.responding.voice import Voice
from bot.service import Service
from bot.settings import Settings, SettingsError
from bot.store.interface import Store
from bot.tasks.answering import Answers
from bot.tasks.doctor import Examine
from bot.tasks.names import Names
from bot.tasks.workers import task_workers
from bot.tracing import flush
from bot.watching.watch import WATCH, Watches
from bot.watching.watcher import Watcher
from bot.worker import Worker
from handlers import ids
from handlers.languages import Languages

log = logging.getLogger(__name__)


def system_clock() -> Clock:
    """The machine's clock."""
    return Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic)


@dataclass(frozen=True)
class World:
    """What a test replaces: how AWS and its alarms are read, time, waiting, the checks, what `env:` of the file means.

    `pace` is in seconds, between two writes to a channel. `apart` has AWS read by a process of its own.
    """

    readers: Readers | None = None
    alarms: Alarms | None = None
    examine: Examine | None = None
    names: Names | None = None
    clock: Clock = field(default_factory=system_clock)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pace: float = SECONDS
    checks: Sequence[Check[Any]] | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    vantage: Vantage | None = None
    apart: bool = False

    def aws(self, accounts: Accounts) -> tuple[Readers, AlarmsIn]:
        """What reads diagnoses and alarms: AWS, where a test does not replace it."""
        readers, alarms_in = aws_readers(accounts)
        given = self.alarms
        return self.readers or readers, (lambda *_: given) if given else alarms_in


async def serve(settings: Settings, world: World | None = None) -> None:
    """Serve until SIGTERM or SIGINT. SettingsError where Slack does not take the tokens; StorageError."""
    log_json(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError, ValueError, RuntimeError):  # a system or thread without signals
            loop.add_signal_handler(name, stop.set)
    # What is loaded now stays to the end. Walking it in a full garbage collection would hold up Slack for 150 ms.
    gc.freeze()
    await run(settings, stop, world or World(apart=True))
    flush()


async def run(settings: Settings, stop: asyncio.Event, world: World | None = None) -> None:
    """Serve until `stop` is set."""
    world = world or World()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        open_backends(settings, now=world.clock.now, redact=redact) as backends,
    ):
        service = await build(settings, backends, session, world)
        await service.run(stop)


async def build(
    settings: Settings,
    backends: Backends,
    session: aiohttp.ClientSession,
    world: World,
    identity: AuthorizeResult | None = None,
) -> Service:
    """Make the service; everything it needs of Slack is asked for now and not within somebody's three seconds.

    Who the bot is need not be asked where it is known already.
    """
    accounts = Accounts(load(settings, world.environment))
    token = settings.slack_bot_token.get_secret_value()
    client = worker_client(token, settings.slack_api_url, session=session, sleep=world.sleep)
    identity = identity or await identify(client, token)
    bot_name = str(identity.user or "vpclink")
    queue, store = backends.queue, backends.store
    renderer = Renderer(ids.for_templates(), settings.templates)
    pace = Pace(world.clock.monotonic, world.sleep, world.pace)
    asking = AsyncWebClient(token, base_url=settings.slack_api_url, session=session)
    guard = Guard(accounts, SlackGroups(asking))
    readers, alarms_in = world.aws(accounts)
    names, examine = names_and_permissions(accounts)
    readings = SharedReadings(collector(settings, world, readers), deadline=settings.deadline)
    poster = Poster(client, store.posts, pace, sleep=world.sleep)
    shared = Shared(store, poster, renderer, readings, guard)
    vantage = world.vantage or vantage_of(settings.probe)
    uploads = Uploads(client, store.posts, pace)
    illustrator = Illustrator(Painter(settings.templates), uploads, poster, renderer)
    workers: dict[str, KindOfWorker] = {
        DIAGNOSE: diagnosing(shared, world, bot_name, illustrator, vantage),
        PROBE: probing(shared, world, vantage),
        WATCH: watching(shared, world, queue),
        **responding(shared, world, settings, queue, Marks(client), alarms_in),
        **task_workers(
            store=store,
            answers=Answers(poster, renderer),
            readings=readings,
            uploads=uploads,
            clock=world.clock,
            examine=world.examine or examine,
            names=world.names or names,
            guard=guard,
        ),
    }
    edge = handlers.Edge(
        jobs=queue,
        store=store,
        renderer=renderer,
        default_region=settings.default_region,
        bot_name=bot_name,
        retention_days=settings.retention_days,
        workspace_url=str(identity.url or ""),
        can_probe=vantage is not None,
        guard=guard,
        languages=Languages(settings.language, store.values, asking),
        alarm_settle=settings.alarm_settle,
        now=world.clock.now,
    )
    arrivals = Arrivals(queue, settings.alarm_channel, settings.alarm_settle)
    return Service(
        settings=settings,
        app=bolt_app(settings, edge, identity, session),
        queue=queue,
        store=store,
        worker=ByKind(workers, settings.language),
        readings=readings,
        clock=world.clock,
        further=queue_intakes(settings, arrivals, world),
        posts={SNS_PATH: SnsEndpoint(session, arrivals, settings.alarm_topics, world.clock.now).handle}
        if settings.alarm_topics
        else {},
        refresh_names=edge.refresh_default_names,
    )


def queue_intakes(settings: Settings, arrivals: Arrivals, world: World) -> tuple[QueueIntake, ...]:
    """What polls the queues of alarms; boto3 is imported where there are some."""
    if not settings.alarm_queues:
        return ()
    from bot.aws.alarm_queue import alarm_queues

    return tuple(
        QueueIntake(queue, arrivals, world.clock.now, world.sleep)
        for queue in alarm_queues(settings.alarm_queues, settings.default_region)
    )


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


def collector(settings: Settings, world: World, readers: Readers) -> Collector:
    """What reads: threads of this process, or where the world says so a process of its own."""
    if world.apart:
        return reading_process(log_level=settings.log_level)
    return InThreads(readers, world.clock, threads=settings.concurrency)


async def identify(client: AsyncWebClient, token: str) -> AuthorizeResult:
    """Who the bot is. SettingsError where Slack does not take the token."""
    try:
        reply = await client.auth_test()
    except SlackApiError as error:
        code = error.response.get("error")
        raise SettingsError(
            [f"SLACK_BOT_TOKEN: Slack does not take it ({code}); expected a valid bot token"]
        ) from error
    except aiohttp.ClientError as error:
        where = client.base_url
        raise SettingsError(
            [f"SLACK_API_URL: {where} cannot be reached ({error}); expected Slack's Web API"]
        ) from error
    return AuthorizeResult.from_auth_test_response(auth_test_response=reply, bot_token=token)


def bolt_app(
    settings: Settings, edge: handlers.Edge, identity: AuthorizeResult, session: aiohttp.ClientSession
) -> AsyncApp:
    """The Bolt app with every listener: the same one for HTTP, Socket Mode and `async_dispatch`."""

    async def authorize(**_: object) -> AuthorizeResult:
        return identity

    app = AsyncApp(
        logger=_quiet_while_built(),
        name="vpclink",
        client=handlers_client(settings.slack_api_url, session),
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        # Socket Mode's requests come over a connection that we opened ourselves; without a secret, none other is taken.
        authorize=authorize,
        process_before_response=True,
    )
    app.logger.setLevel(logging.NOTSET)
    handlers.register(app, edge)
    return app


def _quiet_while_built() -> logging.Logger:
    """Bolt warns of a SLACK_BOT_TOKEN in the environment that it does not use: ours is in `authorize`."""
    logger = logging.getLogger("slack_bolt.vpclink")
    logger.setLevel(logging.ERROR)
    return logger


def aws_readers(accounts: Accounts) -> tuple[Readers, AlarmsIn]:
    """What reads diagnoses and alarms, in every configured account. boto3 is imported here: not every entry point
    reads AWS.
    """
    from bot.aws.accounts import AccountSessions
    from bot.aws.alarms import AlarmReader

    sessions = AccountSessions(accounts)

    def alarms_in(account: str | None, region: str) -> Alarms:
        return AlarmReader(sessions.session(account, region))

    return sessions.reader, alarms_in


def vantage_of(setting: str) -> Vantage | None:
    """Where Probe now probes from; boto3 is imported where a function does it."""
    kind, _, template = setting.partition(":")
    if kind == "local":
        return LocalVantage()
    if kind != "lambda":
        return None
    from bot.aws.probe_function import FunctionVantage

    return FunctionVantage(template)
