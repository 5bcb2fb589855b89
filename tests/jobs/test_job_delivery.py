"""AWS Lambda's side of the queue: events of SQS, some records of which may fail alone."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from job_backends import LEASE, POLL, SqsBackend, depth_of

from bot.jobs.interface import Job
from bot.jobs.runner import Policy
from bot.jobs.sqs import SqsJobQueue
from bot.jobs.sqs_delivery import SqsDelivery
from tests.faulty_calls import FaultyCalls

NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture
def queue(sqs: SqsBackend, calls: FaultyCalls) -> SqsJobQueue:
    return sqs.queue_on(calls, Policy(lease=LEASE, poll=POLL, max_attempts=2))


@pytest.fixture
def delivery(queue: SqsJobQueue) -> SqsDelivery:
    return SqsDelivery(queue)


def event_of(sqs: SqsBackend) -> dict[str, Any]:
    """What an event source mapping would call the function with (AWS: Lambda, "Using Lambda with Amazon SQS")."""
    received = sqs.services.sqs.receive_message(QueueUrl=sqs.url, MaxNumberOfMessages=10, VisibilityTimeout=720)
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "awsRegion": "eu-west-1",
            }
            for message in received.get("Messages", [])
        ]
    }


class Seen:
    """A handler that notes what it was given, and raises for the keys in `broken`."""

    def __init__(self, *broken: str) -> None:
        self.keys: list[str] = []
        self.dead: list[tuple[str, str]] = []
        self._broken = broken

    async def __call__(self, job: Job) -> None:
        self.keys.append(job.key)
        if job.key in self._broken:
            raise RuntimeError("no")

    async def on_dead(self, job: Job, error: str) -> None:
        self.dead.append((job.key, error))


async def test_all_jobs_of_an_event_are_done(sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery) -> None:
    for key in ("Ev1", "Ev2"):
        await queue.put("diagnose", {}, key=key)
    seen, event = Seen(), event_of(sqs)
    assert await delivery.handle(event, seen, seconds=60) == NONE_FAILED
    assert sorted(seen.keys) == ["Ev1", "Ev2"]
    assert await queue.depth() == depth_of(sqs)


async def test_an_event_that_comes_again_does_nothing(
    sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery
) -> None:
    await queue.put("diagnose", {}, key="Ev1")
    seen, event = Seen(), event_of(sqs)
    for _ in range(2):
        assert await delivery.handle(event, seen, seconds=60) == NONE_FAILED
    assert seen.keys == ["Ev1"]


async def test_one_job_in_two_records_runs_once(sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery) -> None:
    for _ in range(2):
        await queue.put("diagnose", {}, key="Ev1")
    event = event_of(sqs)
    assert len(event["Records"]) == 2
    seen = Seen()
    assert await delivery.handle(event, seen, seconds=60) == NONE_FAILED
    assert seen.keys == ["Ev1"]


async def test_a_failed_job_is_put_again_with_a_pause(
    sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls, delivery: SqsDelivery
) -> None:
    for key in ("bad", "good"):
        await queue.put("diagnose", {}, key=key)
    event = event_of(sqs)
    calls.asked.clear()
    assert await delivery.handle(event, Seen("bad"), seconds=60) == NONE_FAILED
    assert calls.delays() == [2]
    assert await queue.depth() == depth_of(sqs, delayed=1)


async def test_after_the_last_attempt_whoever_asked_is_told(
    sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery
) -> None:
    put = await queue.put("diagnose", {}, key="bad")
    seen = Seen("bad")
    for _ in range(2):
        sqs.services.sqs.send_message(QueueUrl=sqs.url, MessageBody=f'{{"vpclink_job": "{put.job_id}"}}')
        event = event_of(sqs)
        assert await delivery.handle(event, seen, on_dead=seen.on_dead, seconds=60) == NONE_FAILED
        sqs.clock.advance(2)
    assert seen.keys == ["bad", "bad"]
    assert seen.dead == [("bad", "RuntimeError: no")]
    assert [dead.error for dead in await queue.dead()] == ["RuntimeError: no"]


async def test_a_job_that_kills_its_function_is_given_up_at_last(
    sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery
) -> None:
    await queue.put("diagnose", {}, key="Ev1")
    event, seen = event_of(sqs), Seen()
    for _ in range(2):  # two functions that were killed, after which nothing was settled
        sqs.services.sqs.send_message(QueueUrl=sqs.url, MessageBody=event["Records"][0]["body"])
        assert await queue.leases.claim() is not None
        sqs.clock.advance(LEASE)
    assert await delivery.handle(event, seen, on_dead=seen.on_dead, seconds=60) == NONE_FAILED
    assert seen.keys == []
    assert [error for _, error in seen.dead] == ["RuntimeError: the process ended 2 times before the job was settled"]


async def test_a_job_without_end_is_cancelled_and_has_failed(
    sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery
) -> None:
    await queue.put("diagnose", {}, key="Ev1")
    said: list[str] = []

    async def endless(job: Job) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            said.append("goodbye")
            raise

    assert await delivery.handle(event_of(sqs), endless, seconds=0) == NONE_FAILED
    assert said == ["goodbye"]
    assert await queue.depth() == depth_of(sqs, delayed=1)


async def test_a_timeout_of_the_job_itself_stays_what_it_is(
    sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery, caplog: pytest.LogCaptureFixture
) -> None:
    await queue.put("diagnose", {}, key="Ev1")

    async def slow_part(job: Job) -> None:
        raise TimeoutError("Slack did not answer")

    await delivery.handle(event_of(sqs), slow_part, seconds=60)
    assert "TimeoutError: Slack did not answer" in caplog.text


class TestRecordsThatFail:
    async def test_what_is_no_job_of_ours_comes_again_and_the_others_are_done(
        self, sqs: SqsBackend, queue: SqsJobQueue, delivery: SqsDelivery
    ) -> None:
        sqs.services.sqs.send_message(QueueUrl=sqs.url, MessageBody="poison")
        await queue.put("diagnose", {}, key="Ev1")
        event, seen = event_of(sqs), Seen()
        poison = next(record["messageId"] for record in event["Records"] if record["body"] == "poison")
        failures = {"batchItemFailures": [{"itemIdentifier": poison}]}
        assert await delivery.handle(event, seen, seconds=60) == failures
        assert seen.keys == ["Ev1"]

    @pytest.mark.parametrize(
        ("failing", "done"),
        [("get_item", []), ("update_item", []), ("send_message", ["Ev1"])],
        ids=["the claim is not read", "the claim is not written", "the next attempt is not sent"],
    )
    async def test_trouble_with_the_storage_keeps_the_record(
        self,
        sqs: SqsBackend,
        queue: SqsJobQueue,
        calls: FaultyCalls,
        delivery: SqsDelivery,
        failing: str,
        done: list[str],
    ) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        event, seen = event_of(sqs), Seen("Ev1")
        calls.failing = {failing}
        failed = await delivery.handle(event, seen, seconds=60)
        assert failed == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
        assert seen.keys == done

    @pytest.mark.parametrize("event", [{}, {"Records": [{"eventSource": "aws:sns"}]}, {"Records": {}}], ids=repr)
    async def test_another_kind_of_event_is_refused(self, delivery: SqsDelivery, event: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="expected an event of Amazon SQS"):
            await delivery.handle(event, Seen(), seconds=60)


@pytest.fixture(autouse=True)
def _see_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
