"""Certificates for the bench: authorities and the certificates they issue, made in milliseconds on P-256."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def sha256(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def names(self) -> tuple[str, ...]:
        """The alternative names: DNS names, then addresses."""
        try:
            names = self.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return ()
        addresses = names.get_values_for_type(x509.IPAddress)
        return (*names.get_values_for_type(x509.DNSName), *map(str, addresses))

    @property
    def subject(self) -> str:
        return self.certificate.subject.rfc4514_string()


def make(
    common_name: str,
    *,
    issuer: Made | None = None,
    names: tuple[str, ...] = (),
    authority: bool = False,
    begins: timedelta = -DAY,
    ends: timedelta = 365 * DAY,
    key: Key | None = None,
    fetch_issuer_at: str = "",
    name_issuers_issuer: bool = False,
    organization: str = "",
    extensions: Sequence[x509.ExtensionType] = (),
) -> Made:
    """Issue a certificate; without an issuer it signs itself. `begins` and `ends` count from now."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
    if fetch_issuer_at:
        where = x509.UniformResourceIdentifier(fetch_issuer_at)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if name_issuers_issuer and issuer:
        above = [x509.DirectoryName(issuer.certificate.issuer)]
        identifier = x509.AuthorityKeyIdentifier(None, above, issuer.certificate.serial_number)
        builder = builder.add_extension(identifier, critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.NameConstraints))
    signer = issuer.key if issuer else key
    return Made(builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()), key)


def with_sha1(made: Made, issuer: Made) -> Made:
    """The same certificate of an RSA issuer, signed with SHA-1, which no library signs a certificate with any more.

    The identifiers sha256WithRSAEncryption and sha1WithRSAEncryption (RFC 8017, A.2.4) differ in their last byte.
    """
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    start = bytes.fromhex("2a864886f70d0101")
    data = made.certificate.tbs_certificate_bytes.replace(start + b"\x0b", start + b"\x05")
    signature = issuer.key.sign(data, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - outdated on purpose
    der = made.der.replace(start + b"\x0b", start + b"\x05")[: -len(signature)] + signature
    return Made(x509.load_der_x509_certificate(der), made.key)


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """A root, an intermediate, and files for servers and clients in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files = 0
        self.root = make("Example Root", authority=True)
        self.intermediate = make("Example Issuing", issuer=self.root, authority=True)
        self.ca_file = self.file(self.root.pem)

    def leaf(
        self, *names: str, issuer: Made | None = None, begins: timedelta = -DAY, ends: timedelta = 90 * DAY
    ) -> Made:
        """A server's certificate, by the intermediate unless said otherwise."""
        return make(names[0], issuer=issuer or self.intermediate, names=names, begins=begins, ends=ends)

    def file(self, text: str) -> str:
        self._files += 1
        path = self._directory / f"{self._files}.pem"
        path.write_text(text, encoding="ascii")
        return str(path)
