"""Whether a certificate leads to an authority that API Gateway can trust, as far as ACM and AWS's list show it.

Sources: AWS: api-gateway-supported-certificate-authorities-for-http-endpoints (Amazon's own authorities are among
them), ACM API reference CertificateDetail (Type) and GetCertificate (an imported certificate is served with the chain
that was imported with it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.diagnosis.certificates import ServedCertificate, chain_state, read_chain
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Citation
from bot.diagnosis.resources import Certificate
from bot.diagnosis.sources import CERTIFICATE, CERTIFICATE_BODY
from bot.diagnosis.supported_authorities import supported_authorities
from bot.language import _


class Trust(StrEnum):
    """Where a certificate leads."""

    PUBLIC = "public"
    """To Amazon's public authority, or another one on API Gateway's list."""
    PRIVATE = "private"
    """To a private authority of ACM, or a root that is not on API Gateway's list."""
    UNLISTED = "unlisted"
    """To a root that is not on an old copy of API Gateway's list."""
    CHAINED = "chained"
    """Up its own chain, to an issuer of which we do not know whether API Gateway trusts it."""
    UNORDERED = "unordered"
    """As `chained`, but the chain is not in the order of TLS."""
    INCOMPLETE = "incomplete"
    """Nowhere: what signed it is not served."""
    SELF_SIGNED = "self-signed"
    """To itself."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Chain:
    """Where a certificate leads, in words, and what shows it."""

    arn: str
    trust: Trust
    words: str
    citation: Citation
    top: ServedCertificate | None = None
    """The end of an imported chain."""

    @property
    def top_is_authority(self) -> bool:
        """Whether the last certificate may sign others: CA:TRUE and keyCertSign, as API Gateway demands of a root."""
        return bool(self.top and self.top.is_ca and self.top.key_cert_sign)


_IMPORTED = {
    "complete": Trust.CHAINED,
    "unordered": Trust.UNORDERED,
    "incomplete": Trust.INCOMPLETE,
    "self-signed": Trust.SELF_SIGNED,
}


def chain_of(evidence: Evidence, certificate: Certificate) -> Chain:
    """Return where a certificate leads. Raises `MissingEvidence` where the text of an imported one was refused."""
    arn, kind = certificate.certificate_arn, certificate.type.upper()
    if kind == "AMAZON_ISSUED":
        return _described(certificate, Trust.PUBLIC, _("was issued by Amazon's public authority"))
    if kind == "PRIVATE":
        authority = certificate.certificate_authority_arn.rpartition("/")[2] or certificate.issuer
        words = (
            _("was issued by a private authority ({authority})", authority=authority)
            if authority
            else _("was issued by a private authority")
        )
        return _described(certificate, Trust.PRIVATE, words)
    if kind != "IMPORTED":
        return _described(
            certificate, Trust.UNKNOWN, _("is of a type that we do not know ({kind})", kind=kind or "none")
        )
    if not evidence.was_read(CERTIFICATE_BODY, arn):
        return _described(certificate, Trust.UNKNOWN, _("was imported, and its chain was not read"))
    return _imported(evidence, arn)


def _imported(evidence: Evidence, arn: str) -> Chain:
    body = evidence.get(CERTIFICATE_BODY, arn)
    served = read_chain(f"{body.certificate}\n{body.chain}") if body else ()
    trust = _IMPORTED.get(chain_state(served), Trust.UNKNOWN)
    subjects = " ← ".join(
        _("{subject} (issuer {issuer})", subject=c.subject, issuer=c.issuer) for c in served[:4] if not c.problem
    ) or _("nothing readable")
    citation = Citation(
        source=CERTIFICATE_BODY.call, resource=arn, field="Certificate, CertificateChain", value=subjects
    )
    leaf, top = (served[0], _top(served)) if served else (None, None)
    if trust is Trust.CHAINED and (judged := _by_list(served, top, evidence.at.date())):
        return Chain(arn, *judged, citation, top)
    words = {
        Trust.CHAINED: _("is served with its chain up to {top}", top=top.subject if top else ""),
        Trust.UNORDERED: _("is served with its chain, but not in order"),
        Trust.INCOMPLETE: _(
            "is served without the certificate of its issuer ({issuer})", issuer=leaf.issuer if leaf else ""
        ),
        Trust.SELF_SIGNED: _("signed itself"),
    }.get(trust) or _("cannot be read")
    return Chain(arn, trust, words, citation, top)


def _by_list(
    served: Sequence[ServedCertificate], top: ServedCertificate | None, today: date
) -> tuple[Trust, str] | None:
    """What API Gateway's list says of a chain; None where neither the list nor the chain is whole enough to tell."""
    listed = supported_authorities()
    alias = listed.alias(certificate.sha256 for certificate in served)
    if top is None:
        return None
    if alias:
        return Trust.PUBLIC, _(
            "leads to {subject}, an authority that API Gateway trusts ({alias})", subject=top.subject, alias=alias
        )
    if not top.self_signed or listed.known([top.sha256]) is not False:
        return None
    if listed.is_stale(today):
        return Trust.UNLISTED, (
            _(
                "leads to {subject}, which is not among the authorities that API Gateway trusts "
                "({date}), by an old list",
                subject=top.subject,
                date=listed.date,
            )
        )
    return (
        Trust.PRIVATE,
        _(
            "leads to {subject}, which is not among the authorities that API Gateway trusts ({date})",
            subject=top.subject,
            date=listed.date,
        ),
    )


def _top(served: Sequence[ServedCertificate]) -> ServedCertificate:
    """The end of the chain: certificates that have no part in it do not count."""
    top = served[0]
    for certificate in served[1:]:
        if certificate.subject == top.issuer and not top.self_signed:
            top = certificate
    return top


def _described(certificate: Certificate, trust: Trust, words: str) -> Chain:
    arn = certificate.certificate_arn
    value = " ".join(x for x in (certificate.type, certificate.certificate_authority_arn) if x) or "none"
    return Chain(arn, trust, words, Citation(source=CERTIFICATE.call, resource=arn, field="Type", value=value))
