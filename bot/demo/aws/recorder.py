"""What was asked of the local AWS, for tests and benches."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RecordedCall:
    """One answered call. Times are seconds on the server's monotonic clock; ``error`` is the error code, or None."""

    service: str
    operation: str
    parameters: dict[str, Any]
    region: str
    account: str
    started: float
    ended: float
    error: str | None


class Recorder:
    """The calls so far, in the order in which they were answered."""

    def __init__(self) -> None:
        self._calls: list[RecordedCall] = []
        self._lock = threading.Lock()

    def add(self, call: RecordedCall) -> None:
        """Note one call."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forget every call."""
        with self._lock:
            self._calls.clear()

    def calls(self, service: str | None = None, operation: str | None = None) -> list[RecordedCall]:
        """The calls, of one service or operation if asked."""
        with self._lock:
            found = list(self._calls)
        return [c for c in found if service in {None, c.service} and operation in {None, c.operation}]

    def operations(self) -> list[str]:
        """``service:Operation`` of every call, in order."""
        return [f"{call.service}:{call.operation}" for call in self.calls()]

    def most_at_once(self) -> int:
        """How many calls were under way at the same time, at most."""
        edges = sorted([(c.started, 1) for c in self.calls()] + [(c.ended, -1) for c in self.calls()])
        at_once = most = 0
        for _, step in edges:
            at_once += step
            most = max(most, at_once)
        return most
