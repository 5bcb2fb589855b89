"""Real X.509 certificates, made here, and the ACM resources that hold them."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.demo.aws.world import Region, Resource

CertificateKind = Literal["public", "private", "leaf-only", "self-signed"]


@functools.cache
def _key(owner: str) -> ec.EllipticCurvePrivateKey:  # noqa: ARG001  # the cache keeps one key per owner
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _signed(subject: str, issuer: str, days: tuple[datetime, datetime], names: tuple[str, ...]) -> str:
    authority = not names
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(_key(subject).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(days[0])
        .not_valid_after(days[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    certificate = builder.sign(_key(issuer), hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def make_certificate(
    region: Region,
    names: tuple[str, ...],
    *,
    kind: CertificateKind = "public",
    days_left: int = 200,
    days_old: int = 190,
) -> Resource:
    """A certificate in ACM for these names. With ``days_left`` below zero it is EXPIRED.

    ``public`` was issued by Amazon, ``private`` by a private authority; ``leaf-only`` was imported without the
    intermediate certificate of its public authority, ``self-signed`` was imported and signs itself.
    """
    issuers = {"public": "Amazon RSA 2048 M02", "leaf-only": "Example Public CA R3", "self-signed": names[0]}
    issuer = issuers.get(kind, "Example Private CA")
    now = region.now
    first, last = now - timedelta(days=days_old), now + timedelta(days=days_left)
    years = (now - timedelta(days=2000), now + timedelta(days=2000))
    uuid = region.identifier("certificate", *names, issuer, str(days_left), length=32)
    arn = region.arn("acm", f"certificate/{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}")
    existing = region.find("certificate", CertificateArn=arn)
    if existing is not None:
        return existing
    return region.add(
        "certificate",
        {
            "CertificateArn": arn,
            "DomainName": names[0],
            "SubjectAlternativeNames": list(names),
            "Subject": f"CN={names[0]}",
            "Issuer": "Amazon" if kind == "public" else issuer,
            "CreatedAt": first,
            "Status": "ISSUED" if days_left > 0 else "EXPIRED",
            "NotBefore": first,
            "NotAfter": last,
            "KeyAlgorithm": "EC_prime256v1",
            "SignatureAlgorithm": "SHA256WITHECDSA",
            "InUseBy": [],
            **_origin(region, kind, first),
            "Pem": _signed(names[0], issuer, (first, last), names),
            "ChainPem": _signed(issuer, issuer, years, ()) if kind in {"public", "private"} else None,
        },
    )


def _origin(region: Region, kind: CertificateKind, when: datetime) -> dict[str, Any]:
    authority = region.arn("acm-pca", f"certificate-authority/{region.identifier('authority', length=32)}")
    origins: dict[str, dict[str, Any]] = {
        "public": {"Type": "AMAZON_ISSUED", "IssuedAt": when, "RenewalEligibility": "ELIGIBLE"},
        "private": {"Type": "PRIVATE", "IssuedAt": when, "CertificateAuthorityArn": authority},
    }
    return origins.get(kind, {"Type": "IMPORTED", "ImportedAt": when})
