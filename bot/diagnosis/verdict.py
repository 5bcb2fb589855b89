"""Causes, symptoms, ranking and abstention.

A cause is a failing finding that no other failing finding explains. The log decides how sure it is: a signature that
the fault produces confirms it, a log that only shows other signatures lowers it, no log leaves it likely; a probe that
saw it on the wire confirms it where the log is silent. What cannot
be supported is not claimed: a path that could not be read, or a failing request that nothing explains, makes the
verdict inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.diagnosis.check import Check, Role
from bot.diagnosis.model import Cause, Citation, Confidence, Finding, GapReason, Hop, State, Status, Verdict
from bot.diagnosis.sources import PROBE
from bot.language import _

Checks = Mapping[str, Check[Any]]
_HOPS = list(Hop)
_CONFIDENCES = list(Confidence)
_SILENT = {GapReason.NOT_FOUND}
"""A log that does not exist hides nothing of the path; a read that was refused may."""


def judge(
    findings: Sequence[Finding], checks: Checks, signatures: Sequence[str], *, failing: int, unlogged: int = 0
) -> Verdict:
    """Return the verdict.

    `signatures` are what the log's failing requests show and `failing` is how many there are; `unlogged` is how many
    requests failed by the metric where no log can tell why.
    """
    seen = frozenset(signatures)
    faults = _merged(f for f in findings if f.status is Status.FAIL and checks[f.check].role is Role.CAUSE)
    folded = _explained(faults, checks)
    causes = [_cause(f, findings, folded, checks, seen) for f in faults if f not in folded]
    if not any(cause.confidence is not Confidence.POSSIBLE for cause in causes):
        fitting = _merged(f for f in findings if _fits(f, checks[f.check], seen, unlogged))
        explained = _explained([*faults, *fitting], checks)
        causes += [_possible(f, checks[f.check], seen) for f in fitting if f not in explained]
    hidden = {f.check: refused for f in faults if (refused := _hidden(f, findings, checks))}
    if causes and all(cause.check in hidden for cause in causes):
        actions = ", ".join(sorted({action for cause in causes for action in hidden[cause.check]}))
        summary = _(
            "{cause} What can explain it could not be read ({actions}).", cause=causes[0].summary, actions=actions
        )
        return Verdict(state=State.INCONCLUSIVE, summary=summary, causes=tuple(_doubted(c) for c in causes))
    if causes:
        order = {id(c): i for i, c in enumerate(causes)}
        ranked = sorted(causes, key=lambda c: (_CONFIDENCES.index(c.confidence), order[id(c)]))
        return Verdict(state=State.CAUSE_FOUND, summary=ranked[0].summary, causes=tuple(ranked))
    return _without_cause(findings, checks, failing, unlogged)


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Bring the same fault of the same resource on several paths together; own path first, then by hop."""
    merged: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        key = (finding.check, finding.resource, finding.status)
        known = merged.get(key)
        paths = tuple(sorted({*known.paths, *finding.paths})) if known else finding.paths
        merged[key] = (known or finding).model_copy(update={"paths": paths})
    return sorted(merged.values(), key=lambda f: (min(f.paths, default=0), _HOPS.index(f.hop), f.check, f.resource))


def _explained(faults: Sequence[Finding], checks: Checks) -> dict[Finding, list[Finding]]:
    """Return each explained fault with the faults that explain it; two that explain each other: the earlier stands."""
    folded: dict[Finding, list[Finding]] = {}
    for cause in faults:
        for symptom in faults:
            if symptom.check in checks[cause.check].explains and _share_path(cause, symptom):
                mutual = cause.check in checks[symptom.check].explains
                if not (mutual and faults.index(symptom) < faults.index(cause)):
                    folded.setdefault(symptom, []).append(cause)
    return folded


def _share_path(one: Finding, other: Finding) -> bool:
    return not one.paths or not other.paths or bool(set(one.paths) & set(other.paths))


def _cause(
    fault: Finding,
    findings: Sequence[Finding],
    folded: Mapping[Finding, list[Finding]],
    checks: Checks,
    seen: frozenset[str],
) -> Cause:
    check = checks[fault.check]
    symptoms = [symptom.check for symptom in folded if _leads_to(fault, symptom, folded)]
    agreed, probes = sorted(check.signatures & seen), _probed(fault)
    if probes and not agreed:
        confidence, reason = _by_probe(probes, seen, check)
    elif agreed:
        confidence = Confidence.CONFIRMED
        reason = _("The log of failing requests shows it too ({signatures}).", signatures=", ".join(agreed))
        symptoms += [f.check for f in findings if f.status is Status.FAIL and checks[f.check].role is Role.SYMPTOM]
    elif seen and check.signatures:
        confidence = Confidence.POSSIBLE
        shown = ", ".join(sorted(seen))
        reason = _(
            "The configuration is wrong here, but the log shows another failure ({signatures}).", signatures=shown
        )
    else:
        confidence = Confidence.LIKELY
        reason = _("The configuration shows it; no failing request in the log to compare.")
    return Cause(
        check=fault.check,
        name=fault.name,
        confidence=confidence,
        resource=fault.resource,
        hop=fault.hop,
        summary=fault.summary,
        reason=reason,
        citations=fault.citations,
        fix=fault.fix,
        symptoms=tuple(dict.fromkeys(symptoms)),
    )


