"""How to make the protocols of a way agree. Sources: AWS: API reference ModifyListener (TLS → TCP drops the policy and
the certificate, TCP → TLS needs both), ModifyTargetGroup (it has no protocol: a group's protocol cannot be changed),
UpdateIntegration of both generations.
"""

from __future__ import annotations

import re
from shlex import quote

from bot.diagnosis.checks.listener.listener_code import listener_as_code
from bot.diagnosis.checks.listener.listener_fixes import speak_tcp
from bot.diagnosis.checks.listener.protocol_matrix import HTTP, HTTPS
from bot.diagnosis.checks.listener.uri_change import tls_as_code, uri_as_code
from bot.diagnosis.checks.target_group.group_code import new_group_as_code
from bot.diagnosis.checks.vpc_link.link_commands import deploy
from bot.diagnosis.hops import ListenerHop, Path, TargetGroupHop
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import Listener, TargetGroup
from bot.language import _, marked

_SHOWN_METHODS = 3
_URI = re.compile(r"^(?P<scheme>https?)://(?P<host>[^/:]*)(?::(?P<port>[^/]*))?(?P<rest>/.*)?$", re.IGNORECASE)
_DEFAULT_PORTS = {HTTP: "80", HTTPS: "443"}
_CONSOLE = marked("EC2 › Load balancers › Listeners › Edit; or API Gateway › the integration, then Deploy.")


def agree(hop: ListenerHop) -> Fix:
    """Return how to make a listener and what arrives there agree."""
    listener, scheme = hop.listener, hop.balancer.scheme
    protocol = listener.protocol.upper()
    if protocol in {"UDP", "QUIC", "GENEVE"}:
        return speak_tcp(listener)
    other = HTTPS if scheme == HTTP else HTTP
    wanted = fitting(hop)
    tls = " --certificates CertificateArn=CERTIFICATE_ARN" if wanted == "HTTPS" else ""
    modify = f"aws elbv2 modify-listener --listener-arn {listener.listener_arn} --protocol {wanted}{tls}"
    change = scheme_change(hop.path, other)
    behind = hop.balancer.front is not None
    make = _("Or make the listener {wanted}.", wanted=wanted)
    if wanted in {"TCP", "HTTP"}:
        make = _("Or make the listener {wanted}, which drops its certificate.", wanted=wanted)
    cloudformation, terraform = scheme_as_code(hop.path, other)
    steps = (
        _("Either let API Gateway speak {other} and deploy.", other=other),
        make,
        *((_("Or register a port whose listener speaks the protocol that arrives."),) if behind else ()),
    )
    return Fix(
        summary=_(
            "Let API Gateway speak {other} to this listener, or make the listener {wanted}.", other=other, wanted=wanted
        ),
        cli=(*change, modify),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_(_CONSOLE),
        steps=steps,
    )


def fitting(hop: ListenerHop) -> str:
    """Return the listener protocol that takes what arrives: the same layer, with or without TLS."""
    if hop.listener.protocol.upper() in {"HTTP", "HTTPS"}:
        return "HTTPS" if hop.balancer.scheme == HTTPS else "HTTP"
    return "TCP"


def expect_the_same(hop: TargetGroupHop, gets: str) -> Fix:
    """Return how to give a backend what it expects, where it does not expect what it gets."""
    listener, group = hop.listener.listener, hop.group
    name = f"{group.target_group_name}-new" if group else "NAME"
    wanted = "TCP" if gets == HTTPS else "TLS"
    decrypts = listener.protocol.upper() == "TLS"
    if not decrypts:
        other = HTTP if gets == HTTPS else HTTPS
        cli = scheme_change(hop.path, other)
        step = _("Either let API Gateway speak {other} and deploy.", other=other)
        summary = _(
            "Let API Gateway speak {other}, or let the backend speak {gets} on this port.", other=other, gets=gets
        )
        code = scheme_as_code(hop.path, other)
    else:
        cli = (
            _new_group(group, name, wanted),
            f"aws elbv2 register-targets --target-group-arn NEW_GROUP_ARN --targets {_targets(hop)}",
            f"aws elbv2 modify-listener --listener-arn {listener.listener_arn} "
            "--default-actions Type=forward,TargetGroupArn=NEW_GROUP_ARN",
        )
        step = _(
            "Either send to a new {wanted} target group: the protocol of a group cannot be changed.", wanted=wanted
        )
        summary = _(
            "Send to a {wanted} target group, or make the listener TCP so that TLS is passed on.", wanted=wanted
        )
        code = new_group_as_code(hop, name, wanted)
    return Fix(
        summary=summary,
        cli=cli,
        cloudformation=code[0],
        terraform=code[1],
        console=_(_CONSOLE),
        steps=(
            step,
            *(
                (
                    _(
                        "Or pass TLS on: aws elbv2 modify-listener --listener-arn {listener_arn} --protocol TCP.",
                        listener_arn=listener.listener_arn,
                    ),
                )
                if decrypts
                else (_("Or configure the backend to speak {gets} on its port.", gets=gets),)
            ),
            _(
                "To see what the backend answers, probe it, or make an endpoint of your own on the endpoint service.",
            ),
        ),
    )


