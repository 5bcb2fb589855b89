"""The one error type of the local AWS, and each service's own names for the common refusals."""

from __future__ import annotations


class AwsError(Exception):
    """A refusal as AWS words it: error code, message and HTTP status. Raised by an operation, sent to the client."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


_EC2_STYLE = frozenset({"ec2"})
_QUERY_STYLE = frozenset({"elbv2", "iam", "sts", "cloudwatch"})
_REST_STYLE = frozenset({"apigateway", "apigatewayv2", "lambda"})


def access_denied(service: str, principal: str, action: str, resource: str = "") -> AwsError:
    """IAM's refusal in the words of that service (AWS: troubleshoot_access-denied)."""
    where = f" on resource: {resource}" if resource else ""
    text = f"User: {principal} is not authorized to perform: {action}{where}"
    text += f" because no identity-based policy allows the {action} action"
    if service in _EC2_STYLE:
        return AwsError("UnauthorizedOperation", f"You are not authorized to perform this operation. {text}", 403)
    if service in _QUERY_STYLE:
        return AwsError("AccessDenied", text, 403)
    return AwsError("AccessDeniedException", text, 403 if service in _REST_STYLE else 400)


def throttled(service: str) -> AwsError:
    """The "too many requests" of that service (AWS: each service's quotas page)."""
    if service in _EC2_STYLE:
        return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
    if service in _REST_STYLE:
        return AwsError("TooManyRequestsException", "Too Many Requests", 429)
    if service in _QUERY_STYLE:
        return AwsError("Throttling", "Rate exceeded")
    return AwsError("ThrottlingException", "Rate exceeded")


def expired_credentials(service: str) -> AwsError:
    """The answer to a session token that has run out, in that service's words."""
    if service in _EC2_STYLE:
        return AwsError("RequestExpired", "Request has expired.")
    text = "The security token included in the request is expired"
    if service in _QUERY_STYLE:
        return AwsError("ExpiredToken", text, 403)
    return AwsError("ExpiredTokenException", text, 403 if service in _REST_STYLE else 400)


def skewed_clock(service: str) -> AwsError:
    """The answer to a signature whose time is too far from AWS's (AWS: reference_sigv-troubleshooting)."""
    text = "Signature expired: 20260101T000000Z is now earlier than 20260101T002500Z (20260101T003000Z - 5 min.)"
    if service in _EC2_STYLE:
        return AwsError("RequestExpired", "Request has expired.")
    if service in _QUERY_STYLE:
        return AwsError("SignatureDoesNotMatch", text, 403)
    return AwsError("InvalidSignatureException", text, 403 if service in _REST_STYLE else 400)


def server_error(service: str) -> AwsError:
    """A fault on the side of AWS: HTTP 500, which every SDK retries."""
    code = "InternalError" if service in _EC2_STYLE else "InternalFailure"
    return AwsError(code, "An internal error has occurred.", 500)


def unknown_operation(service: str, operation: str, protocol: str) -> AwsError:
    """The answer to a call that this local AWS does not know, so that the caller sees which one it was."""
    text = f"The local AWS does not answer {service}:{operation or '(no operation found in the request)'}."
    if protocol in {"query", "ec2"}:
        return AwsError("InvalidAction", text)
    return AwsError("UnknownOperationException", text, 404)
