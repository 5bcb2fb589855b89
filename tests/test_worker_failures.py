"""What survives a crash, an interruption, and a failure of ours: one report, and never silence."""

import asyncio
import threading

import pytest
from pydantic import ValidationError

from bot.demo.slack.faults import Fault
from bot.diagnosis import engine
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Gap, GapReason
from bot.jobs.interface import Job
from bot.reading import CannotReadError, InThreads, SharedReadings
from bot.report.running_view import INTERRUPTED
from bot.store.errors import StorageFull
from bot.store.interface import RunState
from handlers import ids
from tests.handlers.bench import ALICE, CHANNEL, Reading, broken
from tests.handlers.worker_bench import CLOCK, NOW, REQUEST, job, kinds, new_worker, shown


@pytest.fixture
def reading():
    return Reading()


@pytest.fixture
def worker(slack, store, reading):
    return new_worker(slack, store, reading)


# --- crashes ------------------------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process is gone: nothing after it runs, nothing is caught."""


class CrashingStore:
    """A store whose process dies at the nth call of one method, before or after the call took effect."""

    def __init__(self, store, method, number, *, after):
        self._store, self._method, self._left, self._after = store, method, number, after

    def __getattr__(self, name):
        part = getattr(self._store, name)
        return _Crashing(part, name, self) if name in {"runs", "posts", "values"} else part

    async def called(self, name, call):
        if name != self._method:
            return await call()
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Crash
        result = await call()
        if self._left == 0:
            raise Crash
        return result


class _Crashing:
    def __init__(self, part, name, outer):
        self._part, self._name, self._outer = part, name, outer

    def __getattr__(self, method):
        async def call(*args, **kwargs):
            return await self._outer.called(
                f"{self._name}.{method}", lambda: getattr(self._part, method)(*args, **kwargs)
            )

        return call


