"""Faults of the VPC link and of the endpoint service behind it."""

from __future__ import annotations

from bot.demo.aws.faults.consequences import edit_integration, fail, sometimes, unreachable
from bot.demo.aws.faults.registry import fault, has_variable, is_http_api, is_rest, is_v1, is_v2
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.trail import make_trail_event
from bot.demo.aws.traffic import Outcome, failing
from bot.demo.aws.world import Resource

_GONE = "zz9qk2"


def _invalid_link(topology: Topology, link_id: str) -> Outcome:
    """How a request ends whose integration names a link that API Gateway cannot use."""
    if not topology.is_rest:
        return unreachable(topology)
    text = f"configuration error: Invalid Vpc Link id {link_id} referenced in integration"
    return failing(text, sent=False, milliseconds=2)


def _service(topology: Topology) -> Resource:
    return topology.region.get("endpoint-service", ServiceId=topology.service_id)


def _connection(topology: Topology) -> Resource:
    return topology.region.get("endpoint-connection", VpcEndpointId=topology.endpoint_id)


def _remove_service(topology: Topology) -> None:
    topology.region.remove("endpoint-service", ServiceId=topology.service_id)
    topology.region.remove("endpoint-connection", ServiceId=topology.service_id)


@fault("VPL-03", is_v1)
def link_failed(topology: Topology) -> None:
    """The link is FAILED: its NLB already belongs to another endpoint service, which has another consumer."""
    topology.link.update(status="FAILED", statusMessage="NLB is already associated with another VPC Endpoint Service")
    connection = _connection(topology)
    connection["VpcEndpointOwner"] = "444455556666"
    fail(topology)


@fault("VPL-03", is_v1)
def link_pending(topology: Topology) -> None:
    """The link is still PENDING, long after it was made: it takes no traffic."""
    make_trail_event(topology.region, "CreateVpcLink", 45, topology.link_id, name=topology.link["name"])
    topology.link.update(status="PENDING", statusMessage="Your vpc link is being provisioned")
    _connection(topology)["VpcEndpointState"] = "pending"
    fail(topology)


@fault("VPL-03", is_v1)
def link_deleting(topology: Topology) -> None:
    """The link is DELETING: its endpoint is on its way out."""
    topology.link.update(status="DELETING", statusMessage="Your vpc link is being deleted")
    _connection(topology)["VpcEndpointState"] = "deleting"
    fail(topology)


@fault("VPL-02")
def link_deleted(topology: Topology) -> None:
    """The link was deleted, and with it its endpoint service or its network interfaces."""
    if is_v1(topology):
        topology.region.remove("vpc-link", id=topology.link_id)
        _remove_service(topology)
    else:
        topology.region.remove("http-api-link", VpcLinkId=topology.link_id)
        _remove_interfaces(topology)
    fail(topology, _invalid_link(topology, topology.link_id))


@fault("VPL-02", has_variable)
def stage_variable_wrong(topology: Topology) -> None:
    """The stage variable holds the id of a link that does not exist."""
    topology.stage_resource["variables"] = {topology.variable: _GONE}
    fail(topology, _invalid_link(topology, _GONE))


@fault("VPL-01", has_variable)
def stage_variable_unset(topology: Topology) -> None:
    """The integration names a stage variable that the stage does not have."""
    topology.stage_resource["variables"] = None
    fail(topology)


@fault("VPL-01", has_variable)
def stage_variable_holds_service(topology: Topology) -> None:
    """The stage variable holds the endpoint service's id where a link's id belongs."""
    value = topology.service_id or topology.network.vpc_id
    topology.stage_resource["variables"] = {topology.variable: value}
    fail(topology, _invalid_link(topology, value))


@fault("VPL-02", lambda topology: is_rest(topology) and is_v2(topology))
def integration_target_missing(topology: Topology) -> None:
    """A REST API uses a link of the second generation, but the integration names no target."""
    edit_integration(topology, integrationTarget=None)
    fail(topology, _invalid_link(topology, topology.link_id))


@fault("VPL-02", is_http_api)
def link_of_other_generation(topology: Topology) -> None:
    """An HTTP API names a link of the first generation."""
    first = {"id": _GONE, "name": "old-link", "targetArns": [], "status": "AVAILABLE", "tags": {}}
    topology.region.add("vpc-link", first)
    edit_integration(topology, ConnectionId=_GONE)
    fail(topology)


def _remove_interfaces(topology: Topology) -> None:
    for subnet_id in topology.network.link_subnets:
        topology.region.remove("network-interface", SubnetId=subnet_id, InterfaceType="api_gateway_managed")


@fault("VPL-04", is_v2)
def link_inactive(topology: Topology) -> None:
    """The link is INACTIVE: after 60 days without traffic its network interfaces were removed."""
    text = "VPC link is inactive: no traffic was sent for 60 days"
    topology.link.update(VpcLinkStatus="INACTIVE", VpcLinkStatusMessage=text)
    _remove_interfaces(topology)
    fail(topology)


@fault("VPL-04", is_v2)
def link_v2_failed(topology: Topology) -> None:
    """The link is FAILED: its network interfaces could not be made."""
    text = "Failed to create network interfaces: insufficient free addresses in subnet"
    topology.link.update(VpcLinkStatus="FAILED", VpcLinkStatusMessage=text)
    _remove_interfaces(topology)
    topology.region.get("subnet", SubnetId=topology.network.link_subnets[0])["AvailableIpAddressCount"] = 0
    fail(topology)


@fault("VPL-06", is_v1)
def endpoint_service_deleted(topology: Topology) -> None:
    """The endpoint service behind the link was deleted; the link still says AVAILABLE."""
    _remove_service(topology)
    fail(topology)


@fault("VPL-06", is_v1)
def endpoint_service_failed(topology: Topology) -> None:
    """The endpoint service behind the link is in state Failed."""
    _service(topology)["ServiceState"] = "Failed"
    _connection(topology)["VpcEndpointState"] = "failed"
    fail(topology)


@fault("VPL-07", is_v1)
def endpoint_connection_rejected(topology: Topology) -> None:
    """Somebody rejected API Gateway's connection to the endpoint service."""
    service = topology.service_id
    make_trail_event(topology.region, "RejectVpcEndpointConnections", 14, service, serviceId=service)
    _connection(topology)["VpcEndpointState"] = "rejected"
    fail(topology)


@fault("VPL-07", is_v1)
def endpoint_connection_pending(topology: Topology) -> None:
    """API Gateway's connection to the endpoint service waits for acceptance."""
    _connection(topology)["VpcEndpointState"] = "pendingAcceptance"
    fail(topology)


@fault("ACC-01", is_rest)
def link_error_now_and_then(topology: Topology) -> None:
    """API Gateway reports an error of the link itself now and then, although everything is in order."""
    fail(topology, *sometimes(failing("an vpc link error", milliseconds=12), every=12))
