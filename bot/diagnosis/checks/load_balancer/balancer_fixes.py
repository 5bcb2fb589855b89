"""How to lead a path to another load balancer. Sources: AWS: vpc-links-v1, set-up-private-integration,
http-api-develop-integrations-private; API reference CreateLoadBalancer, SetIpAddressType, SetSubnets.
"""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.load_balancer.balancer_code import new_balancer
from bot.diagnosis.checks.vpc_link.link_commands import deploy, edit_integrations, repoint
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Fix
from bot.language import _


def lead_to_a_new_one(hop: BalancerHop, kind: str, name: str) -> Fix:
    """Return how to put a load balancer of this kind beside the API and lead the path to it."""
    path, link = hop.path, hop.link
    create = f"aws elbv2 create-load-balancer --name {name} --type {kind} --scheme internal --subnets SUBNET_IDS"
    last: tuple[str, ...]
    if path.api.protocol == "HTTP":
        last = (
            f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {path.integration.id} "
            "--integration-uri NEW_LISTENER_ARN",
            *deploy(path),
        )
        step = _("Point the integration at the new listener, and deploy unless the stage deploys by itself.")
    elif path.integration.target:
        last = (*edit_integrations(path, "integrationTarget", "NEW_LOAD_BALANCER_ARN"), *deploy(path))
        step = _("Make it the integration's target, and deploy.")
    else:
        link_name = quote(f"{link.v1.name}-2") if link.v1 and link.v1.name else f"{name}-link"
        last = (
            f"aws apigateway create-vpc-link --name {link_name} --target-arns NEW_LOAD_BALANCER_ARN",
            *repoint(path, "NEW_LINK_ID"),
        )
        step = _("Make a VPC link to it, wait until it is AVAILABLE, point the integration at the link, and deploy.")
    cloudformation, terraform = new_balancer(name, kind)
    return Fix(
        summary=_(
            "Put an internal {kind} load balancer into the API's account and region, and lead the path to it.",
            kind=kind,
        ),
        cli=(create, *last),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Create load balancer; then API Gateway › the integration; then Deploy."),
        steps=(
            _("Nothing can turn the load balancer that is there into one that fits."),
            _("Create an internal {kind} load balancer with its listener and target group.", kind=kind),
            step,
        ),
    )
