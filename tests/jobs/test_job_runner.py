"""The contract of `run`: concurrency, retries and heartbeats, on a clock of the test's own."""

from __future__ import annotations

import asyncio
import logging

import pytest
from job_backends import LEASE, POLL, Blocking, QueueBackend, SqliteBackend, depth_of, pass_time, running

from bot.jobs.interface import Job
from bot.jobs.runner import Policy


async def _nothing(job: Job) -> None:
    pass


async def test_jobs_are_run_and_done(backend: QueueBackend) -> None:
    queue = await backend.queue()
    for n in range(5):
        await queue.put("diagnose", {"n": n}, key=f"Ev{n}")
    seen: list[int] = []

    async def handler(job: Job) -> None:
        seen.append(job.body["n"])

    async with running(queue, handler):
        await backend.clock.asleep(POLL)
    assert seen == [0, 1, 2, 3, 4]
    assert await queue.depth() == depth_of(backend, done=5)


async def test_a_put_is_run_without_waiting_for_a_poll(backend: QueueBackend) -> None:
    queue, handler = await backend.queue(), Blocking()
    async with running(queue, handler):
        await backend.clock.asleep(POLL)
        await queue.put("diagnose", {}, key="Ev1")
        await handler.started.wait()


async def test_a_put_by_another_process_is_seen_at_the_next_poll(backend: QueueBackend) -> None:
    queue, handler = await backend.queue(), Blocking()
    async with running(queue, handler):
        await backend.clock.asleep(POLL)
        await (await backend.queue()).put("diagnose", {}, key="Ev1")
        backend.clock.advance(POLL)
        await handler.started.wait()


async def test_no_more_jobs_run_at_once_than_allowed(backend: QueueBackend) -> None:
    queue = await backend.queue()
    for n in range(7):
        await queue.put("diagnose", {}, key=f"Ev{n}")
    together, all_done = asyncio.Barrier(3), asyncio.Event()
    now, most, done = 0, 0, 0

    async def handler(job: Job) -> None:
        nonlocal now, most, done
        now += 1
        most = max(most, now)
        if done < 3:
            await together.wait()
        now -= 1
        done += 1
        if done == 7:
            all_done.set()

    async with running(queue, handler, concurrency=3):
        await all_done.wait()
    assert most == 3


async def test_two_workers_run_each_job_once(backend: QueueBackend) -> None:
    producer, queues = await backend.queue(), [await backend.queue(), await backend.queue()]
    for n in range(20):
        await producer.put("diagnose", {}, key=f"Ev{n}")
    both_work, all_seen = asyncio.Barrier(2), asyncio.Event()
    seen: list[str] = []

    class Worker:
        met = False

        async def __call__(self, job: Job) -> None:
            if not self.met:
                self.met = True
                await both_work.wait()
            seen.append(job.key)
            if len(seen) >= 20:
                all_seen.set()

    async with running(queues[0], Worker()), running(queues[1], Worker()):
        await all_seen.wait()
    assert sorted(seen) == sorted(f"Ev{n}" for n in range(20))
    assert await producer.depth() == depth_of(backend, done=20)


