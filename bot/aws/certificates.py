"""Certificates of listeners: acm, and iam server certificates."""

from __future__ import annotations

from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.certificates import read_chain


def certificate(context: Context, arn: str) -> r.Certificate:
    """Read a certificate by ARN, from ACM or from IAM."""
    if ":server-certificate/" in arn:
        return _server_certificate(context, arn)
    reply = context.calls.call("acm", "describe_certificate", CertificateArn=arn)
    return r.Certificate.model_validate(reply["Certificate"])


def _server_certificate(context: Context, arn: str) -> r.Certificate:
    name = arn.rpartition("/")[2]
    reply = context.calls.call("iam", "get_server_certificate", ServerCertificateName=name)
    body = reply["ServerCertificate"].get("CertificateBody") or ""
    leaf = next(iter(read_chain(body)), None)
    if leaf is None or not leaf.sans:
        return r.Certificate(certificate_arn=arn, status="ISSUED", type="IMPORTED")
    return r.Certificate(
        certificate_arn=arn,
        domain_name=leaf.sans[0],
        subject_alternative_names=leaf.sans,
        status="ISSUED",
        type="IMPORTED",
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        issuer=leaf.issuer,
    )


def certificate_body(context: Context, arn: str) -> r.CertificateBody:
    """Read a certificate and the chain that a load balancer serves with it."""
    reply = context.calls.call("acm", "get_certificate", CertificateArn=arn)
    return r.CertificateBody(certificate=reply.get("Certificate") or "", chain=reply.get("CertificateChain"))
