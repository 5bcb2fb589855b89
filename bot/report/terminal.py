"""The same report for a terminal: plain text without colour or control characters; what is left out is counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bot.diagnosis.model import Cause, Fix, LoggedRequest, Report, Status
from bot.diagnosis.probed import CANNOT_SEE
from bot.language import _
from bot.report.contexts import PathLine
from bot.report.escape import visible
from bot.report.failures import failures
from bot.report.gap_lines import gap_lines
from bot.report.limits import limited
from bot.report.path_view import all_ways, path_view
from bot.report.thread_view import steps_of
from bot.report.unresolved_view import unresolved_words
from bot.report.wording import BEHIND, CONFIDENCES, STATUS_MARKS, count, date_time

WIDTH = 110
"""Columns: wide enough for a sentence, narrow enough for half a screen. Commands and log lines are never wrapped."""
_MOST_LOG_LINES = 30
_MOST_REQUESTS = 2
"""Failing requests that a terminal shows: they are usually alike."""
_MARKS = {"✅": "ok ", "❌": "BAD", "⚠️": "!  ", "❔": "?  ", BEHIND: "-  "}


def render_terminal(report: Report) -> str:
    """The report as text, with a closing newline."""
    parts = (_headline, _path, _causes, _probes, _changed, _findings, _gaps, _logs)
    lines = [line for part in parts for line in part(report)]
    timing = report.timing
    lines += ["", f"{count(timing.aws_calls, 'AWS call')} in {timing.seconds:.1f} s, at {date_time(report.at)}"]
    return "\n".join(lines) + "\n"


def _headline(report: Report) -> Iterator[str]:
    request = report.request
    route = " ".join(filter(None, (request.method, request.path)))
    where = f"{request.api_name or request.api} / {request.stage}{' ' if route else ''}{route}"
    place = f"{request.region}{f', account {request.account}' if request.account else ''}"
    yield visible(f"{where}  ({place})")
    yield from _wrapped(unresolved_words(report) or report.verdict.summary, "")
    told = failures(report, None)
    if told:
        yield told


def _path(report: Report) -> Iterator[str]:
    ways = all_ways(report)
    if len(ways) > 1:
        for number, lines in enumerate(ways, start=1):
            yield from ("", f"Path {number} of {len(ways)}")
            yield from map(_path_line, lines)
        return
    view = path_view(report, most=len(report.path))
    if view.reached or view.behind:
        yield from ("", "Path")
        yield from map(_path_line, (*view.reached, *view.behind))


def _path_line(line: PathLine) -> str:
    text = " · ".join(visible(part.text) for part in line.parts)
    return f"  {_MARKS[line.mark]} {text}{'   <- first broken hop' if line.first_broken else ''}"


def _causes(report: Report) -> Iterator[str]:
    causes = report.verdict.causes
    for number, cause in enumerate(causes, start=1):
        which = f"Cause {number} of {len(causes)}" if len(causes) > 1 else "Cause"
        yield from ("", f"{which}: {cause.check} {cause.name} ({_(CONFIDENCES[cause.confidence]).lower()})")
        yield from _cause(cause)


def _cause(cause: Cause) -> Iterator[str]:
    yield from _wrapped(cause.summary)
    yield from _wrapped(cause.reason)
    for citation in cause.citations:
        yield "  - " + visible(f"{citation.resource} {citation.field} = {citation.value} ({citation.origin})")
    if cause.symptoms:
        yield f"  explains {', '.join(cause.symptoms)}"
    if cause.fix:
        yield from _fix(cause.fix)


def _fix(fix: Fix) -> Iterator[str]:
    yield "Fix"
    yield from _wrapped(fix.summary)
    for number, step in enumerate(steps_of(fix), start=1):
        yield from _wrapped(f"{number}. {step}")
    if fix.console:
        yield from _wrapped(f"Console: {fix.console}")
    if fix.cli:
        yield from ("", *(f"    {line}" for command in fix.cli for line in visible(command, lines=True).split("\n")))
    for name, text in (("CloudFormation", fix.cloudformation), ("Terraform", fix.terraform)):
        if text:
            yield from ("", f"  {name}", *(f"    {line}" for line in visible(text, lines=True).split("\n")))


def _probes(report: Report) -> Iterator[str]:
    """What the wire said, a line for each address."""
    if not report.probes:
        return
    yield from ("", f"Probed from {visible(report.probes[0].seen_from)}")
    for probe in report.probes:
        faults = ", ".join((*probe.tls_faults, *filter(None, (probe.http_fault,))))
        status = f"HTTP {probe.http_status}" if probe.http_status else ""
        told = faults or status or f"TCP {probe.tcp}"
        words = f": {probe.explanation}" if probe.explanation else ""
        bad = probe.tcp != "ok" or bool(faults)
        yield from _wrapped(f"{'BAD' if bad else 'ok '} {probe.address}:{probe.port} {told}{words}")
    yield from _wrapped(_(CANNOT_SEE))


def _findings(report: Report) -> Iterator[str]:
    causes = {(cause.check, cause.resource) for cause in report.verdict.causes}
    told = [
        finding
        for finding in report.findings
        if finding.status in {Status.FAIL, Status.WARN} and (finding.check, finding.resource) not in causes
    ]
    if told:
        yield from ("", "Other findings")
    for finding in told:
        yield from _wrapped(f"{_MARKS[STATUS_MARKS[finding.status]]} {finding.check} {finding.summary}")
    counts = [
        count(len({f.check for f in report.findings if f.status is status}), "check") + f" {words}"
        for status, words in ((Status.PASS, "passed"), (Status.UNKNOWN, "not decided"))
    ]
    yield from ("", ", ".join(counts))


def _changed(report: Report) -> Iterator[str]:
    if report.changes:
        yield from ("", "What changed before it")
    for change in report.changes:
        fits = f" (fits {', '.join(change.fits)})" if change.fits else ""
        yield from _wrapped(f"{date_time(change.at)} {change.principal}: {change.call} on {change.resource}{fits}")


def _gaps(report: Report) -> Iterator[str]:
    lines = gap_lines(report.gaps)
    if lines:
        yield from ("", "What could not be read")
    for line in lines:
        on = f" on {line.resources}" if line.resources else ""
        yield from _wrapped(f"{line.action}{on}: {line.reason}; {line.advice}")


def _logs(report: Report) -> Iterator[str]:
    for logged in report.logs[:_MOST_REQUESTS]:
        yield from _log(logged)
    if report.failing_requests > _MOST_REQUESTS:
        more = report.failing_requests - min(_MOST_REQUESTS, len(report.logs))
        yield from ("", f"+{more:,} more failing requests in the log (--format json shows {len(report.logs)} of them)")


def _log(logged: LoggedRequest) -> Iterator[str]:
    what = " ".join(filter(None, (logged.signature, logged.label)))
    yield from ("", visible(f"Failing request {logged.request_id or '(no id)'} at {date_time(logged.at)}: {what}"))
    shown = limited(logged.lines, _MOST_LOG_LINES)
    for line in shown.items:
        yield "  " + visible(line)
    if shown.more:
        yield f"  +{shown.more} more lines"


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(visible(text), WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
