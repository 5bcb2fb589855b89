"""What went over the wire: every Web API call and every delivery, with its answer and how long it took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.demo.slack.changes import Changes
from bot.demo.slack.clock import Clock
from bot.demo.slack.json_types import Json

Kind = Literal["web_api", "delivery", "response_url", "upload", "socket"]

# The newest entries are the ones that a person or a test asks for; a demo may run for days.
KEPT = 5000


@dataclass(frozen=True)
class Entry:
    """One line of the journal. Times are seconds; `attempt` counts from 0; `outcome` is `ok` or what went wrong."""

    number: int
    at: float
    seconds: float
    kind: Kind
    app: str
    name: str
    request: Json
    answer: object
    outcome: str
    transport: str = ""
    attempt: int = 0
    fault: Json | None = None

    def to_json(self) -> Json:
        """The entry as the control interface shows it."""
        return dict(vars(self))


@dataclass
class Journal:
    """The entries, oldest first."""

    clock: Clock
    changes: Changes
    entries: list[Entry] = field(default_factory=list)
    _count: int = 0

    def add(
        self,
        kind: Kind,
        *,
        app: str,
        name: str,
        request: Json,
        answer: object,
        outcome: str,
        started: float,
        transport: str = "",
        attempt: int = 0,
        fault: Json | None = None,
    ) -> None:
        """Write one entry; `started` is the clock's time at which the exchange began."""
        self._count += 1
        seconds = round(self.clock.now() - started, 6)
        self.entries.append(
            Entry(self._count, started, seconds, kind, app, name, request, answer, outcome, transport, attempt, fault)
        )
        del self.entries[:-KEPT]
        self.changes.notify()

    def find(self, kind: Kind, name: str = "") -> list[Entry]:
        """The entries of one kind, and of one name if given."""
        return [entry for entry in self.entries if entry.kind == kind and name in ("", entry.name)]

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
