"""VPL-07: API Gateway's connection to the endpoint service is not available."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.endpoint_service.first_generation import being_made, services
from bot.diagnosis.checks.vpc_link.link_v1_commands import recreate
from bot.diagnosis.checks.vpc_link.new_link import with_new_link
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.gateway_accounts import API_GATEWAY_ACCOUNTS
from bot.diagnosis.hops import ServiceHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import EndpointConnection
from bot.diagnosis.snippets import new_terraform
from bot.diagnosis.sources import ENDPOINT_CONNECTIONS, ENDPOINT_SERVICES
from bot.language import _

_BROKEN = {"pendingacceptance", "rejected", "failed", "expired", "deleting", "deleted"}
_ACCEPTABLE = {"pendingacceptance", "rejected"}
_SHOWN = 5


class EndpointConnectionNotAvailable(Check[ServiceHop]):
    """API Gateway's connection to the endpoint service is not available.

    Why: the endpoint through which API Gateway enters your VPC stands in AWS's own account, and the endpoint service
    must have accepted its connection. Somebody who rejects it, or never accepts it, cuts the link off, although the
    link goes on saying AVAILABLE.
    How we decide: of the connections that API Gateway's account owns the newest counts; other consumers' never do.
    `available` passes, `pending` and `partial` warn, every other known state and no connection at all fail; upper and
    lower case do not matter. Where AWS does not publish API Gateway's account for the region, it fails only if no
    connection of anybody could serve, and passes only if all of them can. While the link is PENDING a missing
    connection only warns.
    How to fix: accept the connection. If AWS refuses that, or the connection is gone, replace the VPC link.
    References: AWS: configure-endpoint-service, set-up-api-with-vpclink-accounts, DescribeVpcEndpointConnections.
    """

    code = "VPL-07"
    title = "API Gateway's connection to the endpoint service is available"
    hop = Hop.ENDPOINT_SERVICE
    needs = (ENDPOINT_SERVICES, ENDPOINT_CONNECTIONS)
    signatures = frozenset({"E1"})
    warning_signatures = frozenset({"E1"})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ServiceHop]:
        """The endpoint service of every link of the first generation."""
        return services(walk)

    def judge(self, subject: ServiceHop, walk: Walk) -> Iterator[Finding]:
        """Judge the connection that is API Gateway's."""
        service = subject.service
        if service is None:
            summary = _("There is no endpoint service that a connection could belong to (VPL-06).")
            yield self.not_applicable(subject.link.id, summary, subject=subject)
            return
        own = subject.own_connections
        if not own:
            yield self._none(subject, service.service_id)
        elif walk.request.region in API_GATEWAY_ACCOUNTS or len(own) == 1:
            yield self._one(subject, service.service_id, own[0])
        else:
            yield self._one_of(subject, service.service_id, own)

    def _one_of(self, subject: ServiceHop, service_id: str, connections: tuple[EndpointConnection, ...]) -> Finding:
        """Judge where AWS does not publish API Gateway's account, so that nobody can tell which one is its own."""
        groups = {_group(x) for x in connections}
        states = some((f"{x.vpc_endpoint_id} {x.vpc_endpoint_state}" for x in connections), _SHOWN)
        if groups == {"serves"}:
            summary = _(
                "Every connection to endpoint service {service} is available, API Gateway's among them.",
                service=service_id,
            )
            return self.passed(service_id, summary, subject=subject)
        if groups == {"broken"}:
            summary = _(
                "No connection to endpoint service {service} can serve: {states}.", service=service_id, states=states
            )
            citations = [self._citation(service_id, x) for x in connections[:_SHOWN]]
            return self.failed(service_id, summary, citations, recreate(subject.link), subject=subject)
        summary = _(
            "Endpoint service {service} has {count} connections ({states}); AWS does not publish which account is API "
            "Gateway's in this region: look whether its connection is available.",
            service=service_id,
            count=len(connections),
            states=states,
        )
        return self.undecided(service_id, summary, subject=subject)

    def _one(self, subject: ServiceHop, service_id: str, connection: EndpointConnection) -> Finding:
        state, endpoint = connection.vpc_endpoint_state, connection.vpc_endpoint_id
        summary = _(
            "API Gateway's connection {endpoint} to endpoint service {service} is {state}.",
            endpoint=endpoint,
            service=service_id,
            state=state,
        )
        citations = [self._citation(service_id, connection)]
        group = _group(connection)
        if group == "serves":
            return self.passed(service_id, summary, subject=subject)
        if group == "partly":
            return self.warned(service_id, summary, citations, _accept(subject, connection), subject=subject)
        if group == "broken":
            return self.failed(service_id, summary, citations, _accept(subject, connection), subject=subject)
        summary = _(
            "API Gateway's connection {endpoint} has a state that we do not know: {state}.",
            endpoint=endpoint,
            state=state or _("none"),
        )
        return self.undecided(service_id, summary, subject=subject)

    def _none(self, subject: ServiceHop, service_id: str) -> Finding:
        others = len(subject.connections)
        citation = self.cite(
            ENDPOINT_CONNECTIONS,
            service_id,
            "VpcEndpointConnections[].VpcEndpointOwner",
            ", ".join(sorted({x.vpc_endpoint_owner for x in subject.connections})) or "[]",
        )
        summary = _("Endpoint service {service} has no connection of API Gateway.", service=service_id)
        if others:
            summary = _(
                "Endpoint service {service} has no connection of API Gateway, only {count} of other accounts.",
                service=service_id,
                count=others,
            )
        if being_made(subject):
            summary += " " + _("VPC link {link} is still PENDING.", link=subject.link.id)
            return self.warned(service_id, summary, [citation], recreate(subject.link), subject=subject)
        return self.failed(service_id, summary, [citation], recreate(subject.link), subject=subject)

    def _citation(self, service_id: str, connection: EndpointConnection) -> Citation:
        field = f"{connection.vpc_endpoint_id}.VpcEndpointState"
        return self.cite(ENDPOINT_CONNECTIONS, service_id, field, connection.vpc_endpoint_state)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The connection is accepted, or a new link has brought a new one."""
        for hop in services(walk).items:
            if hop.service and hop.service.service_id == finding.resource:
                return with_new_link(hop.link, walk)
        return None


def _group(connection: EndpointConnection) -> str:
    """Return what a connection in this state does: it `serves`, `partly`, is `broken`, or we do not know the state."""
    state = connection.vpc_endpoint_state.lower()
    if state == "available":
        return "serves"
    if state in {"pending", "partial"}:
        return "partly"
    return "broken" if state in _BROKEN else state


def _accept(hop: ServiceHop, connection: EndpointConnection) -> Fix:
    state = connection.vpc_endpoint_state.lower()
    fix = recreate(hop.link)
    if state in {"pending", "partial"}:
        summary = _("Wait a few minutes and run this again; then replace the VPC link.")
        return fix.model_copy(update={"summary": summary})
    if state not in _ACCEPTABLE:
        return fix
    service, endpoint = hop.service.service_id if hop.service else "SERVICE_ID", connection.vpc_endpoint_id
    accept = f"aws ec2 accept-vpc-endpoint-connections --service-id {service} --vpc-endpoint-ids {endpoint}"
    return Fix(
        summary=_("Accept API Gateway's endpoint connection {endpoint}.", endpoint=endpoint),
        cli=(accept,),
        terraform=new_terraform(
            "aws_vpc_endpoint_connection_accepter",
            "api_gateway",
            {"vpc_endpoint_service_id": service, "vpc_endpoint_id": endpoint},
        ),
        console=_("VPC › Endpoint services › Endpoint connections › Actions › Accept endpoint connection request."),
        steps=(_("Accept the connection."), _("If AWS refuses: replace the link as follows."), *fix.steps),
    )
