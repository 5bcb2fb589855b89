"""What a client trusts, and the two kinds of client: one that verifies as today's do, one that takes anything."""

from __future__ import annotations

import importlib
import ssl
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.diagnosis.certificates import ServedCertificate, read_chain
from bot.diagnosis.supported_authorities import SupportedAuthorities, supported_authorities

EXPECTED_CA_FILE = "Expected a PEM file with at least one -----BEGIN CERTIFICATE----- block"
_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME: dates are judged by our own clock, so that an expired certificate hides nothing else."""
_PARTIAL_CHAIN = 0x80000
_LEGACY_SERVER_CONNECT = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT: Java, too, takes servers without RFC 5746 (JSSE: allowLegacyHelloMessages)."""


@dataclass(frozen=True)
class Trust:
    """The trusted roots: the system's (or certifi's, where the system has none) and those of a file."""

    extra: str = ""
    """PEM text of further trusted roots."""
    authorities: SupportedAuthorities = field(default_factory=lambda: supported_authorities(), repr=False)
    """What API Gateway trusts, as far as our copy of its list tells."""

    def verifying(self, *, modern: bool = True) -> ssl.SSLContext:
        """A client that ends the handshake unless the chain leads to a trusted root; names and dates come later."""
        context = self._client(modern=modern)
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= _NO_CHECK_TIME
        context.load_default_certs()
        if not context.cert_store_stats()["x509_ca"]:
            _load_certifi(context)
        if self.extra:
            context.load_verify_locations(cadata=self.extra)
            if not any(c.self_signed for c in self.extra_certificates()):
                context.verify_flags |= _PARTIAL_CHAIN  # its owner trusts an intermediate as if it were a root
        return context

    def accepting(self) -> ssl.SSLContext:
        """A client that takes any certificate, protocol and cipher, to find out what the server has."""
        return self._client(modern=False)

    def _client(self, *, modern: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if modern:
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("DEFAULT:@SECLEVEL=1")
            context.options |= _LEGACY_SERVER_CONNECT
            return context
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:!aNULL:!eNULL:@SECLEVEL=0")
        context.options |= _LEGACY_SERVER_CONNECT
        return context

    def extra_certificates(self) -> tuple[ServedCertificate, ...]:
        """The readable certificates of the file; of a long bundle the first ones."""
        return tuple(c for c in read_chain(self.extra) if not c.problem)

    def subjects(self) -> frozenset[str]:
        """The subjects of the file's certificates."""
        return frozenset(c.subject for c in self.extra_certificates())


def load_trust(ca_file: str | None) -> Trust:
    """Read the file of further roots. Raises `ValueError`, which says what was expected."""
    if ca_file is None:
        return Trust()
    try:
        text = Path(ca_file).read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise ValueError(f"cannot read the CA file {ca_file}: {error.strerror}. {EXPECTED_CA_FILE}") from error
    trust = Trust(text)
    if not trust.extra_certificates():
        raise ValueError(f"the CA file {ca_file} holds no readable certificate. {EXPECTED_CA_FILE}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ssl.SSLError as error:
        raise ValueError(f"the CA file {ca_file} cannot be used: {error}. {EXPECTED_CA_FILE}") from error
    return trust


def to_certificates(chain: Sequence[bytes]) -> tuple[ServedCertificate, ...]:
    """DER certificates as the diagnosis reads them."""
    return read_chain("\n".join(map(ssl.DER_cert_to_PEM_cert, chain)))


def _load_certifi(context: ssl.SSLContext) -> None:
    try:
        certifi = importlib.import_module("certifi")
    except ModuleNotFoundError:
        return
    context.load_verify_locations(cafile=certifi.where())
