"""Reads AWS in a process of its own, so that Slack is answered at once while many diagnoses read and think.

Within one interpreter the threads that sign, parse and redact what AWS sends take turns with the event loop, and at
twenty diagnoses its turn comes too late (docs/performance.md). There is one such process, because the limits below
AWS's own (`bot/aws/limits.py`) hold within a process. It is started at the first reading, and again where it ended.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.diagnosis import engine
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Request
from bot.language import spoken
from bot.log_lines import current_reference
from bot.metrics import add_aws_calls
from bot.reading import CannotReadError
from bot.reading_apart.messages import LENGTH, Answer, Order, pack
from bot.tracing import trace_headers

log = logging.getLogger(__name__)

_END_SECONDS = 2.0


class ReadingFailed(Exception):  # noqa: N818 - read as a condition: `except ReadingFailed`
    """The reading ended without evidence; trying again may help."""


@dataclass(eq=False)
class _Reading:
    done: asyncio.Future[Evidence]
    progress: engine.Progress
    known: Evidence | None = None


class ReadingProcess:
    """`Collector` over one child process, which `command` runs."""

    def __init__(self, *command: str) -> None:
        self._command = command
        self._numbers = itertools.count()
        self._starting = asyncio.Lock()
        self._process: Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._closed = False
        self._waiting: dict[int, _Reading] = {}

    async def collect(
        self, request: Request, progress: engine.Progress, *, deadline: float, only: frozenset[str] | None = None
    ) -> Evidence:
        """See `Collector.collect`. ReadingFailed where the process ended or failed."""
        process = await self._running()
        number = next(self._numbers)
        reading = self._waiting[number] = _Reading(asyncio.get_running_loop().create_future(), progress)
        try:
            order = Order(number, request, deadline, only, current_reference(), trace_headers(), spoken())
            self._send(process, order)
            return await reading.done
        finally:
            del self._waiting[number]

    def close(self) -> None:
        """See `Collector.close`. The process keeps nothing, so it may be killed."""
        self._closed = True
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _running(self) -> Process:
        async with self._starting:
            if self._closed:
                raise ReadingFailed("the service is stopping")
            if self._process is None or self._listening is None or self._listening.done():
                self._process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE)
                self._listening = asyncio.create_task(self._listen(self._process))
            return self._process

    def _send(self, process: Process, order: Order) -> None:
        if process.stdin is None:
            raise AssertionError("started with a pipe")
        process.stdin.write(pack(order))

    async def _listen(self, process: Process) -> None:
        """Take the answers until the process ends; then whoever still waits is told."""
        try:
            await self._take_all(process)
        finally:
            why = f"the process that reads AWS ended with status {await _ended(process)}"
            if not self._closed:
                log.error("%s; the next reading starts another", why)
            for reading in list(self._waiting.values()):
                if not reading.done.done():
                    reading.done.set_exception(ReadingFailed(why))

    async def _take_all(self, process: Process) -> None:
        if process.stdout is None:
            raise AssertionError("started with a pipe")
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await process.stdout.readexactly(LENGTH.size)
                content = await process.stdout.readexactly(LENGTH.unpack(head)[0])
                self._take(pickle.loads(content))  # noqa: S301 - written by our own process, over our own pipe

    def _take(self, answer: Answer) -> None:
        add_aws_calls(answer.calls)
        reading = self._waiting.get(answer.number)
        if reading is None or reading.done.done():
            return  # whoever asked has left
        if answer.evidence is not None:
            known = reading.known.reads if reading.known else {}
            reading.known = replace(answer.evidence, reads={**known, **answer.evidence.reads})
        if answer.kind == "cannot-read":
            reading.done.set_exception(CannotReadError(answer.why))
        elif answer.kind == "failed" or reading.known is None:
            reading.done.set_exception(ReadingFailed(answer.why))
        elif answer.kind == "done":
            reading.done.set_result(reading.known)
        else:
            reading.progress(reading.known, answer.pending)


async def _ended(process: Process) -> int:
    """The status of a process that has closed its output, and should have ended."""
    try:
        return await asyncio.wait_for(process.wait(), _END_SECONDS)
    except TimeoutError:
        process.kill()
        return await process.wait()


def reading_process(*, log_level: str) -> ReadingProcess:
    """The process that `vpclink serve` reads with; it has this process's environment, credentials included."""
    return ReadingProcess(sys.executable, "-m", "bot.reading_apart.worker", log_level)