@pytest.mark.parametrize("after", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize(
    ("method", "number"),
    [
        ("runs.save", 1),
        ("posts.intend", 1),
        ("posts.posted", 1),
        ("runs.save", 2),
        ("runs.save", 3),
        ("posts.intend", 2),
        ("posts.posted", 2),
        ("runs.save", 4),
    ],
)
async def test_a_run_that_crashes_anywhere_is_completed_and_shown_once(slack, store, reading, method, number, after):
    crashing = new_worker(slack, CrashingStore(store, method, number, after=after), reading)
    with pytest.raises(Crash):
        await crashing.handle(job())
    await new_worker(slack, store, reading).handle(job(attempts=2))
    report, details = shown(slack)
    assert "0 of 2 targets healthy" in report["text"]
    assert kinds(report)[-1] == "actions"
    assert details["thread_ts"] == report["ts"]
    assert (await store.runs.get(job().id)).state is RunState.DONE


async def test_what_was_read_before_the_crash_is_not_read_again(slack, store, reading):
    crashing = new_worker(slack, CrashingStore(store, "posts.intend", 2, after=True), reading)
    with pytest.raises(Crash):
        await crashing.handle(job())
    await new_worker(slack, store, reading).handle(job(attempts=2))
    assert len(reading.asked) == 1


async def test_a_finished_job_that_is_delivered_again_changes_nothing(slack, store, reading, worker):
    await worker.handle(job())
    before = shown(slack)
    await new_worker(slack, store, reading).handle(job(attempts=2))
    assert shown(slack) == before


async def test_a_message_that_somebody_deleted_is_posted_again(slack, reading, worker):
    reading.gate = threading.Event()
    running = asyncio.create_task(worker.handle(job()))
    await slack.until(lambda: shown(slack))
    message = slack.state.messages.get(CHANNEL, shown(slack)[0]["ts"])
    slack.state.messages.remove(message)
    reading.gate.set()
    await running
    report, details = shown(slack)
    assert "0 of 2 targets healthy" in report["text"]
    assert details["thread_ts"] == report["ts"]


async def test_a_lost_reply_shows_one_report(slack, worker):
    slack.state.faults.add(Fault(method="chat.postMessage", lost_reply=True, times=2))
    await worker.handle(job())
    assert len(shown(slack)) == 2


# --- interruptions and failures -----------------------------------------------------------------------------------


async def test_a_job_that_is_interrupted_says_so_and_is_finished_after_the_restart(slack, store, reading, worker):
    reading.gate = threading.Event()
    running = asyncio.create_task(worker.handle(job()))
    await slack.until(lambda: shown(slack) and reading.asked)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (message,) = shown(slack)
    assert INTERRUPTED in message["text"]
    reading.gate.set()
    await new_worker(slack, store, Reading()).handle(job(attempts=2))
    report, _ = shown(slack)
    assert report["ts"] == message["ts"]
    assert "0 of 2 targets healthy" in report["text"]


class OwnFaultError(Exception):
    pass


async def test_our_own_failure_is_said_and_tried_again(slack, store, reading, worker, monkeypatch):
    def fail(*_):
        raise OwnFaultError("a fault of ours")

    monkeypatch.setattr(engine, "report", fail)
    with pytest.raises(OwnFaultError):
        await worker.handle(job())
    (message,) = shown(slack)
    assert "vpclink itself failed" in message["text"]
    assert "I try again by myself" in str(message["blocks"])
    assert "ab12cd34" in message["text"]
    monkeypatch.undo()
    await new_worker(slack, store, reading).handle(job(attempts=2))
    assert "0 of 2 targets healthy" in shown(slack)[0]["text"]


async def test_a_job_that_was_given_up_offers_to_run_it_again(slack, store, worker, monkeypatch):
    monkeypatch.setattr(engine, "report", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await worker.handle(job())
    await worker.on_dead(job(attempts=5), "ZeroDivisionError: division by zero")
    (message,) = shown(slack)
    assert "I gave up" in str(message["blocks"])
    assert message["blocks"][-1]["elements"][0]["action_id"] == ids.RERUN
    assert (await store.runs.get(job().id)).state is RunState.FAILED


async def test_a_job_that_never_got_to_its_message_is_answered_when_it_is_given_up(slack, worker):
    await worker.on_dead(job(attempts=5), "x")
    (message,) = shown(slack)
    assert "vpclink itself failed" in message["text"]


async def test_a_failure_after_the_verdict_does_not_take_the_verdict_away(slack, store, reading, worker):
    slack.state.faults.add(
        Fault(method="chat.postMessage", error="invalid_arguments", when={"text": "Details of TG-01"})
    )
    with pytest.raises(Exception, match="invalid_arguments"):
        await worker.handle(job())
    assert "0 of 2 targets healthy" in shown(slack)[0]["text"]
    await worker.on_dead(job(attempts=5), "x")
    report, note = shown(slack)
    assert "0 of 2 targets healthy" in report["text"]
    assert "vpclink itself failed" in note["text"]
    assert note["thread_ts"] == report["ts"]


async def test_a_finished_job_is_never_told_to_have_failed(slack, worker):
    await worker.handle(job())
    before = shown(slack)
    await worker.on_dead(job(), "the queue could not note that it was done")
    assert shown(slack) == before


async def test_a_request_that_cannot_be_read_says_why_and_is_not_tried_again(slack, store):
    def readers(_):
        raise CannotReadError("The account staging is not configured here.")

    await new_worker(slack, store, readers).handle(job())
    (message,) = shown(slack)
    assert "not configured here" in message["text"]
    assert message["blocks"][-1]["elements"][0]["action_id"] == ids.RERUN


async def test_without_credentials_it_says_so_instead_of_showing_gaps(slack, store):
    nothing = Gap(action="x", resource="", reason=GapReason.ERROR, detail="the credentials have expired")
    evidence = Evidence(request=REQUEST, at=NOW, reads=dict.fromkeys(broken().reads, nothing))
    await new_worker(slack, store, Reading(evidence)).handle(job())
    (message,) = shown(slack)
    assert "I cannot read AWS: the credentials have expired." in message["text"]


async def test_where_the_bot_is_no_member_the_asker_is_told_how_to_invite_it(slack, store, worker):
    slack.state.faults.add(Fault(method="chat.postMessage", error="not_in_channel"))
    key = slack.state.tickets.new_response_url("A01VPCLINK", CHANNEL, ALICE)
    await worker.handle(job(response_url=f"{slack.url}responses/{key}"))
    (message,) = shown(slack)
    assert message["visible_to"] == ALICE
    assert "/invite @vpclink" in message["text"]
    assert (await store.runs.get(job().id)).state is RunState.FAILED


async def test_storage_without_room_is_a_failure_that_is_tried_again(slack, store, reading):
    class Full(CrashingStore):
        async def called(self, name, call):
            if name == self._method:
                raise StorageFull("no room left")
            return await call()

    with pytest.raises(StorageFull):
        await new_worker(slack, Full(store, "posts.posted", 1, after=False), reading).handle(job())
    await new_worker(slack, store, reading).handle(job(attempts=2))
    assert len(shown(slack)) == 2


async def test_a_job_of_another_kind_is_refused_with_what_was_expected(worker):
    with pytest.raises(ValueError, match="expected a job of kind diagnose, got probe"):
        await worker.handle(Job("x", "probe", {}, "k", None, 1, NOW))


async def test_a_body_that_is_none_of_ours_is_refused(worker):
    with pytest.raises(ValidationError):
        await worker.handle(Job("x", "diagnose", {"channel": 1}, "k", None, 1, NOW))


async def test_readings_end_with_the_process(reading):
    readings = SharedReadings(InThreads(reading, CLOCK, threads=1), deadline=5)
    reading.gate = threading.Event()
    waiting = asyncio.create_task(readings.evidence(REQUEST, lambda *_: None))
    await asyncio.sleep(0)
    readings.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    reading.gate.set()
