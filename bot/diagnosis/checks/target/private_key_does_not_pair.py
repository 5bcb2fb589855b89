"""TLS-05: the private key does not belong to the certificate that is served."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.probed_tls import wire
from bot.diagnosis.checks.listener.tls_end import End, label, logged, named, readable_log, tls_end
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations
from bot.diagnosis.probed import cite_fault, places
from bot.diagnosis.sources import EXECUTION_LOG, LISTENERS, TARGET_GROUP, TARGET_HEALTH
from bot.language import _, plural

_FAULT = "key-mismatch"
_COMPARE = (
    "openssl x509 -in certificate.pem -noout -pubkey | sha256sum   # on the target; both must print the same",
    "openssl pkey -in key.pem -pubout | sha256sum",
)


class PrivateKeyDoesNotPair(Check[ListenerHop]):
    """The private key on the server does not belong to the certificate that it serves.

    Why: in the TLS handshake the server signs with its private key, and API Gateway verifies that with the certificate.
    If the two do not pair, the handshake fails and the request ends in HTTP 500.
    How we decide: no call of AWS shows it. A probe whose handshake ends in a signature that the certificate cannot
    verify proves it, and names the target. A failing request of this path whose log says that the ServerKeyExchange
    signature cannot be verified (E4) proves it: fails; where the log does not tell the path, warns. Behind a listener
    that passes TLS on, the targets hold the key. Every one of several targets can be the one. Where the log shows it
    and a probe of every target does not, it warns: the pair was repaired since.
    How to fix: compare the public keys of certificate and key on each target, install the right pair, and reload.
    References: AWS: api-gateway-500-error-vpc.
    """

    code = "TLS-05"
    title = "The server's private key pairs with its certificate"
    hop = Hop.TARGET
    needs = (EXECUTION_LOG, LISTENERS, TARGET_GROUP, TARGET_HEALTH)
    signatures = frozenset({"E4"})
    warning_signatures = frozenset({"E4"})
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge what the log says of the handshake, where it ends."""
        arn, where = subject.listener.listener_arn, tls_end(subject)
        if where.end is End.ELSEWHERE:
            yield self.not_applicable(arn, where.why, subject=subject)
            return
        shown, seen = logged(walk, subject.path, "E4"), wire(subject)
        resource, who = _holder(subject, where.end)
        if bad := seen.showing(_FAULT):
            summary = plural(
                "Behind Listener {protocol} {port} of {balancer}, {places} serves a certificate to which the private "
                "key does not belong.",
                "Behind Listener {protocol} {port} of {balancer}, {places} serve a certificate to which the private "
                "key does not belong.",
                len(bad),
                **named(subject),
                places=places(bad),
            )
            cited = [*cite_fault(bad, "tls", _FAULT), *citations(shown.any, walk)]
            yield self.failed(resource, summary, cited, _fix(subject, where.end), subject=subject)
            return
        if seen.served and not shown.any:
            summary = _(
                "Key and certificate behind Listener {protocol} {port} of {balancer} pair. {limits}",
                **named(subject),
                limits=seen.limits,
            )
            yield self.passed(arn, summary, subject=subject)
            return
        if seen.whole:
            summary = _(
                "The log shows that the key of {who} did not belong to its certificate (E4); now they "
                "pair on each of {count}: repaired since, or only at times.",
                who=who,
                count=len(seen.served),
            )
            cited = [
                *citations(shown.any, walk),
                *(x.cite("tls", _("key and certificate pair")) for x in seen.served[:3]),
            ]
            yield self.warned(resource, summary, cited, _fix(subject, where.end), subject=subject)
            return
        readable_log(walk)
        if not shown.any:
            summary = _(
                "No failing request shows that a key behind Listener {protocol} {port} of {balancer} "
                "does not pair with its certificate.",
                **named(subject),
            )
            yield self.not_applicable(arn, summary, subject=subject)
            return
        summary = _(
            "The private key of {who} does not belong to the certificate that is served (E4). Probe now to see which.",
            who=who,
        )
        make = self.failed if shown.sure else self.warned
        yield make(resource, summary, citations(shown.any, walk), _fix(subject, where.end), subject=subject)


def _holder(hop: ListenerHop, end: End) -> tuple[str, str]:
    """Who holds the key: the targets behind a listener that passes TLS on."""
    groups = hop.target_groups
    if end is End.HERE or not groups:
        return hop.listener.listener_arn, label(hop)
    targets = some(f"{target.id}:{target.port}" for group in groups for target in group.targets)
    name = groups[0].group.target_group_name if groups[0].group else groups[0].arn
    return groups[0].arn, (
        _("a target of {name} ({targets})", name=name, targets=targets)
        if targets
        else _("a target of {name}", name=name)
    )


def _fix(hop: ListenerHop, end: End) -> Fix:
    steps = (
        _("Compare the two on each target."),
        _("Install the key that belongs to the certificate, and reload the server."),
    )
    cli: tuple[str, ...] = _COMPARE
    if end is End.HERE:
        steps = (_("Import certificate and key again as one pair."), _("Let the listener serve it."))
        cli = (f"aws elbv2 describe-listener-certificates --listener-arn {hop.listener.listener_arn}", *_COMPARE)
    return Fix(
        summary=_("Install the private key that belongs to the certificate, and reload the server."),
        cli=cli,
        console=_("On the target: certificate, key and CA file in its server's TLS configuration."),
        steps=steps,
    )
