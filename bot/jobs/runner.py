"""Runs jobs over any backend's leases: how many at once, how long a lease is kept alive, what follows a failure."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.jobs.interface import Handler, Job, Lease, Leases, OnDead
from bot.log_lines import refer
from bot.store.errors import StorageError

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]

LONGEST_ERROR = 2000
"""Characters of an error that are kept."""

_BEATS = 3
"""How often a lease is extended in its length."""


@dataclass(frozen=True)
class Policy:
    """How jobs are run; every time in seconds. A failed job pauses `first_pause`, then twice that, and so on."""

    lease: float = 60.0
    max_attempts: int = 5
    first_pause: float = 2.0
    longest_pause: float = 300.0
    poll: float = 0.5

    def pause(self, attempts: int) -> float:
        """How long a job waits after its attempt of this number failed."""
        return float(min(self.first_pause * 2 ** (attempts - 1), self.longest_pause))


class Runner:
    """
    Claims, runs and settles jobs.

    `redact` takes secrets out of an error before it is kept or logged. `sleep` is asyncio's, or a test's.
    """

    def __init__(self, leases: Leases, policy: Policy, *, sleep: Sleep, redact: Callable[[str], str]) -> None:
        self._leases = leases
        self._policy = policy
        self._sleep = sleep
        self._redact = redact
        self._jobs: set[asyncio.Task[bool]] = set()
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended: asyncio.Event | None = None

    def wake(self) -> None:
        """Look for work now and not at the next poll."""
        self._wake.set()

    async def run(self, handler: Handler, *, concurrency: int, on_dead: OnDead | None) -> None:
        """See `JobQueue.run`."""
        if concurrency < 1:
            raise ValueError(f"concurrency: expected 1 or more, got {concurrency}")
        if self._ended is not None and not self._ended.is_set():
            raise RuntimeError("this queue runs already; expected one run at a time")
        self._ended = asyncio.Event()
        try:
            await self._leases.arrive()
            await self._dispatch(handler, asyncio.Semaphore(concurrency), on_dead)
            while self._jobs:
                await asyncio.wait(self._jobs)
        finally:
            await self._give_up_jobs()
            await self._leave()
            self._ended.set()

    async def drain(self, deadline: float) -> None:
        """See `JobQueue.drain`."""
        self._stopping.set()
        self._wake.set()
        if self._ended is None:
            return
        if self._jobs and deadline > 0:
            await _first(asyncio.wait(set(self._jobs)), self._sleep(deadline))
        for job in self._jobs:
            job.cancel()
        await self._ended.wait()

    async def _dispatch(self, handler: Handler, slots: asyncio.Semaphore, on_dead: OnDead | None) -> None:
        while not self._stopping.is_set():
            await slots.acquire()
            lease = await self._claim()
            if lease is None:
                slots.release()
                await self._idle()
                continue
            task = asyncio.create_task(self.execute(lease, handler, on_dead))
            self._jobs.add(task)
            task.add_done_callback(self._jobs.discard)
            task.add_done_callback(lambda _: slots.release())

    async def _idle(self) -> None:
        if not self._stopping.is_set():
            await _first(self._wake.wait(), self._sleep(self._policy.poll))
        self._wake.clear()

    async def _claim(self) -> Lease | None:
        """The next lease. None when there is none, when storage has trouble (which is logged), and when stopping."""
        if self._stopping.is_set():
            return None
        claiming = asyncio.ensure_future(self._leases.claim())
        try:
            lease = await asyncio.shield(claiming)
        except StorageError as error:
            log.error("no job could be claimed: %s", error)
            return None
        except asyncio.CancelledError:
            # The claim goes on by itself. Once it has ended, leave() gives back what it yielded.
            await asyncio.wait({claiming})
            raise
        # leave() gives this one back too.
        return None if self._stopping.is_set() else lease

    async def execute(self, lease: Lease, handler: Handler, on_dead: OnDead | None) -> bool:
        """Run one claimed job to its end; says whether the outcome was stored. Cancelled, it gives the job back."""
        # Whoever asked was given this reference: it stands in every line about the job, its failures included.
        refer(str(lease.job.body.get("reference") or lease.job.id))
        work = asyncio.create_task(self._attempt(lease.job, handler))
        heart = asyncio.create_task(self._keep(lease))
        try:
            await asyncio.wait({work, heart}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return await self._settle(lease, work, on_dead)
            log.warning("job %s: the lease was lost, so somebody else may run it now", lease.job.id)
        except asyncio.CancelledError:
            await _cancel(work)
            await self._give_back(lease, work)
        finally:
            await _cancel(work)
            await _cancel(heart)
            self._wake.set()
        return False

    async def _attempt(self, job: Job, handler: Handler) -> None:
        if job.attempts > self._policy.max_attempts:
            raise RuntimeError(f"the process ended {job.attempts - 1} times before the job was settled")
        await handler(job)

    async def _keep(self, lease: Lease) -> None:
        """Extend the lease again and again; returns when it is lost, or has ended because storage had trouble."""
        standing, failed = True, 0
        while standing and failed < _BEATS:
            await self._sleep(self._policy.lease / _BEATS)
            try:
                standing, failed = await self._leases.extend(lease), 0
            except StorageError as error:
                failed += 1
                log.error("job %s: the lease could not be extended: %s", lease.job.id, error)

    async def _settle(self, lease: Lease, work: asyncio.Task[None], on_dead: OnDead | None) -> bool:
        failure = _failure(work)
        try:
            if failure is None:
                stood = await self._leases.finish(lease)
            else:
                stood = await self._fail(lease, failure, on_dead)
        except StorageError as error:
            log.error("job %s: the outcome could not be stored; it will be delivered again: %s", lease.job.id, error)
            return False
        if not stood:
            log.warning("job %s: the lease was lost, so this outcome does not count", lease.job.id)
        return stood

    async def _fail(self, lease: Lease, failure: BaseException, on_dead: OnDead | None) -> bool:
        job = lease.job
        error = self._redact(f"{type(failure).__name__}: {failure}")[:LONGEST_ERROR]
        log.error("job %s: attempt %d failed: %s", job.id, job.attempts, self._trace(failure))
        if job.attempts < self._policy.max_attempts:
            return await self._leases.retry(lease, error, self._policy.pause(job.attempts))
        if on_dead is not None:
            # Told first: a crash in between tells it again, the other way round nobody would ever hear.
            try:
                await on_dead(job, error)
            except Exception as trouble:  # noqa: BLE001 - whatever it was, the job must be buried
                log.error("job %s: nobody could be told that it is dead: %s", job.id, self._trace(trouble))
        return await self._leases.bury(lease, error)

    async def _give_back(self, lease: Lease, work: asyncio.Task[None]) -> None:
        finished = not work.cancelled() and work.exception() is None
        try:
            await (self._leases.finish(lease) if finished else self._leases.release(lease))
        except StorageError as error:
            log.error("job %s could not be given back; it waits for its lease to end: %s", lease.job.id, error)

    async def _give_up_jobs(self) -> None:
        for job in self._jobs:
            job.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs)

    async def _leave(self) -> None:
        try:
            await self._leases.leave()
        except StorageError as error:
            log.error("what this worker held could not be given back: %s", error)

    def _trace(self, error: BaseException) -> str:
        return self._redact("".join(traceback.format_exception(error)))


def _failure(work: asyncio.Task[None]) -> BaseException | None:
    if work.cancelled():  # the handler cancelled itself: nobody asked for that, so it is a failure like any other
        return asyncio.CancelledError("the handler was cancelled from within")
    return work.exception()


async def _first(*waits: Awaitable[object]) -> None:
    """Wait until one is over, then end the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            await _cancel(task)


async def _cancel(task: asyncio.Future[object] | asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
