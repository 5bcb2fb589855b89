"""`explain`: what a pasted log line or a check code means, without reading anything from AWS."""

from __future__ import annotations

import json

from bot.diagnosis.check import page
from bot.diagnosis.checks import by_code
from bot.diagnosis.signatures import Explanation, classify
from bot.language import _


def explain_json(text: str) -> str:
    """Return the machine contract's object for a log text."""
    found = classify(text)
    answer = {
        "signature": found.signature,
        "label": found.label,
        "checks": list(found.checks),
        "fields": dict(found.fields),
        "meaning": found.meaning,
    }
    return json.dumps(answer, ensure_ascii=False) + "\n"


def explain_text(text: str) -> str:
    """Return the answer for a person: a check's page for its code, else what the log text says."""
    check = by_code().get(text.strip().upper())
    if check:
        lines = [f"{check.code} {check.name}: {_(check.title)}", ""]
        lines += [_(body) if heading == "What" else f"{_(heading)}: {_(body)}" for heading, body in page(check).items()]
        return "\n".join(lines) + "\n"
    return "\n".join(_lines(classify(text))) + "\n"


def _lines(found: Explanation) -> list[str]:
    lines = [f"{found.signature or _('No signature')} {found.label}", found.meaning]
    lines += [f"  {name.replace('_', ' ')}: {value}" for name, value in found.fields.items()]
    checks = by_code()
    known = [checks[code] for code in found.checks if code in checks]
    if known:
        lines.append(_("Checks that decide it:"))
        lines += [f"  {check.code} {check.name}: {_(check.title)}" for check in known]
    return [line for line in lines if line]
