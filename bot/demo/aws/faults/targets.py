"""Faults of targets and of the backend itself."""

from __future__ import annotations

from bot.demo.aws.faults.consequences import (
    FAILED_CHECKS,
    NOT_IN_USE,
    STOPPED,
    close_servers,
    edit_integration,
    fail,
    no_backend,
    set_health,
    unreachable,
)
from bot.demo.aws.faults.registry import fault, has_application, has_balancer, has_network_only, is_rest
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.hosts import tcp
from bot.demo.aws.traffic import Outcome, failing


def _has_instances(topology: Topology) -> bool:
    return has_balancer(topology) and topology.backend_group["TargetType"] == "instance"


@fault("TG-01", has_balancer)
def targets_unhealthy(topology: Topology) -> None:
    """No server accepts connections on the target port: all targets are unhealthy and send resets."""
    set_health(topology, FAILED_CHECKS)
    fail(topology, no_backend(topology, 502, {"TCP_Target_Reset_Count": 4}))


@fault("BE-02", _has_instances)
def instances_stopped(topology: Topology) -> None:
    """The instances behind the target group are stopped."""
    for described in topology.backend_group["Targets"]:
        instance = topology.region.get("instance", InstanceId=described["Target"]["Id"])
        instance["State"] = {"Code": 80, "Name": "stopped"}
    set_health(topology, STOPPED, topology.backend_group)
    if topology.inner_balancer_arn:
        set_health(topology, FAILED_CHECKS, topology.group)
    fail(topology, no_backend(topology, 503))


@fault("LB-05", has_network_only)
def targets_not_in_use(topology: Topology) -> None:
    """The load balancer is not enabled in the zone of the only target."""
    topology.group["Targets"] = topology.group["Targets"][1:]
    kept = topology.balancer["AvailabilityZones"][:1]
    topology.balancer["AvailabilityZones"] = kept
    description = "ELB " + topology.load_balancer_arn.split(":loadbalancer/")[1]
    gone = topology.network.balancer_subnets[1]
    topology.region.remove("network-interface", Description=description, SubnetId=gone)
    set_health(topology, NOT_IN_USE, topology.group)
    fail(topology)


@fault("SG-03", has_network_only)
def only_health_port_open(topology: Topology) -> None:
    """Health checks use a port of their own, which is open; the traffic port is closed. All targets look healthy."""
    health_port = 9000
    topology.group["HealthCheckPort"] = str(health_port)
    for described in topology.group["Targets"]:
        described["HealthCheckPort"] = str(health_port)
    group = topology.region.get("security-group", GroupId=topology.target_group_id)
    ranges = tuple(each["CidrIp"] for each in group["IpPermissions"][0]["IpRanges"])
    group["IpPermissions"] = [tcp(health_port, cidrs=ranges)]
    fail(topology)


@fault("LBE-01")
def backend_answers_500(topology: Topology) -> None:
    """The backend itself answers HTTP 500: the link is not at fault."""
    fail(topology, Outcome(status=500, backend_status=500))


@fault("TMO-01")
def backend_too_slow(topology: Topology) -> None:
    """The backend takes longer than the integration waits."""
    if topology.is_rest:
        fail(topology, failing("a timeout error", status=504, milliseconds=29_004))
    else:
        fail(topology, failing("INTEGRATION_TIMEOUT", status=504, milliseconds=30_003))


@fault("INT-01", is_rest)
def no_response_mapping(topology: Topology) -> None:
    """The integration is not a proxy and maps no response: the backend's good answer becomes a 500."""
    responses = {"404": {"statusCode": "404", "selectionPattern": "404"}}
    edit_integration(topology, type="HTTP", integrationResponses=responses)
    text = "configuration error: No match for output mapping and no default output mapping configured."
    text += " Endpoint Response Status Code: 200"
    fail(topology, Outcome(status=500, failure=text, backend_status=200))


@fault("LB-06", has_application)
def application_rejects_protocol(topology: Topology) -> None:
    """The ALB's target group expects HTTP/2; API Gateway sends HTTP/1.1 and the ALB answers 464."""
    topology.backend_group["ProtocolVersion"] = "HTTP2"
    fail(topology, Outcome(status=464, backend_status=464, by_balancer=True))


@fault("NET-01", lambda topology: has_network_only(topology) and topology.backend_group["TargetType"] == "ip")
def target_outside_without_route(topology: Topology) -> None:
    """A target's address lies outside the VPC, and no route leads there."""
    for number, described in enumerate(topology.group["Targets"], 10):
        described["Target"].update(Id=f"10.199.0.{number}", AvailabilityZone="all")
    close_servers(topology)


@fault("IP-01", has_network_only)
def target_group_ipv6_only(topology: Topology) -> None:
    """The target group speaks IPv6, the load balancer IPv4."""
    topology.group["IpAddressType"] = "ipv6"
    set_health(topology, FAILED_CHECKS, topology.group)
    fail(topology, unreachable(topology))
