"""The world of the demo: one healthy API, several broken ones, two of one name, and what else an account holds."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from bot.demo.aws.faults import balancers, links, logging, network_acls, security_groups, tls
from bot.demo.aws.parts import rest_api
from bot.demo.aws.parts.alarms import make_alarm, make_composite_alarm
from bot.demo.aws.parts.balancing import make_balancer, make_group_of_targets
from bot.demo.aws.parts.hosts import make_group, make_instance, tcp
from bot.demo.aws.parts.network import Network, make_network
from bot.demo.aws.topology import rest_v1_nlb
from bot.demo.aws.traffic import advance
from bot.demo.aws.world import Region, World

_BALANCERS_PER_NETWORK = 30


def demo_world(now: datetime) -> World:
    """Account 111122223333 in eu-west-1 as the demo shows it at that moment.

    ``world.topologies`` holds each API's handle by name; the second API called ``twins`` is there as ``twins-two``.
    """
    world = World(account="111122223333", region_name="eu-west-1", now=now)
    rest_v1_nlb(world, "catalog")
    security_groups.target_security_group_closed(rest_v1_nlb(world, "orders"))
    security_groups.privatelink_rules_enforced(rest_v1_nlb(world, "payments"))
    links.link_failed(rest_v1_nlb(world, "invoices"))
    balancers.no_listener_on_port(rest_v1_nlb(world, "shipping"))
    tls.certificate_names_another_host(rest_v1_nlb(world, "users", scheme="https", listener="TLS"))
    network_acls.acl_denies_out_of_targets(rest_v1_nlb(world, "search", target_type="ip"))
    balancers.no_targets_registered(rest_v1_nlb(world, "reports"))
    links.endpoint_connection_rejected(rest_v1_nlb(world, "billing"))
    links.stage_variable_wrong(rest_v1_nlb(world, "legacy"))
    tls.targets_name_another_host(rest_v1_nlb(world, "identity", scheme="https"))
    tls.key_does_not_pair(rest_v1_nlb(world, "ledger", scheme="https"))
    for hidden in ("identity", "ledger"):  # without a log, only a probe tells what their servers serve
        logging.logging_off(world.topologies[hidden])
    rest_v1_nlb(world, "twins")
    rest_v1_nlb(world, "twins", label="twins-two")
    for topology in world.topologies.values():
        make_alarm(topology)
    _add_other_alarms(world.home)
    add_noise(world)
    return world


def _add_other_alarms(region: Region) -> None:
    """A second alarm on what the first alarm of ``orders`` watches, and one that has nothing to do with an API."""
    row = next(row for row in region.all("alarm") if row["AlarmName"] == "orders-prod-5xx")
    others: dict[str, dict[str, Any]] = {
        "orders-prod-latency": {"MetricName": "Latency", "Statistic": "Average", "Threshold": 2000.0},
        "reports-worker-cpu": {
            "Namespace": "AWS/EC2",
            "MetricName": "CPUUtilization",
            "Dimensions": [{"Name": "InstanceId", "Value": "i-0123456789abcdef0"}],
        },
    }
    for name, changes in others.items():
        arn = region.arn("cloudwatch", f"alarm:{name}")
        region.add("alarm", {**row, "AlarmName": name, "AlarmArn": arn, "AlarmDescription": name, **changes})
    make_composite_alarm(region, "checkout-unhealthy", "payments-prod-5xx", "invoices-prod-5xx")


def keep_traffic(world: World, stopping: threading.Event, seconds: float = 20.0) -> None:
    """One request through every topology each twenty seconds keeps logs and metrics fresh. Returns when told."""
    while not stopping.wait(seconds):
        with world.lock:
            for topology in world.topologies.values():
                advance(topology, datetime.now(UTC))


def add_noise(world: World, *, apis: int = 4, balancers: int = 3, security_groups: int = 5) -> None:
    """What has nothing to do with links: APIs on functions and mocks, load balancers and groups of other teams."""
    for number in range(apis):
        _tool_api(world.home, f"internal-tool-{number}")
    for first in range(0, max(balancers, 1), _BALANCERS_PER_NETWORK):
        network = make_network(world.home, f"intranet-{first}")
        for number in range(first, min(first + _BALANCERS_PER_NETWORK, balancers)):
            _intranet_site(world.home, network, f"intranet-{number}")
    for number in range(security_groups):
        make_group(world.home, network.vpc_id, f"team-{number}", [tcp(443, cidrs=("10.0.0.0/8",))])


def _tool_api(region: Region, name: str) -> None:
    api = rest_api.make_rest_api(region, name)
    function = region.arn("lambda", f"function:{name}")
    uri = f"arn:aws:apigateway:{region.name}:lambda:path/2015-03-31/functions/{function}/invocations"
    proxy = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri, "passthroughBehavior": "WHEN_NO_MATCH"}
    mock = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    rest_api.add_method(region, api, "/jobs", "POST", proxy)
    rest_api.add_method(region, api, "/jobs", "OPTIONS", mock)
    rest_api.make_stage(region, api, "prod", rest_api.deploy(region, api), {})


def _intranet_site(region: Region, network: Network, name: str) -> None:
    group_id = make_group(region, network.vpc_id, f"{name}-alb", [tcp(443, cidrs=("10.0.0.0/8",))])
    make_balancer(region, f"{name}-alb", "application", network.balancer_subnets, [group_id], region.now)
    instance = make_instance(region, network.target_subnets[0], name, group_id)
    make_group_of_targets(
        region,
        f"{name}-tg",
        target_type="instance",
        protocol="HTTP",
        port=8000,
        vpc_id=network.vpc_id,
        targets=[{"Id": instance["InstanceId"], "Port": 8000}],
    )
