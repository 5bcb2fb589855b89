"""Report → what its thread says, in reading order: causes with their fixes, the rest by hop, gaps, logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.checks import by_code
from bot.diagnosis.model import Cause, Finding, Fix, Hop, LoggedRequest, Report, State, Status
from bot.report import contexts as c
from bot.report.asking import CheckOfRun
from bot.report.gap_lines import gap_lines
from bot.report.limits import PREFORMATTED_TEXT, clip, limited, pieces
from bot.report.naming import linked
from bot.report.path_view import all_ways
from bot.report.wording import CONFIDENCES, HOPS, STATUS_MARKS, count, date_time

_SUMMARY, _FIX, _VALUE = 300, 150, 1000
_MOST_CITATIONS = 20
_MOST_CODES = 30
_TOGETHER = 4
"""Findings in one block: with their links they stay below what a section takes."""
_GAPS_TOGETHER = 8
_MOST_EXCERPTS = 3
_EXCERPT = 1500
"""Characters of one request's log in the thread; the modal behind Show logs has all of it."""


def thread_view(report: Report, run_id: str = "") -> Iterator[c.Context]:
    """The contexts of the thread's blocks, in order. With a run's id each cause has its menu."""
    total = len(report.verdict.causes)
    for number, cause in enumerate(report.verdict.causes, start=1):
        yield _cause(cause, number, total, report, run_id)
    yield from _other_findings(report)
    yield from _ways(report)
    lines = gap_lines(report.gaps)
    for start in range(0, len(lines), _GAPS_TOGETHER):
        yield c.Gaps(lines[start : start + _GAPS_TOGETHER])
    for logged in report.logs[:_MOST_EXCERPTS]:
        yield excerpt(logged, clip_to=_EXCERPT)
    shown = min(len(report.logs), _MOST_EXCERPTS)
    if report.failing_requests > shown:
        kept = f": Show logs has the newest {len(report.logs)}" if len(report.logs) > shown else ""
        yield c.ThreadNote(f"+{count(report.failing_requests - shown, 'more failing request')} in the log{kept}")


def _cause(cause: Cause, number: int, total: int, report: Report, run_id: str) -> c.CauseDetails:
    citations = limited(cause.citations, _MOST_CITATIONS)
    cited = [c.Cited(x.resource, x.field, clip(x.value, _VALUE), x.source) for x in citations.items]
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
        cloudformation=tuple(pieces(fix.cloudformation, PREFORMATTED_TEXT)),
        terraform=tuple(pieces(fix.terraform, PREFORMATTED_TEXT)),
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
            yield c.HopFindings(HOPS[hop] if start == 0 else f"{HOPS[hop]}, continued", lines)
    yield from _codes(report, Status.UNKNOWN, "could not be decided")
    yield from _codes(report, Status.PASS, "passed")


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
