"""
What a job queue promises, whichever backend holds the jobs.

Delivery is at least once: a handler may meet the same job again after a crash, and must bear it. A key makes
the same request one job. For each key a backend knows three states (absent; running until its lease ends; done), so a
second delivery while the first still runs is held back and never mistaken for done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Job:
    """One request to do work. `attempts` counts the deliveries, this one included."""

    id: str
    kind: str
    body: dict[str, Any]
    key: str
    group: str | None
    attempts: int
    created: datetime


@dataclass(frozen=True)
class NewJob:
    """What `JobQueue.put` takes, as one value."""

    kind: str
    body: Mapping[str, Any]
    key: str
    group: str | None = None


Adopt = Callable[[str], NewJob | None]
"""Makes a job of an SQS message that no vpclink put, such as an alarm from SNS or EventBridge: its text in, the job
out. None where the message is of no concern: it is let go. ValueError where it is not understood: it stays in the
queue, and goes to the dead-letter queue at last."""


@dataclass(frozen=True)
class PutResult:
    """
    Where a request went.

    `duplicate` says that the key was known already, and the job stands as it was first put.
    """

    job_id: str
    duplicate: bool


@dataclass(frozen=True)
class Depth:
    """How many jobs are in which state; `delayed` wait for their time. `done` is None where nobody counts it."""

    ready: int
    delayed: int
    running: int
    dead: int
    done: int | None


@dataclass(frozen=True)
class DeadJob:
    """A job that was given up, with the last error and when that was."""

    job: Job
    error: str
    died: datetime


Handler = Callable[[Job], Awaitable[None]]
"""Does one job. Returning means done; raising means: try again later."""

OnDead = Callable[[Job, str], Awaitable[None]]
"""Told that a job is given up, and why, so that whoever asked gets an answer. After a crash it may be told twice."""


class JobQueue(Protocol):
    """Puts jobs, runs them, counts them. Storage trouble raises `bot.store.errors.StorageError`."""

    async def put(
        self, kind: str, body: Mapping[str, Any], *, key: str, group: str | None = None, delay: float = 0
    ) -> PutResult:
        """
        Keep a job: once this returns, a crash or a loss of power does not lose it.

        `key` is the request's own identity (Slack's event id, an alarm's ARN and state-change time). Jobs of one
        `group` run one at a time in the order of their puts; a job that is tried again holds up those behind it.
        Puts by two machines at the same moment are in the order of their clocks.
        `delay` is in seconds, at most 900. ValueError says what was expected.
        """

    async def run(self, handler: Handler, *, concurrency: int, on_dead: OnDead | None = None) -> None:
        """
        Claim and run jobs until `drain`, `stop` or cancellation, `concurrency` at a time.

        A handler that raises is tried again with growing pauses, and given up after the last attempt. A handler that is
        cancelled gives its job back; so does cancelling `run` itself.
        """

    async def drain(self, deadline: float) -> None:
        """Claim nothing more, give running jobs `deadline` seconds, then give the rest back. `run` returns."""

    async def stop(self) -> None:
        """Give running jobs back at once. A queue that was stopped stays stopped: its `run` returns."""

    async def depth(self) -> Depth:
        """How many jobs are in which state, now."""

    async def dead(self, limit: int = 100) -> Sequence[DeadJob]:
        """The jobs that were given up, latest first."""

    async def redrive(self) -> int:
        """Make every dead job ready again, with all its attempts, and say how many."""


@dataclass(frozen=True)
class Lease:
    """One claimed job. `id` differs at every claim, so that whoever lost the job cannot settle it (fencing)."""

    id: str
    job: Job


class Leases(Protocol):
    """
    The delivery side of a backend, which `bot.jobs.runner` drives.

    Whatever settles a lease says whether the lease still stood; False means that the job now belongs to somebody else
    and nothing was changed.
    """

    async def arrive(self) -> int:
        """Join as a worker; take over at once what workers that are certainly dead had leased, and say how many."""

    async def leave(self) -> None:
        """Give back whatever this worker still holds."""

    async def claim(self) -> Lease | None:
        """Lease the next job that is due, or None. Its attempts grow by one."""

    async def extend(self, lease: Lease) -> bool:
        """Let the lease run its full length from now."""

    async def finish(self, lease: Lease) -> bool:
        """Mark the job done."""

    async def retry(self, lease: Lease, error: str, delay: float) -> bool:
        """Make the job ready again in `delay` seconds, and keep the error."""

    async def bury(self, lease: Lease, error: str) -> bool:
        """Mark the job dead, and keep the error."""

    async def release(self, lease: Lease) -> bool:
        """Make the job ready again now, as if this claim had not been."""
