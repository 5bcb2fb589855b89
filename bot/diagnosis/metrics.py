"""The CloudWatch series of a path, by key. Sources: AWS: api-gateway-metrics-and-dimensions, http-api-metrics,
load-balancer-cloudwatch-metrics (network), privatelink-cloudwatch-metrics.
"""

from __future__ import annotations

import re

from bot.diagnosis import resources as r

NETWORK_BALANCER_SUMS = (
    "TCP_Target_Reset_Count",
    "TCP_ELB_Reset_Count",
    "SecurityGroupBlockedFlowCount_Inbound_TCP",
    "SecurityGroupBlockedFlowCount_Outbound_TCP",
    "ClientTLSNegotiationErrorCount",
    "TargetTLSNegotiationErrorCount",
    "PortAllocationErrorCount",
    "NewFlowCount_TCP",
)
APPLICATION_BALANCER_SUMS = ("HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "RequestCount")


def series(namespace: str, metric: str, statistic: str, **dimensions: str) -> str:
    """Return the key of one series."""
    return "|".join((namespace, metric, statistic, *(f"{name}={value}" for name, value in dimensions.items())))


def of_api(api: r.Api, stage: str) -> dict[str, str]:
    """Return the series of an API's stage by a short name. REST metrics carry the API's name without non-ASCII."""
    if api.protocol == "HTTP":
        dims = {"ApiId": api.id, "Stage": stage}
        return {
            "errors": series("AWS/ApiGateway", "5xx", "Sum", **dims),
            "requests": series("AWS/ApiGateway", "Count", "SampleCount", **dims),
            "latency": series("AWS/ApiGateway", "IntegrationLatency", "p99", **dims),
        }
    name = re.sub(r"[^\x00-\x7f]", "", api.name) or api.id
    dims = {"ApiName": name, "Stage": stage}
    return {
        "errors": series("AWS/ApiGateway", "5XXError", "Sum", **dims),
        "requests": series("AWS/ApiGateway", "Count", "SampleCount", **dims),
        "latency": series("AWS/ApiGateway", "IntegrationLatency", "p99", **dims),
    }


def of_balancer(arn: str) -> dict[str, str]:
    """Return the series of a load balancer by metric name."""
    dimension = arn.partition(":loadbalancer/")[2]
    if dimension.startswith("net/"):
        return {m: series("AWS/NetworkELB", m, "Sum", LoadBalancer=dimension) for m in NETWORK_BALANCER_SUMS}
    if dimension.startswith("app/"):
        return {m: series("AWS/ApplicationELB", m, "Sum", LoadBalancer=dimension) for m in APPLICATION_BALANCER_SUMS}
    return {}


def of_target_group(balancer_arn: str, group_arn: str) -> dict[str, str]:
    """Return the health series of a target group behind a load balancer by metric name."""
    balancer = balancer_arn.partition(":loadbalancer/")[2]
    namespace = "AWS/NetworkELB" if balancer.startswith("net/") else "AWS/ApplicationELB"
    dims = {"LoadBalancer": balancer, "TargetGroup": group_arn.rpartition(":")[2]}
    return {
        "HealthyHostCount": series(namespace, "HealthyHostCount", "Minimum", **dims),
        "UnHealthyHostCount": series(namespace, "UnHealthyHostCount", "Maximum", **dims),
    }
