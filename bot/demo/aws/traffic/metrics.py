"""The metric samples that one request leaves behind."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.demo.aws.traffic.outcome import Outcome

if TYPE_CHECKING:
    from bot.demo.aws.handle import Topology


def write_metrics(topology: Topology, at: datetime, outcome: Outcome) -> None:
    """Samples of API Gateway, the load balancer and the endpoint service, under the dimensions that AWS publishes."""
    _write_api(topology, at, outcome)
    if ":loadbalancer/net/" in topology.load_balancer_arn:
        _write_network_balancer(topology, at, outcome)
    elif ":loadbalancer/app/" in topology.load_balancer_arn:
        _write_application_balancer(topology, topology.load_balancer_arn, at, outcome)
    if topology.inner_balancer_arn:
        _write_application_balancer(topology, topology.inner_balancer_arn, at, outcome)
    if topology.service_id and outcome.backend_status is not None:
        service = {"Service Id": topology.service_id}
        topology.region.put_metric("AWS/PrivateLinkServices", "NewConnections", service, at, 1)


def _write_api(topology: Topology, at: datetime, outcome: Outcome) -> None:
    names = topology.metric_names
    samples = {
        names["count"]: 1.0,
        names["5xx"]: float(outcome.status >= 500),
        names["4xx"]: float(400 <= outcome.status < 500),
        "Latency": float(outcome.milliseconds + 4),
    }
    if outcome.sent:
        samples["IntegrationLatency"] = float(outcome.milliseconds)
    key, value = topology.metric_key
    for name, sample in samples.items():
        for dimensions in ({key: value}, {key: value, "Stage": topology.stage}):
            topology.region.put_metric("AWS/ApiGateway", name, dimensions, at, sample)


def _write_network_balancer(topology: Topology, at: datetime, outcome: Outcome) -> None:
    region = topology.region
    balancer = {"LoadBalancer": topology.load_balancer_arn.split(":loadbalancer/")[1]}
    for name, value in outcome.samples:
        region.put_metric("AWS/NetworkELB", name, balancer, at, value)
    if outcome.backend_status is not None:
        region.put_metric("AWS/NetworkELB", "NewFlowCount_TCP", balancer, at, 1)
    group = region.find("target-group", TargetGroupArn=topology.target_group_arn)
    if group is None or group["TargetType"] == "alb":
        return  # AWS does not count targets of type alb (AWS: load-balancer-cloudwatch-metrics).
    states = [each["TargetHealth"]["State"] for each in group["Targets"]]
    dimensions = {**balancer, "TargetGroup": topology.target_group_arn.rsplit(":", 1)[-1]}
    region.put_metric("AWS/NetworkELB", "HealthyHostCount", dimensions, at, states.count("healthy"))
    region.put_metric("AWS/NetworkELB", "UnHealthyHostCount", dimensions, at, len(states) - states.count("healthy"))


def _write_application_balancer(topology: Topology, arn: str, at: datetime, outcome: Outcome) -> None:
    if outcome.backend_status is None:
        return
    balancer = {"LoadBalancer": arn.split(":loadbalancer/")[1]}
    topology.region.put_metric("AWS/ApplicationELB", "RequestCount", balancer, at, 1)
    if outcome.backend_status >= 500:
        name = "HTTPCode_ELB_5XX_Count" if outcome.by_balancer else "HTTPCode_Target_5XX_Count"
        topology.region.put_metric("AWS/ApplicationELB", name, balancer, at, 1)
