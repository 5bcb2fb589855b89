"""AWS Certificate Manager (acm 2015-12-08)."""

from __future__ import annotations

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation
from bot.demo.aws.world import Resource


def _certificate(call: Call) -> Resource:
    arn = call["CertificateArn"]
    if not arn.startswith("arn:aws:acm:"):
        raise AwsError("ValidationException", f"The ARN {arn} is not valid")
    found = call.region.find("certificate", CertificateArn=arn)
    if found is None:
        text = f"Could not find certificate {arn} in account {call.region.account}."
        raise AwsError("ResourceNotFoundException", text)
    return found


@operation("acm", "DescribeCertificate")
def describe_certificate(call: Call) -> Answer:
    """What ACM knows about a certificate."""
    return {"Certificate": _certificate(call)}


@operation("acm", "GetCertificate")
def get_certificate(call: Call) -> Answer:
    """The certificate and its chain in PEM; not while it waits for validation."""
    found = _certificate(call)
    if found["Status"] == "PENDING_VALIDATION":
        raise AwsError("RequestInProgressException", "The certificate request is in progress.")
    return {"Certificate": found["Pem"], "CertificateChain": found["ChainPem"]}
