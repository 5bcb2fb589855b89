"""A fresh read of the logs → the message that shows the latest failing requests."""

from __future__ import annotations

from typing import Final

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Report, Status
from bot.language import _
from bot.report import contexts as c
from bot.report.asking import encode_rerun
from bot.report.failures import failures
from bot.report.gap_lines import gap_lines
from bot.report.limits import clip, limited
from bot.report.naming import subject_of
from bot.report.thread_view import excerpt
from bot.report.unresolved_view import unresolved_view
from bot.report.wording import duration

_MOST_REQUESTS: Final = 1
"""The newest one shows what fails; the modal has the others."""
_EXCERPT: Final = 1200
_MOST_GAPS: Final = 4
_LONGEST: Final = 300


def fresh_logs_view(report: Report, evidence: Evidence, look: str) -> c.Context:
    """The context of the message; the question which API or stage was meant, where that is not known."""
    buttons = c.Buttons(
        rerun=encode_rerun("", evidence.request),
        logs=look if report.logs else "",
    )
    footer = c.Footer("", "", report.timing.aws_calls, f"{report.timing.seconds:.1f}", len(report.gaps))
    question = unresolved_view(report, evidence, footer, c.Buttons(rerun=""))
    if isinstance(question, c.Question):
        return question
    shown = limited(report.logs, _MOST_REQUESTS)
    return c.FreshLogs(
        subject=subject_of(report.request),
        failures=failures(report, evidence),
        window=duration(report.request.since_minutes),
        excerpts=tuple(excerpt(logged, clip_to=_EXCERPT) for logged in shown.items),
        more=shown.more,
        unread=_hidden(report),
        buttons=buttons,
    )


def _hidden(report: Report) -> tuple[str, ...]:
    """Why failing requests may be missing: logging that is off, and logs that could not be read."""
    off = [clip(x.summary, _LONGEST) for x in report.findings if x.status in {Status.FAIL, Status.WARN}]
    unread = [
        _("{action}: {reason}; {advice}", action=line.action, reason=line.reason, advice=line.advice)
        for line in gap_lines(report.gaps)
    ]
    return limited(dict.fromkeys([*off, *unread]), _MOST_GAPS).items
