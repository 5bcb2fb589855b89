"""Healthy evidence of paths that use https, and certificates to put into them."""

from __future__ import annotations

from typing import Any

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

HOST = "orders.example.com"
OTHER_CERTIFICATE = w.CERTIFICATE.replace("11112222", "99998888")
SERVER_CERTIFICATE = f"arn:aws:iam::{w.ACCOUNT}:server-certificate/orders"


def certificate(*names: str, arn: str = w.CERTIFICATE, **changes: Any) -> r.Certificate:
    """A certificate of ACM with these alternative names."""
    return r.Certificate(
        **{
            "certificate_arn": arn,
            "domain_name": names[0] if names else "",
            "subject_alternative_names": names,
            "status": "ISSUED",
            "type": "AMAZON_ISSUED",
            **changes,
        }
    )


def with_uri(uri: str, evidence: Evidence | None = None, **integration: Any) -> Evidence:
    """The REST API's method has this URI, deployed and current."""
    evidence = evidence or w.healthy()
    for source, key in ((s.ROUTES, f"REST/{w.API}"), (s.DEPLOYED, f"REST/{w.API}/{w.STAGE}")):
        (route,) = evidence.get(source, key) or ()
        changed = route.integration.model_copy(update={"uri": uri, **integration})
        evidence = w.changed(source, key, (route.model_copy(update={"integration": changed}),), evidence)
    return evidence


def nlb_tls(*certificates: r.Certificate, host: str = HOST) -> Evidence:
    """REST API over https → VPC link v1 → NLB that ends TLS on port 443; the first certificate is its default."""
    evidence = with_uri(f"https://{host}/{{proxy}}")
    (plain,) = evidence.get(s.LISTENERS, w.NLB) or ()
    listener = plain.model_copy(update={"port": 443, "protocol": "TLS"})
    return serving(listener, *(certificates or (certificate(HOST),)), evidence=evidence)


def nlb_pass_through(host: str = HOST) -> Evidence:
    """REST API over https → VPC link v1 → NLB that passes TLS through on port 443."""
    evidence = with_uri(f"https://{host}/{{proxy}}")
    (plain,) = evidence.get(s.LISTENERS, w.NLB) or ()
    return w.changed(s.LISTENERS, w.NLB, (plain.model_copy(update={"port": 443}),), evidence)


def http_api_tls(*certificates: r.Certificate) -> Evidence:
    """HTTP API with a server name to verify → VPC link v2 → ALB listener HTTPS 443."""
    evidence = v2.http_api(tls=True)
    listener = evidence.get(s.LISTENER, v2.ALB_LISTENER)
    secure = listener.model_copy(update={"port": 443, "protocol": "HTTPS"})
    return serving(secure, *(certificates or (certificate(HOST),)), evidence=evidence)


def alb_tls_behind_nlb(*certificates: r.Certificate) -> Evidence:
    """REST API over https → NLB TCP 443 → ALB HTTPS 443, which ends TLS."""
    evidence = with_uri(f"https://{HOST}/{{proxy}}", v2.alb_behind_nlb())
    (front,) = evidence.get(s.LISTENERS, w.NLB) or ()
    evidence = w.changed(s.LISTENERS, w.NLB, (front.model_copy(update={"port": 443}),), evidence)
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, (w.target(w.ALB, "healthy", port=443),), evidence)
    (listener,) = evidence.get(s.LISTENERS, w.ALB) or ()
    secure = listener.model_copy(update={"port": 443, "protocol": "HTTPS"})
    return serving(secure, *(certificates or (certificate(HOST),)), evidence=evidence)


def serving(listener: r.Listener, *certificates: r.Certificate, evidence: Evidence) -> Evidence:
    """The listener serves these certificates; the first one is its default."""
    default = r.CertificateReference(certificate_arn=certificates[0].certificate_arn)
    listener = listener.model_copy(update={"certificates": (default,)})
    references = tuple(
        r.CertificateReference(certificate_arn=c.certificate_arn, is_default=i == 0) for i, c in enumerate(certificates)
    )
    reads: dict[Any, Any] = {
        (s.LISTENERS.name, listener.load_balancer_arn): (listener,),
        (s.LISTENER_CERTIFICATES.name, listener.listener_arn): references,
        **{(s.CERTIFICATE.name, c.certificate_arn): c for c in certificates},
    }
    if evidence.was_read(s.LISTENER, listener.listener_arn):
        reads[s.LISTENER.name, listener.listener_arn] = listener
    return evidence.with_reads(reads)
