"""One job at a time against a local Slack: what is shown, and what is stored."""

import asyncio
import threading

import pytest

from bot.diagnosis import engine
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import from_json
from bot.diagnosis.model import Report, Request
from bot.reading import InThreads, SharedReadings
from bot.store.interface import RunState
from tests.diagnosis import worlds as w
from tests.handlers.bench import CHANNEL, CHECKS, Reading, broken
from tests.handlers.worker_bench import CLOCK, job, kinds, new_worker, shown


@pytest.fixture
def reading():
    return Reading()


@pytest.fixture
def worker(slack, store, reading):
    return new_worker(slack, store, reading)


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


class CountedReadings(SharedReadings):
    """How many runs asked for evidence. Asking and joining are one step of the event loop."""

    asked = 0

    async def evidence(self, *arguments, **options):
        self.asked += 1
        return await super().evidence(*arguments, **options)


async def test_equal_requests_at_the_same_time_share_one_reading_and_each_gets_an_answer(slack, store, reading):
    reading.gate = threading.Event()
    readings = CountedReadings(InThreads(reading, CLOCK, threads=4), deadline=20)
    worker = new_worker(slack, store, reading, readings=readings)
    jobs = [asyncio.create_task(worker.handle(job(key))) for key in ("one", "two")]
    await slack.until(lambda: readings.asked == 2)
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
