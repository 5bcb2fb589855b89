"""The process that reads AWS for `vpclink serve`: requests on standard input, evidence on standard output.

It keeps nothing and settles nothing: whoever started it does. It ends when its standard input does, so it never
outlives the service, `kill -9` included. Signals that a terminal or a service manager sends to both are left to the
service, which drains first.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from bot.diagnosis import engine
from bot.diagnosis.evidence import Evidence, Key, Outcome
from bot.language import speaking
from bot.log_lines import log_json, referring
from bot.metrics import AwsTally
from bot.reading import CannotReadError, Readers
from bot.reading_apart.messages import LENGTH, Answer, Order, pack
from bot.tracing import continued

_NICE = 5
"""How far this process steps back for the service, which has three seconds to answer Slack (Linux: nice)."""


class ReadingWorker:
    """Carries out orders, each in a thread of its own. `write` sends one message."""

    def __init__(self, readers: Readers, clock: engine.Clock, write: Callable[[bytes], object]) -> None:
        self._readers = readers
        self._clock = clock
        self._write = write
        self._writing = threading.Lock()
        self._tally = AwsTally()

    def start(self, order: Order) -> None:
        """Begin to read."""
        threading.Thread(target=self._carry_out, args=(order,), name=f"diagnose-{order.number}", daemon=True).start()

    def _carry_out(self, order: Order) -> None:
        sent: dict[Key, Outcome] = {}

        def new(evidence: Evidence) -> Evidence:
            reads = {key: outcome for key, outcome in evidence.reads.items() if sent.get(key) is not outcome}
            sent.update(reads)
            return replace(evidence, reads=reads)

        def progress(evidence: Evidence, pending: frozenset[Key]) -> None:
            self._send(Answer(order.number, "progress", new(evidence), pending))

        with referring(order.reference), continued(order.trace), speaking(order.language):
            try:
                reader = self._readers(order.request)
                read = engine.collect(
                    order.request,
                    reader,
                    self._clock,
                    deadline=order.deadline,
                    progress=progress,
                    only=order.only,
                )
                answer = Answer(order.number, "done", new(read))
            except CannotReadError as error:
                answer = Answer(order.number, "cannot-read", why=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it was, the service must hear of it
                answer = Answer(order.number, "failed", why=f"{type(error).__name__}: {error}")
        self._send(replace(answer, calls=self._tally.take()))

    def _send(self, answer: Answer) -> None:
        message = pack(answer)
        with self._writing:
            self._write(message)


def orders(source: BinaryIO) -> Iterator[Order]:
    """The orders that come in, until the other side is gone."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        content = source.read(LENGTH.unpack(head)[0])
        yield pickle.loads(content)  # noqa: S301 - written by the service that started this process


def main(log_level: str) -> None:
    """Serve until standard input ends."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    os.nice(_NICE)
    log_json(log_level)
    from bot.config import Accounts, load
    from bot.settings import Settings
    from bot.world import aws_readers, system_clock

    # Whatever prints must not print into the messages.
    messages = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    settings = Settings.from_environment(os.environ, for_slack=False)
    readers, _ = aws_readers(Accounts(load(settings, os.environ)))
    worker = ReadingWorker(readers, system_clock(), messages.write)
    for order in orders(sys.stdin.buffer):
        worker.start(order)
    os._exit(0)  # nobody is left to hear of what is still being read


if __name__ == "__main__":
    main(sys.argv[1])
