"""Report → the context of its message: which shape the outcome has, and what stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.diagnosis.checks import by_code
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Cause, Confidence, Fix, Report, State, Status
from bot.diagnosis.what_if import can_be_tested
from bot.language import _
from bot.report import contexts as c
from bot.report.asking import CheckOfRun, encode_rerun
from bot.report.difference import Difference, Fault
from bot.report.failures import failures
from bot.report.gap_lines import gap_lines
from bot.report.limits import clip, limited
from bot.report.naming import linked, subject_of
from bot.report.path_view import path_view
from bot.report.probe_view import probe_confirm, probes_something
from bot.report.thread_view import steps_of
from bot.report.unresolved_view import unresolved_view
from bot.report.wording import CONFIDENCES, clock_time, duration, listed

_HEADLINE, _FIX, _WHY_VALUE = 200, 220, 120
_MOST_GAPS = 3
_MOST_CHANGES = 3


@dataclass(frozen=True)
class Outcome:
    """A finished diagnosis: the report, what was read, whose it is, and what changed since the run before."""

    report: Report
    evidence: Evidence | None
    run_id: str
    asker: str = ""
    previous: Report | None = None
    difference: Difference | None = None
    probe_from: str = ""
    """Where Probe now would probe from; empty where nothing is set up for it."""


def outcome_view(outcome: Outcome) -> c.Context:
    """The context of the report's message."""
    report = outcome.report
    footer, buttons = footer_of(outcome), buttons_of(outcome)
    only_rerun = c.Buttons(rerun=buttons.rerun)
    unresolved = unresolved_view(outcome.report, outcome.evidence, footer, only_rerun)
    if unresolved:
        return unresolved
    if report.verdict.state is State.CAUSE_FOUND and report.verdict.causes:
        return _cause_found(outcome, report.verdict.causes[0])
    if report.verdict.state is State.NO_FAULT_FOUND:
        return c.NoFaultFound(
            subject=subject_of(report.request),
            failures=failures(report, outcome.evidence),
            window=duration(report.request.since_minutes),
            passed=len({finding.check for finding in report.findings if finding.status is Status.PASS}),
            warnings=sum(finding.status is Status.WARN for finding in report.findings),
            path=path_view(report),
            changes=_changes(outcome),
            footer=footer,
            buttons=buttons,
        )
    gaps = limited(gap_lines(report.gaps), _MOST_GAPS)
    return c.Inconclusive(
        subject=subject_of(report.request),
        summary=clip(_capital(report.verdict.undecided or report.verdict.summary), _HEADLINE) + _hint(report),
        failures=failures(report, outcome.evidence),
        gaps=gaps.items,
        more_gaps=gaps.more,
        path=path_view(report),
        changes=_changes(outcome),
        footer=footer,
        buttons=buttons,
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _hint(report: Report) -> str:
    """Where a check could say more after a probe, that a probe is worth it."""
    waiting = {x.check for x in report.findings if x.status is Status.UNKNOWN and _("Probe now") in x.summary}
    if not waiting:
        return ""
    return " " + _("AWS does not show what {checks} must know: a probe does.", checks=listed(sorted(waiting)))


def _cause_found(outcome: Outcome, cause: Cause) -> c.CauseFound:
    report = outcome.report
    return c.CauseFound(
        subject=subject_of(report.request),
        headline=clip(cause.summary, _HEADLINE),
        confidence=_(CONFIDENCES[cause.confidence]),
        possible=cause.confidence is Confidence.POSSIBLE,
        failures=failures(report, outcome.evidence),
        check=cause.check,
        name=cause.name,
        why=_why(cause, report),
        fix=clip(cause.fix.summary, _FIX) if cause.fix else "",
        forms=_forms(cause.fix) if cause.fix else "",
        other_causes=len(report.verdict.causes) - 1,
        path=path_view(report),
        changes=_changes(outcome),
        footer=footer_of(outcome),
        buttons=buttons_of(outcome),
    )


def _why(cause: Cause, report: Report) -> c.Why | None:
    if not cause.citations:
        return None
    citation = cause.citations[0]
    return c.Why(
        resource=linked(citation.resource, report, cause.hop),
        field=clip(citation.field, _WHY_VALUE),
        value=clip(citation.value, _WHY_VALUE),
        reason=clip(cause.reason, _HEADLINE),
    )


def _forms(fix: Fix) -> str:
    """In which forms the thread has the fix, in words."""
    forms = {
        _("steps"): steps_of(fix),
        _("command"): fix.cli,
        "CloudFormation": fix.cloudformation,
        "Terraform": fix.terraform,
        _("console path"): fix.console,
    }
    return listed([name for name, there in forms.items() if there])


def footer_of(outcome: Outcome) -> c.Footer:
    """What the run cost, and what it left open."""
    report = outcome.report
    return c.Footer(
        run=outcome.run_id[:8],
        asker=outcome.asker,
        calls=report.timing.aws_calls,
        seconds=f"{report.timing.seconds:.1f}",
        gaps=len(report.gaps),
    )


def buttons_of(outcome: Outcome) -> c.Buttons:
    """The buttons that do something for this report: at most five stand in the message, the rest is behind a menu."""
    report, evidence, run = outcome.report, outcome.evidence, outcome.run_id
    cause = report.verdict.causes[0] if report.verdict.causes else None
    about = CheckOfRun(cause.check if cause else "", run).encode()
    explained = ("explain",) if cause and cause.check in by_code() else ()
    return c.Buttons(
        rerun=encode_rerun(run, evidence.request) if evidence else "",
        logs=run if report.logs else "",
        test=about if cause and evidence and can_be_tested(evidence, cause) else "",
        probe=run if evidence and probes_something(evidence) else "",
        probe_confirm=probe_confirm(evidence, outcome.probe_from) if evidence else "",
        more=(*explained, *(("right", "wrong") if cause else ()), "export") if evidence else (),
        about=about,
    )


def _changes(outcome: Outcome) -> c.Changes | None:
    if outcome.difference is None or outcome.previous is None:
        return None
    found, report = outcome.difference, outcome.report
    groups = (
        _group("fixed", found.fixed, report),
        _group("new", found.new, report),
        _group("still", found.still, report),
        _group("unseen", found.unseen, report),
    )
    return c.Changes(clock_time(outcome.previous.at), tuple(group for group in groups if group.total))


def _group(
    kind: Literal["fixed", "new", "still", "unseen"], faults: tuple[Fault, ...], report: Report
) -> c.ChangeGroup:
    return c.ChangeGroup(kind, len(faults), tuple(_change(fault, report) for fault in faults[:_MOST_CHANGES]))


def _change(fault: Fault, report: Report) -> c.Change:
    return c.Change(fault.check, linked(fault.resource, report), clip(fault.summary, _WHY_VALUE))
