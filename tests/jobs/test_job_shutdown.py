"""The contract of the ways to end `run`: what is unfinished goes back, what is finished stays finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from job_backends import Blocking, LeasedQueue, QueueBackend, depth_of, running

from bot.jobs.interface import Job


async def _stop(queue: LeasedQueue, task: asyncio.Task[None], backend: QueueBackend) -> None:
    await queue.stop()


async def _cancel(queue: LeasedQueue, task: asyncio.Task[None], backend: QueueBackend) -> None:
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def _drain(queue: LeasedQueue, task: asyncio.Task[None], backend: QueueBackend) -> None:
    draining = asyncio.create_task(queue.drain(8))
    await backend.clock.asleep(8)
    backend.clock.advance(8)
    await draining


class TestShutdown:
    @pytest.mark.parametrize("end", [_stop, _cancel, _drain], ids=["stop", "cancelled run", "drain past its deadline"])
    async def test_an_unfinished_job_is_given_back(self, backend: QueueBackend, end: Callable[..., object]) -> None:
        queue, handler = await backend.queue(), Blocking()
        await queue.put("diagnose", {}, key="Ev1")
        async with running(queue, handler) as task:
            await handler.started.wait()
            await end(queue, task, backend)  # type: ignore[misc]  # each of the three is a coroutine function
            assert task.done()
        assert handler.cancelled.is_set()
        again = await (await backend.queue()).leases.claim()
        assert again is not None
        assert again.job.attempts == 1

    async def test_drain_lets_running_jobs_finish_and_starts_none(self, backend: QueueBackend) -> None:
        queue, handler = await backend.queue(), Blocking()
        await queue.put("diagnose", {}, key="Ev1")
        async with running(queue, handler, concurrency=2) as task:
            await handler.started.wait()
            draining = asyncio.create_task(queue.drain(8))
            await backend.clock.asleep(8)
            await queue.put("diagnose", {}, key="Ev2")
            handler.release.set()
            await draining
            assert task.done()
        assert handler.keys == ["Ev1"]
        assert not handler.cancelled.is_set()
        assert await queue.depth() == depth_of(backend, ready=1, done=1)

    async def test_a_handler_that_finishes_while_it_is_cancelled_has_finished(self, backend: QueueBackend) -> None:
        queue, started = await backend.queue(), asyncio.Event()
        await queue.put("diagnose", {}, key="Ev1")

        async def handler(job: Job) -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return

        async with running(queue, handler):
            await started.wait()
        assert await queue.depth() == depth_of(backend, done=1)

    async def test_a_queue_that_was_stopped_runs_nothing(self, backend: QueueBackend) -> None:
        queue, handler = await backend.queue(), Blocking()
        await queue.put("diagnose", {}, key="Ev1")
        await queue.stop()
        await queue.run(handler, concurrency=1)
        assert handler.keys == []
