"""How to replace a VPC link of the first generation; API Gateway makes its endpoint service anew with it.

Source: AWS: set-up-api-with-vpclink-cli, vpc-links-v1.
"""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.vpc_link.link_code import new_link_v1
from bot.diagnosis.checks.vpc_link.link_commands import repoint
from bot.diagnosis.checks.vpc_link.link_variable import link_variable
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Fix
from bot.language import _


def recreate(hop: LinkHop) -> Fix:
    """Return how to make a new link to the same load balancer, and to lead the path over it."""
    link = hop.v1
    balancer = link.target_arns[0] if link and link.target_arns else "NLB_ARN"
    name = link.name if link and link.name else "NAME"
    variable = link_variable(hop.path)
    cloudformation, terraform = new_link_v1(hop.path, variable, name, balancer)
    return Fix(
        summary=_summary(at_once=bool(variable)),
        cli=(
            f"aws apigateway create-vpc-link --name {quote(name)} --target-arns {balancer}",
            "aws apigateway get-vpc-link --vpc-link-id NEW_LINK_ID   # until AVAILABLE, two to ten minutes",
            *repoint(hop.path, "NEW_LINK_ID"),
            f"aws apigateway delete-vpc-link --vpc-link-id {hop.id}",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_console(at_once=bool(variable)),
        steps=(
            _("Create the new link."),
            _("Wait until it is AVAILABLE."),
            _("Set the stage variable to its id.") if variable else _("Point the integration at it."),
            *(() if variable else (_("Deploy."),)),
            _("Delete the old link."),
        ),
    )


def _summary(*, at_once: bool) -> str:
    if at_once:
        return _(
            "Create a new VPC link to the same load balancer, point the integration at it, and delete the old link."
        )
    return _(
        "Create a new VPC link to the same load balancer, point the integration at it, deploy, and delete the old link."
    )


def _console(*, at_once: bool) -> str:
    if at_once:
        return _("API Gateway › VPC links › Create; Stages › Stage variables.")
    return _("API Gateway › VPC links › Create; then Resources › method › Integration request; then Deploy.")
