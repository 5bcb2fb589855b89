"""Where the TLS that API Gateway begins on a path ends, whose certificate it meets there, and what the log says of it.

Sources: AWS: load-balancer-listeners (network: a TCP listener passes TLS on, a TLS listener ends it and does not check
the targets' certificates), http-api-develop-integrations-private, api-gateway-ssl-certificate-errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.diagnosis.certificates import name_matches
from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name
from bot.diagnosis.checks.listener.served_certificates import names_of, served_to
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import ListenerHop, Path
from bot.diagnosis.model import GapReason
from bot.diagnosis.path import Walk
from bot.diagnosis.path_requests import by_path
from bot.diagnosis.request_log import RequestLog
from bot.diagnosis.resources import Certificate
from bot.diagnosis.sources import CERTIFICATE, LISTENER_CERTIFICATES
from bot.language import _

ENDS_TLS = frozenset({"TLS", "HTTPS"})
PASSES_TLS_ON = frozenset({"TCP", "TCP_UDP", "TCP_QUIC"})


class End(StrEnum):
    """Where API Gateway's TLS ends, as one listener of the path sees it."""

    HERE = "here"
    """This listener serves the certificate."""
    TARGETS = "targets"
    """It passes TLS on to targets, which serve theirs; AWS does not show it."""
    ELSEWHERE = "elsewhere"
    """There is no TLS, or another listener of the path ends it."""


@dataclass(frozen=True)
class TlsEnd:
    """Where it ends, and for `elsewhere` the reason in words."""

    end: End
    why: str = ""


def tls_end(hop: ListenerHop) -> TlsEnd:
    """Return where the TLS of this listener's path ends."""
    front, protocol = hop.balancer.front, hop.listener.protocol.upper()
    if hop.path.endpoint.scheme != "https":
        return TlsEnd(End.ELSEWHERE, _("The integration does not use https."))
    if front and front.listener.listener.protocol.upper() in ENDS_TLS:
        return TlsEnd(End.ELSEWHERE, _("The load balancer in front ends TLS; it checks no certificate behind it."))
    if protocol in ENDS_TLS:
        return TlsEnd(End.HERE)
    if protocol not in PASSES_TLS_ON:
        return TlsEnd(
            End.ELSEWHERE, _("A listener with protocol {protocol} takes no TLS.", protocol=hop.listener.protocol)
        )
    groups = [group.group for group in hop.target_groups]
    if groups and all(group and group.target_type == "alb" for group in groups):
        return TlsEnd(End.ELSEWHERE, _("TLS passes through to the load balancer behind, which ends it."))
    return TlsEnd(End.TARGETS)


def named(hop: ListenerHop) -> dict[str, object]:
    """Return the values by which a sentence names a listener: `Listener {protocol} {port} of {balancer}`."""
    listener = hop.listener
    return {"protocol": listener.protocol, "port": listener.port, "balancer": balancer_name(hop.balancer.arn)}


def label(hop: ListenerHop) -> str:
    """Return a listener's name, where it is a value of a sentence."""
    return _("Listener {protocol} {port} of {balancer}", **named(hop))


def candidates(hop: ListenerHop) -> tuple[Certificate, ...]:
    """Return the certificates that the listener can serve to API Gateway; empty where that is not known.

    SNI selects one that names the host. Where several do, AWS prefers by algorithm, dates and key: any of them can be
    served. Where none does it is the default one. Raises `MissingEvidence` where what decides was not readable.
    """
    host = hop.path.endpoint.host
    served = served_to(hop, host)
    if not hop.evidence.was_read(CERTIFICATE, served.arn):
        return ()
    first = served.certificate or hop.evidence.get(CERTIFICATE, served.arn)
    if first is None:
        return ()
    others = _others(hop, served.arn) if served.covering else []
    return (first, *(c for c in others if name_matches(host, names_of(c))))


def _others(hop: ListenerHop, arn: str) -> list[Certificate]:
    """The listener's other certificates that are readable: they are optional, for one that fits is known already."""
    try:
        listed = hop.evidence.get(LISTENER_CERTIFICATES, hop.listener.listener_arn) or ()
    except MissingEvidence:
        return []
    wanted = dict.fromkeys(x.certificate_arn for x in (*hop.listener.certificates, *listed) if x.certificate_arn != arn)
    readable = (x for x in wanted if hop.evidence.was_read(CERTIFICATE, x) and not hop.evidence.failed(CERTIFICATE, x))
    return [found for x in readable if (found := hop.evidence.get(CERTIFICATE, x)) is not None]


@dataclass(frozen=True)
class Logged:
    """The failing requests that show one signature: those of this path, and those that could be of any path."""

    sure: tuple[RequestLog, ...]
    unsure: tuple[RequestLog, ...]

    @property
    def any(self) -> tuple[RequestLog, ...]:
        """All of them, the sure ones first."""
        return self.sure + self.unsure


def logged(walk: Walk, path: Path, signature: str) -> Logged:
    """Return what the log holds of a signature on a path; nothing where there is no log."""
    for requests in by_path(walk).items:
        if requests.path.index == path.index:
            return Logged(requests.showing(signature), requests.maybe_showing(signature))
    return Logged((), ())


def readable_log(walk: Walk) -> None:
    """Raise `MissingEvidence` where every log of the stage was refused: what only a log tells is not known then.

    A log group that does not exist tells nothing and hides nothing.
    """
    if walk.log_readings.items or walk.access_readings.items:
        return
    for gap in walk.log_readings.gaps + walk.access_readings.gaps:
        if gap.reason is not GapReason.NOT_FOUND:
            raise MissingEvidence(gap)
