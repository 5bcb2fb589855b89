"""TLS-01: the certificate that is served does not name the integration's host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from shlex import quote

from bot.diagnosis.certificates import explain_mismatch, name_matches, wildcard_doubt
from bot.diagnosis.check import Check
from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.checks.listener.probed_tls import Wire, agreed, wire
from bot.diagnosis.checks.listener.served_certificates import Served, names_of, served_to
from bot.diagnosis.checks.listener.uri_change import change_uri, host_as_code
from bot.diagnosis.checks.vpc_link.link_commands import deploy
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.probed import Probed, cite_fault, places
from bot.diagnosis.request_log import RequestLog
from bot.diagnosis.sources import CERTIFICATE, EXECUTION_LOG, LISTENER_CERTIFICATES, LISTENERS
from bot.language import _, plural

_ENDS_TLS = frozenset({"TLS", "HTTPS"})
_MISMATCH = "hostname-mismatch"
_PASSES_THROUGH = frozenset({"TCP", "TCP_UDP", "TCP_QUIC"})
_BALANCER_NAME = re.compile(r"\.elb(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?\.?$", re.IGNORECASE)
"""A load balancer's DNS name: `NAME.REGION.elb.amazonaws.com`, or `NAME.elb.REGION.amazonaws.com` of a network one."""


