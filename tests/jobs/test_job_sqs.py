"""What is the AWS backend's alone: messages that come twice, late or never, and lost replies."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from job_backends import LEASE, POLL, SqsBackend, claimed, depth_of, messages

from bot.jobs.interface import Lease
from bot.jobs.runner import Policy
from bot.jobs.sqs import SqsJobQueue
from bot.jobs.sqs_records import HOLD_SECONDS, OPEN_SECONDS
from bot.store.dynamodb_table import Table
from bot.store.errors import StorageError
from tests.faulty_calls import FaultyCalls, LostReplies


def deliver_again(sqs: SqsBackend, queue: SqsJobQueue, lease: Lease) -> None:
    """The visibility timeout of the message behind a lease ends."""
    _, message = queue.leases._held[lease.id]  # the receipt is nobody else's business
    sqs.services.sqs.change_message_visibility(QueueUrl=sqs.url, ReceiptHandle=message.receipt, VisibilityTimeout=0)


class TestAMessageThatComesAgain:
    async def test_while_the_job_runs_it_is_put_off_and_not_taken_for_done(
        self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls
    ) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        first, other = await claimed(queue), sqs.queue_on(calls)
        deliver_again(sqs, queue, first)
        assert await other.leases.claim() is None
        assert messages(sqs) == (0, 0, 1)
        assert calls.delays() == [0, LEASE]
        # The first one fails after all. Were its second message gone, the job would be lost.
        assert await queue.leases.retry(first, "no", 0)
        again = await claimed(other)
        assert (again.job.id, again.job.attempts) == (first.job.id, 2)

    async def test_after_the_job_is_done_it_goes(self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls) -> None:
        """The process ended after its outcome was stored, and before the message was deleted."""
        await queue.put("diagnose", {}, key="Ev1")
        lease = await claimed(queue)
        calls.failing = {"delete_message"}
        assert await queue.leases.finish(lease)
        calls.failing = set()
        await queue.put("diagnose", {}, key="Ev2")
        sqs.services.sqs.purge_queue(QueueUrl=sqs.url)
        await queue._messages.send(lease.job.id, 0)  # as it is delivered once more
        assert await queue.leases.claim() is None
        assert messages(sqs) == (0, 0, 0)

    async def test_a_heartbeat_keeps_it_away(self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        lease = await claimed(queue)
        assert await queue.leases.extend(lease)
        operation, parameters = calls.asked[-1]
        assert (operation, parameters["VisibilityTimeout"]) == ("change_message_visibility", LEASE)

    async def test_for_a_job_that_nobody_knows_it_goes_and_is_logged(
        self, sqs: SqsBackend, queue: SqsJobQueue, caplog: pytest.LogCaptureFixture
    ) -> None:
        await queue._messages.send("0" * 32, 0)
        assert await queue.leases.claim() is None
        assert messages(sqs) == (0, 0, 0)
        assert "expected the table and the queue to belong together" in caplog.text


class TestPauses:
    async def test_sqs_keeps_what_is_delayed(self, queue: SqsJobQueue, calls: FaultyCalls) -> None:
        await queue.put("watch", {}, key="Ev1", delay=899.2)
        assert calls.delays() == [900]

    async def test_a_failed_job_comes_back_after_its_pause(self, queue: SqsJobQueue, calls: FaultyCalls) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        await queue.leases.retry(await claimed(queue), "no", 32)
        assert calls.delays() == [0, 32]

    async def test_a_pause_that_is_longer_than_sqs_can_is_slept_in_parts(
        self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls
    ) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        await queue.leases.retry(await claimed(queue), "no", 2000)
        sqs.clock.advance(900)
        put = await queue.put("diagnose", {}, key="Ev1")
        sqs.services.sqs.purge_queue(QueueUrl=sqs.url)
        sqs.services.sqs.send_message(QueueUrl=sqs.url, MessageBody=f'{{"vpclink_job": "{put.job_id}"}}')
        assert await queue.leases.claim() is None
        assert calls.delays()[-1] == 900


class TestPutting:
    async def test_a_put_that_ended_half_way_is_completed_by_the_next(
        self, queue: SqsJobQueue, calls: FaultyCalls
    ) -> None:
        calls.failing = {"send_message"}
        with pytest.raises(StorageError):
            await queue.put("diagnose", {"n": 1}, key="Ev1", group="g")
        calls.failing = set()
        assert (await queue.put("diagnose", {"n": 2}, key="Ev1", group="g")).duplicate
        assert (await claimed(queue)).job.body == {"n": 1}

    async def test_a_settled_job_is_not_sent_again(self, queue: SqsJobQueue, calls: FaultyCalls) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        await queue.leases.finish(await claimed(queue))
        calls.asked.clear()
        assert (await queue.put("diagnose", {}, key="Ev1")).duplicate
        assert calls.delays() == []

    async def test_an_open_job_is_kept_longer_than_its_message(self, sqs: SqsBackend, queue: SqsJobQueue) -> None:
        await queue.put("diagnose", {}, key="Ev1")
        sqs.clock.advance(OPEN_SECONDS - 1)
        assert (await queue.put("diagnose", {}, key="Ev1")).duplicate


class TestLostReplies:
    """boto3 repeats a write whose reply was lost. The second one meets what the first has done."""

    @pytest.fixture
    def queue(self, sqs: SqsBackend) -> SqsJobQueue:
        return sqs.queue_on(LostReplies(sqs.services), Policy(lease=LEASE, poll=POLL, max_attempts=2))

    @pytest.mark.parametrize(
        ("settle", "arguments", "left"),
        [
            ("finish", (), {}),
            ("retry", ("no", 0), {"ready": 1}),
            ("bury", ("no",), {"dead": 1}),
            ("release", (), {"ready": 1}),
        ],
    )
    async def test_every_step_counts_once(
        self, sqs: SqsBackend, queue: SqsJobQueue, settle: str, arguments: tuple[Any, ...], left: dict[str, int]
    ) -> None:
        assert not (await queue.put("diagnose", {}, key="Ev1")).duplicate
        lease = await claimed(queue)
        assert lease.job.attempts == 1
        assert await queue.leases.extend(lease)
        assert await getattr(queue.leases, settle)(lease, *arguments)
        assert await queue.depth() == depth_of(sqs, **left)


class TestGroups:
    async def test_a_settled_job_that_kept_its_place_is_passed(self, queue: SqsJobQueue, calls: FaultyCalls) -> None:
        """The process ended between the outcome and the place in the group."""
        for key in ("a1", "a2"):
            await queue.put("alarm", {}, key=key, group="a")
        first = await claimed(queue)
        calls.failing = {"delete_item"}
        assert await queue.leases.finish(first)
        calls.failing = set()
        assert (await claimed(queue)).job.key == "a2"

    async def test_a_message_of_a_settled_job_that_kept_its_place_tells_the_next_one(
        self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls
    ) -> None:
        for key in ("a1", "a2"):
            await queue.put("alarm", {}, key=key, group="a")
        first = await claimed(queue)
        assert await queue.leases.claim() is None
        deliver_again(sqs, queue, first)
        calls.failing = {"delete_item"}
        assert await queue.leases.finish(first)
        calls.failing = set()
        assert (await claimed(queue)).job.key == "a2"

    async def test_the_next_one_does_not_wait_for_its_pause(
        self, sqs: SqsBackend, queue: SqsJobQueue, calls: FaultyCalls
    ) -> None:
        for key in ("a1", "a2"):
            await queue.put("alarm", {}, key=key, group="a")
        first = await claimed(queue)
        assert await queue.leases.claim() is None
        assert calls.delays() == [0, 0, 60]
        assert await queue.leases.finish(first)
        assert (await claimed(queue)).job.key == "a2"

    async def test_a_job_whose_message_is_lost_does_not_hold_up_the_others_for_ever(
        self, sqs: SqsBackend, queue: SqsJobQueue
    ) -> None:
        await queue.put("alarm", {}, key="a1", group="a")
        sqs.services.sqs.purge_queue(QueueUrl=sqs.url)
        sqs.clock.advance(HOLD_SECONDS)
        await queue.put("alarm", {}, key="a2", group="a")
        assert (await claimed(queue)).job.key == "a2"


async def test_redrive_finds_open_jobs_whose_messages_are_lost(sqs: SqsBackend, queue: SqsJobQueue) -> None:
    await queue.put("diagnose", {}, key="waiting")
    await queue.put("diagnose", {}, key="running")
    await claimed(queue)
    sqs.services.sqs.purge_queue(QueueUrl=sqs.url)
    sqs.clock.advance(HOLD_SECONDS + LEASE + 1)
    assert await queue.redrive() == 0
    assert {(await claimed(queue)).job.key for _ in range(2)} == {"waiting", "running"}


async def test_a_damaged_job_is_buried_and_the_next_one_claimed(sqs: SqsBackend, queue: SqsJobQueue) -> None:
    put = await queue.put("diagnose", {}, key="damaged")
    await queue.put("diagnose", {}, key="sound")
    table = Table(sqs.services.calls(), sqs.name)
    await table.update((f"job#{put.job_id}", "job"), {"body": "{broken"})
    assert (await claimed(queue)).job.key == "sound"
    (dead,) = await queue.dead()
    assert (dead.job.key, dead.job.body) == ("damaged", {})
    assert "expected JSON" in dead.error


async def test_a_worker_that_leaves_gives_back_what_it_holds(sqs: SqsBackend, queue: SqsJobQueue) -> None:
    await queue.put("diagnose", {}, key="Ev1")
    await claimed(queue)
    await queue.leases.leave()
    assert (await claimed(queue)).job.attempts == 1


@pytest.fixture(autouse=True)
def _see_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
