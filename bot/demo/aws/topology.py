"""Complete, healthy paths. Each builder puts everything that AWS would show into the world and returns the handle."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from bot.demo.aws.handle import Topology
from bot.demo.aws.parts import rest_api
from bot.demo.aws.parts.backends import Parts, Plan, application_balancer, network_balancer, plan
from bot.demo.aws.parts.hosts import tcp
from bot.demo.aws.parts.http_api import cloud_map_service, make_http_api
from bot.demo.aws.parts.links import link_group, link_v1, link_v2
from bot.demo.aws.traffic import HEALTHY, record
from bot.demo.aws.world import Region, World

__all__ = ["Topology", "http_v2", "rest_v1_nlb", "rest_v2"]

Scheme = Literal["http", "https"]


def rest_v1_nlb(
    world: World,
    name: str = "orders",
    stage: str = "prod",
    *,
    target_type: Literal["instance", "ip", "alb"] = "instance",
    scheme: Scheme = "http",
    listener: Literal["TCP", "TLS"] = "TCP",
    variable: str | None = "vpcLinkId",
    port: int | None = None,
    label: str = "",
    security_group: bool = True,
    region: Region | None = None,
) -> Topology:
    """REST API → VPC link v1 → endpoint service → NLB → servers (or an ALB and its servers). All of it is healthy.

    ``scheme`` and ``port`` are those of the integration's URI; ``listener`` is the protocol of the NLB's listener.
    ``variable`` names the stage variable that holds the link's id; None writes the id into the integration. ``label``
    stands for the name in ids, for two APIs of one name. ``security_group=False`` makes an NLB that has none.
    ``region`` is where it stands; the world's home by default.
    """
    path = plan(region or world.home, name, label or name, scheme, port)
    sources = path.ranges(path.network.balancer_subnets)
    ingress = tcp(path.port, cidrs=(path.network.cidr,)) if security_group else None
    parts = network_balancer(path, target_type, listener, ingress, *sources)
    parts |= link_v1(path, parts["load_balancer_arn"])
    parts |= _rest_parts(path, name, stage, parts["link_id"], variable, None)
    return _finish(path, "rest-v1", stage, parts)


def rest_v2(
    world: World,
    name: str = "orders",
    stage: str = "prod",
    *,
    balancer: Literal["alb", "nlb"] = "alb",
    scheme: Scheme = "http",
    variable: str | None = None,
    target_type: Literal["instance", "ip"] = "instance",
    region: Region | None = None,
) -> Topology:
    """REST API → VPC link v2 (network interfaces in the VPC) → ALB or NLB, named in ``integrationTarget``."""
    path = plan(region or world.home, name, name, scheme, None)
    parts = _behind_link_v2(path, balancer, target_type)
    parts |= _rest_parts(path, name, stage, parts["link_id"], variable, parts["load_balancer_arn"])
    return _finish(path, "rest-v2", stage, parts)


def http_v2(
    world: World,
    name: str = "orders",
    stage: str = "prod",
    *,
    balancer: Literal["alb", "nlb", "cloud-map"] = "alb",
    scheme: Scheme = "http",
    target_type: Literal["instance", "ip"] = "instance",
    region: Region | None = None,
) -> Topology:
    """HTTP API → VPC link v2 → ALB or NLB (named by the listener's ARN) or the containers of a Cloud Map service."""
    path = plan(region or world.home, name, name, scheme, None)
    if balancer == "cloud-map":
        group_id = link_group(path)
        parts = cloud_map_service(path, group_id) | link_v2(path, group_id)
        uri = path.region.arn("servicediscovery", f"service/{parts['cloud_map_service_id']}")
    else:
        parts = _behind_link_v2(path, balancer, target_type)
        uri = parts["listener_arn"]
    parts |= make_http_api(path, name, stage, uri, parts["link_id"])
    return _finish(path, "http-v2", stage, parts)


def _behind_link_v2(path: Plan, balancer: str, target_type: str) -> Parts:
    group_id = link_group(path)
    ingress = tcp(path.port, groups=(group_id,))
    if balancer == "alb":
        parts = application_balancer(path, target_type, ingress)
    else:
        # The NLB keeps the client's address for instances: the servers see the link's interfaces as well as the NLB.
        sources = path.ranges((*path.network.balancer_subnets, *path.network.link_subnets))
        listener = "TLS" if path.scheme == "https" else "TCP"
        parts = network_balancer(path, target_type, listener, ingress, *sources)
    return parts | link_v2(path, group_id)


def _rest_parts(path: Plan, name: str, stage: str, link_id: str, variable: str | None, target: str | None) -> Parts:
    region = path.region
    rest_api.ensure_account(region)
    api = rest_api.make_rest_api(region, name, label=path.name)
    explicit = "" if path.port == {"http": 80, "https": 443}[path.scheme] else f":{path.port}"
    connection = f"${{stageVariables.{variable}}}" if variable else link_id
    integration = rest_api.proxy_integration(f"{path.scheme}://{path.host}{explicit}/{{proxy}}", connection, target)
    resource = rest_api.add_method(region, api, "/{proxy+}", "ANY", integration)
    integration["cacheNamespace"] = resource["id"]
    deployment = rest_api.deploy(region, api)
    rest_api.make_stage(region, api, stage, deployment, {variable: link_id} if variable else {})
    return {
        "api_id": api["id"],
        "resource_id": resource["id"],
        "log_group": f"API-Gateway-Execution-Logs_{api['id']}/{stage}",
        "variable": variable or "",
    }


def _finish(path: Plan, generation: str, stage: str, parts: Parts) -> Topology:
    """Register the topology in the world and give it an hour of successful requests."""
    world = path.region.world
    topology = Topology(
        world=world,
        region=path.region,
        name=path.name,
        generation=generation,
        stage=stage,
        host=path.host,
        scheme=path.scheme,
        listener_port=path.port,
        network=path.network,
        **parts,
    )
    world.topologies[topology.name] = topology
    topology.api["outcomes"] = (HEALTHY,)
    for minute in range(60, 0, -2):
        record(topology, world.now - timedelta(minutes=minute), HEALTHY)
    return topology
