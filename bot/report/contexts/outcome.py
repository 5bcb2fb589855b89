"""The report's message, one context for each shape of an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.report.contexts.parts import Buttons, Changes, Choice, Context, Footer, PathView, Subject, Why


@dataclass(frozen=True)
class CauseFound(Context):
    """A cause is known. `failures` says how many requests failed, `forms` in which forms the thread has the fix."""

    template: ClassVar[str] = "cause_found"
    subject: Subject
    headline: str
    confidence: str
    possible: bool
    failures: str
    check: str
    name: str
    why: Why | None
    fix: str
    forms: str
    other_causes: int
    path: PathView
    changes: Changes | None
    footer: Footer
    buttons: Buttons


@dataclass(frozen=True)
class NoFaultFound(Context):
    """Everything was read and nothing explains a 500. `failures` is empty where no request failed in the window."""

    template: ClassVar[str] = "no_fault_found"
    subject: Subject
    failures: str
    window: str
    passed: int
    warnings: int
    path: PathView
    changes: Changes | None
    footer: Footer
    buttons: Buttons


@dataclass(frozen=True)
class GapLine:
    """Reads of one IAM action that did not succeed, and what would close the gap. `resources` may be empty."""

    action: str
    resources: str
    reason: str
    advice: str


@dataclass(frozen=True)
class Inconclusive(Context):
    """Nothing is claimed: the gaps that stand in the way, first those that can be granted."""

    template: ClassVar[str] = "inconclusive"
    subject: Subject
    summary: str
    failures: str
    gaps: tuple[GapLine, ...]
    more_gaps: int
    path: PathView
    changes: Changes | None
    footer: Footer
    buttons: Buttons


@dataclass(frozen=True)
class Question(Context):
    """The API or the stage is not known, or not the only one of its name; the choices are buttons."""

    template: ClassVar[str] = "question"
    kind: Literal["api-unknown", "api-ambiguous", "stage-unknown"]
    subject: Subject
    choices: tuple[Choice, ...]
    more: int
    footer: Footer
    buttons: Buttons


@dataclass(frozen=True)
class NotThisPath(Context):
    """No VPC link is on the way of this request. `kind` says why; `integration` is where the route leads instead."""

    template: ClassVar[str] = "not_this_path"
    kind: Literal["no-route", "another-integration", "no-vpc-link"]
    subject: Subject
    integration: str
    routes: tuple[str, ...]
    """Routes of the API that do go through a VPC link, to ask about instead."""
    more: int
    footer: Footer
    buttons: Buttons
