"""The evidence as it would be with a new VPC link of the first generation in the place of the old one.

Source: AWS: set-up-api-with-vpclink-cli, grant-permissions-to-create-vpclink (API Gateway makes the endpoint service
and its own connection to it when the link is created).
"""

from __future__ import annotations

from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.gateway_accounts import API_GATEWAY_ACCOUNTS
from bot.diagnosis.hops import LinkHop, ServiceHop
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import EndpointConnection, EndpointService
from bot.diagnosis.sources import ENDPOINT_CONNECTIONS, ENDPOINT_SERVICES, VPC_LINK_V1

_NEW_SERVICE, _NEW_ENDPOINT = "vpce-svc-new", "vpce-new"


def with_new_link(hop: LinkHop, walk: Walk) -> Evidence | None:
    """Return the evidence with link, service and connection in order; None where there was no such link."""
    link = hop.v1
    if link is None:
        return None
    link = link.model_copy(update={"status": "AVAILABLE", "status_message": ""})
    evidence = walk.evidence.with_value(VPC_LINK_V1, link.id, link)
    for service in hop.services:
        try:
            evidence = _with_service(service, walk.request.region, evidence)
        except MissingEvidence:
            continue  # what could not be read stays unread: the new link says nothing more about it
    return evidence


def _with_service(hop: ServiceHop, region: str, evidence: Evidence) -> Evidence:
    service = hop.service or EndpointService(
        service_id=_NEW_SERVICE, network_load_balancer_arns=(hop.balancer_arn,), service_state="Available"
    )
    available = service.model_copy(update={"service_state": "Available"})
    evidence = evidence.with_value(ENDPOINT_SERVICES, hop.balancer_arn, (available,))
    connections = _with_connection(hop, region, evidence)
    return evidence.with_value(ENDPOINT_CONNECTIONS, service.service_id, connections)


def _with_connection(hop: ServiceHop, region: str, evidence: Evidence) -> tuple[EndpointConnection, ...]:
    """Return the connections with API Gateway's available: all that may be its own where AWS does not say which is."""
    own = hop.own_connections
    own = own[:1] if region in API_GATEWAY_ACCOUNTS else own
    serving = {"vpc_endpoint_state": "available"}
    kept = tuple(x.model_copy(update=serving) if x in own else x for x in hop.connections)
    if own:
        return kept
    new = EndpointConnection(
        vpc_endpoint_id=_NEW_ENDPOINT,
        vpc_endpoint_owner=API_GATEWAY_ACCOUNTS.get(region, ""),
        vpc_endpoint_state="available",
        creation_timestamp=evidence.at,
    )
    return (*kept, new)
