"""VPL-06: the endpoint service between the VPC link and the load balancer is gone or not Available."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.endpoint_service.first_generation import balancer_name, being_made, services
from bot.diagnosis.checks.vpc_link.link_v1_commands import recreate
from bot.diagnosis.checks.vpc_link.new_link import with_new_link
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ServiceHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.sources import ENDPOINT_SERVICES, VPC_LINK_V1
from bot.language import _


class EndpointServiceNotAvailable(Check[ServiceHop]):
    """The endpoint service in front of the load balancer is missing or not Available.

    Why: a VPC link of the first generation reaches the load balancer through an endpoint service that API Gateway
    makes in your account. Deleting the service cuts the link off, although the link goes on saying AVAILABLE.
    How we decide: every endpoint service of the account is listed, and the one whose load balancers hold the link's
    is ours; tags do not count. None fails, Available passes, Pending warns, Deleting, Deleted and Failed fail. None
    only warns while the link itself is PENDING, for then the service is still being made.
    How to fix: replace the VPC link; API Gateway makes the service anew with it.
    References: AWS: grant-permissions-to-create-vpclink, create-endpoint-service, API reference ServiceConfiguration.
    """

    code = "VPL-06"
    title = "The link's endpoint service exists and is Available"
    hop = Hop.ENDPOINT_SERVICE
    needs = (ENDPOINT_SERVICES, VPC_LINK_V1)
    signatures = frozenset({"E1"})
    warning_signatures = frozenset({"E1"})
    explains = ("VPL-07",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ServiceHop]:
        """The endpoint service of every link of the first generation."""
        return services(walk)

    def judge(self, subject: ServiceHop, walk: Walk) -> Iterator[Finding]:
        """Judge the service's state."""
        service = subject.service
        if service is None:
            yield self._missing(subject)
            return
        state, name = service.service_state, service.service_id
        citation = self.cite(ENDPOINT_SERVICES, name, "ServiceState", state)
        summary = _(
            "Endpoint service {service} in front of {balancer} is {state}.",
            service=name,
            balancer=balancer_name(subject.balancer_arn),
            state=state,
        )
        if state.lower() == "available":
            yield self.passed(name, summary, subject=subject)
        elif state.lower() == "pending":
            yield self.warned(name, summary, [citation], _wait(subject), subject=subject)
        elif state.lower() in {"deleting", "deleted", "failed"}:
            yield self.failed(name, summary, [citation], recreate(subject.link), subject=subject)
        else:
            summary = _(
                "Endpoint service {service} has a state that we do not know: {state}.",
                service=name,
                state=state or _("none"),
            )
            yield self.undecided(name, summary, subject=subject)

    def _missing(self, subject: ServiceHop) -> Finding:
        link, balancer = subject.link.id, balancer_name(subject.balancer_arn)
        citation = self.cite(
            ENDPOINT_SERVICES, subject.balancer_arn, "ServiceConfigurations[].NetworkLoadBalancerArns", _("no match")
        )
        if being_made(subject):
            summary = _(
                "There is no endpoint service in front of {balancer} yet: VPC link {link} is still PENDING.",
                balancer=balancer,
                link=link,
            )
            return self.warned(link, summary, [citation], _wait(subject), subject=subject)
        summary = _(
            "There is no endpoint service in front of {balancer}: the one that VPC link {link} uses was deleted.",
            balancer=balancer,
            link=link,
        )
        return self.failed(link, summary, [citation], recreate(subject.link), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """A new link stands in the old one's place, and with it comes a new service."""
        for hop in services(walk).items:
            service = hop.service
            if finding.resource == (service.service_id if service else hop.link.id):
                return with_new_link(hop.link, walk)
        return None


def _wait(hop: ServiceHop) -> Fix:
    fix = recreate(hop.link)
    summary = _("Wait a few minutes and run this again. If it stays as it is, replace the VPC link.")
    return fix.model_copy(update={"summary": summary, "steps": (_("Wait up to ten minutes."), *fix.steps)})
