"""Why a handshake died: a key that does not fit, a client certificate demanded, protocols that do not meet."""

from __future__ import annotations

from bot.probe.result import ClientCertificate, TlsFault
from bot.probe.tls_messages import alert_words
from bot.probe.tls_session import Handshake

_BAD_SIGNATURES = frozenset(
    {
        "BAD_SIGNATURE",
        "WRONG_SIGNATURE_TYPE",
        "WRONG_SIGNATURE_SIZE",
        "WRONG_SIGNATURE_LENGTH",
        "WRONG_CERTIFICATE_TYPE",
    }
)
"""OpenSSL's reasons for a handshake signature that the certificate's key did not make."""
_UNDECRYPTED = frozenset({20, 51})
"""bad_record_mac and decrypt_error: the server could not use what was encrypted for its certificate's key."""
_VERSION_REASONS = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "VERSION_TOO_LOW", "NO_PROTOCOLS_AVAILABLE")


def client_certificate(handshake: Handshake, *, refused: bool) -> ClientCertificate | None:
    """Whether the server wants a client certificate, and whether it can do without."""
    if not handshake.seen.certificate_requested:
        return "required" if handshake.seen.alert == 116 else None
    if refused or (handshake.end != "done" and not _is_key_mismatch(handshake)):
        return "required"
    return "requested"


def handshake_fault(handshake: Handshake, demanded: ClientCertificate | None) -> tuple[TlsFault, str] | None:
    """The fault of a handshake that a client makes who takes any certificate; None where it is in order."""
    if demanded == "required":
        alert = handshake.seen.alert
        how = f": it ended the handshake with {alert_words(alert)}" if alert is not None else ""
        return "handshake-failed", f"the server demands a client certificate, and the probe has none{how}"
    if handshake.end in ("done", "unverified"):
        return None
    if _is_key_mismatch(handshake):
        words = "the server's private key does not fit its certificate: the signature of the handshake is wrong"
        return "key-mismatch", f"{words} ({_reason(handshake)})"
    return "handshake-failed", _words(handshake)


def _is_key_mismatch(handshake: Handshake) -> bool:
    seen = handshake.seen
    if handshake.end == "error" and handshake.reason in _BAD_SIGNATURES and seen.chain:
        return True
    # Without a signed key exchange only the server finds out, when it decrypts with the wrong key.
    static_key = bool(seen.chain) and seen.version != "TLSv1.3" and not seen.signed_key_exchange
    return static_key and seen.alert in _UNDECRYPTED and not seen.certificate_requested


def unusable_for_clients(accepting: Handshake, modern: Handshake) -> str:
    """Why today's clients fail where one that takes anything succeeds."""
    spoken = f"the server speaks {accepting.protocol}"
    if accepting.protocol in ("SSLv3", "TLSv1", "TLSv1.1"):
        return f"{spoken} only, and today's clients need TLS 1.2 or later"
    return f"{spoken} with {accepting.cipher}, and a client with today's ciphers fails: {_words(modern)}"


def _words(handshake: Handshake) -> str:
    """How it ended, in a clause."""
    begun = "after the server's first messages" if handshake.first_bytes else "and the server had not sent a byte"
    if handshake.end == "timeout":
        return f"the TLS handshake did not end in time, {begun}"
    if handshake.end == "reset":
        return f"the connection was reset during the TLS handshake, {begun}"
    if handshake.end == "closed" and handshake.seen.alert is None:
        return f"the connection was closed during the TLS handshake, {begun}"
    if handshake.end == "too-much":
        return "the server sent more than a handshake can hold"
    if handshake.seen.alert == 112:
        return "the server knows no site of this name: it refused the server name (alert 112, unrecognized_name)"
    if handshake.seen.alert is not None:
        return f"the server ended the TLS handshake with {alert_words(handshake.seen.alert)}"
    if handshake.reason == "EXCESSIVE_MESSAGE_SIZE":
        return "the server's certificates are larger than clients take (100 kB in all)"
    if any(word in handshake.reason for word in _VERSION_REASONS):
        return f"the server's TLS version is not one that this client can speak ({_reason(handshake)})"
    return f"the TLS handshake failed: {_reason(handshake)}"


def _reason(handshake: Handshake) -> str:
    return handshake.reason.lower().replace("_", " ")
