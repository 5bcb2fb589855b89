"""Real certificates for tests: a root, an intermediate and server certificates, as PEM text."""

from __future__ import annotations

import functools
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_tls as tls

ROOT, INTERMEDIATE, HOST = "Example Root", "Example Intermediate", "orders.example.com"


@functools.cache
def _key(owner: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@functools.cache
def pem(subject: str, issuer: str, *, authority: bool = False) -> str:
    """A certificate of `subject`, signed by `issuer`; an authority has CA:TRUE and keyCertSign."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(_key(subject).public_key())
        .serial_number(7)
        .not_valid_before(w.NOW - timedelta(days=30))
        .not_valid_after(w.NOW + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if authority:
        usage = dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
    return builder.sign(_key(issuer), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


LEAF = pem(HOST, INTERMEDIATE)
INTERMEDIATE_PEM = pem(INTERMEDIATE, ROOT, authority=True)
ROOT_PEM = pem(ROOT, ROOT, authority=True)
POOR_ROOT_PEM = pem(ROOT, ROOT)
"""A root that may not sign others."""
SELF_SIGNED = pem(HOST, HOST)
SELF_SIGNED_AUTHORITY = pem(HOST, HOST, authority=True)


def imported(evidence: Evidence, leaf: str = LEAF, *chain: str, arn: str = w.CERTIFICATE) -> Evidence:
    """The certificate was imported with this text and this chain."""
    certificate = tls.certificate(HOST, arn=arn, type="IMPORTED")
    evidence = w.changed(s.CERTIFICATE, arn, certificate, evidence)
    return w.changed(s.CERTIFICATE_BODY, arn, r.CertificateBody(certificate=leaf, chain="".join(chain)), evidence)
