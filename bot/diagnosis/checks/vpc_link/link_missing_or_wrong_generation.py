"""VPL-02: the VPC link does not exist, or it is of a generation that the API cannot use."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.vpc_link.link_code import NO_VALUE, declared_at, integration_target
from bot.diagnosis.checks.vpc_link.link_commands import deploy, edit_integrations, find_links, repoint
from bot.diagnosis.checks.vpc_link.link_id import could_be_id
from bot.diagnosis.checks.vpc_link.link_variable import link_variable
from bot.diagnosis.hops import LinkHop, Path
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import VpcLinkV1
from bot.diagnosis.sources import ROUTES, VPC_LINK_V1, VPC_LINK_V2
from bot.language import _


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
            summary = _("There is no link's id to look for (VPL-01).")
            yield self.not_applicable(subject.path.resource, summary, subject=subject)
        elif link is None:
            yield self._missing(subject, walk)
        elif isinstance(link, VpcLinkV1):
            yield self._first_generation(subject)
        else:
            yield self._second_generation(subject)

    def _missing(self, subject: LinkHop, walk: Walk) -> Finding:
        path, region, name = subject.path, walk.request.region, link_variable(subject.path)
        summary = _(
            "VPC link {link} does not exist in {region}: neither generation knows it.", link=subject.id, region=region
        )
        if name:
            summary = _(
                "VPC link {link}, from stage variable {name}, does not exist in {region}: neither generation knows it.",
                link=subject.id,
                name=name,
                region=region,
            )
        summary = f"{summary} {_used_by(path)}"
        citations = [self.cite(s, subject.id, "id", _("not found")) for s in (VPC_LINK_V1, VPC_LINK_V2)]
        return self.failed(subject.id, summary, citations, _other_link(subject), subject=subject)

    def _first_generation(self, subject: LinkHop) -> Finding:
        path = subject.path
        citation = self.cite(VPC_LINK_V1, subject.id, "id", subject.id)
        if path.api.protocol == "HTTP":
            summary = _(
                "VPC link {link} is of the first generation; HTTP API {api} can use only the second.",
                link=subject.id,
                api=path.api.name,
            )
            return self.failed(subject.id, summary, [citation], _other_link(subject), subject=subject)
        if path.integration.target:
            target = self.cite(ROUTES, path.resource, "integrationTarget", path.integration.target)
            summary = _(
                "{path} names an integration target, which only a link of the second generation uses; "
                "{link} is of the first.",
                path=path.resource,
                link=subject.id,
            )
            return self.warned(subject.id, summary, [citation, target], _drop_target(subject), subject=subject)
        summary = _("VPC link {link} exists and fits (first generation).", link=subject.id)
        return self.passed(subject.id, summary, subject=subject)

    def _second_generation(self, subject: LinkHop) -> Finding:
        path = subject.path
        if path.api.protocol == "REST" and not path.target.text:
            target = self.cite(ROUTES, path.resource, "integrationTarget", path.integration.target or _("(none)"))
            summary = _no_target(subject)
            citations = [target, self.cite(VPC_LINK_V2, subject.id, "VpcLinkId", subject.id)]
            return self.failed(subject.id, summary, citations, _add_target(subject), subject=subject)
        if path.api.protocol not in {"REST", "HTTP"}:
            summary = _(
                "VPC link {link} is of the second generation; whether a {protocol} API can use it is not known.",
                link=subject.id,
                protocol=path.api.protocol,
            )
            return self.undecided(subject.id, summary, subject=subject)
        summary = _("VPC link {link} exists and fits (second generation).", link=subject.id)
        return self.passed(subject.id, summary, subject=subject)


def _used_by(path: Path) -> str:
    canary = path.stage.canary
    if path.canary and canary:
        percent = f"{canary.percent_traffic:g}"
        return _("{path} uses it in the canary ({percent} % of the requests).", path=path.resource, percent=percent)
    return _("{path} uses it.", path=path.resource)


def _no_target(hop: LinkHop) -> str:
    path = hop.path
    if path.target.missing:
        return _(
            "VPC link {link} is of the second generation, and {path} names no integrationTarget (stage variable {name} "
            "has no value): the link does not know which load balancer to send to.",
            link=hop.id,
            path=path.resource,
            name=path.target.missing[0],
        )
    return _(
        "VPC link {link} is of the second generation, and {path} names no integrationTarget: the link does not know "
        "which load balancer to send to.",
        link=hop.id,
        path=path.resource,
    )


def _other_link(hop: LinkHop) -> Fix:
    path = hop.path
    at_once = bool(link_variable(path))
    cloudformation, terraform = declared_at(path, link_variable(path), "LINK_ID")
    return Fix(
        summary=_(
            "Point {path} at a VPC link that exists in this region and account, through its stage variable.",
            path=path.resource,
        )
        if at_once
        else _("Point {path} at a VPC link that exists in this region and account, and deploy.", path=path.resource),
        cli=(find_links(path), *repoint(path, "LINK_ID")),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › VPC links: find the link's id; then Stages › Stage variables.")
        if at_once
        else _(
            "API Gateway › VPC links: find the link's id; then Resources › method › Integration request; then Deploy."
        ),
        steps=(
            _("Find a link of the generation that fits, or create one."),
            _("Wait until it is AVAILABLE."),
            _("Put its id into the stage variable.") if at_once else _("Put its id into the integration, and deploy."),
        ),
    )


def _add_target(hop: LinkHop) -> Fix:
    cloudformation, terraform = integration_target(hop.path, "LOAD_BALANCER_ARN", "LOAD_BALANCER_ARN")
    return Fix(
        summary=_("Add the ARN of the load balancer as integrationTarget, and deploy."),
        cli=(
            "aws elbv2 describe-load-balancers --query 'LoadBalancers[].[LoadBalancerName,LoadBalancerArn]'",
            *edit_integrations(hop.path, "integrationTarget", "LOAD_BALANCER_ARN"),
            *deploy(hop.path),
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Resources › method › Integration request › Load balancer; then Deploy."),
    )


def _drop_target(hop: LinkHop) -> Fix:
    cloudformation, terraform = integration_target(hop.path, *NO_VALUE)
    return Fix(
        summary=_("Remove the integration target, or use a VPC link of the second generation; then deploy."),
        cli=(*edit_integrations(hop.path, "integrationTarget", None), *deploy(hop.path)),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Resources › method › Integration request; then Deploy."),
    )
