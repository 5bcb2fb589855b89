"""VPL-03: a VPC link of the first generation that is not AVAILABLE."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import VpcLinkV1
from bot.diagnosis.sources import VPC_LINK_V1


class VpcLinkNotAvailable(Check[LinkHop]):
    """The VPC link is not AVAILABLE.

    Why: API Gateway sends a private integration's requests through the VPC link. While the link is PENDING, DELETING
    or FAILED there is no way into the VPC, and every request ends in HTTP 500.
    How we decide: AVAILABLE passes, PENDING warns (a new link takes two to ten minutes), FAILED and DELETING fail. A
    status that we do not know is unknown. AVAILABLE says nothing about what stands behind the link.
    How to fix: a FAILED link cannot be repaired. Create a new one, point the integration at it, deploy, delete the old.
    References: AWS: set-up-api-with-vpclink-cli, API reference VpcLink.
    """

    code = "VPL-03"
    title = "VPC link (first generation) is AVAILABLE"
    hop = Hop.VPC_LINK
    needs = (VPC_LINK_V1,)
    signatures = frozenset({"E1", "E7", "E8"})
    warning_signatures = frozenset({"E1", "E7", "E8"})
    explains = ("VPL-06", "VPL-07")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link on the paths."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge the link's status."""
        link = subject.link
        if not isinstance(link, VpcLinkV1):
            yield self.not_applicable(subject.id, "Not a VPC link of the first generation.", subject=subject)
            return
        citation = self.cite(VPC_LINK_V1, link.id, "status", f"{link.status} {link.status_message}".strip())
        message = f": {link.status_message}" if link.status_message else ""
        status = link.status.upper()
        if status == "AVAILABLE":
            yield self.passed(link.id, f"VPC link {link.id} is AVAILABLE.", subject=subject)
        elif status == "PENDING":
            summary = f"VPC link {link.id} is still PENDING{message}. A new link takes up to ten minutes."
            yield self.warned(link.id, summary, [citation], _fix(link, walk, subject), subject=subject)
        elif status in {"FAILED", "DELETING"}:
            summary = f"VPC link {link.id} is {status}{message}."
            yield self.failed(link.id, summary, [citation], _fix(link, walk, subject), subject=subject)
        else:
            yield self.undecided(link.id, f"VPC link {link.id} has a status that we do not know: {link.status}.")


def _fix(link: VpcLinkV1, walk: Walk, hop: LinkHop) -> Fix:
    balancer = link.target_arns[0] if link.target_arns else "NLB_ARN"
    api, stage, route = hop.path.api.id, hop.path.stage.name, hop.path.routes[0]
    repoint = (
        f"aws apigateway update-integration --rest-api-id {api} --resource-id {route.resource_id} "
        f"--http-method {route.method} --patch-operations op=replace,path=/connectionId,value=NEW_LINK_ID"
    )
    deploy = f"aws apigateway create-deployment --rest-api-id {api} --stage-name {stage}"
    variables = hop.path.connection.variables
    if variables:
        repoint = (
            f"aws apigateway update-stage --rest-api-id {api} --stage-name {stage} "
            f"--patch-operations op=replace,path=/variables/{variables[0]},value=NEW_LINK_ID"
        )
    return Fix(
        summary="Create a new VPC link to the same load balancer, point the integration at it, and deploy.",
        cli=(
            f"aws apigateway create-vpc-link --name {link.name or 'NAME'} --target-arns {balancer}",
            "aws apigateway get-vpc-link --vpc-link-id NEW_LINK_ID   # until AVAILABLE",
            repoint,
            *(() if variables else (deploy,)),
            f"aws apigateway delete-vpc-link --vpc-link-id {link.id}",
        ),
        cloudformation="Give AWS::ApiGateway::VpcLink a new Name (a change of Name replaces it) and update the stack.",
        terraform="terraform apply -replace=aws_api_gateway_vpc_link.NAME",
        console="API Gateway › VPC links › Create; then Resources › method › Integration request; then Deploy.",
        steps=(
            "Create the new link.",
            "Wait until it is AVAILABLE.",
            "Point the integration at it.",
            "Deploy.",
            "Delete the old link.",
        ),
    )
