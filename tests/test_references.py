"""One request, one reference: in every log line from its taking to its last post, whatever task or thread writes it."""

import asyncio
import json
import logging
from contextlib import contextmanager

from bot.jobs.runner import Policy
from bot.jobs.sqlite import SqliteJobQueue
from bot.log_lines import JsonLines
from bot.store.database import Database
from tests.handlers.bench import Reading, bot_on, local_slack, no_wait
from tests.saved_evidence import EvidenceReader, broken

log = logging.getLogger("tests.references")


class Lines(logging.Handler):
    """Keeps every line as it is written: what a line refers to is known at that moment alone."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(JsonLines().format(record)))


@contextmanager
def written():
    root, lines = logging.getLogger(), Lines()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
        root.setLevel(level)


class Talkative(EvidenceReader):
    """Writes a line in the thread that reads."""

    def read(self, source, keys, request, at):
        log.info("reading %s", source.name)
        return super().read(source, keys, request, at)


class TalkativeReading(Reading):
    def __call__(self, request):
        log.info("making a reader")
        return Talkative(broken())


async def test_every_line_of_a_request_has_its_reference(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3", reading=TalkativeReading()) as bench:
        await bench.idle()  # what is done at the start belongs to nobody's request
        with written() as lines:
            await bench.command("diagnose orders prod")
            await bench.idle()
    ours = [line for line in lines.lines if line["logger"].startswith(("bot", "handlers", "tests"))]
    # What the service does by itself comes when it comes, and belongs to nobody's request.
    by_itself = {line["job"] for line in ours if line["event"] == "task taken"}
    ours = [
        line
        for line in ours
        if line["logger"] != "bot.service" and line["event"] != "task taken" and line.get("reference") not in by_itself
    ]
    events = [line["event"] for line in ours]
    assert {"request taken", "slack request handled", "making a reader", "run finished"} <= set(events)
    assert any(event.startswith("reading ") for event in events)
    assert len({line.get("reference") for line in ours}) == 1, [line for line in ours if "reference" not in line]


async def test_a_retry_and_its_giving_up_have_it_too(tmp_path):
    policy = Policy(max_attempts=2, first_pause=0)
    async with Database(tmp_path / "db.sqlite3") as database:
        queue = SqliteJobQueue(database, policy=policy, sleep=no_wait)
        dead = asyncio.Event()

        async def fail(_):
            log.info("trying")
            raise RuntimeError("no")

        async def on_dead(*_):
            log.info("giving up")
            dead.set()

        with written() as lines:
            await queue.put("diagnose", {"reference": "ab12cd34"}, key="one")
            running = asyncio.create_task(queue.run(fail, concurrency=1, on_dead=on_dead))
            await dead.wait()
            await queue.stop()
            await running
    events = [line["event"] for line in lines.lines]
    assert [event.split(":")[1].strip() for event in events if "attempt" in event] == [
        "attempt 1 failed",
        "attempt 2 failed",
    ]
    assert "giving up" in events
    assert {line.get("reference") for line in lines.lines} == {"ab12cd34"}


async def test_a_job_that_nobody_asked_for_is_referred_to_by_its_own_id(tmp_path):
    async with Database(tmp_path / "db.sqlite3") as database:
        queue = SqliteJobQueue(database, sleep=no_wait)
        done = asyncio.Event()

        async def work(_):
            log.info("working")
            done.set()

        with written() as lines:
            put = await queue.put("watch", {}, key="one")
            running = asyncio.create_task(queue.run(work, concurrency=1))
            await done.wait()
            await queue.drain(1)
            await running
    (working,) = [line for line in lines.lines if line["event"] == "working"]
    assert working["reference"] == put.job_id
