"""What a check or a pasted log line means → the contexts that say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.diagnosis.check import Check, page
from bot.diagnosis.checks import by_code
from bot.diagnosis.model import Report, Status
from bot.diagnosis.signatures import classify
from bot.language import _, marked
from bot.report.asking import CheckOfRun
from bot.report.contexts import ExplainedCheck, ExplainedField, ExplainedLog, ExplainView, MenuChoice
from bot.report.limits import BUTTON_TEXT, clip, limited
from bot.report.wording import HOPS, inside

_LONGEST = 2500
_LONGEST_FIELD = 300
_MOST_CHOICES = 100
"""Options of a menu (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element)."""

_FIELDS = (
    marked("host"),
    marked("certificate subject"),
    marked("vpc link id"),
    marked("reason"),
    marked("request id"),
    marked("status"),
    marked("backend status"),
    marked("sending to"),
)
"""What a log line says of itself, as the fields of `signatures.Explanation` name it."""


def explain_check(code: str) -> ExplainedCheck | None:
    """A check's page, or None where there is no check of this code."""
    check = by_code().get(code)
    return _page(check) if check else None


def explain_view(code: str, run: str, report: Report | None) -> ExplainView | None:
    """The modal of a check's page, with a menu of what else failed in the report; None where there is no such check."""
    explained = explain_check(code)
    if explained is None:
        return None
    choices = check_choices([code, *(failing_checks(report) if report else ())])
    return ExplainView(explained, choices, chosen=choices[0], state=CheckOfRun(code, run).encode())


def failing_checks(report: Report) -> tuple[str, ...]:
    """The codes of the checks that failed: the causes first, in their order."""
    causes = [cause.check for cause in report.verdict.causes]
    failing = [finding.check for finding in report.findings if finding.status is Status.FAIL]
    return tuple(dict.fromkeys([*causes, *failing]))


def check_choices(codes: Iterable[str]) -> tuple[MenuChoice, ...]:
    """The options of a menu of checks, each once, in their order."""
    known = by_code()
    unique = limited(dict.fromkeys(codes), _MOST_CHOICES).items
    return tuple(
        MenuChoice(clip(f"{code} {known[code].name}" if code in known else code, BUTTON_TEXT), code) for code in unique
    )


def _page(check: Check[Any]) -> ExplainedCheck:
    text = page(check)
    return ExplainedCheck(
        code=check.code,
        title=_(check.title),
        hop=_(HOPS[check.hop]),
        what=clip(_(text["What"]), _LONGEST),
        why=_sentence(_(text.get("Why", ""))),
        decided=_sentence(_(text.get("How we decide", ""))),
        fixed=_sentence(_(text.get("How to fix", ""))),
        references=_sentence(text.get("References", "")),
        reads=", ".join(dict.fromkeys(source.call for source in check.needs)),
    )


def _sentence(text: str) -> str:
    """A paragraph that stands under its heading and no longer behind a colon."""
    return clip(text[:1].upper() + text[1:], _LONGEST)


def explain_log(text: str) -> ExplainedLog:
    """What a pasted text shows. Any text is accepted; what it repeats of it is redacted."""
    found = classify(text)
    checks = by_code()
    return ExplainedLog(
        signature=found.signature or "",
        label=found.label,
        meaning=clip(found.meaning, _LONGEST),
        fields=tuple(
            ExplainedField(_(name.replace("_", " ")), clip(value, _LONGEST_FIELD))
            for name, value in found.fields.items()
        ),
        checks=tuple(f"{code} {inside(_(checks[code].title))}" if code in checks else code for code in found.checks),
    )
