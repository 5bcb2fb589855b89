"""A job may be delivered again after a crash, or be given up: nothing is said twice, and somebody hears of it."""

import pytest

from bot.responding.responder import Responder
from tests.handlers.alarm_bench import CARDS, alarm_bot, alarm_reader
from tests.handlers.bench import local_slack


@pytest.fixture(scope="module")
def reader():
    with alarm_reader() as (_, found):
        yield found


@pytest.fixture
def jobs(monkeypatch):
    """Every alarm job that was worked on."""
    seen = []
    handle = Responder.handle

    async def recording(self, job):
        seen.append(job)
        await handle(self, job)

    monkeypatch.setattr(Responder, "handle", recording)
    return seen


@pytest.fixture
async def bench(reader, tmp_path):
    async with local_slack(alarms=CARDS) as slack, alarm_bot(slack, tmp_path / "db.sqlite3", reader) as running:
        yield running


STORIES = {
    "a diagnosis": [("orders-prod-5xx", "ALARM")],
    "one that joins": [("orders-prod-5xx", "ALARM"), ("orders-prod-latency", "ALARM")],
    "a question": [("twostages-any", "ALARM")],
    "a recovery": [("orders-prod-5xx", "ALARM"), ("orders-prod-5xx", "OK")],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
async def test_nothing_is_said_twice(bench, jobs, story):
    for name, state in story:
        await bench.alarm(name, state)
    said = [message["text"] for message in bench.messages()]
    asked = len(bench.reading.asked)
    await bench.service.worker.handle(jobs[-1])
    await bench.settle()
    assert [message["text"] for message in bench.messages()] == said
    assert len(bench.reading.asked) == asked


async def test_an_alarm_that_is_given_up_is_told_in_its_thread(bench, jobs):
    card = await bench.alarm("cpu-high")
    await bench.service.worker.on_dead(jobs[0], "RuntimeError: x")
    (line,) = bench.thread(card)
    assert "vpclink itself failed" in line["text"]


async def test_a_recovery_that_is_given_up_is_told_without_reading_again(bench, jobs, monkeypatch):
    card = await bench.alarm("orders-prod-5xx")
    monkeypatch.setattr(Responder, "handle", nothing)
    reply = await bench.alarm("orders-prod-5xx", "OK")
    ask = {**jobs[0].body, "wanted": "recovery", "ts": reply["ts"], "thread_ts": card["ts"]}
    asked = len(bench.reading.asked)
    await bench.service.worker.on_dead(type(jobs[0])("id", "alarm", ask, "key", None, 5, jobs[0].created), "x")
    assert "is OK again" in bench.thread(card)[-1]["text"]
    assert len(bench.reading.asked) == asked


async def nothing(self, job):
    """A worker that never gets to it."""