def _probed(fault: Finding) -> tuple[Citation, ...]:
    """What probes showed of this fault."""
    return tuple(citation for citation in fault.citations if citation.source == PROBE.call)


def _by_probe(probes: Sequence[Citation], seen: frozenset[str], check: Check[Any]) -> tuple[Confidence, str]:
    """A fault that a probe saw on the wire; where the log shows another one, it may not be the one that fails them."""
    where = ", ".join(dict.fromkeys(citation.resource for citation in probes[:3]))
    if seen and check.signatures:
        shown = ", ".join(sorted(seen))
        return Confidence.LIKELY, _(
            "A probe of {addresses} shows it now, but the log shows another failure ({signatures}).",
            addresses=where,
            signatures=shown,
        )
    return Confidence.CONFIRMED, _(
        "A probe of {addresses} shows it on the wire, and the configuration agrees.", addresses=where
    )


def _hidden(fault: Finding, findings: Sequence[Finding], checks: Checks) -> tuple[str, ...]:
    """Return the actions that were refused to the checks that could explain this fault on its path."""
    explaining = (
        f
        for f in findings
        if f.status is Status.UNKNOWN and fault.check in checks[f.check].explains and _share_path(f, fault)
    )
    actions = {gap.action for f in explaining for gap in f.gaps if gap.reason not in _SILENT}
    return tuple(sorted(actions))


def _doubted(cause: Cause) -> Cause:
    reason = _("It is seen, but it may be a consequence: what can explain it could not be read.")
    return cause.model_copy(update={"confidence": Confidence.POSSIBLE, "reason": reason})


def _leads_to(cause: Finding, symptom: Finding, folded: Mapping[Finding, list[Finding]]) -> bool:
    """Whether a cause explains a symptom, directly or through symptoms of its own."""
    todo, done = list(folded.get(symptom, ())), set[Finding]()
    while todo:
        current = todo.pop()
        if current == cause:
            return True
        if current not in done:
            done.add(current)
            todo += folded.get(current, ())
    return False


def _fits(finding: Finding, check: Check[Any], seen: frozenset[str], unlogged: int) -> bool:
    fitting = check.warning_signatures if unlogged else check.warning_signatures & seen
    return finding.status is Status.WARN and check.role is Role.CAUSE and bool(fitting)


def _possible(finding: Finding, check: Check[Any], seen: frozenset[str]) -> Cause:
    fitting = ", ".join(sorted(check.warning_signatures & seen))
    reason = _("It fits what the log shows ({signatures}), but does not prove it.", signatures=fitting)
    if not fitting:
        reason = _("Requests fail by the metric and no log says why; this can explain it, but does not prove it.")
    return Cause(
        check=finding.check,
        name=finding.name,
        confidence=Confidence.POSSIBLE,
        resource=finding.resource,
        hop=finding.hop,
        summary=finding.summary,
        reason=reason,
        citations=finding.citations,
        fix=finding.fix,
    )


def _without_cause(findings: Sequence[Finding], checks: Checks, failing: int, unlogged: int) -> Verdict:
    blind = [
        f
        for f in findings
        if f.status is Status.UNKNOWN
        and checks[f.check].role is not Role.CONTEXT
        and (checks[f.check].blocking or failing or unlogged)
    ]
    gaps = {gap.action for f in blind for gap in f.gaps if gap.reason not in _SILENT}
    crashed = sorted({f.check for f in blind if f.crashed})
    if gaps:
        actions = ", ".join(sorted(gaps))
        why = _("{count} kind(s) of read did not succeed ({actions}).", count=len(gaps), actions=actions)
    elif crashed:
        why = _("{checks} could not run.", checks=", ".join(crashed))
    elif failing:
        why = _("the log holds {count} failing request(s), and the configuration explains none of them.", count=failing)
    elif unlogged:
        why = _("{count} request(s) ended in 5xx by the metric, and no log says why.", count=unlogged)
    else:
        return Verdict(state=State.NO_FAULT_FOUND, summary=_("Nothing on this path explains an HTTP 500."))
    return Verdict(state=State.INCONCLUSIVE, summary=_("Not decided: {why}", why=why), undecided=why)
