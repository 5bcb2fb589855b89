"""How to replace a VPC link of the second generation, whose subnets and security groups cannot be changed.

Source: AWS: apigateway-vpc-links-v2, CLI reference apigatewayv2 create-vpc-link.
"""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from bot.diagnosis.checks.vpc_link.link_commands import link_variable, repoint
from bot.diagnosis.hops import Path
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import VpcLinkV2


def status_command(link: VpcLinkV2) -> str:
    """Return the command that shows a link's status."""
    return f"aws apigatewayv2 get-vpc-link --vpc-link-id {link.id} --query '[VpcLinkStatus,VpcLinkStatusMessage]'"


def replace(link: VpcLinkV2, path: Path, subnets: Iterable[str] | None = None) -> Fix:
    """Return how to make a new link, in these subnets or in the same ones, and to lead the path over it."""
    chosen = " ".join(link.subnet_ids if subnets is None else subnets) or "SUBNET_IDS"
    groups = " ".join(link.security_group_ids) or "SECURITY_GROUP_IDS"
    at_once = bool(link_variable(path))
    return Fix(
        summary="Create a new VPC link, point the integration at it, and delete the old one.",
        cli=(
            f"aws apigatewayv2 create-vpc-link --name {quote(link.name or 'NAME')} --subnet-ids {chosen} "
            f"--security-group-ids {groups}",
            "aws apigatewayv2 get-vpc-link --vpc-link-id NEW_LINK_ID   # until AVAILABLE",
            *repoint(path, "NEW_LINK_ID"),
            f"aws apigatewayv2 delete-vpc-link --vpc-link-id {link.id}",
        ),
        cloudformation="AWS::ApiGatewayV2::VpcLink SubnetIds, SecurityGroupIds (a change replaces the link)",
        terraform="aws_apigatewayv2_vpc_link subnet_ids, security_group_ids (a change replaces the link)",
        console="API Gateway › VPC links › Create › VPC link v2; then "
        + ("Stages › Stage variables." if at_once else "the integration's VPC link."),
        steps=(
            "Create the new link, in two zones at least.",
            "Wait until it is AVAILABLE.",
            "Set the stage variable to its id." if at_once else "Point the integration at it.",
            "Delete the old link.",
        ),
    )
