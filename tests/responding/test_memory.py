"""Which alarm opens a thread, and which one joins it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.alarms import read_alarm
from bot.diagnosis.model import Request
from bot.responding.asking import AlarmAsk
from bot.responding.memory import AlarmMemory, Opened
from bot.store.database import Database
from bot.store.interface import Run, RunState
from bot.store.sqlite import SqliteStore
from tests.alarms import samples

AT = datetime(2026, 11, 22, 3, 11, tzinfo=UTC)
PROD = Request(api="orders", stage="prod", region="eu-west-1")
WINDOW = 900


class Time:
    now = AT


@pytest.fixture
def time():
    return Time()


@pytest.fixture
async def store(tmp_path, time):
    async with Database(tmp_path / "vpclink.sqlite3") as database:
        yield SqliteStore(database, now=lambda: time.now)


def ask(channel="C01", ts="1.1", **changes):
    alarm = read_alarm(samples.sns_message())
    return AlarmAsk(wanted="diagnosis", alarm=alarm, channel=channel, ts=ts, **changes)


def opened(job, ts="1.1"):
    return Opened(job, "orders-prod-5xx", ts, ts, f"run-of-{job}", AT.isoformat())


FIRST, SECOND = opened("one"), opened("two", "2.2")


@pytest.mark.parametrize(
    ("request_", "channel", "minutes", "wins"),
    [
        pytest.param(PROD, "C01", 14, FIRST, id="the same API and stage, in the window: joins"),
        pytest.param(PROD, "C01", 16, SECOND, id="after the window"),
        pytest.param(PROD, "C02", 1, SECOND, id="in another channel"),
        pytest.param(PROD.model_copy(update={"stage": "dev"}), "C01", 1, SECOND, id="another stage"),
        pytest.param(PROD.model_copy(update={"region": "us-east-1"}), "C01", 1, SECOND, id="another region"),
        pytest.param(
            PROD.model_copy(update={"path": "/items"}), "C01", 1, FIRST, id="a route of the same stage: joins"
        ),
    ],
)
async def test_who_opens_the_thread(store, time, request_, channel, minutes, wins):
    memory = AlarmMemory(store, WINDOW)
    assert await memory.open_or_first(ask(), PROD, FIRST) == FIRST
    time.now = AT + timedelta(minutes=minutes)
    assert await memory.open_or_first(ask(channel=channel), request_, SECOND) == wins


async def test_the_job_that_opened_it_finds_itself_again(store):
    memory = AlarmMemory(store, WINDOW)
    for _ in range(2):
        assert await memory.open_or_first(ask(), PROD, FIRST) == FIRST


@pytest.mark.parametrize(
    ("state", "wins"), [(RunState.FAILED, SECOND), (RunState.RUNNING, FIRST), (RunState.DONE, FIRST)]
)
async def test_a_run_that_failed_is_no_diagnosis_to_join(store, state, wins):
    memory = AlarmMemory(store, WINDOW)
    await memory.open_or_first(ask(), PROD, FIRST)
    await store.runs.save(Run(run_id=FIRST.run, job_key="k", request={}, created=AT, state=state))
    assert await memory.open_or_first(ask(), PROD, SECOND) == wins


@pytest.mark.parametrize(
    ("thread_ts", "found"),
    [
        pytest.param("1.1", True, id="a reply under its message"),
        pytest.param("5.5", False, id="a reply under another message"),
        pytest.param(None, True, id="a message of its own"),
    ],
)
async def test_which_recovery_belongs_to_it(store, thread_ts, found):
    memory = AlarmMemory(store, WINDOW)
    await memory.remember(ask(), FIRST)
    text = json.dumps(samples.sns_message(NewStateValue="OK"))
    event = {"type": "message", "bot_id": "B1", "ts": "9.9", "thread_ts": thread_ts, "text": text, "channel": "C01"}
    over = AlarmAsk(wanted="recovery", alarm=read_alarm(event), channel="C01", ts="9.9", thread_ts=thread_ts or "")
    assert (await memory.opened(over) == FIRST) is found
    await memory.forget(over, FIRST)
    assert await memory.opened(over) is None


async def test_what_concerns_every_alarm_is_said_once_in_an_hour(store, time):
    memory = AlarmMemory(store, WINDOW)
    said = [await memory.first_to_say("C01:denied", job) for job in ("one", "one", "two")]
    time.now = AT + timedelta(minutes=61)
    assert [*said, await memory.first_to_say("C01:denied", "two")] == [True, True, False, True]
