"""A worker as a process starts with, for tests of what one job does."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.diagnosis import engine
from bot.jobs.interface import Job
from bot.jobs.message import job_id
from bot.reading import InThreads, SharedReadings
from bot.report.asking import Ask
from bot.report.pace import Pace
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.report.slack_client import worker_client
from bot.worker import Worker
from handlers import ids
from tests.diagnosis import worlds as w
from tests.handlers.bench import ALICE, CHANNEL, CHECKS, no_wait

NOW = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
CLOCK = engine.Clock(now=lambda: NOW, monotonic=lambda: 100.0)
REQUEST = w.request()


def job(key="one", attempts=1, **changes) -> Job:
    ask = Ask(**{"request": REQUEST, "channel": CHANNEL, "user": ALICE, "reference": "ab12cd34", **changes})
    body = ask.model_dump(mode="json")
    return Job(job_id(key), "diagnose", body, key, None, attempts, NOW)


def new_worker(slack, store, readers, **changes) -> Worker:
    """A worker as a process starts with: nothing in memory."""
    app = slack.workspace.apps[0]
    client = worker_client(app.bot_token, slack.api_url, sleep=no_wait)
    return Worker(
        **{
            "store": store,
            "poster": Poster(client, store.posts, Pace(lambda: 0.0, no_wait, 0), sleep=no_wait),
            "renderer": Renderer(ids.for_templates()),
            "readings": SharedReadings(InThreads(readers, CLOCK, threads=4), deadline=20),
            "clock": CLOCK,
            "bot_name": "vpclink",
            "checks": CHECKS,
            **changes,
        }
    )


def shown(slack):
    return [message for message in slack.messages(CHANNEL) if message["app"] == "vpclink" and not message["deleted"]]


def kinds(message):
    return [block["type"] for block in message["blocks"]]
