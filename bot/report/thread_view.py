"""Report → what its thread says, in reading order: causes with their fixes, the rest by hop, gaps, logs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bot.diagnosis.checks import by_code
from bot.diagnosis.model import Cause, Finding, Fix, GapReason, Hop, LoggedRequest, Report, State, Status
from bot.diagnosis.policy import statements
from bot.report import contexts as c
from bot.report.asking import CheckOfRun
from bot.report.escape import entities
from bot.report.gap_lines import gap_lines
from bot.report.limits import FENCED_TEXT, PREFORMATTED_TEXT, clip, limited, pieces
from bot.report.naming import linked
from bot.report.path_view import all_ways
from bot.report.wording import CONFIDENCES, HOPS, STATUS_MARKS, count, date_time, short_name

_SUMMARY, _FIX, _VALUE, _CELL = 300, 150, 1000, 250
_MOST_CITATIONS = 20
_MOST_CODES = 30
_TOGETHER = 4
"""Findings in one box that opens: with their links they stay well below a message's budget."""
_GAPS_TOGETHER = 8
_MOST_EXCERPTS = 3
_EXCERPT = 1500
"""Characters of one request's log in the thread; the modal behind Show logs has all of it."""


def causes_view(report: Report, run_id: str = "") -> Iterator[c.CauseDetails]:
    """Each cause with its fix and its evidence. A message takes one table, so each has a message of its own.

    With a run's id each has its menu.
    """
    total = len(report.verdict.causes)
    for number, cause in enumerate(report.verdict.causes, start=1):
        yield _cause(cause, number, total, report, run_id)


def rest_view(report: Report) -> Iterator[c.Context]:
    """What else there is to know, in reading order."""
    yield from _other_findings(report)
    yield from _ways(report)
    yield from _gaps(report)
    for logged in report.logs[:_MOST_EXCERPTS]:
        yield excerpt(logged, clip_to=_EXCERPT)
    shown = min(len(report.logs), _MOST_EXCERPTS)
    if report.failing_requests > shown:
        kept = f": Show logs has the newest {len(report.logs)}" if len(report.logs) > shown else ""
        yield c.ThreadNote(f"+{count(report.failing_requests - shown, 'more failing request')} in the log{kept}")


def _gaps(report: Report) -> Iterator[c.Gaps]:
    lines = gap_lines(report.gaps)
    denied = sorted({gap.action for gap in report.gaps if gap.reason is GapReason.ACCESS_DENIED})
    statement = json.dumps(statements(denied), indent=2) if denied else ""
    for start in range(0, len(lines), _GAPS_TOGETHER):
        last = start + _GAPS_TOGETHER >= len(lines)
        yield c.Gaps(lines[start : start + _GAPS_TOGETHER], _to_copy(statement) if last else ())


def _to_copy(text: str) -> tuple[str, ...]:
    """Code in pieces that fit a section each."""
    return tuple(pieces(text, FENCED_TEXT, measure=lambda part: len(entities(part))))


def _cause(cause: Cause, number: int, total: int, report: Report, run_id: str) -> c.CauseDetails:
    citations = limited(cause.citations, _MOST_CITATIONS)
    cited = [
        c.Cited(_cell(short_name(x.resource) or "-"), _cell(x.field), _cell(x.value), _cell(x.origin))
        for x in citations.items
    ]
    if citations.more:
        cited.append(c.Cited(f"+{citations.more} more", "citations", "in the report's JSON", "vpclink"))
    return c.CauseDetails(
        number=number,
        total=total,
        check=cause.check,
        name=cause.name,
        summary=clip(cause.summary, _VALUE),
        confidence=CONFIDENCES[cause.confidence],
        reason=clip(cause.reason, _SUMMARY),
        resource=linked(cause.resource, report, cause.hop),
        citations=tuple(cited),
        symptoms=", ".join(cause.symptoms),
        repair=_repair(cause.fix) if cause.fix else None,
        menu=("explain", "test") if run_id and cause.check in by_code() else (),
        about=CheckOfRun(cause.check, run_id).encode(),
    )


