"""What clients of today refuse in a certificate besides its name, dates and root, and what makes them hesitate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from bot.diagnosis.certificates import ServedCertificate

REFUSALS = {
    22: "the chain is longer than clients follow",
    24: "a certificate in the middle of the chain is not allowed to sign others (no CA:TRUE)",
    26: "its extended key usage does not allow a server (no serverAuth)",
    47: "a name constraint of its authority does not permit the names in it",
    48: "a name constraint of its authority excludes the names in it",
    66: "its key is too small",
    67: "the key of its authority is too small",
    68: "it is signed with an outdated algorithm",
    79: "a certificate in the middle of the chain is not allowed to sign others (no CA:TRUE)",
}
"""What is wrong with a chain that does lead to a trusted root, by OpenSSL's X509_V_ERR (X509_STORE_CTX_get_error)."""
WEAK = frozenset({66, 67, 68})
_OUTDATED = frozenset({"md5", "sha1"})
_SMALLEST_RSA, _SMALL_RSA = 1024, 2048
_LONGEST_OF_JAVA = 10
_UNREADABLE = (ValueError, UnsupportedAlgorithm)


def refused(path: Sequence[ServedCertificate], root: str | None) -> Iterator[str]:
    """What every client that verifies refuses. `path` leads from the server's certificate upwards, to the root."""
    leaf = _loaded(path[0]) if path else None
    if leaf is not None and not _for_servers(leaf):
        yield REFUSALS[26]
    for served in path:
        certificate = _loaded(served)
        if certificate is None:
            continue
        if _digest(certificate) in _OUTDATED and not served.self_signed:
            yield f"{served.subject} is signed with {_digest(certificate).upper()}, which is outdated"
        key = _key(certificate)
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SMALLEST_RSA and served.subject != root:
            yield f"the RSA key of {served.subject} has {key.key_size} bits only"


def doubts(chain: Sequence[ServedCertificate]) -> Iterator[str]:
    """What some clients refuse."""
    leaf = _loaded(chain[0]) if chain else None
    key = _key(leaf) if leaf else None
    if isinstance(key, rsa.RSAPublicKey) and _SMALLEST_RSA <= key.key_size < _SMALL_RSA:
        yield f"its RSA key has {key.key_size} bits; many clients want {_SMALL_RSA}"
    if isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        yield "its key is of the Edwards kind (Ed25519, Ed448), which many clients do not take; RSA and ECDSA are safe"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in ("secp256r1", "secp384r1", "secp521r1"):
        yield f"its key is on the curve {key.curve.name}, which many clients do not take; P-256 is safe"
    if len(chain) > _LONGEST_OF_JAVA:
        yield f"the server sends more than {_LONGEST_OF_JAVA} certificates, which Java clients refuse"
    if chain and not chain[0].sans and chain[0].common_name:
        yield "it has no alternative names; many clients no longer look at the common name"


def _for_servers(certificate: x509.Certificate) -> bool:
    """RFC 5280, 4.2.1.12: without the extension a certificate is for everything."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return True
    return ExtendedKeyUsageOID.SERVER_AUTH in usage or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage


def _loaded(served: ServedCertificate) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(served.der) if served.der else None
    except ValueError:
        return None


def _digest(certificate: x509.Certificate) -> str:
    try:
        digest = certificate.signature_hash_algorithm
    except _UNREADABLE:
        return ""
    return digest.name if digest else ""


def _key(certificate: x509.Certificate) -> object:
    try:
        return certificate.public_key()
    except _UNREADABLE:
        return None
