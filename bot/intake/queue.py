"""Polls an SQS queue that is subscribed to the SNS topic of the alarms."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.intake.arrivals import Arrivals

log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0


@dataclass(frozen=True)
class Delivery:
    """One message of the queue; `receipt` is what deletes it (AWS: API_ReceiveMessage)."""

    id: str
    body: str
    receipt: str


class Queue(Protocol):
    """One queue; blocking. Whatever goes wrong raises."""

    def receive(self) -> Sequence[Delivery]:
        """Up to ten messages, waiting for the first one."""

    def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Forget messages that were dealt with."""


class QueueIntake:
    """Takes the messages of one queue. A message is deleted once its jobs are kept; what is no alarm, at once.

    A message that cannot be kept stays in the queue and holds up no other: SQS delivers it again, and gives it to the
    dead-letter queue in the end, if there is one.
    """

    def __init__(
        self,
        queue: Queue,
        arrivals: Arrivals,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._queue = queue
        self._arrivals = arrivals
        self._now = now
        self._sleep = sleep
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alarm-queue")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to poll."""
        self._task = asyncio.create_task(self._poll(), name="alarm-queue")

    async def stop(self) -> None:
        """Take nothing more. What was received and not kept is delivered again."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _poll(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await self.turn()
                pause = _FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - whatever it was, alarms must be taken again as soon as it is over
                log.error("the alarm queue cannot be read: %s: %s", type(error).__name__, error)
                await self._sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def turn(self) -> None:
        """Receive once, keep what came, delete what was kept."""
        loop = asyncio.get_running_loop()
        done: list[Delivery] = []
        for delivery in await loop.run_in_executor(self._thread, self._queue.receive):
            try:
                await self._arrivals.take(delivery.body, delivery=delivery.id, now=self._now())
                done.append(delivery)
            except Exception as error:  # noqa: BLE001 - one message must not hold up the others
                log.error("message %s stays in the queue: %s: %s", delivery.id, type(error).__name__, error)
        if done:
            await loop.run_in_executor(self._thread, self._queue.delete, done)
