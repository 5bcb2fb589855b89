"""A fix that was tested on the model → the modal that tells what would remain."""

from __future__ import annotations

from typing import Literal

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Cause, Report, State
from bot.diagnosis.what_if import CannotTest, WhatIf, what_if
from bot.report import contexts as c
from bot.report.asking import CheckOfRun
from bot.report.explain_view import check_choices
from bot.report.limits import clip, limited
from bot.report.naming import linked

_SUMMARY = 400
_MOST_REMAINING = 5
_MOST_FIXED = 10


def fix_view(evidence: Evidence, report: Report, asked: CheckOfRun) -> c.FixView:
    """Test the fix, and say what would be left. It takes as long as two judgements: some milliseconds."""
    causes = {cause.check: cause for cause in report.verdict.causes}
    choices = check_choices([asked.check, *causes])
    cause = causes.get(asked.check)
    fix = clip(cause.fix.summary, _SUMMARY) if cause and cause.fix else ""
    try:
        tested = what_if(evidence, asked.check)
    except CannotTest as error:
        return _view(asked, fix, choices, "not-tested", reason=_sentence(str(error)))
    if tested.remaining:
        shown = limited((_remaining(left, report) for left in tested.remaining), _MOST_REMAINING)
        return _view(asked, fix, choices, "still-broken", tested, report, remaining=shown.items, more=shown.more)
    decided = tested.state is not State.INCONCLUSIVE
    return _view(
        asked,
        fix,
        choices,
        "nothing-left" if decided else "not-decided",
        tested,
        report,
        reason="" if decided else tested.summary,
    )


def _view(
    asked: CheckOfRun,
    fix: str,
    choices: tuple[c.MenuChoice, ...],
    outcome: Literal["nothing-left", "still-broken", "not-decided", "not-tested"],
    tested: WhatIf | None = None,
    report: Report | None = None,
    *,
    reason: str = "",
    remaining: tuple[c.Remaining, ...] = (),
    more: int = 0,
) -> c.FixView:
    fixed = tested.fixed if tested else ()
    return c.FixView(
        check=asked.check,
        fix=fix,
        outcome=outcome,
        reason=clip(reason, _SUMMARY),
        fixed=tuple(linked(resource, report) if report else c.Link(resource) for resource in fixed[:_MOST_FIXED]),
        remaining=remaining,
        more=more,
        choices=choices,
        chosen=choices[0],
        state=asked.encode(),
    )


def _remaining(cause: Cause, report: Report) -> c.Remaining:
    return c.Remaining(cause.check, linked(cause.resource, report, cause.hop), clip(cause.summary, _SUMMARY))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
