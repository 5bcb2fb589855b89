"""A report in one line: for lists, watches and App Home."""

from __future__ import annotations

from bot.diagnosis.model import Confidence, HopState, Report, State
from bot.language import _
from bot.report.contexts import Headline
from bot.report.limits import clip
from bot.report.unresolved_view import unresolved_words
from bot.report.wording import HOP_MARKS

_LONGEST = 200


def headline(report: Report) -> Headline:
    """What the report says first."""
    verdict = report.verdict
    if report.request.api_id is None:
        return Headline(HOP_MARKS[HopState.UNKNOWN], clip(unresolved_words(report) or verdict.summary, _LONGEST))
    if verdict.state is State.CAUSE_FOUND and verdict.causes:
        cause = verdict.causes[0]
        possible = cause.confidence is Confidence.POSSIBLE
        mark = HOP_MARKS[HopState.DEGRADED if possible else HopState.BROKEN]
        return Headline(mark, clip(cause.summary, _LONGEST), cause.check)
    if verdict.state is State.NO_FAULT_FOUND:
        return Headline(HOP_MARKS[HopState.OK], _("nothing on this path explains an HTTP 500"))
    return Headline(HOP_MARKS[HopState.UNKNOWN], clip(unresolved_words(report) or verdict.summary, _LONGEST))