def _repair(fix: Fix) -> c.Repair:
    return c.Repair(
        summary=clip(fix.summary, _VALUE),
        steps=tuple(clip(step, _VALUE) for step in steps_of(fix)),
        cli=tuple(pieces("\n".join(fix.cli), PREFORMATTED_TEXT)),
        cloudformation=_to_copy(fix.cloudformation),
        terraform=_to_copy(fix.terraform),
        console=clip(fix.console, _SUMMARY),
    )


def steps_of(fix: Fix) -> tuple[str, ...]:
    """The steps of a fix, where they say more than its summary."""
    return () if fix.steps == (fix.summary,) else fix.steps


def _other_findings(report: Report) -> Iterator[c.Context]:
    """Failures and warnings that are no cause, one line each; what passed or could not be judged, one line in all."""
    causes = {(cause.check, cause.resource) for cause in report.verdict.causes}
    told = [
        finding
        for finding in report.findings
        if finding.status in {Status.FAIL, Status.WARN} and (finding.check, finding.resource) not in causes
    ]
    for hop in Hop:
        here = sorted((f for f in told if f.hop is hop), key=lambda f: f.status is Status.WARN)
        for start in range(0, len(here), _TOGETHER):
            lines = tuple(_line(finding, report) for finding in here[start : start + _TOGETHER])
            yield c.HopFindings(HOPS[hop] if start == 0 else f"{HOPS[hop]}, continued", _counted(here), lines)
    yield from _codes(report, Status.UNKNOWN, "could not be decided")
    yield from _codes(report, Status.PASS, "passed")


def _counted(findings: Sequence[Finding]) -> str:
    failing = sum(finding.status is Status.FAIL for finding in findings)
    told = [f"{failing:,} broken"] if failing else []
    return ", ".join([*told, *([count(len(findings) - failing, "warning")] if len(findings) > failing else [])])


def _cell(text: str) -> str:
    """Text that a table's cell can show on a phone."""
    return clip(text, _CELL)


def _line(finding: Finding, report: Report) -> c.FindingLine:
    return c.FindingLine(
        mark=STATUS_MARKS[finding.status],
        check=finding.check,
        resource=linked(finding.resource, report, finding.hop),
        summary=clip(finding.summary, _SUMMARY),
        fix=clip(finding.fix.summary, _FIX) if finding.fix else "",
    )


def _codes(report: Report, status: Status, words: str) -> Iterator[c.ThreadNote]:
    worse = (
        {f.check for f in report.findings if f.status in {Status.FAIL, Status.WARN}} if status is Status.PASS else ()
    )
    codes = limited(dict.fromkeys(f.check for f in report.findings if f.status is status and f.check not in worse), 999)
    if codes.items:
        shown = limited(codes.items, _MOST_CODES)
        more = f" +{shown.more} more" if shown.more else ""
        yield c.ThreadNote(
            f"{STATUS_MARKS[status]} {count(len(codes.items), 'check')} {words}: {', '.join(shown.items)}{more}"
        )


def _ways(report: Report) -> Iterator[c.Ways]:
    ways = all_ways(report)
    if len(ways) > 1 or report.verdict.state is State.CAUSE_FOUND:
        for number, lines in enumerate(ways, start=1):
            yield c.Ways(lines, number, len(ways))


def excerpt(logged: LoggedRequest, *, clip_to: int | None = None) -> c.LogExcerpt:
    """The lines of one failing request, in pieces that fit a block; with `clip_to`, whole lines up to that length.

    The request id that CloudWatch puts before each line stands above them once.
    """
    prefix = f"({logged.request_id}) "
    lines = [line.removeprefix(prefix) for line in logged.lines]
    if clip_to is not None:
        lines = _first_lines(lines, clip_to)
    return c.LogExcerpt(
        request_id=logged.request_id or "no request id",
        at=date_time(logged.at),
        signature=logged.signature or "",
        label=logged.label,
        pieces=tuple(pieces("\n".join(lines), PREFORMATTED_TEXT)),
    )


def _first_lines(lines: Sequence[str], most: int) -> list[str]:
    kept: list[str] = []
    used = 0
    for line in lines:
        short = clip(line, most // 2)
        if used + len(short) > most:
            return [*kept, f"+{len(lines) - len(kept)} more lines: Show logs"]
        kept.append(short)
        used += len(short) + 1
    return kept
