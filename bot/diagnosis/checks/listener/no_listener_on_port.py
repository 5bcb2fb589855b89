"""LB-03: no listener takes the port that the integration uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.checks.listener.listener_fixes import (
    CARRIES_HTTP,
    is_allowed,
    listen_or_repoint,
    name_another_listener,
    speak_tcp,
    use_an_allowed_port,
)
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import BalancerHop, LinkHop
from bot.diagnosis.model import Finding, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import Listener
from bot.diagnosis.sources import LISTENER, LISTENERS, LOAD_BALANCER, ROUTES
from bot.language import _

_CARRIES_NO_HTTP = frozenset({"UDP", "QUIC", "GENEVE"})


class NoListenerOnPort(Check[LinkHop]):
    """No listener of the load balancer takes the port that the integration uses.

    Why: the port of the integration's URI selects the listener. A load balancer drops what arrives on another port, so
    the request waits and ends in HTTP 500 or 504, although everything behind the listeners is healthy.
    How we decide: the port is the one in the URI, else 80 for http and 443 for https. A port that API Gateway does not
    use (1024 and below, other than 80 and 443) fails, and so do a load balancer without a listener there and a listener
    that speaks only UDP or QUIC. An HTTP API names its listener, which must exist. With a VPC link of the second
    generation AWS shows only by an example that the URI's port selects the listener: there, as long as another
    listener could take the request, it is a warning.
    How to fix: put a port that has a listener into the URI and deploy, or create the listener.
    References: AWS: load-balancer-listeners (network); API reference Integration; set-up-private-integration.
    """

    code = "LB-03"
    title = "A listener takes the integration's port"
    hop = Hop.LISTENER
    needs = (LOAD_BALANCER, LISTENERS, LISTENER)
    signatures = frozenset({"E1", "E9", "E10"})
    warning_signatures = frozenset({"E1", "E9", "E10"})
    explains = ("LB-06", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every way into the VPC; what stands behind a network load balancer is another question."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge the listener where the path meets its load balancer."""
        if subject.path.api.protocol == "HTTP":
            yield self._named(subject)
            return
        hop = next(iter(subject.balancers), None)
        if hop is None or hop.balancer is None:
            resource = hop.arn if hop else subject.id or subject.path.resource
            yield self.not_applicable(resource, _("There is no load balancer that could listen."), subject=subject)
        elif hop.port is None:
            summary = _(
                "The URI of {resource} names no port that we can read: {text}.",
                resource=subject.path.resource,
                text=subject.path.uri.text,
            )
            yield self.undecided(hop.arn, summary, subject=subject)
        elif not is_allowed(hop.port):
            yield self._barred(hop, hop.port)
        else:
            yield self._on_port(hop, hop.port)

    def _named(self, link: LinkHop) -> Finding:
        """Judge the listener that an HTTP API's integration names."""
        if link.cloud_map_arn:
            summary = _("The integration leads to AWS Cloud Map, not to a listener.")
            return self.not_applicable(link.cloud_map_arn, summary, subject=link)
        arn = link.path.uri.text
        if ":listener/" not in arn:
            summary = _(
                "{resource} names neither a listener nor a Cloud Map service: {arn}.",
                resource=link.path.resource,
                arn=arn or _("nothing"),
            )
            return self.undecided(arn or link.path.resource, summary, subject=link)
        listener = link.front_listener
        if listener is None:
            citation = self.cite(LISTENER, arn, "Listeners", "[] (ListenerNotFound)")
            name = arn.partition(":listener/")[2].split("/")[1:2]
            summary = _(
                "The listener of {listed} that {resource} leads to does not exist.",
                listed="".join(name),
                resource=link.path.resource,
            )
            return self.failed(arn, summary, [citation], name_another_listener(link), subject=link)
        return self._protocol(link, [listener], balancer_name(listener.load_balancer_arn))

    def _barred(self, hop: BalancerHop, port: int) -> Finding:
        path = hop.path
        resource = f"{path.api.id}/{path.stage.name}"
        citation = self.cite(ROUTES, resource, f"{path.resource} uri", path.uri.text)
        summary = _(
            "The URI of {resource} uses port {port}; API Gateway uses 80, 443 and ports above 1024.",
            resource=path.resource,
            port=port,
        )
        return self.failed(resource, summary, [citation], use_an_allowed_port(hop, port, hop.listeners), subject=hop)

    def _on_port(self, hop: BalancerHop, port: int) -> Finding:
        listeners, name = hop.listeners, balancer_name(hop.arn)
        there = [listener for listener in listeners if listener.port == port]
        if there:
            return self._protocol(hop.link, there, name)
        listed = ", ".join(f"{x.protocol} {x.port}" for x in listeners)
        citation = self.cite(LISTENERS, hop.arn, "Listeners[].Port", listed or "none")
        fix = listen_or_repoint(hop, port, listeners)
        summary = _(
            "{name} has no listener on port {port}, which the integration uses; it has no listener at all.",
            name=name,
            port=port,
        )
        if listed:
            summary = _(
                "{name} has no listener on port {port}, which the integration uses; it listens on {listed}.",
                name=name,
                port=port,
                listed=listed,
            )
        if hop.path.integration.target and any(x.protocol.upper() in CARRIES_HTTP for x in listeners):
            # AWS states nowhere that the URI's port selects the listener here; its example only suggests it.
            return self.warned(hop.arn, summary, [citation], fix, subject=hop)
        return self.failed(hop.arn, summary, [citation], fix, subject=hop)

    def _protocol(self, link: LinkHop, there: Sequence[Listener], name: str) -> Finding:
        """Judge the listeners on the port by what they speak; one that carries HTTP is enough."""
        fitting = next((x for x in there if x.protocol.upper() in CARRIES_HTTP), None)
        listener = fitting or there[0]
        arn, values = listener.listener_arn, {"protocol": listener.protocol, "port": listener.port, "balancer": name}
        if fitting:
            return self.passed(
                arn,
                _("Listener {protocol} {port} of {balancer} takes what the integration sends.", **values),
                subject=link,
            )
        if listener.protocol.upper() not in _CARRIES_NO_HTTP:
            return self.undecided(
                arn,
                _("Listener {protocol} {port} of {balancer} speaks a protocol that we do not know.", **values),
                subject=link,
            )
        citation = self.cite(LISTENERS, arn, "Protocol", listener.protocol)
        summary = _("Listener {protocol} {port} of {balancer} carries no TCP, so no HTTP request can use it.", **values)
        return self.failed(arn, summary, [citation], speak_tcp(listener), subject=link)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The port has a listener like the first one that is there, or the listener speaks TCP."""
        for hop in walk.front_balancers.items:
            listeners = hop.listeners
            if finding.resource == hop.arn and listeners:
                added = listeners[0].model_copy(
                    update={"listener_arn": f"{listeners[0].listener_arn}-new", "port": hop.port}
                )
                return walk.evidence.with_value(LISTENERS, hop.arn, (*listeners, added))
            if any(x.listener_arn == finding.resource for x in listeners):
                return _with_tcp(walk.evidence, hop.arn, listeners, finding.resource)
        return None


def _with_tcp(evidence: Evidence, balancer: str, listeners: Sequence[Listener], arn: str) -> Evidence:
    healed = {x.listener_arn: x.model_copy(update={"protocol": "TCP"}) for x in listeners if x.listener_arn == arn}
    evidence = evidence.with_value(LISTENERS, balancer, tuple(healed.get(x.listener_arn, x) for x in listeners))
    return evidence.with_value(LISTENER, arn, healed[arn]) if evidence.was_read(LISTENER, arn) else evidence
