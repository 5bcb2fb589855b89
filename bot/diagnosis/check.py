"""What a check is, and the framework around it.

A check is one fault in one file: a pure judgement of one subject (a link, a target, …). The framework finds the
subjects, turns missing evidence into `unknown` with the IAM action that would close the gap, and turns a check that
raises into a visible `unknown`, so that neither can end a report or pass for healthy.
"""

from __future__ import annotations

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.model import Citation, Finding, Fix, Gap, GapReason, Hop, Status
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.sources import Source
from bot.language import _, marked

S = TypeVar("S")


class Role(StrEnum):
    """What a failure of a check can be in a verdict."""

    CAUSE = "cause"
    SYMPTOM = "symptom"
    """It tells that something failed, never why; it is always folded under a cause or left unexplained."""
    CONTEXT = "context"
    """It limits what can be seen or is worth knowing; it explains no failing request."""


class Check(ABC, Generic[S]):
    """One fault. Subclasses carry everything that is known about it; docs, modals and the IAM policy come from here.

    The docstring of a subclass is its page: a first line that states the fault, then the paragraphs
    `Why:`, `How we decide:`, `How to fix:` and `References:`.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    """The healthy condition, in one line."""
    hop: ClassVar[Hop]
    role: ClassVar[Role] = Role.CAUSE
    needs: ClassVar[tuple[Source[Any], ...]]
    """The evidence that the judgement reads; the policy is generated from it."""
    signatures: ClassVar[frozenset[str]] = frozenset()
    """What a failing request's log shows of this fault (E1 … E12, or an outcome of `request_log`): it confirms it."""
    warning_signatures: ClassVar[frozenset[str]] = frozenset()
    """Log signatures that make a mere warning of this check a possible cause."""
    explains: ClassVar[tuple[str, ...]] = ()
    """Codes of the checks whose failure on the same path is a consequence of this fault."""
    blocking: ClassVar[bool] = True
    """Whether a refused read of this check stands in the way of "no fault found". False where the check only weighs
    evidence of failures, so that it has nothing to hide while the log shows that no request fails."""
    since: ClassVar[str]

    @property
    def name(self) -> str:
        """The fault's name: the file's, with dashes."""
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @abstractmethod
    def subjects(self, walk: Walk) -> Reached[S]:
        """Return what is to be judged."""

    @abstractmethod
    def judge(self, subject: S, walk: Walk) -> Iterable[Finding]:
        """Judge one subject. Reading evidence that is a gap raises; the framework answers for it."""

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:  # noqa: ARG002 - subclasses use both
        """Return the evidence as it would be after the fix, or None where the fix cannot be tested on the model."""
        return None

    def found(
        self,
        status: Status,
        resource: str,
        summary: str,
        citations: Iterable[Citation] = (),
        *,
        fix: Fix | None = None,
        subject: Any = None,
        gaps: Iterable[Gap] = (),
    ) -> Finding:
        """Make a finding of this check about a resource; `subject` tells which path it belongs to."""
        return Finding(
            check=self.code,
            name=self.name,
            hop=self.hop,
            status=status,
            resource=resource,
            summary=summary,
            citations=tuple(citations),
            fix=fix,
            gaps=tuple(gaps),
            paths=_paths(subject),
        )

    def failed(
        self, resource: str, summary: str, citations: Iterable[Citation], fix: Fix, *, subject: Any = None
    ) -> Finding:
        """Make a `fail`: it explains a 500 on this path, and it always cites."""
        return self.found(Status.FAIL, resource, summary, citations, fix=fix, subject=subject)

    def warned(
        self,
        resource: str,
        summary: str,
        citations: Iterable[Citation] = (),
        fix: Fix | None = None,
        *,
        subject: Any = None,
    ) -> Finding:
        """Make a `warn`: it can explain other or intermittent errors, or weakens the evidence."""
        return self.found(Status.WARN, resource, summary, citations, fix=fix, subject=subject)

    def passed(self, resource: str, summary: str, *, subject: Any = None) -> Finding:
        """Make a `pass`."""
        return self.found(Status.PASS, resource, summary, subject=subject)

    def not_applicable(self, resource: str, summary: str, *, subject: Any = None) -> Finding:
        """Make a `not-applicable`: the question does not arise for this resource."""
        return self.found(Status.NOT_APPLICABLE, resource, summary, subject=subject)

    def undecided(self, resource: str, summary: str, gaps: Iterable[Gap] = (), *, subject: Any = None) -> Finding:
        """Make an `unknown`: what decides is not visible in the evidence."""
        return self.found(Status.UNKNOWN, resource, summary, gaps=gaps, subject=subject)

    def cite(self, source: Source[Any], resource: str, field: str, value: object) -> Citation:
        """Make a citation of a source's own call."""
        return Citation(source=source.call, resource=resource, field=field, value=str(value))


