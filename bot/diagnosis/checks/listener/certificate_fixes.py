"""How to give a listener another certificate, and how that looks on the model.

Sources: AWS: CLI reference acm import-certificate (with the ARN of a certificate it replaces that one in place),
request-certificate; elbv2 modify-listener (the default certificate), add-listener-certificates (one more for SNI).
"""

from __future__ import annotations

from datetime import timedelta
from shlex import quote

from bot.diagnosis.checks.listener.listener_code import listener_as_code
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import Certificate, CertificateRenewal
from bot.diagnosis.snippets import Reference, Value, change_terraform, new_cloudformation, new_terraform
from bot.diagnosis.sources import CERTIFICATE
from bot.language import _, marked

NEW_ARN = "NEW_CERTIFICATE_ARN"
CONSOLE = marked(
    "EC2 › Load balancers › Listeners › the listener › Certificates; Certificate Manager › Request or Import."
)
IMPORTED = change_terraform(
    "aws_acm_certificate",
    "imported",
    {
        "certificate_body": Reference('file("certificate.pem")'),
        "private_key": Reference('file("key.pem")'),
        "certificate_chain": Reference('file("intermediates.pem")'),
    },
)
"""A certificate that is imported again. CloudFormation imports none."""


def serve(hop: ListenerHop, arn: str) -> str:
    """Return the command that lets the listener serve a new certificate in the place of this one."""
    listener = hop.listener
    verb = "modify-listener" if _is_default(hop, arn) else "add-listener-certificates"
    return f"aws elbv2 {verb} --listener-arn {listener.listener_arn} --certificates CertificateArn={NEW_ARN}"


def served_as_code(hop: ListenerHop, arn: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's code of a new public certificate that the listener serves instead."""
    host = hop.path.endpoint.host or "HOST"
    ordered = (
        new_cloudformation(
            "AWS::CertificateManager::Certificate", "NewCertificate", {"DomainName": host, "ValidationMethod": "DNS"}
        ),
        new_terraform("aws_acm_certificate", "new", {"domain_name": host, "validation_method": "DNS"}),
    )
    certificates: dict[str, Value] = {"Certificates": [{"CertificateArn": {"Ref": "NewCertificate"}}]}
    ours: dict[str, Value] = {"certificate_arn": Reference("aws_acm_certificate.new.arn")}
    if _is_default(hop, arn):
        shown = listener_as_code(hop.listener, certificates, ours)
    else:
        listener = hop.listener.listener_arn
        shown = (
            new_cloudformation(
                "AWS::ElasticLoadBalancingV2::ListenerCertificate",
                "NewListenerCertificate",
                {"ListenerArn": listener, **certificates},
            ),
            new_terraform("aws_lb_listener_certificate", "new", {"listener_arn": listener, **ours}),
        )
    return "\n\n".join((ordered[0], shown[0])), "\n\n".join((ordered[1], shown[1]))


def _is_default(hop: ListenerHop, arn: str) -> bool:
    """Whether this is the listener's default certificate, or it has none yet."""
    certificates = hop.listener.certificates
    return not certificates or arn in {reference.certificate_arn for reference in certificates}


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
    host = hop.path.endpoint.host or _("the host")
    cloudformation, terraform = served_as_code(hop, arn)
    return Fix(
        summary=_("Serve a public certificate for {host} on the listener.", host=host),
        cli=(request_public(hop), serve(hop, arn)),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_(CONSOLE),
        steps=(
            _("Order a public certificate for {host} in ACM.", host=host),
            _("Let the listener serve it."),
            *further,
        ),
    )


def on_target(summary: str, *further: str) -> Fix:
    """Return how to repair a certificate that the target itself serves, behind a listener that passes TLS through."""
    return Fix(
        summary=summary,
        cli=(
            "openssl s_client -connect TARGET_ADDRESS:PORT -servername HOST -showcerts </dev/null   # inside the VPC",
            *further,
        ),
        console=_("On the target: the TLS configuration of its server."),
        steps=(
            _("Let the target's server send its certificate and every intermediate, in order."),
            _("Use a certificate of a public authority that API Gateway supports."),
            _("Or end TLS on the listener with a certificate of ACM: protocol TLS instead of TCP."),
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
