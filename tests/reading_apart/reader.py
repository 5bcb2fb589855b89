"""A process that reads saved evidence instead of AWS: `python -m tests.reading_apart.reader`.

The request's API says what becomes of it: `exit` ends the process, `refuse` and `raise` fail, everything else is read.
"""

import os
import sys
from datetime import UTC, datetime

from bot.diagnosis.engine import Clock
from bot.diagnosis.model import Request
from bot.language import _
from bot.reading import CannotReadError
from bot.reading_apart.worker import ReadingWorker, orders
from tests.saved_evidence import EvidenceReader, broken

CLOCK = Clock(now=lambda: datetime(2026, 1, 1, tzinfo=UTC), monotonic=lambda: 100.0)


def reader(request: Request) -> EvidenceReader:
    if request.api == "exit":
        os._exit(7)
    if request.api == "refuse":
        raise CannotReadError(_("The account is missing."))
    if request.api == "raise":
        raise KeyError("a mistake of ours")
    return EvidenceReader(broken())


if __name__ == "__main__":
    worker = ReadingWorker(reader, CLOCK, lambda message: os.write(1, message))
    for order in orders(sys.stdin.buffer):
        worker.start(order)
