"""The report's thread: everything that the message has no room for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.report.contexts.outcome import GapLine
from bot.report.contexts.parts import Context, Link, PathLine, Subject


@dataclass(frozen=True)
class Cited:
    """One citation, in full."""

    resource: str
    field: str
    value: str
    source: str


@dataclass(frozen=True)
class Repair:
    """A fix in every form that there is. Long texts come in pieces that fit a block."""

    summary: str
    steps: tuple[str, ...]
    cli: tuple[str, ...]
    cloudformation: tuple[str, ...]
    terraform: tuple[str, ...]
    console: str


@dataclass(frozen=True)
class CauseDetails(Context):
    """Everything about one cause: its evidence and its fix."""

    template: ClassVar[str] = "cause_details"
    number: int
    total: int
    check: str
    name: str
    summary: str
    confidence: str
    reason: str
    resource: Link
    citations: tuple[Cited, ...]
    symptoms: str
    repair: Repair | None
    menu: tuple[str, ...]
    """The names of what the menu beside the cause offers, all about `about`."""
    about: str


@dataclass(frozen=True)
class FindingLine:
    """One finding that is no cause."""

    mark: str
    check: str
    resource: Link
    summary: str
    fix: str


@dataclass(frozen=True)
class HopFindings(Context):
    """The other findings about one hop."""

    template: ClassVar[str] = "hop_findings"
    hop: str
    counted: str
    """How many of them fail and warn, in words."""
    lines: tuple[FindingLine, ...]


@dataclass(frozen=True)
class ProbeLine:
    """What one or several addresses showed: `places` are addresses with ports, `what` stands there."""

    mark: str
    places: tuple[str, ...]
    what: str
    words: str


@dataclass(frozen=True)
class ProbeResults(Context):
    """What the wire said, and the verdict with it. `before` is the verdict without the probe."""

    template: ClassVar[str] = "probe_results"
    subject: Subject
    seen_from: str
    asker: str
    lines: tuple[ProbeLine, ...]
    left_out: tuple[str, ...]
    limits: str
    before: str
    after: str
    summary: str
    same: bool
    """Whether the probe left the verdict as it was."""


@dataclass(frozen=True)
class Ways(Context):
    """The whole path, and every other way through a VPC link, one after the other."""

    template: ClassVar[str] = "ways"
    lines: tuple[PathLine, ...]
    number: int
    total: int


@dataclass(frozen=True)
class Gaps(Context):
    """Reads that did not succeed, and the policy statement that would close them, in pieces that fit a block."""

    template: ClassVar[str] = "gaps"
    lines: tuple[GapLine, ...]
    policy: tuple[str, ...]


@dataclass(frozen=True)
class LogExcerpt(Context):
    """The redacted lines of one failing request, in pieces that fit a block."""

    template: ClassVar[str] = "log_excerpt"
    request_id: str
    at: str
    signature: str
    label: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class ThreadNote(Context):
    """One line in the thread, such as how many checks passed."""

    template: ClassVar[str] = "thread_note"
    text: str
