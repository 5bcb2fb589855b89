"""LB-06: what API Gateway speaks is not what the listener or the backend expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis import metrics
from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.backend_answers import takes_bad_request, unfit_answer
from bot.diagnosis.checks.listener.protocol_fixes import agree, expect_the_same, fitting, no_alpn, speak_http1
from bot.diagnosis.checks.listener.protocol_matrix import HTTP, HTTPS, KNOWN_PROTOCOLS, Row, refusal, way
from bot.diagnosis.checks.listener.tls_end import named
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.failures import signatures_on
from bot.diagnosis.hops import ListenerHop, TargetGroupHop
from bot.diagnosis.model import Citation, Finding, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations
from bot.diagnosis.probe_targets import nodes_of
from bot.diagnosis.probe_words import http_words, tls_words
from bot.diagnosis.probed import CANNOT_SEE, Probed, cite_fault, places, probed, probed_group
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import TargetGroup
from bot.diagnosis.sources import (
    EXECUTION_LOG,
    LISTENER,
    LISTENERS,
    LOAD_BALANCER,
    METRIC,
    ROUTES,
    TARGET_GROUP,
    TARGET_HEALTH,
)
from bot.language import _

_NOT_TLS = "not-tls"
_NOT_HTTP = ("tls-on-plain-port", "not-http")
"""What a probe calls an answer in another protocol than the one that it spoke."""


class ProtocolsDoNotPair(Check[ListenerHop]):
    """What API Gateway speaks is not what the listener or the backend expects.

    Why: the scheme of the integration's URI (for an HTTP API: whether it has a TLS setting), the listener, the target
    group and the backend must agree on where TLS begins and ends. Plain text to a TLS port, TLS to a plain port and
    TLS inside TLS ("double encryption") all end in answers that are not HTTP, or in none.
    How we decide: by a table of scheme, listener and target group, for an application load balancer behind a network
    load balancer too. A listener that can never take what arrives fails, and so does a target group with protocol
    version HTTP2 or GRPC, for API Gateway speaks HTTP/1.1. What the backend itself speaks shows only in the log: an
    answer that is not HTTP (E6), or plain text where TLS was asked for (E12), fails where the table lets the backend
    expect something else. A probe that asked as the load balancer asks, and met the other protocol, fails too; health
    checks that succeed by the other protocol warn.
    How to fix: change the URI's scheme and deploy, change the listener, or send to a target group of the right
    protocol. To see what the backend answers, probe it, or make an endpoint of your own on the endpoint service.
    References: AWS: load-balancer-listeners, load-balancer-target-groups (network); load-balancer-troubleshooting
    (application: 400, 464); http-api-develop-integrations-private.
    """

    code = "LB-06"
    title = "Integration, listener, target group and backend agree on TLS"
    hop = Hop.LISTENER
    needs = (ROUTES, LOAD_BALANCER, LISTENERS, LISTENER, TARGET_GROUP, TARGET_HEALTH, EXECUTION_LOG, METRIC)
    signatures = frozenset({"E1", "E5", "E6", "E10", "E12"})
    warning_signatures = frozenset({"E5", "E6", "E12", BACKEND_ANSWERED})
    explains = ("TG-01", "BE-01", "BE-03")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths, also of an application load balancer behind a network load balancer."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge what arrives at the listener first, then what each target group hands on."""
        arn, scheme = subject.listener.listener_arn, subject.balancer.scheme
        protocol = subject.listener.protocol.upper()
        refused = refusal(scheme, protocol)
        if refused:
            cited = [self._arrives(subject), self.cite(LISTENERS, arn, "Protocol", protocol)]
            bad = [x for x in probed(subject.evidence, nodes_of(subject)) if _speaks_something_else(x)]
            cited += _cited(bad)
            summary = _("Listener {protocol} {port} of {balancer}: {words}.", **named(subject), words=_(refused.words))
            yield self.failed(arn, summary, cited, agree(subject), subject=subject)
        elif protocol not in KNOWN_PROTOCOLS or scheme not in {HTTP, HTTPS}:
            summary = _(
                "Listener {protocol} {port} of {balancer}: we do not know the protocol {arriving}.",
                **named(subject),
                arriving=protocol or "none",
            )
            if scheme not in {HTTP, HTTPS}:
                summary = _(
                    "Listener {protocol} {port} of {balancer}: we do not know the scheme {scheme}.",
                    **named(subject),
                    scheme=scheme or "none",
                )
            yield self.undecided(arn, summary, subject=subject)
        else:
            found = [f for group in subject.target_groups if (f := self._group(group, walk))]
            seen = [s for group in subject.target_groups if (s := probed_group(group)).every]
            ways = f" {_('and')} ".join(dict.fromkeys(self._way(group) for group in subject.target_groups))
            summary = _(
                "Listener {protocol} {port} of {balancer} takes {scheme}; the backend gets {ways}.",
                **named(subject),
                scheme=scheme,
                ways=ways or _("nothing yet"),
            )
            if seen:
                answered = sum(bool(x.http.status) for s in seen for x in s.every)
                every = sum(len(s.every) for s in seen)
                shown = _("Probed: {answered} of {every} answered HTTP.", answered=answered, every=every)
                summary += f" {shown} {_(CANNOT_SEE)}"
            yield from found or [self.passed(arn, summary, subject=subject)]

    def _way(self, hop: TargetGroupHop) -> str:
        row = _row_of(hop)
        return _(row.words) if row else _("what no target group says")

    def _group(self, hop: TargetGroupHop, walk: Walk) -> Finding | None:
        """Judge what one target group hands on; None where nothing speaks against it."""
        arn, group = hop.listener.listener.listener_arn, hop.group
        if group is None or group.target_type == "lambda":
            return None
        name, version = group.target_group_name, group.protocol_version.upper()
        if version in {"HTTP2", "GRPC"}:
            citation = self.cite(TARGET_GROUP, hop.arn, "ProtocolVersion", version)
            summary = _(
                "Target group {name} is for {version}; API Gateway speaks HTTP/1.1, so the answer is always 464.",
                name=name,
                version=version,
            )
            return self.failed(arn, summary, [citation], speak_http1(hop), subject=hop)
        row = _row_of(hop)
        if row is None or version not in {"", "HTTP1"}:
            what = f"{group.protocol or 'none'} {version}".strip()
            summary = _(
                "Listener {protocol} {port} of {balancer}: we do not know what it makes of a target "
                "group with protocol {what}.",
                **named(hop.listener),
                what=what,
            )
            return self.undecided(arn, summary, subject=hop)
        if group.target_type == "alb":
            return None
        seen = probed_group(hop)
        if bad := [x for x in seen.every if _speaks_something_else(x)]:
            return self._probed(hop, row, bad, walk)
        logged = self._logged(hop, row, walk)
        return logged if logged or seen.whole else self._hinted(hop, group, row)

    def _probed(self, hop: TargetGroupHop, row: Row, bad: Sequence[Probed], walk: Walk) -> Finding:
        """A backend that answered a probe in another protocol than the one that it gets."""
        logged = self._logged(hop, row, walk)
        first = bad[0]
        said = tls_words(first.probe, _NOT_TLS) if _NOT_TLS in first.tls.faults else http_words(first.probe)
        summary = _(
            "Listener {protocol} {port} of {balancer}: the backend gets {words}, but at {places} {said}.",
            **named(hop.listener),
            words=_(row.words),
            places=places(bad),
            said=said,
        )
        cited = _cited(bad)
        cited += [self.cite(TARGET_GROUP, hop.arn, "Protocol", _protocol(hop)), *(logged.citations if logged else ())]
        fix = expect_the_same(hop, row.backend_gets)
        return self.failed(hop.listener.listener.listener_arn, summary, cited, fix, subject=hop)

    def _logged(self, hop: TargetGroupHop, row: Row, walk: Walk) -> Finding | None:
        """Judge what the log says about the backend's answers; of an ALB's targets it tells only the ALB's 502."""
        answer = unfit_answer(walk, hop.path, row)
        if answer is None:
            return self._handshakes(hop, row, walk)
        summary = _(
            "Listener {protocol} {port} of {balancer}: the backend gets {words}, and answers with something else.",
            **named(hop.listener),
            words=_(row.words),
        )
        if answer.reason:
            summary = _(
                "Listener {protocol} {port} of {balancer}: the backend gets {words}, and answers with "
                "something else (the log says “{reason}”).",
                **named(hop.listener),
                words=_(row.words),
                reason=answer.reason,
            )
        protocol = self.cite(TARGET_GROUP, hop.arn, "Protocol", _protocol(hop))
        cited = [*citations([answer.request], walk), protocol]
        say = self.failed if answer.certain else self.warned
        fix = expect_the_same(hop, row.backend_gets)
        return say(hop.listener.listener.listener_arn, summary, cited, fix, subject=hop)

    def _handshakes(self, hop: TargetGroupHop, row: Row, walk: Walk) -> Finding | None:
        """Judge the load balancer's own TLS handshakes with its targets."""
        errors = _handshake_errors(hop) if "E5" in row.shown_by else 0
        if not errors:
            return None
        summary = _(
            "Listener {protocol} {port} of {balancer}: {errors} TLS handshakes with targets failed; "
            "the backend may speak no TLS.",
            **named(hop.listener),
            errors=errors,
        )
        citation = self.cite(METRIC, hop.balancer.arn, "TargetTLSNegotiationErrorCount (Sum)", errors)
        say = self.failed if "E5" in signatures_on(walk, hop.path) else self.warned
        fix = expect_the_same(hop, row.backend_gets)
        return say(hop.listener.listener.listener_arn, summary, [citation], fix, subject=hop)

    def _hinted(self, hop: TargetGroupHop, group: TargetGroup, row: Row) -> Finding | None:
        """Judge what healthy health checks on the same port say about the backend, and the listener's ALPN."""
        arn, listener = hop.listener.listener.listener_arn, hop.listener.listener
        other = HTTPS if row.backend_gets == HTTP else HTTP
        checked = group.health_check_protocol.upper()
        healthy = any(t.description.target_health.state == "healthy" and t.health_port == t.port for t in hop.targets)
        if healthy and checked == other.upper() and not (checked == "HTTP" and takes_bad_request(group)):
            cited = [
                self.cite(TARGET_GROUP, hop.arn, "HealthCheckProtocol", checked),
                self.cite(TARGET_GROUP, hop.arn, "Protocol", group.protocol),
            ]
            summary = _(
                "Listener {protocol} {port} of {balancer}: the backend gets {words}, but health checks of "
                "{group} succeed by {checked} on the same port.",
                **named(hop.listener),
                words=_(row.words),
                group=group.target_group_name,
                checked=checked,
            )
            fix = expect_the_same(hop, row.backend_gets)
            return self.warned(arn, summary, cited, fix, subject=hop)
        if "HTTP2Only" in listener.alpn_policy:
            citation = self.cite(LISTENERS, arn, "AlpnPolicy", "HTTP2Only")
            summary = _(
                "Listener {protocol} {port} of {balancer} offers only HTTP/2 in its TLS handshake; API "
                "Gateway speaks HTTP/1.1.",
                **named(hop.listener),
            )
            return self.warned(arn, summary, [citation], no_alpn(listener), subject=hop)
        return None

    def _arrives(self, hop: ListenerHop) -> Citation:
        path = hop.path
        if path.api.protocol == "HTTP":
            return self.cite(
                ROUTES, path.integration.id, "TlsConfig", "set" if path.integration.tls_configured else "none"
            )
        return self.cite(ROUTES, f"{path.api.id}/{path.stage.name}", f"{path.resource} uri", path.uri.text)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The listener takes what arrives, and its target groups speak HTTP/1.1; what the log showed stays."""
        evidence = walk.evidence
        for hop in walk.listeners.items:
            if hop.listener.listener_arn == finding.resource:
                evidence = _repaired(evidence, hop)
        return evidence if evidence.reads != walk.evidence.reads else None


def _repaired(evidence: Evidence, hop: ListenerHop) -> Evidence:
    arn = hop.listener.listener_arn
    if refusal(hop.balancer.scheme, hop.listener.protocol.upper()):
        healed = hop.listener.model_copy(update={"protocol": fitting(hop)})
        listeners = tuple(healed if x.listener_arn == arn else x for x in hop.balancer.listeners)
        evidence = evidence.with_value(LISTENERS, hop.balancer.arn, listeners)
        if evidence.was_read(LISTENER, arn):
            evidence = evidence.with_value(LISTENER, arn, healed)
    for group in (g for x in hop.target_groups if (g := x.group)):
        update = {"protocol_version": "HTTP1"} if group.protocol_version.upper() in {"HTTP2", "GRPC"} else {}
        if (
            fitting(hop) == "TCP"
            and group.protocol in {"TLS", "UDP", "QUIC", "GENEVE"}
            and evidence is not hop.evidence
        ):
            update["protocol"] = "TCP"
        if update:
            evidence = evidence.with_value(TARGET_GROUP, group.target_group_arn, group.model_copy(update=update))
    return evidence


def _speaks_something_else(seen: Probed) -> bool:
    return _NOT_TLS in seen.tls.faults or seen.http.fault in _NOT_HTTP


def _cited(bad: Sequence[Probed]) -> list[Citation]:
    return [*cite_fault(bad, "tls", _NOT_TLS), *cite_fault(bad, "http", *_NOT_HTTP)]


def _row_of(hop: TargetGroupHop) -> Row | None:
    return way(hop.balancer.scheme, hop.listener.listener.protocol.upper(), _protocol(hop))


def _protocol(hop: TargetGroupHop) -> str:
    return hop.group.protocol.upper() if hop.group else ""


def _handshake_errors(hop: TargetGroupHop) -> int:
    """Return how many handshakes with targets failed; 0 where that was not read: it only supports the log."""
    key = metrics.of_balancer(hop.balancer.arn).get("TargetTLSNegotiationErrorCount", "")
    try:
        series = hop.evidence.get(METRIC, key)
    except MissingEvidence:
        return 0
    return int(series.total) if series else 0
