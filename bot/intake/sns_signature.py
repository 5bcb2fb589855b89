"""Is a request really Amazon SNS's? Pure: the certificate is given.

AWS: "Verifying the signatures of Amazon SNS messages". Version 1 is SHA-1, version 2 SHA-256; what is signed are some
of the fields, by name, each with its value on a line of its own.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

_NOTIFICATION: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION: Final = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED: Final = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
"""The signed fields of each type; `Subject` is signed where there is one."""
_HASHES: Final[dict[object, type[HashAlgorithm]]] = {"1": SHA1, "2": SHA256}
_HOST: Final = re.compile(r"sns\.[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?")
_OLDEST: Final = timedelta(minutes=65)
"""SNS tries a delivery again for an hour (AWS: "Message delivery retries", default policy of HTTP/S endpoints)."""
_EARLIEST: Final = timedelta(minutes=5)


class NotFromSnsError(ValueError):
    """The request does not come from Amazon SNS, or is too old; the text says why, and holds nothing of it."""


def sns_url(value: object) -> str:
    """A URL of Amazon SNS itself; NotFromSnsError for any other."""
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        port = parts.port
    except ValueError as error:
        raise NotFromSnsError("an address that cannot be read") from error
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc) or port is not None or not isinstance(value, str):
        raise NotFromSnsError("an address that is not Amazon SNS's")
    return value


def certificate_url(fields: Mapping[str, object]) -> str:
    """Where the signing certificate is; NotFromSnsError where that is not Amazon SNS."""
    url = sns_url(fields.get("SigningCertURL"))
    if not urlsplit(url).path.endswith(".pem"):
        raise NotFromSnsError("the certificate's address is none of a certificate")
    return url


def check_age(fields: Mapping[str, object], now: datetime) -> None:
    """NotFromSnsError for a message that is too old, or not of our time: it may be played back."""
    try:
        sent = datetime.fromisoformat(str(fields.get("Timestamp")))
    except ValueError as error:
        raise NotFromSnsError("no time that can be read") from error
    age = now - (sent if sent.tzinfo else sent.replace(tzinfo=UTC))
    if not -_EARLIEST <= age <= _OLDEST:
        raise NotFromSnsError("a time that is too long ago, or to come")


def check_signature(fields: Mapping[str, object], certificate: x509.Certificate, now: datetime) -> None:
    """NotFromSnsError unless the certificate's key has signed the fields, and the certificate is valid now."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NotFromSnsError("a certificate that is not valid now")
    key = certificate.public_key()
    hashing = _HASHES.get(fields.get("SignatureVersion"))
    if hashing is None or not isinstance(key, rsa.RSAPublicKey):
        raise NotFromSnsError("a signature of a kind that SNS does not make")
    try:
        signature = base64.b64decode(str(fields.get("Signature")), validate=True)
        key.verify(signature, signed_text(fields), padding.PKCS1v15(), hashing())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise NotFromSnsError("a signature that does not fit") from error


def signed_text(fields: Mapping[str, object]) -> bytes:
    """What SNS has signed: names and values, each on a line."""
    names = SIGNED.get(str(fields.get("Type")))
    if names is None:
        raise NotFromSnsError("a type that SNS does not send")
    lines = [(name, fields.get(name)) for name in names]
    if any(value is None for name, value in lines if name != "Subject"):
        raise NotFromSnsError("a field that SNS always sends is missing")
    return "".join(f"{name}\n{value}\n" for name, value in lines if value is not None).encode()
