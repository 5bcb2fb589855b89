"""TLS-02: the certificate that is served is not valid now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.diagnosis.certificates import validity
from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.certificate_fixes import (
    CONSOLE,
    IMPORTED,
    import_again,
    on_target,
    request_public,
    serve,
    served_as_code,
    with_sound_certificate,
)
from bot.diagnosis.checks.listener.probed_tls import agreed, wire
from bot.diagnosis.checks.listener.tls_end import End, candidates, logged, named, tls_end
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop, Status
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.probe_words import tls_words
from bot.diagnosis.probed import Probed, cite_fault, places
from bot.diagnosis.resources import Certificate
from bot.diagnosis.sources import CERTIFICATE, EXECUTION_LOG, LISTENER_CERTIFICATES, LISTENERS
from bot.language import _, plural

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
            summary = _(
                "The targets behind Listener {protocol} {port} of {balancer} serve a valid certificate.",
                **named(subject),
            )
            if until:
                summary = _(
                    "The targets behind Listener {protocol} {port} of {balancer} serve a valid certificate, "
                    "until {until}.",
                    **named(subject),
                    until=until,
                )
            yield self.passed(arn, f"{summary} {seen.limits}", subject=subject)
        elif where.end is End.TARGETS and logged(walk, subject.path, "E12").any:
            summary = _(
                "Listener {protocol} {port} of {balancer} passes TLS through, and the log shows that the "
                "handshake fails (E12). AWS does not show the dates of the targets' certificate: Probe "
                "now.",
                **named(subject),
            )
            yield self.undecided(arn, summary, subject=subject)
        else:
            why = where.why or _(
                "Listener {protocol} {port} of {balancer} passes TLS through; the targets serve their own certificate.",
                **named(subject),
            )
            yield self.not_applicable(arn, why, subject=subject)

    def _probed(self, subject: ListenerHop, old: Sequence[Probed]) -> Finding:
        """A certificate out of date as a probe was served it."""
        cited = cite_fault(old, "tls", *_OUT_OF_DATE)
        fault = next(x for x in _OUT_OF_DATE if x in old[0].tls.faults)
        said = tls_words(old[0].probe, fault)
        summary = _old(subject, old, fault, said)
        fix = on_target(_("Renew the certificate on the server, and reload it."))
        return self.failed(subject.listener.listener_arn, summary, cited, fix, subject=subject)

    def _served(self, subject: ListenerHop, states: list[_State]) -> Finding:
        arn = subject.listener.listener_arn
        bad = [state for state in states if state.status is Status.FAIL]
        soon = [state for state in states if state.status is Status.WARN]
        unknown = [state for state in states if state.status is Status.UNKNOWN]
        if not states:
            return self.undecided(
                arn,
                _("The certificate of Listener {protocol} {port} of {balancer} is not known.", **named(subject)),
                subject=subject,
            )
        first = next(iter(bad or soon or unknown or states))
        resource = first.certificate.certificate_arn
        citations = [first.citation] if first.citation else []
        name = first.certificate.domain_name or resource
        summary = _(
            "Listener {protocol} {port} of {balancer}: the certificate for {name} {words}.",
            **named(subject),
            name=name,
            words=first.words,
        )
        if bad and len(bad) == len(states):
            return self.failed(resource, summary, citations, _fix(subject, first.certificate), subject=subject)
        if bad:
            others = len(states) - len(bad)
            summary = _(
                "Listener {protocol} {port} of {balancer}: the certificate for {name} {words}; {others} "
                "other(s) that name the host are valid.",
                **named(subject),
                name=name,
                words=first.words,
                others=others,
            )
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
            _expired(certificate.not_after, period.days),
            "NotAfter",
            certificate.not_after,
        )
    if period.state == "not-yet-valid":
        words = _begins(certificate.not_before, period.days)
        return state(Status.FAIL, words, "NotBefore", certificate.not_before)
    if status in _NOT_ISSUED:
        return state(Status.FAIL, _("is {status}", status=status), "Status", status)
    if status != _ISSUED:
        return state(
            Status.UNKNOWN, _("has a status that we do not know ({status})", status=status or "none"), "Status", status
        )
    if period.state == "expires-soon":
        return state(Status.WARN, _expires(period.days), "NotAfter", certificate.not_after)
    if renewal in _RENEWAL_STUCK:
        return state(
            Status.WARN, _("is not being renewed: {renewal}", renewal=renewal), "RenewalSummary.RenewalStatus", renewal
        )
    if period.state == "unknown" and ":acm:" not in arn:
        return _State(certificate, Status.UNKNOWN, _("has dates that are not known"))
    if certificate.not_after:
        return _State(certificate, Status.PASS, _("is valid until {day}", day=_day(certificate.not_after)))
    return _State(certificate, Status.PASS, _("is valid"))


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}" if at else ""


def _expired(end: datetime | None, days: int) -> str:
    if days < 1:
        return _("expired on {day}, less than a day ago", day=_day(end))
    return plural(
        "expired on {day}, {count} day ago", "expired on {day}, {days} days ago", days, day=_day(end), days=days
    )


def _begins(beginning: datetime | None, days: int) -> str:
    day = _day(beginning)
    if days < 1:
        return _("is valid only from {day} on, in less than a day", day=day)
    return plural(
        "is valid only from {day} on, in {count} day",
        "is valid only from {day} on, in {days} days",
        days,
        day=day,
        days=days,
    )


def _expires(days: int) -> str:
    if days < 1:
        return _("expires in less than a day")
    return plural("expires in {count} day", "expires in {days} days", days, days=days)


def _old(hop: ListenerHop, old: Sequence[Probed], fault: str, said: str) -> str:
    """What a probe saw that is out of date."""
    values = {**named(hop), "places": places(old), "why": said}
    if fault == "expired":
        return plural(
            "Listener {protocol} {port} of {balancer}: {places} serves a certificate that is expired: {why}.",
            "Listener {protocol} {port} of {balancer}: {places} serve a certificate that is expired: {why}.",
            len(old),
            **values,
        )
    return plural(
        "Listener {protocol} {port} of {balancer}: {places} serves a certificate that is not yet valid: {why}.",
        "Listener {protocol} {port} of {balancer}: {places} serve a certificate that is not yet valid: {why}.",
        len(old),
        **values,
    )


def _fix(hop: ListenerHop, certificate: Certificate) -> Fix:
    arn, kind = certificate.certificate_arn, certificate.type.upper()
    cloudformation, terraform = served_as_code(hop, arn)
    anew: tuple[str, ...] = (request_public(hop), serve(hop, arn))
    steps: tuple[str, ...] = (_("Order a new certificate."), _("Let the listener serve it."))
    if kind == "IMPORTED" and ":acm:" in arn:
        anew = (import_again(arn),)
        cloudformation, terraform = "", IMPORTED
        steps = (
            _("Get a renewed certificate from its authority."),
            _("Import it under the same ARN: the listener takes it."),
        )
    elif kind == "AMAZON_ISSUED":
        records = "--query 'Certificate.DomainValidationOptions[].ResourceRecord'"
        anew = (f"aws acm describe-certificate --certificate-arn {arn} {records}", *anew)
        steps = (_("Put the CNAME records back: with them ACM renews by itself."), _("Or serve a new certificate."))
    return Fix(
        summary=_("Renew the certificate, and let the listener serve it."),
        cli=anew,
        cloudformation=cloudformation,
        terraform=terraform,
        console=_(CONSOLE),
        steps=steps,
    )
