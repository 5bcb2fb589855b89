"""TLS-08: a client certificate is demanded, and API Gateway has none to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta

from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.certificate_fixes import on_target
from bot.diagnosis.checks.listener.client_certificate_fixes import (
    give_certificate,
    pass_tls_through,
    stop_demanding,
)
from bot.diagnosis.checks.listener.probed_tls import wire
from bot.diagnosis.checks.listener.tls_end import End, logged, named, tls_end
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Citation, Finding, Hop
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.probed import Probed, places
from bot.diagnosis.resources import ClientCertificate, MutualAuthentication
from bot.diagnosis.sources import CLIENT_CERTIFICATE, EXECUTION_LOG, LISTENER, LISTENERS, STAGE
from bot.language import _

_DEMANDS, _NEVER_DEMANDS = "verify", frozenset({"", "off", "passthrough"})
_NEW = "new-client-certificate"


class ClientCertificateMissing(Check[ListenerHop]):
    """A client certificate is demanded, and API Gateway has none to show, or one that has expired.

    Why: a listener with mutual authentication, or a backend behind a listener that passes TLS on, refuses a client
    without a certificate that it trusts. API Gateway shows one only where a REST API's stage has it.
    How we decide: an application load balancer's listener that verifies clients fails where the stage has no client
    certificate, where that has expired or is gone, and for HTTP APIs, which have none. Where TLS passes through, an
    expired one warns, for only the backend knows whether it demands it; where a probe shows that it does, it fails. A
    TLS listener of a network load balancer ends TLS and hands no client certificate on: a stage that has one warns.
    Whether the other side trusts the certificate only its own log tells.
    How to fix: generate a client certificate, give it to the stage, and let the backend trust it.
    References: AWS: getting-started-client-side-ssl-authentication; mutual-authentication (application);
    load-balancer-listeners (network); api-gateway-known-issues (some servers do not accept it).
    """

    code = "TLS-08"
    title = "API Gateway can show the client certificate that is demanded"
    hop = Hop.LISTENER
    needs = (STAGE, CLIENT_CERTIFICATE, LISTENERS, LISTENER, EXECUTION_LOG)
    signatures = frozenset({"E12", "E10"})  # E10 is what an HTTP API logs where a REST API names the TLS failure
    warning_signatures = frozenset({"E12"})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge what is demanded where TLS ends, and what the stage has."""
        arn, where = subject.listener.listener_arn, tls_end(subject)
        if where.end is End.ELSEWHERE:
            yield self.not_applicable(arn, where.why, subject=subject)
        elif where.end is End.TARGETS:
            yield self._passed_through(subject, walk)
        elif subject.listener.protocol.upper() == "TLS":
            yield self._ended_by_network(subject)
        else:
            yield self._ended_by_application(subject, walk)

    def _ended_by_application(self, subject: ListenerHop, walk: Walk) -> Finding:
        listener, path = subject.listener, subject.path
        mode = listener.mutual_authentication.mode.lower() if listener.mutual_authentication else ""
        if mode in _NEVER_DEMANDS:
            return self.passed(
                listener.listener_arn,
                _("Listener {protocol} {port} of {balancer} demands no client certificate.", **named(subject)),
                subject=subject,
            )
        if mode != _DEMANDS:
            summary = _(
                "Listener {protocol} {port} of {balancer} has a mode of mutual authentication that we do "
                "not know: {mode}.",
                **named(subject),
                mode=mode,
            )
            return self.undecided(listener.listener_arn, summary, subject=subject)
        demanded = self.cite(LISTENERS, listener.listener_arn, "MutualAuthentication.Mode", mode)
        if path.api.protocol == "HTTP":
            summary = _(
                "Listener {protocol} {port} of {balancer} demands a client certificate, and an HTTP API "
                "has none to show.",
                **named(subject),
            )
            return self.failed(listener.listener_arn, summary, [demanded], stop_demanding(subject), subject=subject)
        held = path.stage.client_certificate_id
        lack, shown = self._lack(subject, walk) if held else (_("has none"), self._no_certificate(subject))
        if lack:
            summary = _(
                "Listener {protocol} {port} of {balancer} demands a client certificate, and stage {stage} {lack}.",
                **named(subject),
                stage=path.stage.name,
                lack=lack,
            )
            fix = give_certificate(subject)
            return self.failed(listener.listener_arn, summary, [demanded, shown], fix, subject=subject)
        summary = _(
            "Listener {protocol} {port} of {balancer} demands a client certificate, and stage {stage} shows {held}.",
            **named(subject),
            stage=path.stage.name,
            held=held,
        )
        return self.passed(listener.listener_arn, summary, subject=subject)

    def _ended_by_network(self, subject: ListenerHop) -> Finding:
        arn, held = subject.listener.listener_arn, subject.path.stage.client_certificate_id
        if not held:
            return self.passed(
                arn,
                _("Listener {protocol} {port} of {balancer} demands no client certificate.", **named(subject)),
                subject=subject,
            )
        summary = _(
            "Listener {protocol} {port} of {balancer} ends TLS, so the targets never see the stage's "
            "client certificate {held}.",
            **named(subject),
            held=held,
        )
        citations = [self._stage(subject, held), self.cite(LISTENERS, arn, "Protocol", subject.listener.protocol)]
        return self.warned(arn, summary, citations, pass_tls_through(subject), subject=subject)

    def _passed_through(self, subject: ListenerHop, walk: Walk) -> Finding:
        """Only the backend knows whether it demands a certificate."""
        arn, stage = subject.listener.listener_arn, subject.path.stage
        lack, shown = self._lack(subject, walk) if stage.client_certificate_id else ("", None)
        seen = wire(subject)
        if demanding := [x for x in seen.ends if x.tls.client_certificate == "required"]:
            return self._probed(subject, demanding, lack)
        if lack and shown:
            summary = _(
                "Stage {name} {lack}; a backend behind Listener {protocol} {port} of {balancer} that "
                "demands it refuses the requests.",
                **named(subject),
                name=stage.name,
                lack=lack,
            )
            return self.warned(arn, summary, [shown], give_certificate(subject), subject=subject)
        if seen.served:
            summary = _(
                "The targets behind Listener {protocol} {port} of {balancer} demand no client certificate. {limits}",
                **named(subject),
                limits=seen.limits,
            )
            return self.passed(arn, summary, subject=subject)
        if not stage.client_certificate_id and logged(walk, subject.path, "E12").any:
            summary = _(
                "The log shows that the handshake with the targets behind Listener {protocol} {port} of "
                "{balancer} fails (E12). Whether they demand a client certificate, which stage {name} "
                "does not have, AWS does not show: Probe now.",
                **named(subject),
                name=stage.name,
            )
            return self.undecided(arn, summary, subject=subject)
        summary = _(
            "Listener {protocol} {port} of {balancer} passes TLS through, and nothing points to a "
            "demand for a client certificate.",
            **named(subject),
        )
        return self.not_applicable(arn, summary, subject=subject)

    def _probed(self, subject: ListenerHop, demanding: Sequence[Probed], lack: str) -> Finding:
        """Targets that demanded a client certificate of a probe."""
        arn, stage, rest = subject.listener.listener_arn, subject.path.stage, subject.path.api.protocol != "HTTP"
        if rest and stage.client_certificate_id and not lack:
            summary = _(
                "{places} demands a client certificate, and stage {name} shows one.",
                places=places(demanding),
                name=stage.name,
            )
            return self.passed(arn, summary, subject=subject)
        has = lack or (_("has none") if rest else _("cannot show one, for it belongs to an HTTP API"))
        summary = _(
            "{places} demands a client certificate, and stage {name} {has}.",
            places=places(demanding),
            name=stage.name,
            has=has,
        )
        fix = give_certificate(subject) if rest else on_target(_("Let the server demand no client certificate."))
        cited = [x.cite("tls client certificate", x.tls.client_certificate) for x in demanding[:3]]
        return self.failed(arn, summary, cited, fix, subject=subject)

    def _lack(self, subject: ListenerHop, walk: Walk) -> tuple[str, Citation]:
        """What is wrong with the stage's client certificate, and what shows it; empty words where nothing is."""
        held = subject.path.stage.client_certificate_id
        found = walk.evidence.get(CLIENT_CERTIFICATE, held)
        if found is None:
            return _("has {held}, which does not exist", held=held), self.cite(
                CLIENT_CERTIFICATE, held, "ClientCertificate", "none"
            )
        citation = self.cite(CLIENT_CERTIFICATE, held, "expirationDate", found.expires)
        expires = found.expires.replace(tzinfo=found.expires.tzinfo or UTC) if found.expires else None
        if expires and expires < walk.evidence.at:
            return _("has {held}, which expired on {expires}", held=held, expires=format(expires, "%Y-%m-%d")), citation
        return "", citation

    def _no_certificate(self, subject: ListenerHop) -> Citation:
        return self._stage(subject, "none")

    def _stage(self, subject: ListenerHop, value: str) -> Citation:
        path = subject.path
        return self.cite(STAGE, f"{path.api.id}/{path.stage.name}", "clientCertificateId", value)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The stage has a valid client certificate; for an HTTP API the listener demands none."""
        evidence = walk.evidence
        for hop in walk.listeners.items:
            if hop.listener.listener_arn != finding.resource:
                continue
            path = hop.path
            if path.api.protocol == "HTTP":
                evidence = _undemanding(evidence, hop)
                continue
            stage = path.stage.model_copy(update={"client_certificate_id": _NEW})
            certificate = ClientCertificate(id=_NEW, expires=evidence.at + timedelta(days=365))
            evidence = evidence.with_value(STAGE, stage_key(path.api, path.stage.name), stage)
            evidence = evidence.with_value(CLIENT_CERTIFICATE, _NEW, certificate)
        return evidence if evidence.reads != walk.evidence.reads else None


def _undemanding(evidence: Evidence, hop: ListenerHop) -> Evidence:
    listener = hop.listener.model_copy(update={"mutual_authentication": MutualAuthentication(mode="off")})
    arn = listener.listener_arn
    others = tuple(listener if x.listener_arn == arn else x for x in hop.balancer.listeners)
    evidence = evidence.with_value(LISTENERS, hop.balancer.arn, others)
    return evidence.with_value(LISTENER, arn, listener) if evidence.was_read(LISTENER, arn) else evidence
