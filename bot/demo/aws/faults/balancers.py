"""Faults of load balancers and listeners."""

from __future__ import annotations

from bot.demo.aws.faults.consequences import (
    FAILED_CHECKS,
    edit_integration,
    fail,
    no_backend,
    set_health,
    sometimes,
    unreachable,
    with_port,
)
from bot.demo.aws.faults.registry import (
    fault,
    has_balancer,
    has_network_only,
    is_application,
    is_network,
    is_rest,
)
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.balancing import set_attribute
from bot.demo.aws.traffic import Outcome, failing


@fault("LB-01", has_balancer)
def load_balancer_deleted(topology: Topology) -> None:
    """The load balancer is gone, and with it its listeners, its interfaces and the endpoint service."""
    region, arn = topology.region, topology.load_balancer_arn
    description = "ELB " + arn.split(":loadbalancer/")[1]
    region.remove("load-balancer", LoadBalancerArn=arn)
    region.remove("listener", LoadBalancerArn=arn)
    region.remove("network-interface", Description=description)
    region.remove("endpoint-service", ServiceId=topology.service_id)
    region.remove("endpoint-connection", ServiceId=topology.service_id)
    fail(topology)


@fault("LB-01", has_balancer)
def load_balancer_failed(topology: Topology) -> None:
    """The load balancer could not be set up."""
    topology.balancer["State"] = {"Code": "failed", "Reason": "The load balancer could not be set up"}
    fail(topology)


@fault("LB-03", has_balancer)
def no_listener_on_port(topology: Topology) -> None:
    """No listener stands on the port of the integration's URI: it listens one port further up."""
    if topology.is_rest:
        topology.listener["Port"] = topology.listener_port + 8000
    else:
        topology.region.remove("listener", ListenerArn=topology.listener_arn)
    fail(topology)


@fault("LB-03", is_rest)
def uri_port_wrong(topology: Topology) -> None:
    """The integration's URI names a port on which nothing listens."""
    edit_integration(topology, uri=with_port(topology, 8081))
    fail(topology)


@fault("LB-03", is_network)
def listener_udp_only(topology: Topology) -> None:
    """The listener on the port speaks UDP."""
    topology.listener.update(Protocol="UDP")
    topology.group.update(Protocol="UDP")
    fail(topology)


@fault("LB-04", has_balancer)
def listener_without_forward(topology: Topology) -> None:
    """The listener leads nowhere: all weights are zero on an NLB, a fixed 503 on an ALB."""
    if is_application(topology):
        fixed = {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "maintenance"}
        topology.listener["DefaultActions"] = [{"Type": "fixed-response", "Order": 1, "FixedResponseConfig": fixed}]
        fail(topology, Outcome(status=503, backend_status=503, by_balancer=True))
        return
    weighted = {"TargetGroupArn": topology.target_group_arn, "Weight": 0}
    forward = {"Type": "forward", "Order": 1, "ForwardConfig": {"TargetGroups": [weighted]}}
    topology.listener["DefaultActions"] = [forward]
    fail(topology)


@fault("LB-05", has_network_only)
def empty_zone_without_cross_zone(topology: Topology) -> None:
    """Cross-zone load balancing is off and one zone has no target: what enters there is lost."""
    set_attribute(topology.balancer, "load_balancing.cross_zone.enabled", "false")
    topology.group["Targets"] = topology.group["Targets"][1:]
    lost = failing("a network error communicating with endpoint: Connection is closed", status=504)
    fail(topology, *sometimes(lost if topology.is_rest else unreachable(topology), every=2))


@fault("LB-07", has_network_only)
def proxy_protocol_on(topology: Topology) -> None:
    """The NLB sends Proxy Protocol v2 headers, which the servers do not understand."""
    set_attribute(topology.group, "proxy_protocol_v2.enabled", "true")
    garbage = "configuration error: Invalid protocol version: \\r\\n\\r\\n\\u0000\\r\\nQUIT\\n"
    fail(topology, failing(garbage, milliseconds=9) if topology.is_rest else unreachable(topology))


@fault("LB-08", lambda topology: bool(topology.inner_balancer_arn))
def inner_balancer_without_listener(topology: Topology) -> None:
    """The ALB behind the NLB has no listener on the target group's port."""
    listener = topology.region.get("listener", ListenerArn=topology.inner_listener_arn)
    listener["Port"] = topology.listener_port + 8000
    set_health(topology, FAILED_CHECKS, topology.group)
    fail(topology)


@fault("LB-09", is_application)
def no_rule_for_host(topology: Topology) -> None:
    """The ALB forwards another host name only; everything else gets a fixed 404."""
    forward = topology.listener["DefaultActions"]
    arn = topology.listener_arn.replace(":listener/", ":listener-rule/")
    other = {
        "Field": "host-header",
        "HostHeaderConfig": {"Values": ["other.example.com"]},
        "Values": ["other.example.com"],
    }
    rule = {
        "RuleArn": f"{arn}/{topology.region.identifier(arn, length=16)}",
        "ListenerArn": topology.listener_arn,
        "Priority": "10",
        "Conditions": [other],
        "Actions": forward,
        "IsDefault": False,
    }
    topology.region.add("rule", rule)
    fixed = {"StatusCode": "404", "ContentType": "text/plain"}
    topology.listener["DefaultActions"] = [{"Type": "fixed-response", "Order": 1, "FixedResponseConfig": fixed}]
    fail(topology, Outcome(status=404, backend_status=404, by_balancer=True))


@fault("BE-04", has_network_only)
def ports_exhausted(topology: Topology) -> None:
    """The NLB runs out of source ports towards its few targets: some connections fail."""
    fail(topology, *sometimes(unreachable(topology, {"PortAllocationErrorCount": 41})))


@fault("BE-03", has_network_only)
def idle_connection_reset(topology: Topology) -> None:
    """The servers close idle connections before the NLB does: some requests meet a closed connection."""
    reset = failing("an internal error", milliseconds=6, samples={"TCP_Target_Reset_Count": 3})
    fail(topology, *sometimes(reset if topology.is_rest else unreachable(topology, {"TCP_Target_Reset_Count": 3})))


@fault("TG-01", has_balancer)
def no_targets_registered(topology: Topology) -> None:
    """The target group is empty."""
    topology.backend_group["Targets"] = []
    fail(topology, no_backend(topology, 503))
