"""AWS's errors → gaps and absent resources.

Sources: AWS: "Common errors" of each service's API reference; botocore's own lists of throttling codes.
"""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from bot.diagnosis.evidence import Absent
from bot.diagnosis.model import Gap, GapReason

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "UnauthorizedException",
    "ForbiddenException",
    "Forbidden",
    "403",
}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "LimitExceededException",
    "EC2ThrottledException",
    "BandwidthLimitExceeded",
    "SlowDown",
    "PriorRequestNotComplete",
    "429",
}
_CLOCK = "the clock of vpclink's machine is wrong: set it"
_SIGNATURE = "AWS does not accept the signature: the secret key or the clock of vpclink's machine is wrong"
_CREDENTIALS = {
    "ExpiredToken": "the credentials have expired: give vpclink new ones",
    "ExpiredTokenException": "the credentials have expired: give vpclink new ones",
    "RequestExpired": "the credentials have expired, or the clock of vpclink's machine is wrong",
    "InvalidClientTokenId": "AWS does not know these credentials",
    "UnrecognizedClientException": "AWS does not know these credentials",
    "InvalidAccessKeyId": "AWS does not know these credentials",
    "AuthFailure": "AWS does not accept these credentials",
    "SignatureDoesNotMatch": _SIGNATURE,
    "IncompleteSignature": "AWS does not accept the signature",
    "InvalidSignatureException": _SIGNATURE,
    "RequestTimeTooSkewed": _CLOCK,
    "RequestInTheFuture": _CLOCK,
}
_CLOCK_WORDS = ("Signature expired", "Signature not yet current")
"""How the services that have no code of their own for a wrong clock word it (AWS: reference_sigv-troubleshooting)."""
_NOT_FOUND_ENDINGS = ("NotFound", "NotFoundException", "NoSuchEntity", "NotFoundFault")


class Failure(Exception):  # noqa: N818 - a value that travels as an exception between call and collector
    """One call did not succeed."""

    def __init__(self, action: str, reason: GapReason, detail: str = "") -> None:
        super().__init__(f"{action}: {reason} {detail}".strip())
        self.action, self.reason, self.detail = action, reason, detail

    def outcome(self, resource: str) -> Gap | Absent:
        """Return what is known of the resource now: AWS said that there is none, or we could not read it."""
        if self.reason is GapReason.NOT_FOUND:
            return Absent(self.detail)
        return Gap(action=self.action, resource=resource, reason=self.reason, detail=self.detail)


def failure(action: str, error: ClientError | BotoCoreError) -> Failure:
    """Say what an error means. The detail holds AWS's code, never a request's content."""
    if isinstance(error, ClientError):
        return _client_failure(action, error)
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return Failure(action, GapReason.TIMEOUT, "no answer from AWS")
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return Failure(action, GapReason.ERROR, "there are no AWS credentials")
    return Failure(action, GapReason.ERROR, type(error).__name__)


def _client_failure(action: str, error: ClientError) -> Failure:
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    message = str(details.get("Message", ""))
    if message.startswith(_CLOCK_WORDS):
        return Failure(action, GapReason.ERROR, _CLOCK)
    if code in _CREDENTIALS:
        return Failure(action, GapReason.ERROR, _CREDENTIALS[code])
    if code in _DENIED:
        return Failure(action, GapReason.ACCESS_DENIED, _deny_kind(message))
    if code in _THROTTLED:
        return Failure(action, GapReason.THROTTLED, code)
    if code.endswith(_NOT_FOUND_ENDINGS) or ("is not a valid" in message and "ARN" in message):
        return Failure(action, GapReason.NOT_FOUND)
    if code.endswith((".Malformed", "Id.Malformed")):
        return Failure(action, GapReason.NOT_FOUND, "AWS says that this is no such id")
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 403:
        return Failure(action, GapReason.ACCESS_DENIED, code)
    return Failure(action, GapReason.ERROR, code)


def _deny_kind(message: str) -> str:
    """Name the kind of policy that refuses, which AWS's message tells and which decides who can help."""
    for words, kind in (
        ("service control policy", "a service control policy of the organisation denies it"),
        ("permissions boundary", "the role's permissions boundary does not allow it"),
        ("session policy", "the session policy does not allow it"),
        ("explicit deny", "a policy denies it explicitly"),
    ):
        if words in message:
            return kind
    return ""
