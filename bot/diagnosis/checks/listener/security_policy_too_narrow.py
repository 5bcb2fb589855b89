"""TLS-06: the listener's security policy leaves no protocol that API Gateway surely speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.certificate_fixes import on_target
from bot.diagnosis.checks.listener.listener_code import listener_as_code
from bot.diagnosis.checks.listener.probed_tls import wire
from bot.diagnosis.checks.listener.tls_end import End, logged, named, tls_end
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations
from bot.diagnosis.probe_words import tls_words
from bot.diagnosis.probed import Probed, cite_fault, places
from bot.diagnosis.resources import SslPolicy
from bot.diagnosis.sources import EXECUTION_LOG, LISTENERS, SSL_POLICY
from bot.language import _

WIDE_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
_TLS_1_2, _TLS_1_3 = "TLSv1.2", "TLSv1.3"


class SecurityPolicyTooNarrow(Check[ListenerHop]):
    """The listener's security policy leaves no protocol that API Gateway surely speaks.

    Why: client and listener need a TLS version and a cipher suite in common. Without one the handshake fails, and the
    request ends in HTTP 500.
    How we decide: AWS does not publish what API Gateway offers to backends. A policy with TLS 1.2 and an ECDHE suite
    with AES-GCM passes; one that allows TLS 1.3 alone warns, and a log that shows a failed handshake (E12) makes it a
    possible cause. Any other policy is unknown. Behind a
    listener that passes TLS through, a probe shows whether a client of today and the targets have one in common: where
    they have not it warns, and with a failed handshake in the log (E12) it fails.
    How to fix: choose a policy with TLS 1.2 and TLS 1.3.
    References: AWS: describe-ssl-policies; create-https-listener and create-tls-listener (security policies).
    """

    code = "TLS-06"
    title = "The listener's security policy allows TLS 1.2 with common suites"
    hop = Hop.LISTENER
    needs = (LISTENERS, SSL_POLICY, EXECUTION_LOG)
    warning_signatures = frozenset(
        {"E12", "E10"}
    )  # E10 is what an HTTP API logs where a REST API names the TLS failure
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge the policy of the listener that ends API Gateway's TLS."""
        arn, name, where = subject.listener.listener_arn, subject.listener.ssl_policy, tls_end(subject)
        seen = wire(subject)
        failing = [x for x in seen.showing("handshake-failed") if x.tls.client_certificate != "required"]
        if where.end is End.TARGETS and failing:
            yield self._refused(subject, failing, walk)
        elif where.end is End.TARGETS and seen.served:
            first = seen.served[0].tls
            summary = _(
                "The targets behind Listener {protocol} {port} of {balancer} agreed on {first_protocol} with {cipher}.",
                **named(subject),
                first_protocol=first.protocol,
                cipher=first.cipher,
            )
            yield self.passed(arn, f"{summary} {seen.limits}", subject=subject)
        elif where.end is End.TARGETS and logged(walk, subject.path, "E12").any:
            summary = _(
                "Listener {protocol} {port} of {balancer} passes TLS through, and the log shows that the "
                "handshake fails (E12). AWS does not show which protocols and suites the targets offer: "
                "Probe now.",
                **named(subject),
            )
            yield self.undecided(arn, summary, subject=subject)
        elif where.end is not End.HERE:
            why = where.why or _(
                "Listener {protocol} {port} of {balancer} passes TLS through; it has no policy of its own.",
                **named(subject),
            )
            yield self.not_applicable(arn, why, subject=subject)
        else:
            policy = walk.evidence.get(SSL_POLICY, name) if name else None
            yield self._judged(subject, policy)

    def _refused(self, subject: ListenerHop, failing: Sequence[Probed], walk: Walk) -> Finding:
        """Targets with which a client of today could not shake hands."""
        shown = logged(walk, subject.path, "E12")
        said = tls_words(failing[0].probe, "handshake-failed")
        summary = _(
            "A client of today cannot shake hands with {places} behind Listener {protocol} {port} of "
            "{balancer}: {said}.",
            **named(subject),
            places=places(failing),
            said=said,
        )
        cited = [*cite_fault(failing, "tls", "handshake-failed"), *citations(shown.any, walk)]
        fix = on_target(_("Let the server speak TLS 1.2 and 1.3 with ECDHE and AES-GCM."))
        make = self.failed if shown.sure else self.warned
        return make(subject.listener.listener_arn, summary, cited, fix, subject=subject)

    def _judged(self, subject: ListenerHop, policy: SslPolicy | None) -> Finding:
        arn, name = subject.listener.listener_arn, subject.listener.ssl_policy
        if policy is None or not policy.protocols:
            summary = _(
                "What the policy {name} of Listener {protocol} {port} of {balancer} allows is not known.",
                **named(subject),
                name=name or "none",
            )
            return self.undecided(arn, summary, subject=subject)
        protocols = ", ".join(policy.protocols)
        if set(policy.protocols) == {_TLS_1_3}:
            citation = self.cite(SSL_POLICY, name, "SslProtocols", protocols)
            summary = _(
                "Listener {protocol} {port} of {balancer}: its policy {name} allows {tls_1_3} alone, "
                "which API Gateway may not speak here.",
                **named(subject),
                name=name,
                tls_1_3=_TLS_1_3,
            )
            return self.warned(arn, summary, [citation], _fix(subject), subject=subject)
        common = [x for x in policy.ciphers if x.startswith("ECDHE-") and "-GCM-" in x]
        if _TLS_1_2 in policy.protocols and common:
            summary = _(
                "Listener {protocol} {port} of {balancer}: its policy {name} allows {tls_1_2} with {common}.",
                **named(subject),
                name=name,
                tls_1_2=_TLS_1_2,
                common=common[0],
            )
            return self.passed(arn, summary, subject=subject)
        summary = _(
            "Listener {protocol} {port} of {balancer}: whether API Gateway shares a suite with its "
            "policy {name} ({protocols}) is not known.",
            **named(subject),
            name=name,
            protocols=protocols,
        )
        return self.undecided(arn, summary, subject=subject)


def _fix(hop: ListenerHop) -> Fix:
    cloudformation, terraform = listener_as_code(hop.listener, {"SslPolicy": WIDE_POLICY}, {"ssl_policy": WIDE_POLICY})
    return Fix(
        summary=_("Choose a security policy with TLS 1.2 and TLS 1.3."),
        cli=(f"aws elbv2 modify-listener --listener-arn {hop.listener.listener_arn} --ssl-policy {WIDE_POLICY}",),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Listeners › the listener › Security policy."),
    )
