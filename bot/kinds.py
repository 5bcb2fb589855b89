"""Who does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from bot import metrics
from bot.jobs.interface import Job
from bot.language import AUTO, chosen, speaking
from bot.log_lines import current_reference
from bot.tracing import job_span


class KindOfWorker(Protocol):
    """Does the jobs of one kind."""

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""

    async def on_dead(self, job: Job, error: str) -> None:
        """Tell whoever asked that the job was given up."""


class ByKind:
    """Gives every job to the worker of its kind, who speaks the language of whoever asked, or the setting's."""

    def __init__(self, workers: Mapping[str, KindOfWorker], language: str = AUTO) -> None:
        self._workers = workers
        self._language = language

    async def handle(self, job: Job) -> None:
        """Do one job; ValueError for a kind that nobody does."""
        worker = self._of(job)
        with metrics.attempt(job.kind), job_span(job.kind, current_reference()), self._speaking(job):
            await worker.handle(job)

    async def on_dead(self, job: Job, error: str) -> None:
        """Tell whoever asked for the job."""
        metrics.JOBS.labels(job.kind, "dead").inc()
        with self._speaking(job):
            await self._of(job).on_dead(job, error)

    def _speaking(self, job: Job) -> AbstractContextManager[None]:
        return speaking(chosen(self._language, str(job.body.get("language") or "")))

    def _of(self, job: Job) -> KindOfWorker:
        if job.kind not in self._workers:
            raise ValueError(
                f"expected a job of kind {' or '.join(self._workers)}, got {job.kind}: a newer vpclink wrote it"
            )
        return self._workers[job.kind]
