"""TLS-04: insecureSkipVerification is on, and does not excuse the certificate; or it is on for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.checks.integration.edited_integration import with_integration
from bot.diagnosis.checks.listener.certificate_fixes import on_target, use_public, with_sound_certificate
from bot.diagnosis.checks.listener.probed_tls import NO_ROOT, Wire, wire
from bot.diagnosis.checks.listener.tls_end import End, candidates, logged, named, readable_log, tls_end
from bot.diagnosis.checks.listener.trust import Chain, Trust, chain_of
from bot.diagnosis.checks.vpc_link.link_code import DEPLOY
from bot.diagnosis.checks.vpc_link.link_commands import deploy, edit_integrations
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop, route_name
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations
from bot.diagnosis.probed import Probed, cite_fault, places
from bot.diagnosis.snippets import Value, change_cloudformation, change_terraform
from bot.diagnosis.sources import (
    CERTIFICATE,
    CERTIFICATE_BODY,
    EXECUTION_LOG,
    LISTENER_CERTIFICATES,
    LISTENERS,
    ROUTES,
)
from bot.language import _

_FIELD = "tlsConfig/insecureSkipVerification"


class SkipVerificationDoesNotHelp(Check[ListenerHop]):
    """insecureSkipVerification is on, and does not excuse this certificate; or it is on without need.

    Why: the setting lets a certificate of a private authority pass. It never skips the host name, the dates, or that
    the certificate leads to a root that may sign others (CA:TRUE and keyCertSign). A plain self-signed certificate
    fails all the same, and the request ends in HTTP 500.
    How we decide: only REST APIs have the setting. On, with a certificate that signed itself and is no authority:
    fails. On, with a log that shows that no path to a root was found (E3): fails, unless the certificate is Amazon's
    own. A chain without its issuer, or whose root may not sign others, warns. So does a public certificate, which needs
    no such setting. Off is TLS-03's question.
    How to fix: serve a public certificate, and switch the setting off again.
    References: AWS: api-gateway-extensions-integration-tls-config; API reference TlsConfig.
    """

    code = "TLS-04"
    title = "insecureSkipVerification is not relied on for what it does not skip"
    hop = Hop.LISTENER
    needs = (ROUTES, LISTENERS, LISTENER_CERTIFICATES, CERTIFICATE, CERTIFICATE_BODY, EXECUTION_LOG)
    signatures = frozenset({"E3"})
    warning_signatures = frozenset({"E3"})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge what the setting leaves to be checked at this listener."""
        arn, where, path = subject.listener.listener_arn, tls_end(subject), subject.path
        if path.api.protocol == "HTTP" or not path.integration.insecure_skip_verification:
            yield self.not_applicable(arn, _("The integration skips no verification."), subject=subject)
        elif where.end is End.ELSEWHERE:
            yield self.not_applicable(arn, where.why, subject=subject)
        elif where.end is End.TARGETS:
            yield self._passed_through(subject, walk)
        else:
            yield self._served(subject, [chain_of(walk.evidence, c) for c in candidates(subject)], walk)

    def _served(self, subject: ListenerHop, chains: Sequence[Chain], walk: Walk) -> Finding:
        if not chains or any(chain.trust is Trust.UNKNOWN for chain in chains):
            resource = chains[0].arn if chains else subject.listener.listener_arn
            summary = _(
                "What the certificate of Listener {protocol} {port} of {balancer} leads to is not known.",
                **named(subject),
            )
            return self.undecided(resource, summary, subject=subject)
        shown = logged(walk, subject.path, "E3")
        hopeless = [c for c in chains if c.trust is Trust.SELF_SIGNED and not c.top_is_authority]
        private = [c for c in chains if c.trust is not Trust.PUBLIC]
        first = next(iter(hopeless or private or chains))
        setting, fix = self._setting(subject), _fix(subject, first)
        if hopeless and len(hopeless) == len(chains):
            summary = _(
                "insecureSkipVerification is on, but the certificate of Listener {protocol} {port} of "
                "{balancer} {words} and is no authority (CA:TRUE, keyCertSign): the setting does not "
                "excuse that.",
                **named(subject),
                words=first.words,
            )
            return self.failed(first.arn, summary, [first.citation, setting], fix, subject=subject)
        if private and shown.sure:
            summary = _(
                "insecureSkipVerification is on, but the certificate of Listener {protocol} {port} of "
                "{balancer} {words}, and the log shows that API Gateway finds no root that may sign it "
                "(E3).",
                **named(subject),
                words=first.words,
            )
            cited = [first.citation, setting, *citations(shown.sure, walk)]
            return self.failed(first.arn, summary, cited, fix, subject=subject)
        if not private:
            summary = _(
                "The certificate of Listener {protocol} {port} of {balancer} {words}, so "
                "insecureSkipVerification is a needless risk.",
                **named(subject),
                words=first.words,
            )
            return self.warned(first.arn, summary, [first.citation, setting], _switch_off(subject), subject=subject)
        if hopeless or shown.any or _doubtful(first):
            summary = _(
                "insecureSkipVerification is on, but the certificate of Listener {protocol} {port} of "
                "{balancer} {words}: the setting excuses a private authority, not a root that is missing "
                "or may not sign others.",
                **named(subject),
                words=first.words,
            )
            return self.warned(first.arn, summary, [first.citation, setting], fix, subject=subject)
        summary = _(
            "insecureSkipVerification is on, and the certificate of Listener {protocol} {port} of {balancer} {words}.",
            **named(subject),
            words=first.words,
        )
        return self.passed(first.arn, summary, subject=subject)

    def _passed_through(self, subject: ListenerHop, walk: Walk) -> Finding:
        """Judge by probes and the log: what the targets serve is not shown by AWS."""
        found = self._probed(subject, wire(subject), walk)
        if found:
            return found
        readable_log(walk)
        arn, shown = subject.listener.listener_arn, logged(walk, subject.path, "E3")
        if not shown.any:
            summary = _(
                "Listener {protocol} {port} of {balancer} passes TLS through, and nothing in the log "
                "speaks against the targets' chain.",
                **named(subject),
            )
            return self.not_applicable(arn, summary, subject=subject)
        summary = _(
            "insecureSkipVerification is on, but API Gateway finds no root for the certificate of "
            "the targets behind Listener {protocol} {port} of {balancer} (E3): the root is missing, "
            "or may not sign others. Probe now to see which.",
            **named(subject),
        )
        fix = on_target(
            _("Serve the whole chain on the targets, up to a root with CA:TRUE and keyCertSign."), _READ_ROOT
        )
        cited = [self._setting(subject), *citations(shown.any, walk)]
        make = self.failed if shown.sure else self.warned
        return make(arn, summary, cited, fix, subject=subject)

    def _probed(self, subject: ListenerHop, seen: Wire, walk: Walk) -> Finding | None:
        """Judge the chains that probes were served; None where they tell nothing that the log does not."""
        arn, setting = subject.listener.listener_arn, self._setting(subject)
        shown = logged(walk, subject.path, "E3")
        hopeless = [x for x in seen.showing("self-signed") if not x.tls.chain[0].is_ca]
        incomplete = seen.showing("incomplete-chain")
        fix = on_target(
            _("Serve the whole chain on the targets, up to a root with CA:TRUE and keyCertSign."), _READ_ROOT
        )
        if hopeless or (incomplete and shown.sure):
            bad: Sequence[Probed] = hopeless or incomplete
            why = _("signed itself and is no authority") if hopeless else _("leads to a root that is not served")
            summary = _(
                "insecureSkipVerification is on, but the certificate of {places} {why}: that is not excused.",
                places=places(bad),
                why=why,
            )
            cited = [*cite_fault(bad, "tls", "self-signed", "incomplete-chain"), setting]
            return self.failed(arn, summary, [*cited, *citations(shown.any, walk)], fix, subject=subject)
        if incomplete:
            summary = _(
                "insecureSkipVerification is on, and the root of {places} is not served: it may not do.",
                places=places(incomplete),
            )
            cited = [*cite_fault(incomplete, "tls", "incomplete-chain"), setting]
            return self.warned(arn, summary, cited, fix, subject=subject)
        public = all(x.tls.trusted_root for x in seen.served) and not seen.showing(*NO_ROOT)
        if seen.whole and public and not shown.any:
            summary = _(
                "The targets behind Listener {protocol} {port} of {balancer} serve a public chain: the "
                "setting only adds risk.",
                **named(subject),
            )
            cited = [seen.served[0].cite("tls root", seen.served[0].tls.trusted_root), setting]
            return self.warned(arn, summary, cited, _switch_off(subject), subject=subject)
        return None

    def _setting(self, subject: ListenerHop) -> Citation:
        path = subject.path
        return self.cite(ROUTES, f"{path.api.id}/{path.stage.name}", f"{path.resource} {_FIELD}", "true")

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The listener serves a public certificate, and the setting is off; what targets serve is not on the model."""
        if not walk.evidence.was_read(CERTIFICATE, finding.resource):
            return None
        found, evidence = walk.evidence.get(CERTIFICATE, finding.resource), walk.evidence
        for path in walk.paths.items:
            if path.index in finding.paths:
                evidence = with_integration(evidence, path, insecure_skip_verification=False)
        return with_sound_certificate(evidence, found) if found else None


_READ_ROOT = "openssl x509 -in root.pem -noout -text   # basicConstraints CA:TRUE, keyUsage Certificate Sign"


def _doubtful(chain: Chain) -> bool:
    """Whether the root is missing, or stands there and may not sign others."""
    if chain.trust is Trust.INCOMPLETE:
        return True
    return bool(chain.top and chain.top.self_signed and not chain.top_is_authority)


def _fix(hop: ListenerHop, chain: Chain) -> Fix:
    step = _("Or import the whole chain up to a private root with CA:TRUE and keyCertSign.")
    fix = use_public(hop, chain.arn, (step,))
    off = (*edit_integrations(hop.path, _FIELD, "false"), *deploy(hop.path))
    return fix.model_copy(
        update={
            "cli": (*fix.cli, *off),
            "cloudformation": f"{fix.cloudformation}\n\n{_off_as_cloudformation(hop)}",
            "terraform": f"{fix.terraform}\n\n{_off_as_terraform(hop)}",
        }
    )


def _off_as_cloudformation(hop: ListenerHop) -> str:
    """The setting stands only in the API's definition: AWS::ApiGateway::Method does not have it."""
    route = hop.path.routes[0]
    method = "x-amazon-apigateway-any-method" if route.method.upper() == "ANY" else route.method.lower()
    setting: dict[str, Value] = {"tlsConfig": {"insecureSkipVerification": False}}
    body: dict[str, Value] = {"paths": {route.path: {method: {"x-amazon-apigateway-integration": setting}}}}
    return f"{DEPLOY}\n" + change_cloudformation("AWS::ApiGateway::RestApi", hop.path.api.name or "Api", {"Body": body})


def _off_as_terraform(hop: ListenerHop) -> str:
    changed: dict[str, Value] = {"tls_config": {"insecure_skip_verification": False}}
    return f"{DEPLOY}\n" + change_terraform("aws_api_gateway_integration", route_name(hop.path.routes[0]), changed)


def _switch_off(hop: ListenerHop) -> Fix:
    return Fix(
        summary=_("Switch insecureSkipVerification off, and deploy."),
        cli=(*edit_integrations(hop.path, _FIELD, "false"), *deploy(hop.path)),
        cloudformation=_off_as_cloudformation(hop),
        terraform=_off_as_terraform(hop),
        console=_("API Gateway › Resources › the method › Integration request; then Deploy."),
    )
