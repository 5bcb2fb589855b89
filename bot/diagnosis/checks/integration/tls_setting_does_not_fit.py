"""TLS-07: the TLS setting of an HTTP API's integration does not fit the listener that it names."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check
from bot.diagnosis.checks.integration.edited_integration import with_integration
from bot.diagnosis.checks.integration.integration_code import integration_code
from bot.diagnosis.checks.listener.served_certificates import names_of
from bot.diagnosis.checks.vpc_link.link_commands import deploy
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import Listener
from bot.diagnosis.snippets import change_cloudformation, change_terraform
from bot.diagnosis.sources import CERTIFICATE, LISTENER, ROUTES
from bot.language import _

_TLS, _PLAIN, _EITHER = frozenset({"HTTPS", "TLS"}), frozenset({"HTTP"}), frozenset({"TCP", "TCP_UDP", "TCP_QUIC"})

_CERTIFICATE = "CERTIFICATE_ARN"


class TlsSettingDoesNotFit(Check[LinkHop]):
    """The TLS setting of an HTTP API's integration does not fit the listener that it names.

    Why: an HTTP API speaks HTTPS to its listener only if the integration has a TLS setting (TlsConfig), else plain
    HTTP. Plain HTTP to an HTTPS or TLS listener, or TLS to an HTTP listener, is refused.
    How we decide: an HTTPS or TLS listener without TlsConfig fails, an HTTP listener with TlsConfig fails. A TCP
    listener takes both. Whether the server name to verify fits the certificate is TLS-01's question. REST APIs say
    https in their URI instead: LB-06 judges those.
    How to fix: give the integration a TlsConfig with a name of the certificate, or make the listener HTTPS.
    References: AWS: http-api-develop-integrations-private; API reference UpdateIntegration (TlsConfig).
    """

    code = "TLS-07"
    title = "An HTTP API's integration speaks TLS where its listener expects it"
    hop = Hop.INTEGRATION
    needs = (ROUTES, LISTENER, CERTIFICATE)
    # A TLS listener closes the connection (E1, E10) or answers with a TLS alert (E6); a plain one breaks the handshake.
    signatures = frozenset({"E1", "E6", "E10", "E12"})
    explains = ("LB-06", "TG-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every way into the VPC, for an HTTP API's integration names its listener."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge one integration and its listener."""
        path, resource = subject.path, subject.path.resource
        listener = subject.front_listener if path.api.protocol == "HTTP" else None
        if listener is None:
            why = _("Only HTTP APIs have it.")
            if path.api.protocol == "HTTP":
                why = _("The integration names no listener.")
            yield self.not_applicable(resource, why, subject=subject)
            return
        protocol, speaks_tls = listener.protocol.upper(), path.integration.tls_configured
        named = {"protocol": listener.protocol, "port": listener.port}
        citations = [
            self.cite(ROUTES, path.integration.id, "TlsConfig", _("set") if speaks_tls else _("none")),
            self.cite(LISTENER, listener.listener_arn, "Protocol", listener.protocol),
        ]
        if protocol in _TLS and not speaks_tls:
            summary = _(
                "{integration} has no TlsConfig, so it sends plain HTTP to listener {protocol} {port}, which expects "
                "TLS.",
                integration=path.name,
                **named,
            )
            fix = _add_setting(subject, _name_to_verify(listener, walk.evidence))
            yield self.failed(resource, summary, citations, fix, subject=subject)
        elif protocol in _PLAIN and speaks_tls:
            summary = _(
                "{integration} has a TlsConfig, so it starts TLS with listener {protocol} {port}, which expects plain "
                "HTTP.",
                integration=path.name,
                **named,
            )
            yield self.failed(resource, summary, citations, _make_https(subject, listener), subject=subject)
        elif protocol in _TLS | _PLAIN | _EITHER:
            takes = _(
                "{integration} speaks plain HTTP to listener {protocol} {port}, which takes it.",
                integration=path.name,
                **named,
            )
            if speaks_tls:
                takes = _(
                    "{integration} speaks TLS to listener {protocol} {port}, which takes it.",
                    integration=path.name,
                    **named,
                )
            yield self.passed(resource, takes, subject=subject)
        else:
            summary = _("The protocol of listener {protocol} {port} is none that we know.", **named)
            yield self.undecided(resource, summary, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The integration has a TlsConfig exactly where the listener expects TLS."""
        evidence = walk.evidence
        for link in walk.links.items:
            listener = link.front_listener if link.path.index in finding.paths else None
            if listener:
                speaks = listener.protocol.upper() in _TLS
                name = _name_to_verify(listener, walk.evidence) if speaks else ""
                changes = {"tls_configured": speaks, "server_name_to_verify": name}
                evidence = with_integration(evidence, link.path, **changes)
        return evidence


def _name_to_verify(listener: Listener, evidence: Evidence) -> str:
    """A name of the listener's certificate. It only fills in the fix, so it need not be readable."""
    for reference in listener.certificates:
        try:
            certificate = evidence.get(CERTIFICATE, reference.certificate_arn)
        except MissingEvidence:
            continue
        names = [name for name in names_of(certificate) if "*" not in name] if certificate else []
        if names:
            return names[0]
    return ""


def _add_setting(link: LinkHop, name: str) -> Fix:
    path, verified = link.path, name or "NAME_IN_THE_CERTIFICATE"
    cloudformation, terraform = integration_code(
        path, {"TlsConfig": {"ServerNameToVerify": verified}}, {"tls_config": {"server_name_to_verify": verified}}
    )
    return Fix(
        summary=_("Give the integration a TlsConfig that verifies {name}.", name=verified),
        cli=(
            f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {path.integration.id} "
            f"--tls-config {quote(f'ServerNameToVerify={verified}')}",
            *deploy(path),
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › the API › Integrations › Manage integration › Edit: Secure server name."),
    )


def _make_https(link: LinkHop, listener: Listener) -> Fix:
    host, port, name = link.path.integration.server_name_to_verify, listener.port or 443, f"https {listener.port}"
    either = _("Either make the listener HTTPS, with a certificate for the name that is verified.")
    if host:
        either = _("Either make the listener HTTPS, with a certificate for {host}.", host=host)
    return Fix(
        summary=_("Make the listener HTTPS, or take the secure server name out of the integration."),
        cli=(
            f"aws elbv2 modify-listener --listener-arn {listener.listener_arn} --protocol HTTPS "
            f"--certificates CertificateArn={_CERTIFICATE}",
        ),
        cloudformation=change_cloudformation(
            "AWS::ElasticLoadBalancingV2::Listener",
            name,
            {"Port": port, "Protocol": "HTTPS", "Certificates": [{"CertificateArn": _CERTIFICATE}]},
        ),
        terraform=change_terraform(
            "aws_lb_listener", name, {"port": port, "protocol": "HTTPS", "certificate_arn": _CERTIFICATE}
        ),
        console=_("EC2 › Load balancers › Listeners; or API Gateway › Integrations › Edit: clear Secure server name."),
        steps=(
            either,
            _("Or edit the integration, clear its secure server name, and deploy unless the stage does so by itself."),
        ),
    )
