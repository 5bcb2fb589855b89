"""What is seen of a handshake from outside the protocol library: its messages, whether it succeeds or dies.

CPython's `SSLContext` reports every handshake message, decrypted ones of TLS 1.3 included, to `_msg_callback`: the
hook is private but has been there since 3.8, and it is the one way to a certificate chain, a demand for a client
certificate and an alert when the handshake then fails. Where it is missing, the public interface of 3.13 remains.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO, _CERTIFICATE, _SERVER_KEY_EXCHANGE, _CERTIFICATE_REQUEST = 2, 11, 12, 13
_SUPPORTED_VERSIONS = 43
_FATAL = 2
_HIGHEST_CHAIN = 32
VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
ALERTS = {
    10: "unexpected_message",
    20: "bad_record_mac",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    109: "missing_extension",
    112: "unrecognized_name",
    116: "certificate_required",
    120: "no_application_protocol",
}
"""IANA's TLS alerts that a server may end a handshake with."""


@dataclass
class Seen:
    """The messages of one handshake that matter for the judgement."""

    chain: list[bytes] = field(default_factory=list)
    """The served certificates, DER, in their order."""
    version: str | None = None
    """The protocol that the server chose."""
    certificate_requested: bool = False
    signed_key_exchange: bool = False
    """The server signed its part of the key exchange (TLS 1.2 with a Diffie-Hellman suite)."""
    alert: int | None = None
    """The fatal alert that the server sent."""

    def watch(self, context: ssl.SSLContext) -> None:
        """Have this context's handshakes reported here; one connection for each context."""
        if hasattr(context, "_msg_callback"):
            context._msg_callback = self._message  # noqa: SLF001 - see the module's docstring

    def _message(self, _conn: object, direction: str, _version: object, kind: int, _type: object, data: bytes) -> None:
        if direction != "read":
            return
        try:
            if kind == _ALERT and len(data) == 2 and data[0] == _FATAL:
                self.alert = data[1]
            elif kind == _HANDSHAKE and len(data) >= 4:
                self._handshake_message(data[0], data[4:])
        except (IndexError, ValueError):
            return  # a malformed message: the protocol library ends the handshake over it by itself

    def _handshake_message(self, kind: int, body: bytes) -> None:
        if kind == _SERVER_HELLO:
            self.version = VERSIONS.get(_chosen_version(body))
        elif kind == _CERTIFICATE:
            self.chain = list(_certificates(body, with_context=self.version == "TLSv1.3"))
        elif kind == _CERTIFICATE_REQUEST:
            self.certificate_requested = True
        elif kind == _SERVER_KEY_EXCHANGE:
            self.signed_key_exchange = True


def _chosen_version(hello: bytes) -> int:
    """The version of a ServerHello: its supported_versions extension, else its own field (RFC 8446, 4.2.1)."""
    at = 2 + 32
    at += 1 + hello[at] + 2 + 1 + 2
    while at + 4 <= len(hello):
        extension, size = _number(hello[at : at + 2]), _number(hello[at + 2 : at + 4])
        if extension == _SUPPORTED_VERSIONS:
            return _number(hello[at + 4 : at + 4 + size])
        at += 4 + size
    return _number(hello[:2])


def _certificates(body: bytes, *, with_context: bool) -> Iterator[bytes]:
    """The DER certificates of a Certificate message: RFC 5246, 7.4.2, and with context RFC 8446, 4.4.2."""
    at = (1 + body[0] if with_context else 0) + 3
    for _ in range(_HIGHEST_CHAIN):
        if at + 3 > len(body):
            return
        size = _number(body[at : at + 3])
        yield body[at + 3 : at + 3 + size]
        at += 3 + size
        if with_context:
            at += 2 + _number(body[at : at + 2])


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def alert_words(alert: int) -> str:
    """`alert 40 (handshake_failure)`."""
    return f"alert {alert} ({ALERTS[alert]})" if alert in ALERTS else f"alert {alert}"
