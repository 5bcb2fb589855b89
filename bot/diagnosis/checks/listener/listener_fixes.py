"""How to give a path a listener that takes its requests. Sources: AWS: API reference CreateListener, Integration."""

from __future__ import annotations

from collections.abc import Sequence

from bot.diagnosis.checks.listener.listener_code import (
    forward_action,
    forward_block,
    listener_as_code,
    new_listener_as_code,
)
from bot.diagnosis.checks.listener.uri_change import change_uri, port_as_code
from bot.diagnosis.checks.vpc_link.link_commands import deploy
from bot.diagnosis.hops import BalancerHop, LinkHop, route_name
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import Listener
from bot.diagnosis.snippets import change_cloudformation, change_terraform
from bot.language import _

CARRIES_HTTP = frozenset({"TCP", "TLS", "TCP_UDP", "TCP_QUIC", "HTTP", "HTTPS"})


def is_allowed(port: int) -> bool:
    """Whether API Gateway sends to this port (AWS: API reference Integration)."""
    return port in {80, 443} or port > 1024


def listen_or_repoint(hop: BalancerHop, port: int, listeners: Sequence[Listener]) -> Fix:
    """Return the two ways out where nothing listens on the port: a new listener, or another port in the URI."""
    other = _other_port(listeners)
    repoint = change_uri(hop.path, "port", str(other)) if other else ()
    steps = (
        _("Either create the listener on port {port}.", port=port),
        _("Or put port {other} into the URI, and deploy.", other=other),
    )
    cloudformation, terraform = _created_as_code(hop, port, listeners)
    summary = _("Create a listener on port {port}.", port=port)
    if other:
        summary = _("Create a listener on port {port}, or put port {other} into the URI.", port=port, other=other)
    return Fix(
        summary=summary,
        cli=(_create(hop, port, listeners), *repoint),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_(
            "EC2 › Load balancers › Listeners › Add listener; or API Gateway › Resources › Integration request.",
        ),
        steps=steps if other else (),
    )


def use_an_allowed_port(hop: BalancerHop, port: int, listeners: Sequence[Listener]) -> Fix:
    """Return the fix of a port that API Gateway does not use."""
    other = _other_port(listeners)
    chosen = other or (443 if hop.scheme == "https" else 80)
    codes = [port_as_code(hop.path, chosen)]
    summary = _("Put port {chosen} into the URI instead of {port}, and deploy.", chosen=chosen, port=port)
    if not other:
        codes = [_created_as_code(hop, chosen, listeners), *codes]
        summary = _(
            "Put port {chosen} into the URI instead of {port}, let the load balancer listen there, and deploy.",
            chosen=chosen,
            port=port,
        )
    return Fix(
        summary=summary,
        cli=(*(() if other else (_create(hop, chosen, listeners),)), *change_uri(hop.path, "port", str(chosen))),
        cloudformation="\n\n".join(code for code, _other in codes),
        terraform="\n\n".join(code for _other, code in codes),
        console=_("API Gateway › Resources › the method › Integration request; then Deploy."),
    )


def name_another_listener(link: LinkHop) -> Fix:
    """Return the fix of an HTTP API's integration whose listener is gone."""
    path = link.path
    name = route_name(path.routes[0])
    return Fix(
        summary=_("Point the integration at a listener that exists."),
        cli=(
            "aws elbv2 describe-listeners --load-balancer-arn LOAD_BALANCER_ARN",
            f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {path.integration.id} "
            "--integration-uri LISTENER_ARN",
            *deploy(path),
        ),
        cloudformation=change_cloudformation(
            "AWS::ApiGatewayV2::Integration", name, {"IntegrationUri": "LISTENER_ARN"}
        ),
        terraform=change_terraform("aws_apigatewayv2_integration", name, {"integration_uri": "LISTENER_ARN"}),
        console=_("API Gateway › the API › Integrations › Manage integration › Edit."),
    )


def speak_tcp(listener: Listener) -> Fix:
    """Return the fix of a listener that carries only datagrams."""
    group = "TCP_TARGET_GROUP_ARN"
    cloudformation, terraform = listener_as_code(
        listener,
        {"Protocol": "TCP", "DefaultActions": [forward_action(group)]},
        {"protocol": "TCP", "default_action": forward_block(group)},
    )
    return Fix(
        summary=_(
            "Replace the {protocol} listener on port {port} by one that speaks TCP.",
            protocol=listener.protocol,
            port=listener.port,
        ),
        cli=(
            f"aws elbv2 delete-listener --listener-arn {listener.listener_arn}",
            f"aws elbv2 create-listener --load-balancer-arn {listener.load_balancer_arn} --protocol TCP "
            f"--port {listener.port} --default-actions Type=forward,TargetGroupArn=TCP_TARGET_GROUP_ARN",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Listeners › Manage listener."),
        steps=(
            _(
                "Create a target group with protocol TCP and register the targets: a group's protocol "
                "cannot be changed.",
            ),
            _("Replace the listener by a TCP listener that forwards to it."),
        ),
    )


def _other_port(listeners: Sequence[Listener]) -> int | None:
    ports = [x.port for x in listeners if x.port and x.protocol.upper() in CARRIES_HTTP]
    return next((port for port in ports if is_allowed(port)), None)


def _created_as_code(hop: BalancerHop, port: int, listeners: Sequence[Listener]) -> tuple[str, str]:
    return new_listener_as_code(hop.arn, _fitting(hop), port, _group(listeners))


def _fitting(hop: BalancerHop) -> str:
    application = ":loadbalancer/app/" in hop.arn
    return "TCP" if not application else "HTTPS" if hop.scheme == "https" else "HTTP"


def _group(listeners: Sequence[Listener]) -> str:
    groups = (arn for x in listeners for action in x.default_actions for arn in action.groups)
    return next(groups, "TARGET_GROUP_ARN")


def _create(hop: BalancerHop, port: int, listeners: Sequence[Listener]) -> str:
    protocol = _fitting(hop)
    certificate = " --certificates CertificateArn=CERTIFICATE_ARN" if protocol == "HTTPS" else ""
    return (
        f"aws elbv2 create-listener --load-balancer-arn {hop.arn} --protocol {protocol} --port {port}{certificate} "
        f"--default-actions Type=forward,TargetGroupArn={_group(listeners)}"
    )
