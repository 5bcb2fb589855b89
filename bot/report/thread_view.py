"""Report → what its thread says, in reading order: causes with their fixes, the rest by hop, gaps, logs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bot.diagnosis.checks import by_code
from bot.diagnosis.model import Cause, Finding, Fix, GapReason, Hop, LoggedRequest, Report, State, Status
from bot.diagnosis.policy import statements
from bot.language import _, plural
from bot.report import contexts as c
from bot.report.asking import CheckOfRun
from bot.report.escape import entities
from bot.report.gap_lines import gap_lines
from bot.report.limits import FENCED_TEXT, PREFORMATTED_TEXT, clip, limited, pieces
from bot.report.naming import linked
from bot.report.path_view import all_ways
from bot.report.wording import CONFIDENCES, HOPS, STATUS_MARKS, date_time, short_name

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
        yield c.ThreadNote(
            _more_failing(report.failing_requests - shown, len(report.logs) if len(report.logs) > shown else 0)
        )


def _more_failing(number: int, kept: int) -> str:
    """How many failing requests the thread does not show; `kept` of them and the shown ones are in the modal."""
    if not kept:
        return plural("+{count} more failing request in the log", "+{count} more failing requests in the log", number)
    return plural(
        "+{count} more failing request in the log: Show logs has the newest {kept}",
        "+{count} more failing requests in the log: Show logs has the newest {kept}",
        number,
        kept=kept,
    )


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
        cited.append(
            c.Cited(_("+{count} more", count=citations.more), _("citations"), _("in the report's JSON"), "vpclink")
        )
    return c.CauseDetails(
        number=number,
        total=total,
        check=cause.check,
        name=cause.name,
        summary=clip(cause.summary, _VALUE),
        confidence=_(CONFIDENCES[cause.confidence]),
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
            title = _(HOPS[hop]) if start == 0 else _("{title}, continued", title=_(HOPS[hop]))
            yield c.HopFindings(title, _counted(here), lines)
    yield from _undecided(report)
    yield from _passed(report)


def _counted(findings: Sequence[Finding]) -> str:
    failing = sum(finding.status is Status.FAIL for finding in findings)
    warnings = len(findings) - failing
    told = [plural("{count} broken", "{count} broken", failing)] if failing else []
    return ", ".join([*told, *([plural("{count} warning", "{count} warnings", warnings)] if warnings else [])])


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


def _undecided(report: Report) -> Iterator[c.ThreadNote]:
    codes = list(dict.fromkeys(f.check for f in report.findings if f.status is Status.UNKNOWN))
    if codes:
        words = plural(
            "{count} check could not be decided: {checks}",
            "{count} checks could not be decided: {checks}",
            len(codes),
            checks=_codes(codes),
        )
        yield c.ThreadNote(f"{STATUS_MARKS[Status.UNKNOWN]} {words}")


def _passed(report: Report) -> Iterator[c.ThreadNote]:
    worse = {f.check for f in report.findings if f.status in {Status.FAIL, Status.WARN}}
    codes = list(dict.fromkeys(f.check for f in report.findings if f.status is Status.PASS and f.check not in worse))
    if codes:
        words = plural(
            "{count} check passed: {checks}", "{count} checks passed: {checks}", len(codes), checks=_codes(codes)
        )
        yield c.ThreadNote(f"{STATUS_MARKS[Status.PASS]} {words}")


def _codes(codes: Sequence[str]) -> str:
    shown = limited(codes, _MOST_CODES)
    names = ", ".join(shown.items)
    return plural("{names} +{count} more", "{names} +{count} more", shown.more, names=names) if shown.more else names


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
        request_id=logged.request_id or _("no request id"),
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
            return [*kept, _("+{count} more lines: Show logs", count=len(lines) - len(kept))]
        kept.append(short)
        used += len(short) + 1
    return kept
