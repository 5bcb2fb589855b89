"""Evidence instead of AWS: a path that is broken, and a reader that reads it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Absent, Evidence, Outcome
from bot.diagnosis.model import Request, Timing
from bot.diagnosis.sources import Source
from tests.diagnosis import worlds as w


def broken() -> Evidence:
    """No target is healthy, and the log has a failing request."""
    health = tuple(w.target(target, "unhealthy", "Target.FailedHealthChecks") for target in w.TARGETS)
    return w.logged(
        "Execution failed due to configuration error: There was an internal error while executing your request",
        "Method completed with status: 500",
        evidence=w.changed(s.TARGET_HEALTH, w.GROUP, health),
    )


class EvidenceReader:
    """Reads saved evidence as if it were AWS; what is not in it does not exist. `gate` holds back every read."""

    def __init__(self, evidence: Evidence, gate: threading.Event | None = None) -> None:
        self._evidence = evidence
        self._gate = gate

    def batches(self, source: Source[Any], keys: Sequence[str]) -> Sequence[Sequence[str]]:
        return [keys]

    def read(self, source: Source[Any], keys: Sequence[str], request: Request, at: datetime) -> Mapping[str, Outcome]:
        if self._gate:
            self._gate.wait(20)
        reads = self._evidence.reads
        return {key: reads.get((source.name, key), reads.get((source.name, w.request().api), Absent())) for key in keys}

    def timing(self) -> Timing:
        return Timing(aws_calls=24, by_service={"ec2": 24})