def speak_http1(hop: TargetGroupHop) -> Fix:
    """Return the fix of a target group whose protocol version API Gateway does not speak."""
    group = hop.group
    name = f"{group.target_group_name}-http1" if group else "NAME"
    cloudformation, terraform = new_group_as_code(hop, name, group.protocol if group else "HTTP", version="HTTP1")
    return Fix(
        summary=_("Send API Gateway's requests to a target group with protocol version HTTP1."),
        cli=(
            _new_group(group, name, group.protocol if group else "HTTP") + " --protocol-version HTTP1",
            f"aws elbv2 register-targets --target-group-arn NEW_GROUP_ARN --targets {_targets(hop)}",
            f"aws elbv2 modify-listener --listener-arn {hop.listener.listener.listener_arn} "
            "--default-actions Type=forward,TargetGroupArn=NEW_GROUP_ARN",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Create target group: Protocol version HTTP1."),
        steps=(
            _(
                "The protocol version of a target group cannot be changed: create a new one and register the targets.",
            ),
            _("Forward to it, in the rule that takes these requests or by default."),
        ),
    )


def no_alpn(listener: Listener) -> Fix:
    """Return the fix of a listener that offers HTTP/2 alone."""
    cloudformation, terraform = listener_as_code(listener, {"AlpnPolicy": ["None"]}, {"alpn_policy": "None"})
    return Fix(
        summary=_("Let the listener offer HTTP/1.1 too, or no ALPN at all."),
        cli=(f"aws elbv2 modify-listener --listener-arn {listener.listener_arn} --alpn-policy None",),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Listeners › the TLS listener › Edit: ALPN policy None."),
    )


def scheme_change(path: Path, scheme: str) -> tuple[str, ...]:
    """Return the commands that make API Gateway speak the other scheme on the same port."""
    if path.api.protocol == "HTTP":
        tls = "ServerNameToVerify=NAME" if scheme == HTTPS else "{}"
        update = f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {path.integration.id}"
        return (f"{update} --tls-config {quote(tls)}", *deploy(path))
    updates = []
    for route in path.routes[:_SHOWN_METHODS]:
        uri = quote(
            f"op=replace,path=/uri,value={_with_scheme(route.integration.uri if route.integration else '', scheme)}"
        )
        updates.append(
            f"aws apigateway update-integration --rest-api-id {path.api.id} --resource-id {route.resource_id} "
            f"--http-method {route.method} --patch-operations {uri}"
        )
    more = len(path.routes) - _SHOWN_METHODS
    rest = (f"# … and the same for {more} more of its methods",) if more > 0 else ()
    return (*updates, *rest, *deploy(path))


def scheme_as_code(path: Path, scheme: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's code by which API Gateway speaks the other scheme."""
    if path.api.protocol != "HTTP":
        return uri_as_code(path, _with_scheme(path.integration.uri, scheme))
    if scheme == HTTPS:
        return tls_as_code(path, "NAME")
    return (
        "# Take TlsConfig out of the AWS::ApiGatewayV2::Integration.",
        "# Take tls_config out of the aws_apigatewayv2_integration.",
    )


def _with_scheme(uri: str, scheme: str) -> str:
    match = _URI.match(uri)
    if match is None:
        return f"{scheme}://HOST:PORT/PATH"
    port = match["port"] or _DEFAULT_PORTS[match["scheme"].lower()]
    shown = "" if port == _DEFAULT_PORTS[scheme] else f":{port}"
    return f"{scheme}://{match['host']}{shown}{match['rest'] or ''}"


def _new_group(group: TargetGroup | None, name: str, protocol: str) -> str:
    port, vpc, kind = (group.port, group.vpc_id, group.target_type) if group else ("PORT", "VPC_ID", "instance")
    return (
        f"aws elbv2 create-target-group --name {name} --protocol {protocol} --port {port} --vpc-id {vpc} "
        f"--target-type {kind}"
    )


def _targets(hop: TargetGroupHop) -> str:
    shown = " ".join(f"Id={x.target.id},Port={x.target.port}" for x in hop.health[:5])
    return shown or "Id=INSTANCE_OR_IP"
