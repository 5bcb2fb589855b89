"""One job at a time against a local Slack: what is shown, what is stored, and what survives a crash."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bot.demo.slack.faults import Fault
from bot.diagnosis import engine
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import from_json
from bot.diagnosis.model import Report, Request
from bot.jobs.interface import Job
from bot.jobs.message import job_id
from bot.reading import CannotReadError, SharedReadings
from bot.report.asking import Ask
from bot.report.pace import Pace
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.report.running_view import INTERRUPTED
from bot.report.slack_client import worker_client
from bot.store.database import Database
from bot.store.errors import StorageFull
from bot.store.interface import RunState
from bot.store.sqlite import SqliteStore
from bot.worker import Worker
from handlers import ids
from tests.diagnosis import worlds as w
from tests.handlers.bench import ALICE, CHANNEL, CHECKS, Reading, broken, local_slack, no_wait

NOW = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
CLOCK = engine.Clock(now=lambda: NOW, monotonic=lambda: 100.0)
REQUEST = w.request()


def job(key="one", attempts=1, **changes) -> Job:
    ask = Ask(**{"request": REQUEST, "channel": CHANNEL, "user": ALICE, "reference": "ab12cd34", **changes})
    body = ask.model_dump(mode="json")
    return Job(job_id(key), "diagnose", body, key, None, attempts, NOW)


@pytest.fixture
async def slack():
    async with local_slack() as running:
        yield running


@pytest.fixture
async def store(tmp_path):
    async with Database(tmp_path / "vpclink.sqlite3") as database:
        yield SqliteStore(database)


@pytest.fixture
def reading():
    return Reading()


@pytest.fixture
def worker(slack, store, reading):
    return new_worker(slack, store, reading)


def new_worker(slack, store, readers, **changes) -> Worker:
    """A worker as a process starts with: nothing in memory."""
    app = slack.workspace.apps[0]
    client = worker_client(app.bot_token, slack.api_url, sleep=no_wait)
    return Worker(
        **{
            "store": store,
            "poster": Poster(client, store.posts, Pace(lambda: 0.0, no_wait, 0), sleep=no_wait),
            "renderer": Renderer(ids.for_templates()),
            "readings": SharedReadings(readers, CLOCK, deadline=20, threads=4),
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


async def test_a_job_becomes_progress_then_a_verdict_and_its_thread(slack, store, worker):
    await worker.handle(job())
    report, details = shown(slack)
    assert kinds({"blocks": report["versions"][0]["blocks"]}) == ["plan", "context"]
    assert "0 of 2 targets healthy" in report["text"]
    assert kinds(report) == ["section", "section", "context", "context", "actions"]
    assert details["thread_ts"] == report["ts"]
    assert report["metadata"]["event_payload"]["run_id"] == job().id


async def test_the_run_is_stored_with_report_and_evidence(slack, store, worker):
    await worker.handle(job())
    run = await store.runs.get(job().id)
    assert run.state is RunState.DONE
    assert (run.api_id, run.stage, run.region, run.channel) == (w.API, "prod", w.REGION, CHANNEL)
    assert run.message_ts == shown(slack)[0]["ts"]
    assert Report.model_validate_json(run.report).verdict.causes[0].check == "TG-01"
    evidence = from_json(await store.runs.evidence(job().id))
    assert engine.report(evidence, CHECKS).to_json() == run.report


async def test_the_answer_to_a_mention_stays_in_its_thread(slack, worker):
    await worker.handle(job("root"))
    thread = shown(slack)[0]["ts"]
    await worker.handle(job("mention", thread_ts=thread))
    mine = [m for m in shown(slack) if m["metadata"]["event_payload"]["run_id"] == job("mention").id]
    assert [m["thread_ts"] for m in mine] == [thread, thread]


async def test_a_question_takes_the_place_of_nothing_and_has_no_thread(slack, store, reading, worker):
    reading.evidence = w.gone(s.STAGE, f"REST/{w.API}/{w.STAGE}", "dev, staging")
    await worker.handle(job())
    (question,) = shown(slack)
    assert "has no stage of this name" in question["text"]
    assert [e["text"]["text"] for e in question["blocks"][1]["elements"]] == ["dev", "staging"]


async def test_a_chosen_stage_is_answered_in_the_place_of_the_question(slack, store, reading, worker):
    reading.evidence = w.gone(s.STAGE, f"REST/{w.API}/{w.STAGE}", "dev")
    await worker.handle(job("question"))
    (question,) = shown(slack)
    reading.evidence = broken()
    await worker.handle(job("chosen", message_ts=question["ts"]))
    answer, details = shown(slack)
    assert answer["ts"] == question["ts"]
    assert "0 of 2 targets healthy" in answer["text"]
    assert details["thread_ts"] == question["ts"]


# --- again --------------------------------------------------------------------------------------------------------


async def test_a_rerun_says_what_changed_and_does_not_repeat_the_thread(slack, store, reading, worker):
    await worker.handle(job("first"))
    reading.evidence = w.healthy()
    thread = shown(slack)[0]["ts"]
    await worker.handle(job("second", thread_ts=thread, previous_run=job("first").id))
    rerun = next(m for m in shown(slack) if m["metadata"]["event_payload"]["run_id"] == job("second").id)
    said = str(rerun["blocks"])
    assert "Since the run of 03:20 UTC" in said
    assert "✅ fixed: TG-01" in said
    before = len(shown(slack))
    await worker.handle(job("third", thread_ts=thread, previous_run=job("second").id))
    assert len(shown(slack)) == before + 1, "nothing changed, so the thread has the details already"
    assert "no fault then, and none now" in str(shown(slack)[-1]["blocks"])


async def test_a_rerun_whose_first_run_is_forgotten_is_a_run_like_any_other(slack, worker):
    await worker.handle(job(previous_run="forgotten"))
    report, _ = shown(slack)
    assert "Since the run" not in str(report["blocks"])


async def test_equal_requests_at_the_same_time_share_one_reading_and_each_gets_an_answer(slack, reading, worker):
    reading.gate = threading.Event()
    jobs = [asyncio.create_task(worker.handle(job(key))) for key in ("one", "two")]
    await slack.until(lambda: len(shown(slack)) == 2)
    reading.gate.set()
    await asyncio.gather(*jobs)
    assert len(reading.asked) == 1
    reports = [m for m in shown(slack) if m["metadata"]["event_payload"]["part"] == "report"]
    assert ["0 of 2 targets healthy" in m["text"] for m in reports] == [True, True]


async def test_a_rerun_never_joins_what_began_before_it(slack, reading, worker):
    reading.gate = threading.Event()
    first = asyncio.create_task(worker.handle(job("one")))
    await slack.until(lambda: len(reading.asked) == 1 and shown(slack))
    second = asyncio.create_task(worker.handle(job("two", previous_run="x")))
    await slack.until(lambda: len(shown(slack)) == 2)
    reading.gate.set()
    await asyncio.gather(first, second)
    assert len(reading.asked) == 2


async def test_other_requests_are_read_on_their_own(slack, reading, worker):
    other = Request(api="orders", stage="prod", region=w.REGION, since_minutes=30)
    await asyncio.gather(worker.handle(job("one")), worker.handle(job("two", request=other)))
    assert len(reading.asked) == 2


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
    readings = SharedReadings(reading, CLOCK, deadline=5, threads=1)
    reading.gate = threading.Event()
    waiting = asyncio.create_task(readings.evidence(REQUEST, lambda *_: None))
    await asyncio.sleep(0)
    readings.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    reading.gate.set()
