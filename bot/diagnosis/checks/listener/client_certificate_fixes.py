"""How to settle a demand for client certificates. Sources: AWS: getting-started-client-side-ssl-authentication
(certificates of API Gateway are valid for 365 days), mutual-authentication (application), load-balancer-listeners
(network: a TLS listener has no mutual authentication, a TCP listener passes it through).
"""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.listener.listener_code import listener_as_code
from bot.diagnosis.checks.vpc_link.link_commands import deploy
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Fix
from bot.diagnosis.snippets import (
    Reference,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)
from bot.language import _

_NEW_ID = "NEW_CLIENT_CERTIFICATE_ID"


def give_certificate(hop: ListenerHop) -> Fix:
    """Return how to give a REST API's stage a client certificate that the other side trusts."""
    path = hop.path
    return Fix(
        summary=_("Generate a client certificate, give it to the stage, and let the other side trust it."),
        cli=(
            "aws apigateway generate-client-certificate",
            f"aws apigateway get-client-certificate --client-certificate-id {_NEW_ID} "
            "--query pemEncodedCertificate --output text",
            f"aws apigateway update-stage --rest-api-id {path.api.id} --stage-name {quote(path.stage.name)} "
            f"--patch-operations op=replace,path=/clientCertificateId,value={_NEW_ID}",
            *deploy(path),
        ),
        cloudformation="\n\n".join(
            (
                new_cloudformation("AWS::ApiGateway::ClientCertificate", "ClientCertificate", {}),
                change_cloudformation(
                    "AWS::ApiGateway::Stage", path.stage.name, {"ClientCertificateId": {"Ref": "ClientCertificate"}}
                ),
            )
        ),
        terraform="\n\n".join(
            (
                new_terraform("aws_api_gateway_client_certificate", "client", {}),
                change_terraform(
                    "aws_api_gateway_stage",
                    path.stage.name,
                    {"client_certificate_id": Reference("aws_api_gateway_client_certificate.client.id")},
                ),
            )
        ),
        console=_("API Gateway › Client certificates › Generate; then Stages › the stage › Client certificate."),
        steps=(
            _("Generate the certificate."),
            _("Put its PEM text into the trust store of the listener, or of the backend."),
            _("Then give it to the stage, and deploy."),
        ),
    )


def stop_demanding(hop: ListenerHop) -> Fix:
    """Return the way out for an HTTP API, which cannot show a client certificate."""
    mode = "off"
    cloudformation, terraform = listener_as_code(
        hop.listener, {"MutualAuthentication": {"Mode": mode}}, {"mutual_authentication": {"mode": mode}}
    )
    return Fix(
        summary=_("Let this listener demand no client certificate, or use another listener for the API."),
        cli=(f"aws elbv2 modify-listener --listener-arn {hop.listener.listener_arn} --mutual-authentication Mode=off",),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Listeners › the listener › Security › Client certificate handling."),
        steps=(
            _("HTTP APIs cannot show a client certificate to a backend; a REST API can."),
            _(
                "Switch mutual authentication off on this listener, or give the API a listener of its own without it.",
            ),
        ),
    )


def pass_tls_through(hop: ListenerHop) -> Fix:
    """Return how to let the targets see the client certificate."""
    arn = hop.listener.listener_arn
    cloudformation, terraform = listener_as_code(hop.listener, {"Protocol": "TCP"}, {"protocol": "TCP"})
    return Fix(
        summary=_("Make the listener TCP, so that TLS and the client certificate reach the targets."),
        cli=(f"aws elbv2 modify-listener --listener-arn {arn} --protocol TCP",),
        cloudformation=f"# Take Certificates and SslPolicy out.\n{cloudformation}",
        terraform=f"# Take certificate_arn and ssl_policy out.\n{terraform}",
        console=_("EC2 › Load balancers › Listeners › the listener › Edit."),
        steps=(
            _(
                "Only where the targets demand client certificates: let them end TLS, with a public certificate.",
            ),
            _("Send to a target group with protocol TCP, for a group's protocol cannot be changed."),
            _("Make the listener TCP; it drops its certificate and its policy."),
        ),
    )