class TestFailures:
    async def test_a_job_that_fails_is_tried_again_with_growing_pauses_then_dies(self, backend: QueueBackend) -> None:
        queue = await backend.queue(Policy(poll=POLL, max_attempts=5, first_pause=2, longest_pause=10))
        await queue.put("diagnose", {}, key="Ev1")
        start = backend.clock.now()
        tries: list[tuple[float, int]] = []
        told: list[tuple[str, str]] = []

        async def handler(job: Job) -> None:
            tries.append(((backend.clock.now() - start).total_seconds(), job.attempts))
            raise RuntimeError(f"attempt {job.attempts} broke")

        async def on_dead(job: Job, error: str) -> None:
            told.append((job.key, error))

        async with running(queue, handler, on_dead=on_dead):
            await pass_time(backend.clock, lambda: bool(told))
        assert tries == [(0, 1), (2, 2), (6, 3), (14, 4), (24, 5)]
        assert told == [("Ev1", "RuntimeError: attempt 5 broke")]
        assert [(dead.job.key, dead.error) for dead in await queue.dead()] == told

    async def test_a_failure_does_not_hold_up_other_jobs(self, backend: QueueBackend) -> None:
        queue = await backend.queue()
        for key in ("bad", "good"):
            await queue.put("diagnose", {}, key=key)

        async def handler(job: Job) -> None:
            if job.key == "bad":
                raise RuntimeError("no")

        async with running(queue, handler):
            await backend.clock.asleep(POLL)
        assert await queue.depth() == depth_of(backend, delayed=1, done=1)

    async def test_a_handler_that_cancels_itself_has_failed(self, backend: QueueBackend) -> None:
        queue = await backend.queue(Policy(poll=POLL, max_attempts=1))
        await queue.put("diagnose", {}, key="Ev1")

        async def handler(job: Job) -> None:
            raise asyncio.CancelledError

        async with running(queue, handler):
            await backend.clock.asleep(POLL)
        assert [dead.error for dead in await queue.dead()] == ["CancelledError: the handler was cancelled from within"]

    async def test_a_job_that_kills_its_process_is_given_up_at_last(self, backend: QueueBackend) -> None:
        queue = await backend.queue(Policy(lease=LEASE, poll=POLL, max_attempts=2))
        await queue.put("diagnose", {}, key="Ev1")
        for _ in range(2):
            assert await queue.leases.claim() is not None
            backend.clock.advance(LEASE)
        told: list[str] = []
        handler = Blocking()

        async def on_dead(job: Job, error: str) -> None:
            told.append(error)

        async with running(queue, handler, on_dead=on_dead):
            await backend.clock.asleep(POLL)
        assert told == ["RuntimeError: the process ended 2 times before the job was settled"]
        assert handler.keys == []
        assert (await queue.depth()).dead == 1

    async def test_a_job_dies_even_if_nobody_can_be_told(self, backend: QueueBackend) -> None:
        queue = await backend.queue(Policy(poll=POLL, max_attempts=1))
        await queue.put("diagnose", {}, key="Ev1")

        async def broken(*_: object) -> None:
            raise RuntimeError("Slack is away")

        async with running(queue, broken, on_dead=broken):
            await backend.clock.asleep(POLL)
        assert (await queue.depth()).dead == 1

    async def test_errors_are_redacted_before_they_are_kept_or_logged(
        self, sqlite: SqliteBackend, caplog: pytest.LogCaptureFixture
    ) -> None:
        redact = lambda text: text.replace("hunter2", "***")  # noqa: E731 - shorter than a function of one line
        queue = sqlite.queue_on(await sqlite.database(), Policy(poll=POLL, max_attempts=1), redact=redact)
        await queue.put("diagnose", {}, key="Ev1")

        async def handler(job: Job) -> None:
            raise RuntimeError("password=hunter2")

        async with running(queue, handler):
            await sqlite.clock.asleep(POLL)
        assert [dead.error for dead in await queue.dead()] == ["RuntimeError: password=***"]
        assert "password=***" in caplog.text
        assert "hunter2" not in caplog.text


class TestHeartbeat:
    async def test_a_running_job_keeps_its_lease(self, backend: QueueBackend) -> None:
        queue, other, handler = await backend.queue(), await backend.queue(), Blocking()
        await queue.put("diagnose", {}, key="Ev1")
        async with running(queue, handler):
            for _ in range(5):
                await backend.clock.asleep(LEASE / 3)
                backend.clock.advance(LEASE / 3)
            await backend.clock.asleep(LEASE / 3)
            assert await other.leases.claim() is None
            handler.release.set()
            await backend.clock.asleep(POLL)
        assert await queue.depth() == depth_of(backend, done=1)

    async def test_a_job_whose_lease_was_lost_is_cancelled_here_and_left_alone(
        self, backend: QueueBackend, caplog: pytest.LogCaptureFixture
    ) -> None:
        queue, other, handler = await backend.queue(), await backend.queue(), Blocking()
        put = await queue.put("diagnose", {}, key="Ev1")
        async with running(queue, handler):
            await handler.started.wait()
            await backend.clock.asleep(LEASE / 3)
            backend.clock.jump(LEASE)
            taken = await other.leases.claim()
            assert taken is not None
            backend.clock.advance(0)
            await handler.cancelled.wait()
            await backend.clock.asleep(POLL)
        assert (await other.depth()).running == 1
        assert await other.leases.finish(taken)
        assert f"job {put.job_id}: the lease was lost" in caplog.text


async def test_a_queue_runs_once_at_a_time(backend: QueueBackend) -> None:
    queue = await backend.queue()
    async with running(queue, _nothing):
        await backend.clock.asleep(POLL)
        with pytest.raises(RuntimeError, match="runs already"):
            await queue.run(_nothing, concurrency=1)


async def test_concurrency_has_to_be_one_or_more(backend: QueueBackend) -> None:
    queue = await backend.queue()
    with pytest.raises(ValueError, match="expected 1 or more, got 0"):
        await queue.run(_nothing, concurrency=0)


@pytest.fixture(autouse=True)
def _see_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
