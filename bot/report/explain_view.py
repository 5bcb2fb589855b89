"""What a check or a pasted log line means → the contexts that say so."""

from __future__ import annotations

from typing import Any

from bot.diagnosis.check import Check, page
from bot.diagnosis.checks import by_code
from bot.diagnosis.signatures import classify
from bot.report.contexts import ExplainedCheck, ExplainedField, ExplainedLog
from bot.report.limits import clip
from bot.report.wording import HOPS

_LONGEST = 2500
_LONGEST_FIELD = 300


def explain_check(code: str) -> ExplainedCheck | None:
    """A check's page, or None where there is no check of this code."""
    check = by_code().get(code)
    return _page(check) if check else None


def _page(check: Check[Any]) -> ExplainedCheck:
    text = page(check)
    return ExplainedCheck(
        code=check.code,
        title=check.title,
        hop=HOPS[check.hop],
        what=clip(text["What"], _LONGEST),
        why=_sentence(text.get("Why", "")),
        decided=_sentence(text.get("How we decide", "")),
        fixed=_sentence(text.get("How to fix", "")),
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
            ExplainedField(name.replace("_", " "), clip(value, _LONGEST_FIELD)) for name, value in found.fields.items()
        ),
        checks=tuple(f"{code} {checks[code].title.lower()}" if code in checks else code for code in found.checks),
    )
