"""The AWS backend among messages of others, and when the queue or the table cannot be used."""

from __future__ import annotations

import logging

import pytest
from job_backends import LEASE, POLL, Blocking, SqsBackend, claimed, depth_of, messages, running

from bot.jobs.interface import Job, NewJob
from bot.jobs.sqs import SqsJobQueue
from bot.store.errors import StorageError
from tests.faulty_calls import FaultyCalls


class TestMessagesOfOthers:
    async def test_they_are_left_alone_and_hold_up_nobody(
        self, sqs: SqsBackend, queue: SqsJobQueue, caplog: pytest.LogCaptureFixture
    ) -> None:
        for text in ("not JSON", '{"vpclink_job": 7}', "[]"):
            sqs.services.sqs.send_message(QueueUrl=sqs.url, MessageBody=text)
        await queue.put("diagnose", {}, key="Ev1")
        assert (await claimed(queue)).job.key == "Ev1"
        assert messages(sqs) == (0, 4, 0)
        assert caplog.text.count("left for the dead-letter queue") == 3

    async def test_one_that_is_understood_becomes_a_job_once(self, sqs: SqsBackend, calls: FaultyCalls) -> None:
        def adopt(text: str) -> NewJob | None:
            return NewJob("alarm", {"text": text}, key=f"sns:{text}", group="g") if text != "noise" else None

        queue = sqs.queue_on(calls, adopt=adopt)
        for text in ("noise", "raised", "raised"):
            sqs.services.sqs.send_message(QueueUrl=sqs.url, MessageBody=text)
        lease = await claimed(queue)
        assert (lease.job.kind, lease.job.body, lease.job.group) == ("alarm", {"text": "raised"}, "g")
        assert await queue.leases.claim() is None
        await queue.leases.finish(lease)
        assert await queue.depth() == depth_of(sqs)

    async def test_one_that_breaks_its_reader_does_not_end_the_worker(
        self, sqs: SqsBackend, calls: FaultyCalls, caplog: pytest.LogCaptureFixture
    ) -> None:
        def adopt(text: str) -> NewJob:
            raise KeyError(text)

        queue, handler = sqs.queue_on(calls, adopt=adopt), Blocking()
        sqs.services.sqs.send_message(QueueUrl=sqs.url, MessageBody="strange")
        await queue.put("diagnose", {}, key="Ev1")
        async with running(queue, handler):
            await handler.started.wait()
        assert "a message of others was not understood: KeyError: 'strange'" in caplog.text


class TestAQueueThatCannotBeUsed:
    async def test_a_job_stops_when_its_lease_has_ended_because_it_could_not_be_extended(
        self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls, caplog: pytest.LogCaptureFixture
    ) -> None:
        handler = Blocking()
        await queue.put("diagnose", {}, key="Ev1")
        async with running(queue, handler):
            await handler.started.wait()
            calls.failing = {"update_item"}
            for _ in range(3):
                assert not handler.cancelled.is_set()
                await sqs.clock.asleep(LEASE / 3)
                sqs.clock.advance(LEASE / 3)
            await handler.cancelled.wait()
            calls.failing = set()
        assert "the lease was lost, so somebody else may run it now" in caplog.text

    async def test_it_is_told_at_the_start(self, sqs: SqsBackend) -> None:
        async def never(job: Job) -> None:
            raise AssertionError("there is no queue")

        sqs.url += "-of-nobody"
        with pytest.raises(StorageError, match=r"expected an SQS queue .*-of-nobody; AWS knows none"):
            await (await sqs.queue()).run(never, concurrency=1)
        sqs.url = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs.fifo"
        with pytest.raises(StorageError, match="expected a standard queue"):
            await (await sqs.queue()).run(never, concurrency=1)

    async def test_an_outcome_that_cannot_be_stored_is_delivered_again(
        self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls, caplog: pytest.LogCaptureFixture
    ) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        attempts: list[int] = []

        async def handler(job: Job) -> None:
            attempts.append(job.attempts)
            calls.failing = {"update_item"}

        async with running(queue, handler):
            await sqs.clock.asleep(POLL)
            calls.failing = set()
        assert "the outcome could not be stored" in caplog.text
        assert (await claimed(queue)).job.attempts == 1
        assert attempts == [1]


@pytest.fixture(autouse=True)
def _see_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
