import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from bot.aws.errors import failure
from bot.diagnosis.evidence import Absent
from bot.diagnosis.model import GapReason


def error(code: str, message: str = "", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Operation"
    )


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (error("AccessDeniedException"), GapReason.ACCESS_DENIED),
        (error("UnauthorizedOperation"), GapReason.ACCESS_DENIED),
        (error("AccessDenied"), GapReason.ACCESS_DENIED),
        (error("SomethingNew", status=403), GapReason.ACCESS_DENIED),
        (error("TooManyRequestsException"), GapReason.THROTTLED),
        (error("RequestLimitExceeded"), GapReason.THROTTLED),
        (error("ThrottlingException"), GapReason.THROTTLED),
        (error("NotFoundException"), GapReason.NOT_FOUND),
        (error("LoadBalancerNotFound"), GapReason.NOT_FOUND),
        (error("InvalidGroup.NotFound"), GapReason.NOT_FOUND),
        (error("InvalidSubnetID.NotFound"), GapReason.NOT_FOUND),
        (error("ResourceNotFoundException"), GapReason.NOT_FOUND),
        (error("NoSuchEntity"), GapReason.NOT_FOUND),
        (error("ValidationError", "'arn:x' is not a valid load balancer ARN"), GapReason.NOT_FOUND),
        (error("InvalidInstanceID.Malformed"), GapReason.NOT_FOUND),
        (error("ValidationError", "another"), GapReason.ERROR),
        (error("InternalFailure", status=500), GapReason.ERROR),
        (error("ExpiredToken", status=403), GapReason.ERROR),
        (error("RequestTimeTooSkewed", status=403), GapReason.ERROR),
        (error("InvalidSignatureException", status=403), GapReason.ERROR),
        (ConnectTimeoutError(endpoint_url="x"), GapReason.TIMEOUT),
        (ReadTimeoutError(endpoint_url="x"), GapReason.TIMEOUT),
        (EndpointConnectionError(endpoint_url="x"), GapReason.ERROR),
        (NoCredentialsError(), GapReason.ERROR),
    ],
    ids=str,
)
def test_what_an_error_means(raised, reason):
    assert failure("ec2:DescribeSubnets", raised).reason is reason


def test_not_found_is_knowledge_and_everything_else_a_gap():
    assert failure("a:B", error("NotFoundException")).outcome("x") == Absent()
    gap = failure("a:B", error("AccessDenied", "… with an explicit deny in a service control policy")).outcome("x")
    assert (gap.action, gap.resource, gap.reason) == ("a:B", "x", GapReason.ACCESS_DENIED)
    assert gap.detail == "a service control policy of the organisation denies it"


def test_credentials_are_told_apart_from_permissions():
    assert (
        failure("a:B", error("ExpiredToken", status=403)).detail
        == "the credentials have expired: give vpclink new ones"
    )


def test_a_detail_never_repeats_awss_message():
    secret = "User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform"
    assert "assumed-role" not in failure("a:B", error("AccessDenied", secret)).detail


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
        ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T002500Z"),
        ("InvalidSignatureException", "Signature not yet current: 20260101T003000Z is still later than …"),
    ],
)
def test_a_wrong_clock_is_told_as_one(code, message):
    found = failure("a:B", error(code, message, 403))
    assert (found.reason, found.detail) == (GapReason.ERROR, "the clock of vpclink's machine is wrong: set it")
