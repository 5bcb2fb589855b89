"""How to give a listener another certificate, and how that looks on the model.

Sources: AWS: CLI reference acm import-certificate (with the ARN of a certificate it replaces that one in place),
request-certificate; elbv2 modify-listener (the default certificate), add-listener-certificates (one more for SNI).
"""

from __future__ import annotations

from datetime import timedelta
from shlex import quote

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import Certificate, CertificateRenewal
from bot.diagnosis.sources import CERTIFICATE

NEW_ARN = "NEW_CERTIFICATE_ARN"
CLOUDFORMATION = (
    "AWS::ElasticLoadBalancingV2::Listener Certificates[].CertificateArn; AWS::CertificateManager::Certificate."
)
TERRAFORM = 'resource "aws_lb_listener" { certificate_arn = aws_acm_certificate_validation.NAME.certificate_arn }'
CONSOLE = "EC2 › Load balancers › Listeners › the listener › Certificates; Certificate Manager › Request or Import."


def serve(hop: ListenerHop, arn: str) -> str:
    """Return the command that lets the listener serve a new certificate in the place of this one."""
    listener = hop.listener
    is_default = arn in {reference.certificate_arn for reference in listener.certificates}
    verb = "modify-listener" if is_default or not listener.certificates else "add-listener-certificates"
    return f"aws elbv2 {verb} --listener-arn {listener.listener_arn} --certificates CertificateArn={NEW_ARN}"


def request_public(hop: ListenerHop) -> str:
    """Return the command that orders a public certificate for the path's host."""
    host = hop.path.endpoint.host or "HOST"
    return f"aws acm request-certificate --domain-name {quote(host)} --validation-method DNS"


def import_again(arn: str) -> str:
    """Return the command that replaces an imported certificate in place, with its chain."""
    return (
        f"aws acm import-certificate --certificate-arn {arn} --certificate fileb://certificate.pem "
        "--private-key fileb://key.pem --certificate-chain fileb://intermediates.pem"
    )


def use_public(hop: ListenerHop, arn: str, further: tuple[str, ...] = ()) -> Fix:
    """Return how to serve a certificate that API Gateway trusts; `further` are other ways out, as steps."""
    host = hop.path.endpoint.host or "the host"
    return Fix(
        summary=f"Serve a public certificate for {host} on the listener.",
        cli=(request_public(hop), serve(hop, arn)),
        cloudformation=CLOUDFORMATION,
        terraform=TERRAFORM,
        console=CONSOLE,
        steps=(f"Order a public certificate for {host} in ACM.", "Let the listener serve it.", *further),
    )


def on_target(summary: str, *further: str) -> Fix:
    """Return how to repair a certificate that the target itself serves, behind a listener that passes TLS through."""
    return Fix(
        summary=summary,
        cli=(
            "openssl s_client -connect TARGET_ADDRESS:PORT -servername HOST -showcerts </dev/null   # inside the VPC",
            *further,
        ),
        console="On the target: the TLS configuration of its server.",
        steps=(
            "Let the target's server send its certificate and every intermediate, in order.",
            "Use a certificate of a public authority that API Gateway supports.",
            "Or end TLS on the listener with a certificate of ACM: protocol TLS instead of TCP.",
        ),
    )


def with_sound_certificate(evidence: Evidence, certificate: Certificate) -> Evidence:
    """Return evidence in which this certificate is Amazon's, issued and valid: what a new one would look like."""
    sound = certificate.model_copy(
        update={
            "type": "AMAZON_ISSUED",
            "status": "ISSUED",
            "not_before": evidence.at - timedelta(days=1),
            "not_after": evidence.at + timedelta(days=365),
            "renewal_summary": CertificateRenewal(),
            "certificate_authority_arn": "",
        }
    )
    return evidence.with_value(CERTIFICATE, certificate.certificate_arn, sound)
