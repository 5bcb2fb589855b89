"""VPL-07: API Gateway's connection to the endpoint service is not available."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.endpoint_service.first_generation import being_made, services
from bot.diagnosis.checks.vpc_link.link_commands import recreate
from bot.diagnosis.checks.vpc_link.new_link import with_new_link
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.gateway_accounts import API_GATEWAY_ACCOUNTS
from bot.diagnosis.hops import ServiceHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import EndpointConnection
from bot.diagnosis.sources import ENDPOINT_CONNECTIONS, ENDPOINT_SERVICES

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
            summary = "There is no endpoint service that a connection could belong to (VPL-06)."
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
        states = ", ".join(f"{x.vpc_endpoint_id} {x.vpc_endpoint_state}" for x in connections[:_SHOWN])
        states += f" +{len(connections) - _SHOWN} more" if len(connections) > _SHOWN else ""
        if groups == {"serves"}:
            summary = f"Every connection to endpoint service {service_id} is available, API Gateway's among them."
            return self.passed(service_id, summary, subject=subject)
        if groups == {"broken"}:
            summary = f"No connection to endpoint service {service_id} can serve: {states}."
            citations = [self._citation(service_id, x) for x in connections[:_SHOWN]]
            return self.failed(service_id, summary, citations, recreate(subject.link), subject=subject)
        summary = f"Endpoint service {service_id} has {len(connections)} connections ({states}); AWS does not publish "
        summary += "which account is API Gateway's in this region: look whether its connection is available."
        return self.undecided(service_id, summary, subject=subject)

    def _one(self, subject: ServiceHop, service_id: str, connection: EndpointConnection) -> Finding:
        state, endpoint = connection.vpc_endpoint_state, connection.vpc_endpoint_id
        summary = f"API Gateway's connection {endpoint} to endpoint service {service_id} is {state}."
        citations = [self._citation(service_id, connection)]
        group = _group(connection)
        if group == "serves":
            return self.passed(service_id, summary, subject=subject)
        if group == "partly":
            return self.warned(service_id, summary, citations, _accept(subject, connection), subject=subject)
        if group == "broken":
            return self.failed(service_id, summary, citations, _accept(subject, connection), subject=subject)
        summary = f"API Gateway's connection {endpoint} has a state that we do not know: {state or 'none'}."
        return self.undecided(service_id, summary, subject=subject)

    def _none(self, subject: ServiceHop, service_id: str) -> Finding:
        others = len(subject.connections)
        citation = self.cite(
            ENDPOINT_CONNECTIONS,
            service_id,
            "VpcEndpointConnections[].VpcEndpointOwner",
            ", ".join(sorted({x.vpc_endpoint_owner for x in subject.connections})) or "[]",
        )
        summary = f"Endpoint service {service_id} has no connection of API Gateway"
        summary += f", only {others} of other accounts." if others else "."
        if being_made(subject):
            summary += f" VPC link {subject.link.id} is still PENDING."
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
        return fix.model_copy(update={"summary": "Wait a few minutes and run this again; then replace the VPC link."})
    if state not in _ACCEPTABLE:
        return fix
    service = hop.service.service_id if hop.service else "SERVICE_ID"
    accept = (
        f"aws ec2 accept-vpc-endpoint-connections --service-id {service} "
        f"--vpc-endpoint-ids {connection.vpc_endpoint_id}"
    )
    return Fix(
        summary=f"Accept API Gateway's endpoint connection {connection.vpc_endpoint_id}.",
        cli=(accept,),
        cloudformation="No resource accepts one; AWS::EC2::VPCEndpointService AcceptanceRequired: false avoids it.",
        terraform="aws_vpc_endpoint_connection_accepter vpc_endpoint_service_id, vpc_endpoint_id",
        console="VPC › Endpoint services › Endpoint connections › Actions › Accept endpoint connection request.",
        steps=("Accept the connection.", "If AWS refuses: replace the link as follows.", *fix.steps),
    )
