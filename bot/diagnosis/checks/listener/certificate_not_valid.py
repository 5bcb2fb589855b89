"""TLS-02: the certificate that is served is not valid now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.diagnosis.certificates import validity
from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.certificate_fixes import (
    CLOUDFORMATION,
    CONSOLE,
    TERRAFORM,
    import_again,
    on_target,
    request_public,
    serve,
    with_sound_certificate,
)
from bot.diagnosis.checks.listener.probed_tls import agreed, wire
from bot.diagnosis.checks.listener.tls_end import End, candidates, label, logged, tls_end
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop, Status
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.probed import Probed, cite_fault, serving
from bot.diagnosis.resources import Certificate
from bot.diagnosis.sources import CERTIFICATE, EXECUTION_LOG, LISTENER_CERTIFICATES, LISTENERS

_ISSUED = "ISSUED"
_NOT_ISSUED = frozenset({"PENDING_VALIDATION", "INACTIVE", "EXPIRED", "VALIDATION_TIMED_OUT", "REVOKED", "FAILED"})
_OUT_OF_DATE = ("expired", "not-yet-valid")
"""What a probe calls a certificate, or one of its chain, that is outside its period of validity."""
_RENEWAL_STUCK = frozenset({"FAILED", "PENDING_VALIDATION"})


@dataclass(frozen=True)
class _State:
    """How one certificate stands."""

    certificate: Certificate
    status: Status
    words: str
    citation: Citation | None = None


class CertificateNotValid(Check[ListenerHop]):
    """The certificate that is served is not valid now.

    Why: API Gateway refuses a certificate outside its period of validity, with insecureSkipVerification too. The
    request then ends in HTTP 500, though every other hop is healthy.
    How we decide: at the listener that ends TLS, the certificate that SNI selects (else the default one) is judged. Now
    before its beginning or after its end fails, and so does any status of ACM other than ISSUED. Fewer than 30 days
    left, or a managed renewal that is FAILED or waits for validation, warns. Where several certificates name the host
    and only some are not valid, it warns: which of them is served is AWS's choice. What a target serves behind a
    listener that passes TLS through only a probe shows: out of date fails.
    How to fix: renew the certificate or import it again, and let the listener serve it.
    References: AWS: api-gateway-extensions-integration-tls-config; ACM API reference CertificateDetail.
    """

    code = "TLS-02"
    title = "The served certificate is valid"
    hop = Hop.LISTENER
    needs = (LISTENERS, LISTENER_CERTIFICATES, CERTIFICATE, EXECUTION_LOG)
    signatures = frozenset({"E12", "E10"})  # E10 is what an HTTP API logs where a REST API names the TLS failure
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge the certificate that API Gateway meets at this listener, if it meets one."""
        arn, where = subject.listener.listener_arn, tls_end(subject)
        seen = wire(subject)
        old = seen.showing(*_OUT_OF_DATE)
        if where.end is End.HERE:
            yield agreed(
                lambda: self._served(subject, [_state(c, walk.evidence.at) for c in candidates(subject)]),
                cite_fault(old, "tls", *_OUT_OF_DATE),
                lambda: self._probed(subject, old),
            )
        elif where.end is End.TARGETS and old:
            yield self._probed(subject, old)
        elif where.end is End.TARGETS and seen.served:
            until = min((_day(x.tls.not_after) for x in seen.served if x.tls.not_after), default="")
            summary = f"The targets behind {label(subject)} serve a valid certificate{until and f', until {until}'}."
            yield self.passed(arn, f"{summary} {seen.limits}", subject=subject)
        elif where.end is End.TARGETS and logged(walk, subject.path, "E12").any:
            summary = (
                f"{label(subject)} passes TLS through, and the log shows that the handshake fails (E12). AWS does not "
                "show the dates of the targets' certificate: Probe now."
            )
            yield self.undecided(arn, summary, subject=subject)
        else:
            why = where.why or f"{label(subject)} passes TLS through; the targets serve their own certificate."
            yield self.not_applicable(arn, why, subject=subject)

    def _probed(self, subject: ListenerHop, old: Sequence[Probed]) -> Finding:
        """A certificate out of date as a probe was served it."""
        cited = cite_fault(old, "tls", *_OUT_OF_DATE)
        fault = next(x for x in _OUT_OF_DATE if x in old[0].tls.faults)
        said = old[0].tls.explanations.get(fault) or fault
        summary = f"{label(subject)}: {serving(old)} a certificate that is {fault.replace('-', ' ')}: {said}."
        fix = on_target("Renew the certificate on the server, and reload it.")
        return self.failed(subject.listener.listener_arn, summary, cited, fix, subject=subject)

    def _served(self, subject: ListenerHop, states: list[_State]) -> Finding:
        arn = subject.listener.listener_arn
        bad = [state for state in states if state.status is Status.FAIL]
        soon = [state for state in states if state.status is Status.WARN]
        unknown = [state for state in states if state.status is Status.UNKNOWN]
        if not states:
            return self.undecided(arn, f"The certificate of {label(subject)} is not known.", subject=subject)
        first = next(iter(bad or soon or unknown or states))
        resource = first.certificate.certificate_arn
        citations = [first.citation] if first.citation else []
        name = first.certificate.domain_name or resource
        summary = f"{label(subject)}: the certificate for {name} {first.words}."
        if bad and len(bad) == len(states):
            return self.failed(resource, summary, citations, _fix(subject, first.certificate), subject=subject)
        if bad:
            summary = f"{summary[:-1]}; {len(states) - len(bad)} other(s) that name the host are valid."
        if bad or soon:
            return self.warned(resource, summary, citations, _fix(subject, first.certificate), subject=subject)
        if unknown:
            return self.undecided(resource, summary, subject=subject)
        return self.passed(resource, summary, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The certificate is valid and issued."""
        known = walk.evidence.was_read(CERTIFICATE, finding.resource)  # what a target serves is not on the model
        found = walk.evidence.get(CERTIFICATE, finding.resource) if known else None
        return with_sound_certificate(walk.evidence, found) if found else None


def _state(certificate: Certificate, now: datetime) -> _State:
    period = validity(certificate.not_before, certificate.not_after, now)
    status = certificate.status.upper()
    renewal = certificate.renewal_summary.renewal_status.upper() if certificate.renewal_summary else ""
    arn = certificate.certificate_arn

    def state(verdict: Status, words: str, field: str, value: object) -> _State:
        return _State(
            certificate, verdict, words, Citation(source=CERTIFICATE.call, resource=arn, field=field, value=str(value))
        )

    if period.state == "expired":
        return state(
            Status.FAIL,
            f"expired on {_day(certificate.not_after)}, {_days(period.days)} ago",
            "NotAfter",
            certificate.not_after,
        )
    if period.state == "not-yet-valid":
        words = f"is valid only from {_day(certificate.not_before)} on, in {_days(period.days)}"
        return state(Status.FAIL, words, "NotBefore", certificate.not_before)
    if status in _NOT_ISSUED:
        return state(Status.FAIL, f"is {status}", "Status", status)
    if status != _ISSUED:
        return state(Status.UNKNOWN, f"has a status that we do not know ({status or 'none'})", "Status", status)
    if period.state == "expires-soon":
        return state(Status.WARN, f"expires in {_days(period.days)}", "NotAfter", certificate.not_after)
    if renewal in _RENEWAL_STUCK:
        return state(Status.WARN, f"is not being renewed: {renewal}", "RenewalSummary.RenewalStatus", renewal)
    if period.state == "unknown" and ":acm:" not in arn:
        return _State(certificate, Status.UNKNOWN, "has dates that are not known")
    until = f" until {_day(certificate.not_after)}" if certificate.not_after else ""
    return _State(certificate, Status.PASS, f"is valid{until}")


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}" if at else ""


def _days(days: int) -> str:
    return "less than a day" if days < 1 else "1 day" if days == 1 else f"{days} days"


def _fix(hop: ListenerHop, certificate: Certificate) -> Fix:
    arn, kind = certificate.certificate_arn, certificate.type.upper()
    anew: tuple[str, ...] = (request_public(hop), serve(hop, arn))
    steps: tuple[str, ...] = ("Order a new certificate.", "Let the listener serve it.")
    if kind == "IMPORTED" and ":acm:" in arn:
        anew = (import_again(arn),)
        steps = (
            "Get a renewed certificate from its authority.",
            "Import it under the same ARN: the listener takes it.",
        )
    elif kind == "AMAZON_ISSUED":
        records = "--query 'Certificate.DomainValidationOptions[].ResourceRecord'"
        anew = (f"aws acm describe-certificate --certificate-arn {arn} {records}", *anew)
        steps = ("Put the CNAME records back: with them ACM renews by itself.", "Or serve a new certificate.")
    return Fix(
        summary="Renew the certificate, and let the listener serve it.",
        cli=anew,
        cloudformation=CLOUDFORMATION,
        terraform=TERRAFORM,
        console=CONSOLE,
        steps=steps,
    )
