"""How to lead a path to another load balancer. Sources: AWS: vpc-links-v1, set-up-private-integration,
http-api-develop-integrations-private; API reference CreateLoadBalancer, SetIpAddressType, SetSubnets.
"""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.vpc_link.link_commands import deploy, edit_integrations, repoint
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Fix


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
        step = "Point the integration at the new listener, and deploy unless the stage deploys by itself."
    elif path.integration.target:
        last = (*edit_integrations(path, "integrationTarget", "NEW_LOAD_BALANCER_ARN"), *deploy(path))
        step = "Make it the integration's target, and deploy."
    else:
        link_name = quote(f"{link.v1.name}-2") if link.v1 and link.v1.name else f"{name}-link"
        last = (
            f"aws apigateway create-vpc-link --name {link_name} --target-arns NEW_LOAD_BALANCER_ARN",
            *repoint(path, "NEW_LINK_ID"),
        )
        step = "Make a VPC link to it, wait until it is AVAILABLE, point the integration at the link, and deploy."
    what = f"AWS::ElasticLoadBalancingV2::LoadBalancer Type: {kind}, Scheme: internal"
    return Fix(
        summary=f"Put an internal {kind} load balancer into the API's account and region, and lead the path to it.",
        cli=(create, *last),
        cloudformation=f"{what}; then what refers to it.",
        terraform=f'resource "aws_lb" {{ load_balancer_type = "{kind}", internal = true, subnets = [...] }}',
        console="EC2 › Load balancers › Create load balancer; then API Gateway › the integration; then Deploy.",
        steps=(
            "Nothing can turn the load balancer that is there into one that fits.",
            f"Create an internal {kind} load balancer with its listener and target group.",
            step,
        ),
    )
