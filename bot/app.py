"""Wires settings, queue, store, AWS and Slack into one Bolt app, and serves it until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from contextlib import suppress

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.access import Guard, SlackGroups
from bot.aws_access import names_and_permissions
from bot.backends import Backends, open_backends
from bot.config import Accounts, load
from bot.diagnosis.redaction import redact
from bot.intake.arrivals import Arrivals
from bot.intake.queue import QueueIntake
from bot.intake.sns_http import SNS_PATH, SnsEndpoint
from bot.kinds import ByKind, KindOfWorker
from bot.log_lines import log_json
from bot.probing.asking import PROBE
from bot.reading import SharedReadings
from bot.report.asking import DIAGNOSE
from bot.report.illustrator import Illustrator
from bot.report.marks import Marks
from bot.report.pace import Pace
from bot.report.pictures import Painter
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.report.slack_client import TIMEOUT_SECONDS, worker_client
from bot.report.uploads import Uploads
from bot.service import Service
from bot.settings import Settings
from bot.slack_app import bolt_app, identify
from bot.tasks.answering import Answers
from bot.tasks.workers import task_workers
from bot.tracing import flush
from bot.watching.watch import WATCH
from bot.workers import Shared, diagnosing, probing, responding, watching
from bot.world import World, collector, vantage_of
from handlers import ids
from handlers.languages import Languages

log = logging.getLogger(__name__)


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
