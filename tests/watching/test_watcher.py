"""A watch from its first check to its end: what it says, when it checks again, and what no crash breaks."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.diagnosis import engine
from bot.diagnosis import sources as s
from bot.diagnosis.model import Gap, GapReason
from bot.jobs.interface import Job
from bot.jobs.message import job_id
from bot.reading import CannotReadError, InThreads, SharedReadings
from bot.report.pace import Pace
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.report.slack_client import worker_client
from bot.store.database import Database
from bot.store.sqlite import SqliteStore
from bot.watching.watch import MOST_FAILURES, Watch, Watches, WatchTurn, watch_id
from bot.watching.watcher import Watcher
from handlers import ids
from tests.diagnosis import worlds as w
from tests.handlers.bench import ALICE, CHANNEL, CHECKS, Reading, broken, control_of, local_slack, no_wait
from tests.handlers.payloads import Jobs
from tests.handlers.worker_bench import shown

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
REQUEST = w.request()
ID = watch_id(CHANNEL, REQUEST)


class Queue(Jobs):
    """Keeps what is put, and how long it waits."""

    def __init__(self):
        super().__init__()
        self.delays = {}

    async def put(self, kind, body, *, key, group=None, delay=0):
        self.delays.setdefault(key, delay)
        return await super().put(kind, body, key=key, group=group, delay=delay)

    def next(self):
        """The turn that was put last, and its delay in seconds."""
        key, body = list(self.put_jobs.items())[-1]
        return WatchTurn.model_validate({k: v for k, v in body.items() if k not in {"kind", "group"}}), self.delays[key]


class Bench:
    """A process that works on watches, and the world around it. `now` is the wall clock."""

    def __init__(self, slack, store):
        self.slack, self.store = slack, store
        self.now = START
        self.queue = Queue()
        self.reading = Reading()
        self.watches = Watches(store.values)
        self.watcher = self.process()

    def process(self):
        """A process as it starts: nothing in memory."""
        clock = engine.Clock(now=lambda: self.now, monotonic=lambda: 0.0)
        client = worker_client(self.slack.workspace.apps[0].bot_token, self.slack.api_url, sleep=no_wait)
        return Watcher(
            jobs=self.queue,
            watches=self.watches,
            poster=Poster(client, self.store.posts, Pace(lambda: 0.0, no_wait, 0), sleep=no_wait),
            renderer=Renderer(ids.for_templates()),
            readings=SharedReadings(InThreads(lambda request: self.reading(request), clock, threads=2), deadline=20),
            clock=clock,
            checks=CHECKS,
        )

    async def begin(self, **changes):
        fields = {
            "id": ID,
            "request": REQUEST.model_dump(mode="json"),
            "channel": CHANNEL,
            "user": ALICE,
            "every_minutes": 30,
            "due": self.now.isoformat(),
            **changes,
        }
        await self.watches.add(Watch(**fields))
        await self.turn(WatchTurn(watch=ID, due=self.now))

    async def turn(self, turn, watcher=None):
        await (watcher or self.watcher).handle(job_of(turn))

    async def later(self, minutes=30):
        """Let time pass, and do what is due then."""
        self.now += timedelta(minutes=minutes)
        await self.turn(self.queue.next()[0])

    def said(self):
        return [message["text"] for message in shown(self.slack)]


def job_of(turn):
    key = f"watch:{turn.watch}:{turn.due.isoformat()}:{turn.hop}"
    return Job(job_id(key), "watch", turn.model_dump(mode="json"), key, None, 1, START)


@pytest.fixture
async def bench(tmp_path):
    async with local_slack() as slack, Database(tmp_path / "db.sqlite3") as database:
        yield Bench(slack, SqliteStore(database))


async def test_the_first_check_opens_the_thread_and_says_how_it_looks(bench):
    await bench.begin()
    (message,) = shown(bench.slack)
    assert message["text"].startswith("Watching orders / prod every 30 minutes. Now: Target group")
    kept = await bench.watches.get(ID)
    assert (kept.thread_ts, kept.failures) == (message["ts"], 0)
    assert bench.queue.next() == (WatchTurn(watch=ID, due=START + timedelta(minutes=30)), 900)


async def test_it_speaks_only_when_the_verdict_changes_and_in_its_thread(bench):
    await bench.begin()
    await bench.later()
    await bench.later()
    assert len(bench.said()) == 1
    bench.reading.evidence = w.healthy()
    await bench.later()
    opened, changed = shown(bench.slack)
    assert changed["thread_ts"] == opened["ts"]
    assert "orders / prod has changed: nothing on this path explains an HTTP 500" in changed["text"]
    await bench.later()
    assert len(bench.said()) == 2


async def test_a_watch_of_a_thread_speaks_there(bench):
    async with control_of(bench.slack) as control:
        root = await control("message", channel=CHANNEL, user=ALICE, text="is it up?")
    await bench.begin(thread_ts=root["ts"])
    (opened,) = shown(bench.slack)
    assert opened["thread_ts"] == root["ts"]


async def test_a_long_pause_takes_several_jobs(bench):
    await bench.begin(every_minutes=60)
    asked = len(bench.reading.asked)
    for minutes in (15, 15, 15):
        await bench.later(minutes)
        assert len(bench.reading.asked) == asked
    turn, delay = bench.queue.next()
    assert (turn.hop, delay) == (3, 900)
    await bench.later(15)
    assert len(bench.reading.asked) == asked + 1


async def test_after_a_long_sleep_it_checks_once_and_keeps_its_rhythm(bench):
    await bench.begin()
    await bench.later(minutes=100)
    assert len(bench.reading.asked) == 2
    assert bench.queue.next()[0].due == START + timedelta(minutes=120)


async def test_what_was_ended_is_checked_no_more(bench):
    await bench.begin()
    await bench.watches.end(ID)
    await bench.later()
    assert len(bench.reading.asked) == 1
    assert len(bench.queue.put_jobs) == 1


async def test_a_watch_that_was_ended_and_begun_again_has_one_rhythm(bench):
    await bench.begin()
    old = bench.queue.next()[0]
    await bench.watches.end(ID)
    bench.now += timedelta(minutes=10)
    await bench.begin()
    bench.now += timedelta(minutes=20)
    await bench.turn(old)
    assert len(bench.reading.asked) == 2


async def test_two_processes_with_the_same_job_speak_once(bench):
    await bench.begin()
    bench.reading.evidence = w.healthy()
    bench.now += timedelta(minutes=30)
    turn = bench.queue.next()[0]
    await bench.turn(turn)
    await bench.turn(turn, bench.process())
    assert len(bench.said()) == 2
    assert len(bench.queue.put_jobs) == 2


async def test_a_crash_after_the_word_neither_repeats_it_nor_loses_the_watch(bench, monkeypatch):
    await bench.begin()
    bench.reading.evidence = w.healthy()
    bench.now += timedelta(minutes=30)
    turn = bench.queue.next()[0]

    async def dies(*_, **__):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(bench.queue, "put", dies)
        with pytest.raises(RuntimeError, match="killed"):
            await bench.turn(turn)
    await bench.turn(turn, bench.process())
    assert len(bench.said()) == 2
    assert bench.queue.next()[0].due == START + timedelta(minutes=60)


async def test_checks_that_do_not_succeed_end_it_with_a_word(bench):
    await bench.begin()

    def refuse(_):
        raise CannotReadError("The account x is not configured here.")

    bench.reading = refuse
    for _ in range(MOST_FAILURES - 1):
        await bench.later()
    assert len(bench.said()) == 1
    await bench.later()
    assert f"{MOST_FAILURES} checks in a row did not succeed" in bench.said()[-1]
    assert await bench.watches.get(ID) is None


async def test_trouble_that_passes_is_no_change(bench):
    await bench.begin()
    throttled = Gap(action="elasticloadbalancing:DescribeTargetHealth", resource="x", reason=GapReason.THROTTLED)
    bench.reading.evidence = w.changed(s.TARGET_HEALTH, w.GROUP, throttled, w.healthy())
    await bench.later()
    assert len(bench.said()) == 1
    assert (await bench.watches.get(ID)).failures == 1
    bench.reading.evidence = broken()
    await bench.later()
    assert (await bench.watches.get(ID)).failures == 0


async def test_a_check_that_was_given_up_counts_as_one_that_did_not_succeed(bench):
    await bench.begin()
    bench.now += timedelta(minutes=30)
    await bench.watcher.on_dead(job_of(bench.queue.next()[0]), "it crashed")
    kept = await bench.watches.get(ID)
    assert kept.failures == 1
    assert bench.queue.next()[0].due == kept.due_at


async def test_a_channel_that_is_gone_ends_it(bench):
    await bench.begin()
    async with control_of(bench.slack) as control:
        await control("membership", channel=CHANNEL, action="archive")
    bench.reading.evidence = w.healthy()
    await bench.later()
    assert await bench.watches.get(ID) is None
    assert len(bench.queue.put_jobs) == 1


async def test_where_the_bot_is_no_member_whoever_asked_is_told(bench):
    async with control_of(bench.slack) as control:
        await control("membership", channel=CHANNEL, member="vpclink", action="leave")
        await bench.begin(response_url=f"{bench.slack.url}nowhere")
    assert await bench.watches.get(ID) is None
