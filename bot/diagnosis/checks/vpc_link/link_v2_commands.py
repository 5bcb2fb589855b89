"""How to replace a VPC link of the second generation, whose subnets and security groups cannot be changed.

Source: AWS: apigateway-vpc-links-v2, CLI reference apigatewayv2 create-vpc-link.
"""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from bot.diagnosis.checks.vpc_link.link_code import new_link_v2
from bot.diagnosis.checks.vpc_link.link_commands import repoint
from bot.diagnosis.checks.vpc_link.link_variable import link_variable
from bot.diagnosis.hops import Path
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import VpcLinkV2
from bot.language import _


def status_command(link: VpcLinkV2) -> str:
    """Return the command that shows a link's status."""
    return f"aws apigatewayv2 get-vpc-link --vpc-link-id {link.id} --query '[VpcLinkStatus,VpcLinkStatusMessage]'"


def replace(link: VpcLinkV2, path: Path, subnets: Iterable[str] | None = None) -> Fix:
    """Return how to make a new link, in these subnets or in the same ones, and to lead the path over it."""
    chosen = tuple(link.subnet_ids if subnets is None else subnets)
    groups = " ".join(link.security_group_ids) or "SECURITY_GROUP_IDS"
    variable = link_variable(path)
    cloudformation, terraform = new_link_v2(path, variable, link, chosen or ("SUBNET_ID",))
    return Fix(
        summary=_("Create a new VPC link, point the integration at it, and delete the old one."),
        cli=(
            f"aws apigatewayv2 create-vpc-link --name {quote(link.name or 'NAME')} "
            f"--subnet-ids {' '.join(chosen) or 'SUBNET_IDS'} --security-group-ids {groups}",
            "aws apigatewayv2 get-vpc-link --vpc-link-id NEW_LINK_ID   # until AVAILABLE",
            *repoint(path, "NEW_LINK_ID"),
            f"aws apigatewayv2 delete-vpc-link --vpc-link-id {link.id}",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › VPC links › Create › VPC link v2; then Stages › Stage variables.")
        if variable
        else _("API Gateway › VPC links › Create › VPC link v2; then the integration's VPC link."),
        steps=(
            _("Create the new link, in two zones at least."),
            _("Wait until it is AVAILABLE."),
            _("Set the stage variable to its id.") if variable else _("Point the integration at it."),
            _("Delete the old link."),
        ),
    )
