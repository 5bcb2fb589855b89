"""Which certificate a listener serves to a client that asks for a host, as far as names decide it.

Source: AWS: tls-listener-certificates (network), https-listener-certificates (application): the listener chooses
among all of its certificates by the name that the client asks for (SNI), and serves the default one where none fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from bot.diagnosis.certificates import name_matches
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Gap
from bot.diagnosis.resources import Certificate
from bot.diagnosis.sources import CERTIFICATE, LISTENER_CERTIFICATES


@dataclass(frozen=True)
class Served:
    """The certificate that a client gets, and the name in it that covers the host."""

    certificate: Certificate | None
    """None where the default certificate's names are not known."""
    arn: str
    covering: str = ""
    """Empty where no name covers the host."""


def names_of(certificate: Certificate) -> tuple[str, ...]:
    """Return the names that count: the subject's own only where there is no alternative name."""
    return certificate.subject_alternative_names or tuple(filter(None, (certificate.domain_name,)))


def served_to(hop: ListenerHop, host: str) -> Served:
    """Return what the listener serves. Raises `MissingEvidence` where a certificate could fit that was not readable.

    A certificate that is known to fit decides: whichever else fits names the host too.
    """
    arns, gaps = _arns(hop)
    if _is_address(host):  # nobody asks for an address by SNI (RFC 6066): the default certificate is served
        arns, gaps = arns[:1], []
    known: dict[str, Certificate] = {}
    for arn in arns:
        try:
            found = hop.evidence.get(CERTIFICATE, arn)
        except MissingEvidence as missing:
            gaps.append(missing.gap)
            continue
        if found is not None and names_of(found):
            known[arn] = found
    for arn, certificate in known.items():
        covering = name_matches(host, names_of(certificate))
        if covering:
            return Served(certificate, arn, covering)
    if gaps:
        raise MissingEvidence(gaps[0])
    default = next(iter(arns), hop.listener.listener_arn)
    return Served(known.get(default) if len(known) == len(arns) else None, default)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _arns(hop: ListenerHop) -> tuple[list[str], list[Gap]]:
    """The listener's certificates, its default one first; the others are optional until they decide."""
    defaults = [x.certificate_arn for x in hop.listener.certificates]
    gaps: list[Gap] = []
    try:
        listed = hop.evidence.get(LISTENER_CERTIFICATES, hop.listener.listener_arn) or ()
    except MissingEvidence as missing:
        listed, gaps = (), [missing.gap]
    ordered = sorted(listed, key=lambda reference: not reference.is_default)
    arns = dict.fromkeys((*defaults, *(reference.certificate_arn for reference in ordered)))
    return [arn for arn in arns if arn], gaps