def _paths(subject: Any) -> tuple[int, ...]:
    path = getattr(subject, "path", subject)
    index = getattr(path, "index", None)
    return (index,) if isinstance(index, int) else ()


def run(check: Check[Any], walk: Walk) -> Iterator[Finding]:
    """Run one check over its subjects; whatever happens, it yields at least one finding."""
    try:
        reached = check.subjects(walk)
    except MissingEvidence as missing:
        reached = Reached((), (missing.gap,))
    except Exception as error:  # noqa: BLE001 - law: a check that raises becomes a visible finding
        yield _broken(check, walk.request.api, error, None)
        return
    for subject in reached.items:
        yield from _judged(check, subject, walk)
    for gap in reached.gaps:
        yield _unknown(check, gap, None)
    if not reached.items and not reached.gaps:
        yield check.not_applicable(walk.request.api, _("There is nothing on this path that this check is about."))


def _judged(check: Check[Any], subject: Any, walk: Walk) -> Iterator[Finding]:
    try:
        yield from list(check.judge(subject, walk))
    except MissingEvidence as missing:
        yield _unknown(check, missing.gap, subject)
    except Exception as error:  # noqa: BLE001 - law: a check that raises becomes a visible finding
        yield _broken(check, str(getattr(subject, "id", getattr(subject, "arn", walk.request.api))), error, subject)


_WHY = {
    GapReason.ACCESS_DENIED: marked("Not judged: this role may not call {action}; grant it{detail}."),
    GapReason.THROTTLED: marked("Not judged: AWS throttled {action}; run it again{detail}."),
    GapReason.TIMEOUT: marked("Not judged: {action} did not answer in time; run it again{detail}."),
    GapReason.NOT_FOUND: marked("Not judged: {action} found nothing there{detail}."),
    GapReason.ERROR: marked("Not judged: {action} did not succeed{detail}."),
}


def _unknown(check: Check[Any], gap: Gap, subject: Any) -> Finding:
    detail = f" ({gap.detail})" if gap.detail else ""
    summary = _(_WHY[gap.reason], action=gap.action, detail=detail)
    return check.undecided(gap.resource, summary, (gap,), subject=subject)


def _broken(check: Check[Any], resource: str, error: Exception, subject: Any) -> Finding:
    what = f"{type(error).__name__}: {error}"
    summary = _(
        "Check {check} itself failed ({error}); please report it with the bundle.", check=check.code, error=what
    )
    return check.undecided(resource, summary, subject=subject).model_copy(update={"crashed": True})


HEADINGS = (marked("Why"), marked("How we decide"), marked("How to fix"), marked("References"))


def page(check: Check[Any]) -> dict[str, str]:
    """Return a check's page: `What`, and the text under each of the headings, from its docstring."""
    text = inspect.cleandoc(type(check).__doc__ or "")
    parts = re.split(rf"^({'|'.join(HEADINGS)}):", text, flags=re.MULTILINE)
    sections = {"What": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=False))
    return {heading: " ".join(body.split()) for heading, body in sections.items()}