class CertificateNameMismatch(Check[ListenerHop]):
    """The certificate that is served does not name the integration's host.

    Why: over https API Gateway compares the host of the integration's URI (an HTTP API: the server name to verify)
    with the names in the certificate. When none covers it, the request fails, with insecureSkipVerification too.
    How we decide: where the load balancer ends TLS, its listener's certificates are compared: the one that SNI selects,
    else the default one. The alternative names count, the common name only where there are none; `*` stands for one
    label. Where TLS passes through to the target, its certificate cannot be read: an execution log that names host and
    certificate proves the mismatch, and so does a probe to which the certificate was served; without either it is
    unknown. A load balancer's own DNS name warns there, for no public certificate names it. Without https the question
    does not arise.
    How to fix: put a name of the certificate into the URI and deploy (it need not resolve), or serve a certificate that
    names the host.
    References: AWS: set-up-private-integration; tls-listener-certificates; API reference CertificateDetail.
    """

    code = "TLS-01"
    title = "The served certificate names the integration's host"
    hop = Hop.LISTENER
    needs = (LISTENERS, LISTENER_CERTIFICATES, CERTIFICATE, EXECUTION_LOG)
    signatures = frozenset({"E2"})
    warning_signatures = frozenset({"E2"})
    explains = ("TLS-07",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths: the first that ends TLS serves the certificate."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge the certificate that API Gateway meets at this listener, if it meets one."""
        arn, host, protocol = subject.listener.listener_arn, subject.path.endpoint.host, subject.listener.protocol
        aside = _aside(subject)
        if aside:
            yield self.not_applicable(arn, aside, subject=subject)
        elif not host:
            summary = _("The URI of {resource} names no host that we can read.", resource=subject.path.resource)
            yield self.undecided(arn, summary, subject=subject)
        elif protocol.upper() in _ENDS_TLS:
            seen = wire(subject).showing(_MISMATCH)
            yield agreed(
                lambda: self._served_here(subject, host, walk),
                cite_fault(seen, "tls", _MISMATCH),
                lambda: self._probed(subject, host, seen),
            )
        else:
            yield self._passed_through(subject, host, walk)

    def _served_here(self, subject: ListenerHop, host: str, walk: Walk) -> Finding:
        try:
            served = served_to(subject, host)
        except MissingEvidence:
            logged = self._logged(subject, host, walk)  # the log is further evidence, and decides on its own
            if logged is None:
                raise
            return logged
        if doubt := wildcard_doubt(served.covering) if served.covering else "":
            citation = self.cite(CERTIFICATE, served.arn, "SubjectAlternativeNames", served.covering)
            return self.warned(served.arn, f"{doubt}.", [citation], subject=subject)
        if served.covering:
            return self.passed(
                served.arn,
                _("The certificate names {host} ({covering}).", host=host, covering=served.covering),
                subject=subject,
            )
        if served.certificate is None:
            unknown = self.undecided(
                served.arn, _("The names of the certificate of {where} are not known.", where=_where(subject))
            )
            return self._logged(subject, host, walk) or unknown
        names = names_of(served.certificate)
        field = "SubjectAlternativeNames" if served.certificate.subject_alternative_names else "DomainName"
        citations = [
            self.cite(CERTIFICATE, served.arn, field, ", ".join(names)),
            self.cite(LISTENERS, subject.listener.listener_arn, "Certificates", served.arn),
        ]
        why = explain_mismatch(host, names)
        summary = _(
            "The certificate of {where} does not name {host}: {why}.", where=_where(subject), host=host, why=why
        )
        if _BALANCER_NAME.search(host):
            summary += " " + _("No public certificate can name a load balancer's own DNS name.")
        return self.failed(served.arn, summary, citations, _fix(subject, host, served), subject=subject)

    def _passed_through(self, subject: ListenerHop, host: str, walk: Walk) -> Finding:
        """Judge a certificate that only the target holds."""
        logged, seen = self._logged(subject, host, walk), wire(subject)
        if shown := seen.showing(_MISMATCH):
            found = self._probed(subject, host, shown)
            further = logged.citations if logged else ()
            return found.model_copy(update={"citations": (*found.citations, *further)})
        if logged:
            return self._no_longer(subject, host, logged, seen) if seen.whole else logged
        arn = subject.listener.listener_arn
        if seen.served:
            covering = seen.served[0].tls.matched_name or host
            summary = _(
                "The targets behind {where} serve a certificate that names {host} ({covering}).",
                where=_where(subject),
                host=host,
                covering=covering,
            )
            return self.passed(arn, f"{summary} {seen.limits}", subject=subject)
        if _BALANCER_NAME.search(host):
            summary = _(
                "No public certificate can name {host}: put a name of the target's certificate into the URI.", host=host
            )
            citation = self.cite(LISTENERS, arn, "Protocol", subject.listener.protocol)
            return self.warned(arn, summary, [citation], _fix(subject, host, None), subject=subject)
        summary = _(
            "{where} passes TLS through to the targets, whose certificate AWS does not show: Probe now.",
            where=_where(subject),
        )
        return self.undecided(arn, summary, subject=subject)

    def _probed(self, subject: ListenerHop, host: str, shown: Sequence[Probed]) -> Finding:
        """The mismatch as a probe saw it."""
        names = shown[0].tls.sans or _common_name(shown[0].tls.subject)
        summary = plural(
            "Behind {where}, {places} serves a certificate that does not fit: {why}.",
            "Behind {where}, {places} serve a certificate that does not fit: {why}.",
            len(shown),
            where=_where(subject),
            places=places(shown),
            why=explain_mismatch(host, names),
        )
        fix, cited = _fix(subject, host, None, names), cite_fault(shown, "tls", _MISMATCH)
        return self.failed(subject.listener.listener_arn, summary, cited, fix, subject=subject)

    def _no_longer(self, subject: ListenerHop, host: str, logged: Finding, seen: Wire) -> Finding:
        """The log shows a mismatch that no address shows now."""
        summary = _(
            "The log shows a certificate that does not name {host}; now every target serves one that does.",
            host=host,
        )
        cited = [*logged.citations, *(x.cite("tls name", x.tls.matched_name) for x in seen.served[:3])]
        return self.warned(subject.listener.listener_arn, summary, cited, logged.fix, subject=subject)

    def _logged(self, subject: ListenerHop, host: str, walk: Walk) -> Finding | None:
        """The mismatch as the newest failing request of this host tells it, if one does."""
        for request in walk.failing:
            fields = request.explanation.fields
            shown = fields.get("certificate_subject", "")
            if request.explanation.signature == "E2" and shown and _same(fields.get("host", ""), host):
                summary = _(
                    "The certificate behind {where} does not name {host}: it is for {shown}.",
                    where=_where(subject),
                    host=host,
                    shown=shown,
                )
                citation = self.cite(EXECUTION_LOG, request.request_id or "", "message", _line(request))
                fix = _fix(subject, host, None, _common_name(shown))
                return self.failed(subject.listener.listener_arn, summary, [citation], fix, subject=subject)
        return None

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The listener's certificate names the host; a certificate on a target is not on the model."""
        certificate = walk.evidence.get(CERTIFICATE, finding.resource) if "certificate/" in finding.resource else None
        if certificate is None:
            return None
        hosts = [hop.path.endpoint.host for hop in walk.listeners.items if not _aside(hop) and hop.path.endpoint.host]
        names = tuple(dict.fromkeys((*names_of(certificate), *hosts)))
        healed = certificate.model_copy(update={"subject_alternative_names": names})
        return walk.evidence.with_value(CERTIFICATE, finding.resource, healed)


def _aside(hop: ListenerHop) -> str:
    """Why no certificate is compared at this listener; empty where one is."""
    path, protocol = hop.path, hop.listener.protocol.upper()
    front = hop.balancer.front
    if path.endpoint.scheme != "https":
        return _("The integration does not use https.")
    if path.api.protocol == "HTTP" and not path.endpoint.host:
        return _("The integration names no server to verify.")
    if front and front.listener.listener.protocol.upper() == "TLS":
        return _("The load balancer in front ends TLS; it does not compare names.")
    if protocol in _ENDS_TLS:
        return ""
    if protocol not in _PASSES_THROUGH:
        return _("A listener with protocol {protocol} serves no certificate.", protocol=hop.listener.protocol)
    groups = [group.group for group in hop.target_groups]
    if groups and all(group and group.target_type == "alb" for group in groups):
        return _("TLS passes through to the load balancer behind, which serves the certificate.")
    return ""


def _where(hop: ListenerHop) -> str:
    """A listener's name of ids and AWS's own words, the same in every language."""
    return f"{balancer_name(hop.balancer.arn)} {hop.listener.protocol} {hop.listener.port}"


def _same(one: str, other: str) -> bool:
    return one.lower().rstrip(".") == other.lower().rstrip(".")


def _line(request: RequestLog) -> str:
    lines = [line.message for line in request.lines if "certificate" in line.message.lower()]
    return lines[0] if lines else request.lines[0].message


def _fix(hop: ListenerHop, host: str, served: Served | None, names: tuple[str, ...] = ()) -> Fix:
    name = _usable_name(host, names_of(served.certificate) if served and served.certificate else names)
    path = hop.path
    if path.api.protocol == "HTTP":
        verify = quote(f"ServerNameToVerify={name}")
        integration = (
            f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {path.integration.id}"
        )
        commands: tuple[str, ...] = (
            f"{integration} --tls-config {verify}",
            *deploy(path),
        )
    else:
        commands = change_uri(path, "host", name)
    reissue = _("Or serve a certificate that names {host}.", host=host)
    if hop.listener.protocol.upper() in _ENDS_TLS:
        add = f"aws elbv2 add-listener-certificates --listener-arn {hop.listener.listener_arn}"
        commands = (*commands, f"{add} --certificates CertificateArn=NEW_CERTIFICATE_ARN")
        reissue = _("Or add a certificate that names {host} to the listener.", host=host)
    summary = _(
        "Put {name} into the integration's URI (it need not resolve), or serve a certificate that names {host}.",
        name=name,
        host=host,
    )
    if path.api.protocol == "HTTP":
        summary = _(
            "Put {name} as the server name to verify (it need not resolve), or serve a certificate that names {host}.",
            name=name,
            host=host,
        )
    cloudformation, terraform = host_as_code(path, name)
    return Fix(
        summary=summary,
        cli=commands,
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Resources › the method › Integration request › Endpoint URL; then Deploy."),
        steps=(_("Either put {name} there, and deploy.", name=name), reissue),
    )


def _common_name(subject: str) -> tuple[str, ...]:
    """The common name in a subject as the log writes it: `CN=orders.example.com, O=…`."""
    parts = (part.strip() for part in subject.split(","))
    return tuple(part[3:] for part in parts if part.upper().startswith("CN=") and part[3:])


def _usable_name(host: str, names: tuple[str, ...]) -> str:
    """A host that the certificate covers: one of its names, or the present first label under its wildcard."""
    plain = next((name for name in names if "*" not in name), "")
    wild = next((name for name in names if name.startswith("*.")), "")
    under = f"{host.split('.')[0]}{wild[1:]}" if wild else ""
    return plain or (under if name_matches(under, names) else "") or "NAME_IN_THE_CERTIFICATE"
