"""VPL-02: the VPC link does not exist, or it is of a generation that the API cannot use."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.vpc_link.link_commands import (
    canary_words,
    declared_at,
    deploy,
    edit_integrations,
    find_links,
    link_variable,
    repoint,
)
from bot.diagnosis.checks.vpc_link.link_id import could_be_id
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import VpcLinkV1
from bot.diagnosis.sources import ROUTES, VPC_LINK_V1, VPC_LINK_V2


class LinkMissingOrWrongGeneration(Check[LinkHop]):
    """The VPC link does not exist, or the API cannot use a link of its generation.

    Why: a request to a link that was deleted, or that lives in another account or region, ends in HTTP 500. So does
    one through a link that the kind of API cannot use: an HTTP API takes only links of the second generation, and a
    REST API takes those only with an integration target.
    How we decide: both generations are asked for the id, for neither list shows the other's links. Found in neither
    fails. An HTTP API with a link of the first generation fails; a REST API with one of the second fails where
    `integrationTarget` is missing. A target beside a link of the first generation only warns, and a WebSocket API
    with a link of the second is unknown: AWS does not say what it does then.
    How to fix: point the integration at a link that exists and fits, or add the target; then deploy.
    References: AWS: set-up-private-integration, private-integration, API reference VpcLink of both generations.
    """

    code = "VPL-02"
    title = "The VPC link exists, and its generation fits the API"
    hop = Hop.VPC_LINK
    needs = (VPC_LINK_V1, VPC_LINK_V2, ROUTES)
    signatures = frozenset({"E1", "E7", "E10"})  # E10 is what an HTTP API logs where a REST API logs E1
    warning_signatures = frozenset({"E1", "E7"})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link on the paths."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge whether the link is there and fits."""
        link = subject.link
        if link is None and not could_be_id(subject.id):
            summary = "There is no link's id to look for (VPL-01)."
            yield self.not_applicable(subject.path.resource, summary, subject=subject)
        elif link is None:
            yield self._missing(subject, walk)
        elif isinstance(link, VpcLinkV1):
            yield self._first_generation(subject)
        else:
            yield self._second_generation(subject)

    def _missing(self, subject: LinkHop, walk: Walk) -> Finding:
        path, region = subject.path, walk.request.region
        source = f", from stage variable {link_variable(path)}," if link_variable(path) else ""
        summary = f"VPC link {subject.id}{source} does not exist in {region}: neither generation knows it. "
        summary += f"{path.resource} uses it{canary_words(path)}."
        citations = [self.cite(s, subject.id, "id", "not found") for s in (VPC_LINK_V1, VPC_LINK_V2)]
        return self.failed(subject.id, summary, citations, _other_link(subject), subject=subject)

    def _first_generation(self, subject: LinkHop) -> Finding:
        path = subject.path
        citation = self.cite(VPC_LINK_V1, subject.id, "id", subject.id)
        if path.api.protocol == "HTTP":
            summary = (
                f"VPC link {subject.id} is of the first generation; HTTP API {path.api.name} can use only the second."
            )
            return self.failed(subject.id, summary, [citation], _other_link(subject), subject=subject)
        if path.integration.target:
            target = self.cite(ROUTES, path.resource, "integrationTarget", path.integration.target)
            summary = f"{path.resource} names an integration target, which only a link of the second generation uses; "
            summary += f"{subject.id} is of the first."
            return self.warned(subject.id, summary, [citation, target], _drop_target(subject), subject=subject)
        return self.passed(subject.id, f"VPC link {subject.id} exists and fits (first generation).", subject=subject)

    def _second_generation(self, subject: LinkHop) -> Finding:
        path = subject.path
        if path.api.protocol == "REST" and not path.target.text:
            target = self.cite(ROUTES, path.resource, "integrationTarget", path.integration.target or "(none)")
            unset = f" (stage variable {path.target.missing[0]} has no value)" if path.target.missing else ""
            summary = f"VPC link {subject.id} is of the second generation, and {path.resource} names no "
            summary += f"integrationTarget{unset}: the link does not know which load balancer to send to."
            citations = [target, self.cite(VPC_LINK_V2, subject.id, "VpcLinkId", subject.id)]
            return self.failed(subject.id, summary, citations, _add_target(subject), subject=subject)
        if path.api.protocol not in {"REST", "HTTP"}:
            summary = (
                f"VPC link {subject.id} is of the second generation; whether a {path.api.protocol} API can use it "
            )
            return self.undecided(subject.id, summary + "is not known.", subject=subject)
        return self.passed(subject.id, f"VPC link {subject.id} exists and fits (second generation).", subject=subject)


def _other_link(hop: LinkHop) -> Fix:
    path = hop.path
    cloudformation, terraform = declared_at(path, link_variable(path))
    at_once = bool(link_variable(path))
    return Fix(
        summary=f"Point {path.resource} at a VPC link that exists in this region and account"
        + (", through its stage variable." if at_once else ", and deploy."),
        cli=(find_links(path), *repoint(path, "LINK_ID")),
        cloudformation=cloudformation,
        terraform=terraform,
        console="API Gateway › VPC links: find the link's id; then "
        + ("Stages › Stage variables." if at_once else "Resources › method › Integration request; then Deploy."),
        steps=(
            "Find a link of the generation that fits, or create one.",
            "Wait until it is AVAILABLE.",
            "Put its id into the stage variable." if at_once else "Put its id into the integration, and deploy.",
        ),
    )


def _add_target(hop: LinkHop) -> Fix:
    return Fix(
        summary="Add the ARN of the load balancer as integrationTarget, and deploy.",
        cli=(
            "aws elbv2 describe-load-balancers --query 'LoadBalancers[].[LoadBalancerName,LoadBalancerArn]'",
            *edit_integrations(hop.path, "integrationTarget", "LOAD_BALANCER_ARN"),
            *deploy(hop.path),
        ),
        cloudformation="AWS::ApiGateway::Method Integration.IntegrationTarget",
        terraform="aws_api_gateway_integration integration_target",
        console="API Gateway › Resources › method › Integration request › Load balancer; then Deploy.",
    )


def _drop_target(hop: LinkHop) -> Fix:
    return Fix(
        summary="Remove the integration target, or use a VPC link of the second generation; then deploy.",
        cli=(*edit_integrations(hop.path, "integrationTarget", None), *deploy(hop.path)),
        cloudformation="AWS::ApiGateway::Method Integration.IntegrationTarget",
        terraform="aws_api_gateway_integration integration_target",
        console="API Gateway › Resources › method › Integration request; then Deploy.",
    )
