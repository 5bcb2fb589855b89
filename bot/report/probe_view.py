"""What people read of a probe: what they confirm before it, and what the wire said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC

from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.model import Report, State
from bot.diagnosis.path import Walk
from bot.diagnosis.probe_targets import MOST_TARGETS
from bot.diagnosis.probe_words import http_words, tcp_words, tls_words
from bot.diagnosis.probed import CANNOT_SEE, SILENT, Probed
from bot.diagnosis.resources import Probe, ProbedTls
from bot.language import _, plural
from bot.probing.order import prepared
from bot.report import contexts as c
from bot.report.limits import CONFIRM_TEXT, clip, limited
from bot.report.naming import subject_of
from bot.report.wording import CONFIDENCES, STATES

_WORDS = 280
_PLACES_SHOWN = 4


def probes_something(evidence: Evidence) -> bool:
    """Whether the request has a path through a VPC link, so that a probe is worth a button."""
    try:
        return bool(Walk(evidence).paths.items)
    except MissingEvidence:
        return False


def probe_confirm(evidence: Evidence, probe_from: str) -> str:
    """What is confirmed: from where, what, how much. Empty where pressing only answers why nothing can be probed."""
    order = prepared(evidence)
    if not probe_from or order.order is None:
        return ""
    places = limited([target.place for target in order.targets], _PLACES_SHOWN)
    shown = ", ".join(places.items)
    if places.more:
        shown = plural("{names} +{count} more", "{names} +{count} more", places.more, names=shown)
    name = next((target.server_name for target in order.targets if target.server_name), "")
    tls = any(target.scheme == "https" for target in order.targets)
    values = {"source": clip(probe_from, 70), "places": shown, "most": MOST_TARGETS}
    return clip(_to_confirm(values, clip(name, 60), tls=tls), CONFIRM_TEXT["text"])


def _to_confirm(values: Mapping[str, object], name: str, *, tls: bool) -> str:
    if not tls:
        return _(
            "From {source} to {places} (at most {most}): a TCP connection, one GET each. Nothing is changed.", **values
        )
    if not name:
        return _(
            "From {source} to {places} (at most {most}): a TCP connection, a TLS handshake and one GET each. "
            "Nothing is changed.",
            **values,
        )
    return _(
        "From {source} to {places} (at most {most}): a TCP connection, a TLS handshake as {name} and one GET each. "
        "Nothing is changed.",
        name=name,
        **values,
    )


def probe_results_view(
    seen: Sequence[Probed], left_out: Sequence[str], before: Report, after: Report, *, asker: str
) -> c.ProbeResults:
    """What each address showed, and what the verdict became."""
    return c.ProbeResults(
        subject=subject_of(after.request),
        seen_from=seen[0].probe.seen_from,
        asker=asker,
        lines=_lines(seen),
        left_out=tuple(left_out),
        limits=_(CANNOT_SEE),
        before=verdict_words(before),
        after=verdict_words(after),
        summary=clip(after.verdict.summary, _WORDS),
        same=same_verdict(before, after),
    )


def verdict_words(report: Report) -> str:
    """`confirmed, TLS-01 certificate-name-mismatch`, or the state of a verdict without a cause."""
    causes = report.verdict.causes
    if not causes or report.verdict.state is not State.CAUSE_FOUND:
        return _(STATES[report.verdict.state])
    first = causes[0]
    told = f"{_(CONFIDENCES[first.confidence]).lower()}, {first.check} {first.name}"
    if len(causes) == 1:
        return told
    return plural("{cause} and {count} more cause", "{cause} and {count} more causes", len(causes) - 1, cause=told)


def same_verdict(before: Report, after: Report) -> bool:
    """Whether two reports name the same causes, as surely."""

    def told(report: Report) -> object:
        return report.verdict.state, [(x.check, x.resource, x.confidence) for x in report.verdict.causes]

    return told(before) == told(after)


def _lines(seen: Sequence[Probed]) -> tuple[c.ProbeLine, ...]:
    """One line for all addresses of one kind that showed the same."""
    alike: dict[tuple[str, str, str], list[Probed]] = {}
    for one in seen:
        alike.setdefault((_mark(one), _words(one), one.target.group or one.target.what), []).append(one)
    lines = []
    for (mark, words, kind), found in alike.items():
        several = len(found) > 1 and found[0].target.what != kind
        what = _several(len(found), kind) if several else found[0].target.what
        lines.append(c.ProbeLine(mark, tuple(one.target.place for one in found), what, words))
    return tuple(lines)


def _several(number: int, group: str) -> str:
    return _("{count} targets of {group}", count=number, group=group)


def _mark(seen: Probed) -> str:
    if seen.probe.tcp in SILENT:
        return "❔"
    faulty = seen.probe.tcp != "ok" or seen.tls.faults or seen.http.fault
    return "❌" if faulty else "✅"


def _words(seen: Probed) -> str:
    if seen.probe.tcp != "ok":
        return clip(f"TCP {seen.probe.tcp}: {tcp_words(seen.probe)}", _WORDS)
    parts = _tls(seen.probe) if seen.probe.tls else ["TCP ok"]
    if seen.http.fault:
        parts.append(f"HTTP {seen.http.fault}: {http_words(seen.probe)}")
    elif seen.http.status:
        parts.append(f"HTTP {seen.http.status}")
    return "; ".join(clip(part, _WORDS) for part in parts)


def _tls(probe: Probe) -> list[str]:
    tls = probe.tls or ProbedTls()
    if tls.faults:
        return [f"TLS {fault}: {tls_words(probe, fault)}" for fault in tls.faults]
    protocol, name = tls.protocol or "TLS", tls.matched_name or _("the host")
    if not tls.not_after:
        return [_("{protocol} in order, certificate names {name}", protocol=protocol, name=name)]
    day = f"{tls.not_after.astimezone(UTC):%Y-%m-%d}"
    return [_("{protocol} in order, certificate names {name}, until {day}", protocol=protocol, name=name, day=day)]
