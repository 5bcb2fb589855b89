"""Testing a fix on the model: the evidence as it would be after it, judged again.

The failing requests in the log happened before the fix, and what only the fault made sick (targets that fail their
health checks) would heal with it: both are taken out, so that what remains is broken for a reason of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Cause, Finding, Report, State, Status
from bot.diagnosis.path import Walk
from bot.diagnosis.probed import without_cited
from bot.language import _


class CannotTest(ValueError):  # noqa: N818 - says what cannot be done, like the other usage errors
    """The fix cannot be tested on the model; the message says why."""


@dataclass(frozen=True)
class WhatIf:
    """What would remain after one fix."""

    check: str
    fixed: tuple[str, ...]
    """The resources that the fix repairs."""
    remaining: tuple[Cause, ...]
    state: State
    summary: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as the machine contract's `what_if`."""
        remaining = [{"check": c.check, "resource": c.resource, "summary": c.summary} for c in self.remaining]
        return {
            "check": self.check,
            "fixed": list(self.fixed),
            "state": self.state,
            "remaining": remaining,
            "summary": self.summary,
        }


def what_if(evidence: Evidence, code: str) -> WhatIf:
    """Apply the fix of every failure of one check to the evidence, and judge again; raise `CannotTest`."""
    check = by_code().get(code.upper())
    if check is None:
        raise CannotTest(_("there is no check {code}; expected a code such as SG-03", code=repr(code)))
    before = report(evidence)
    failing = [f for f in before.findings if f.check == check.code and f.status is Status.FAIL]
    if not failing:
        raise CannotTest(_("{check} does not fail here, so there is nothing to fix", check=check.code))
    fixed = _repaired(evidence, failing)
    if fixed is None:
        raise CannotTest(
            _("the fix of {check} is not a change of configuration that the model can show", check=check.code)
        )
    healed = _heal_symptoms(_without_old_requests(fixed), before, check.code)
    after = report(healed)
    remaining = tuple(c for c in after.verdict.causes if c.check != check.code)
    resources = tuple(dict.fromkeys(f.resource for f in failing))
    return WhatIf(check.code, resources, remaining, after.verdict.state, _summary(check.code, remaining, after))


def can_be_tested(evidence: Evidence, finding: Finding | Cause) -> bool:
    """Whether the fix of what this says can be tested on the model."""
    found = [
        f
        for f in report(evidence, [by_code()[finding.check]]).findings
        if f.status is Status.FAIL and f.resource == finding.resource
    ]
    return bool(found) and _repaired(evidence, found) is not None


def _repaired(evidence: Evidence, failing: list[Finding]) -> Evidence | None:
    for finding in failing:
        changed = by_code()[finding.check].repair(finding, Walk(evidence))
        if changed is None:
            return None
        evidence = without_cited(changed, finding)  # what a probe saw of this fault was before the fix
    return evidence


def _without_old_requests(evidence: Evidence) -> Evidence:
    for source in (s.EXECUTION_LOG, s.ACCESS_LOG):
        for key, reading in list(evidence.items(source)):
            evidence = evidence.with_value(source, key, reading.model_copy(update={"events": ()}))
    return evidence


def _heal_symptoms(evidence: Evidence, before: Report, code: str) -> Evidence:
    """Repair what the cause explained, unless something else that fails explains it too."""
    checks = by_code()
    others = {f.check for f in before.findings if f.status is Status.FAIL and f.check != code}
    for finding in before.findings:
        explained = finding.check in checks[code].explains and finding.status is Status.FAIL
        if explained and not any(finding.check in checks[other].explains for other in others):
            evidence = _repaired(evidence, [finding]) or evidence
    return evidence


def _summary(code: str, remaining: tuple[Cause, ...], after: Report) -> str:
    if remaining:
        listed = "; ".join(f"{cause.check}: {cause.summary}" for cause in remaining)
        return _("After the fix of {check} this would still be broken: {causes}", check=code, causes=listed)
    if after.verdict.state is State.INCONCLUSIVE:
        return _(
            "After the fix of {check} no fault would be left that we can see. {verdict}",
            check=code,
            verdict=after.verdict.summary,
        )
    return _("After the fix of {check} nothing on this path would explain an HTTP 500.", check=code)
