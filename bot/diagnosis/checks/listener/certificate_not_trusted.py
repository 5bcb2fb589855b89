"""TLS-03: the certificate that is served does not lead to an authority that API Gateway trusts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.certificate_fixes import (
    CONSOLE,
    IMPORTED,
    import_again,
    on_target,
    use_public,
    with_sound_certificate,
)
from bot.diagnosis.checks.listener.probed_tls import NO_ROOT, agreed, wire
from bot.diagnosis.checks.listener.tls_end import End, candidates, logged, named, readable_log, tls_end
from bot.diagnosis.checks.listener.trust import Chain, Trust, chain_of
from bot.diagnosis.checks.vpc_link.link_commands import deploy, edit_integrations
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations
from bot.diagnosis.probe_words import tls_words
from bot.diagnosis.probed import Probed, cite_fault, places
from bot.diagnosis.sources import (
    CERTIFICATE,
    CERTIFICATE_BODY,
    EXECUTION_LOG,
    LISTENER_CERTIFICATES,
    LISTENERS,
    ROUTES,
)
from bot.language import _, plural

_UNTRUSTED = frozenset({Trust.PRIVATE, Trust.INCOMPLETE, Trust.SELF_SIGNED})
_DOUBTFUL = frozenset({Trust.CHAINED, Trust.UNORDERED, Trust.UNLISTED})


class CertificateNotTrusted(Check[ListenerHop]):
    """The certificate that is served does not lead to an authority that API Gateway trusts.

    Why: API Gateway trusts a list of public authorities. It refuses a certificate of a private authority, one that
    signed itself, and one whose intermediate certificates are not served with it. The request then ends in HTTP 500.
    How we decide: at the listener that ends TLS, the certificate that SNI selects is judged. Amazon's own pass; one of
    a private authority of ACM fails, and so does an imported one that signed itself or lacks the certificate of its
    issuer. An imported chain that leads to an authority on our copy of API Gateway's list passes. One that ends in a
    root that is not on the list fails, if the copy is whole; it warns if the copy is older than 180 days. Of any other
    chain that is whole we cannot tell: it passes, unless the log shows that API Gateway does not trust it (E3): then it
    warns. With insecureSkipVerification (REST APIs only) TLS-04 judges. Where TLS passes through to the target, the log
    tells (E3 on this path fails), or a probe to which the chain was served.
    How to fix: serve a public certificate, or import the certificate again together with its intermediates.
    References: AWS: api-gateway-supported-certificate-authorities-for-http-endpoints; ACM: import-certificate.
    """

    code = "TLS-03"
    title = "The served certificate leads to an authority that API Gateway trusts"
    hop = Hop.LISTENER
    needs = (LISTENERS, LISTENER_CERTIFICATES, CERTIFICATE, CERTIFICATE_BODY, ROUTES, EXECUTION_LOG)
    signatures = frozenset({"E3", "E10"})  # E10 is what an HTTP API logs where a REST API names the TLS failure
    warning_signatures = frozenset({"E3"})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge the certificate that API Gateway meets at this listener, or what the log says of the targets'."""
        arn, where = subject.listener.listener_arn, tls_end(subject)
        if where.end is End.ELSEWHERE:
            yield self.not_applicable(arn, where.why, subject=subject)
        elif subject.path.integration.insecure_skip_verification and subject.path.api.protocol != "HTTP":
            summary = _("insecureSkipVerification is on: TLS-04 judges what it leaves to be checked.")
            yield self.not_applicable(arn, summary, subject=subject)
        elif where.end is End.TARGETS:
            yield self._passed_through(subject, walk)
        else:
            seen = wire(subject).showing(*NO_ROOT)
            yield agreed(
                lambda: self._served(subject, [chain_of(walk.evidence, c) for c in candidates(subject)], walk),
                cite_fault(seen, "tls", *NO_ROOT),
                lambda: self._probed(subject, seen, walk),
            )

    def _served(self, subject: ListenerHop, chains: Sequence[Chain], walk: Walk) -> Finding:
        if not chains:
            summary = _("The certificate of Listener {protocol} {port} of {balancer} is not known.", **named(subject))
            return self.undecided(subject.listener.listener_arn, summary, subject=subject)
        bad = [chain for chain in chains if chain.trust in _UNTRUSTED]
        doubtful = [chain for chain in chains if chain.trust in _DOUBTFUL]
        unknown = [chain for chain in chains if chain.trust is Trust.UNKNOWN]
        first = next(iter(bad or unknown or doubtful or chains))
        summary = _(
            "Listener {protocol} {port} of {balancer}: its certificate {words}.", **named(subject), words=first.words
        )
        if bad:
            make = self.failed if len(bad) == len(chains) else self.warned
            return make(first.arn, summary, [first.citation], _fix(subject, first), subject=subject)
        if unknown:
            return self.undecided(first.arn, summary, subject=subject)
        distrusted = logged(walk, subject.path, "E3").any if doubtful else ()
        if distrusted:
            summary = _(
                "Listener {protocol} {port} of {balancer}: its certificate {words}, but the log shows "
                "that API Gateway does not trust it (E3).",
                **named(subject),
                words=first.words,
            )
            cited = [first.citation, *citations(distrusted, walk)]
            return self.warned(first.arn, summary, cited, _fix(subject, first), subject=subject)
        if first.trust in {Trust.UNORDERED, Trust.UNLISTED}:
            return self.warned(first.arn, summary, [first.citation], _fix(subject, first), subject=subject)
        return self.passed(first.arn, summary, subject=subject)

    def _passed_through(self, subject: ListenerHop, walk: Walk) -> Finding:
        """Judge by probes and the log: what the targets serve is not shown by AWS."""
        seen = wire(subject)
        if bad := seen.showing(*NO_ROOT):
            return self._probed(subject, bad, walk)
        arn, found = subject.listener.listener_arn, logged(walk, subject.path, "E3")
        if seen.served and not found.any:
            summary = _(
                "The targets behind Listener {protocol} {port} of {balancer} serve a chain that leads to "
                "{trusted_root}.",
                **named(subject),
                trusted_root=seen.served[0].tls.trusted_root,
            )
            return self.passed(arn, f"{summary} {seen.limits}", subject=subject)
        if seen.whole:
            summary = _(
                "The log shows that API Gateway did not trust what stands behind Listener {protocol} "
                "{port} of {balancer} (E3); now every target serves a chain that leads to a public root. "
                "API Gateway's own list may lack that root.",
                **named(subject),
            )
            cited = [x.cite("tls root", x.tls.trusted_root) for x in seen.served[:3]] + citations(found.any, walk)
            return self.warned(arn, summary, cited, _on_target(), subject=subject)
        readable_log(walk)
        if not found.any:
            summary = _(
                "Listener {protocol} {port} of {balancer} passes TLS through, and nothing in the log "
                "speaks against the targets' chain.",
                **named(subject),
            )
            return self.not_applicable(arn, summary, subject=subject)
        summary = _(
            "The targets behind Listener {protocol} {port} of {balancer} serve a certificate that "
            "API Gateway does not trust (E3): its authority is not a supported one, or intermediates "
            "are missing. Probe now to see which.",
            **named(subject),
        )
        make = self.failed if found.sure else self.warned
        return make(arn, summary, citations(found.any, walk), _on_target(), subject=subject)

    def _probed(self, subject: ListenerHop, bad: Sequence[Probed], walk: Walk) -> Finding:
        """A chain without a trusted root as a probe was served it."""
        fault = next(x for x in NO_ROOT if x in bad[0].tls.faults)
        said = tls_words(bad[0].probe, fault)
        summary = plural(
            "Listener {protocol} {port} of {balancer}: {places} serves a certificate that API Gateway does not trust: "
            "{why}.",
            "Listener {protocol} {port} of {balancer}: {places} serve a certificate that API Gateway does not trust: "
            "{why}.",
            len(bad),
            **named(subject),
            places=places(bad),
            why=said,
        )
        cited = [*cite_fault(bad, "tls", *NO_ROOT), *citations(logged(walk, subject.path, "E3").any, walk)]
        return self.failed(subject.listener.listener_arn, summary, cited, _on_target(), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The listener serves a public certificate; what targets serve is not on the model."""
        if not walk.evidence.was_read(CERTIFICATE, finding.resource):
            return None
        found = walk.evidence.get(CERTIFICATE, finding.resource)
        return with_sound_certificate(walk.evidence, found) if found else None


def _on_target() -> Fix:
    return on_target(_("Serve a certificate of a supported public authority on the targets, with its intermediates."))


def _fix(hop: ListenerHop, chain: Chain) -> Fix:
    if chain.trust in {Trust.INCOMPLETE, Trust.UNORDERED} and ":acm:" in chain.arn:
        return Fix(
            summary=_("Import the certificate again, with its intermediate certificates in order."),
            cli=(import_again(chain.arn),),
            terraform=IMPORTED,
            console=_(CONSOLE),
        )
    if hop.path.api.protocol == "HTTP":
        return use_public(hop, chain.arn)
    commands = "; ".join(
        (*edit_integrations(hop.path, "tlsConfig/insecureSkipVerification", "true"), *deploy(hop.path))
    )
    step = _(
        "Or, where the private authority is sound and meant, skip its verification: {commands}.", commands=commands
    )
    return use_public(hop, chain.arn, (step,))
