"""Pages through boto3's own paginators, and EC2's filters."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.aws import LocalAws, World
from bot.demo.aws.parts import rest_api
from bot.demo.aws.topology import http_v2, rest_v1_nlb


@pytest.fixture(scope="module")
def world(world: World) -> World:
    for number in range(7):
        rest_v1_nlb(world, f"api-{number}")
    for number in range(55):
        rest_api.make_rest_api(world.home, f"plain-{number}")
    http_v2(world, "web")
    http_v2(world, "shop", balancer="nlb")
    return world


@pytest.mark.parametrize(
    ("service", "operation", "key", "parameters", "size", "pages", "items"),
    [
        ("apigateway", "get_rest_apis", "items", {}, 25, 3, 62),
        ("apigateway", "get_rest_apis", "items", {}, 10, 7, 62),
        ("apigateway", "get_vpc_links", "items", {}, 3, 3, 7),
        ("elbv2", "describe_load_balancers", "LoadBalancers", {}, 4, 3, 9),
        ("elbv2", "describe_target_groups", "TargetGroups", {}, 9, 1, 9),
        ("ec2", "describe_subnets", "Subnets", {}, 10, 6, 54),
        ("ec2", "describe_network_interfaces", "NetworkInterfaces", {}, 5, 8, 40),
        ("ec2", "describe_vpc_endpoint_connections", "VpcEndpointConnections", {}, 5, 2, 7),
        ("logs", "describe_log_groups", "logGroups", {}, 4, 3, 9),
    ],
)
def test_paginators(
    service: str, operation: str, key: str, parameters: dict[str, Any], size: int, pages: int, items: int, client: Any
) -> None:
    paginator = client(service).get_paginator(operation)
    replies = list(paginator.paginate(**parameters, PaginationConfig={"PageSize": size}))
    found = [item for reply in replies for item in reply[key]]
    assert (len(replies), len(found)) == (pages, items)
    assert len({str(item) for item in found}) == items


def test_rest_apis_come_25_at_a_time_unless_asked(client: Any) -> None:
    first = client("apigateway").get_rest_apis()
    assert len(first["items"]) == 25
    assert first["position"]


def test_http_apis_page_by_token_without_a_paginator(client: Any) -> None:
    first = client("apigatewayv2").get_vpc_links(MaxResults="1")
    second = client("apigatewayv2").get_vpc_links(MaxResults="1", NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert first["Items"][0]["VpcLinkId"] != second["Items"][0]["VpcLinkId"]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("apigateway", "get_rest_apis", {"position": "never"}, "BadRequestException"),
        ("apigateway", "get_rest_apis", {"limit": 501}, "BadRequestException"),
        ("apigatewayv2", "get_apis", {"NextToken": "never"}, "BadRequestException"),
        ("elbv2", "describe_load_balancers", {"Marker": "never"}, "ValidationError"),
        ("ec2", "describe_subnets", {"NextToken": "never"}, "InvalidNextToken"),
        ("logs", "describe_log_groups", {"nextToken": "never"}, "InvalidParameterException"),
    ],
)
def test_tokens_that_are_not_ours(
    service: str, operation: str, parameters: dict[str, Any], code: str, client: Any
) -> None:
    asked = client(service)
    with pytest.raises(asked.exceptions.ClientError) as caught:
        getattr(asked, operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("operation", "key", "filters", "found"),
    [
        ("describe_subnets", "Subnets", {"vpc-id": "{vpc}"}, 6),
        ("describe_subnets", "Subnets", {"vpc-id": "{vpc}", "availability-zone": "eu-west-1a"}, 3),
        ("describe_subnets", "Subnets", {"tag:Name": "api-0-target-*"}, 2),
        ("describe_network_acls", "NetworkAcls", {"association.subnet-id": "{subnet}"}, 1),
        ("describe_network_acls", "NetworkAcls", {"default": "false"}, 0),
        ("describe_network_interfaces", "NetworkInterfaces", {"description": "{balancer}"}, 2),
        ("describe_network_interfaces", "NetworkInterfaces", {"description": "ELB net/api-?-nlb/*"}, 14),
        ("describe_network_interfaces", "NetworkInterfaces", {"group-id": "{group}"}, 2),
        ("describe_network_interfaces", "NetworkInterfaces", {"interface-type": "api_gateway_managed"}, 4),
        ("describe_network_interfaces", "NetworkInterfaces", {"addresses.private-ip-address": "{address}"}, 1),
        ("describe_instances", "Reservations", {"instance-state-name": "running", "vpc-id": "{vpc}"}, 2),
        ("describe_instances", "Reservations", {"instance-state-name": "stopped"}, 0),
        ("describe_route_tables", "RouteTables", {"association.main": "true", "vpc-id": "{vpc}"}, 1),
        ("describe_security_groups", "SecurityGroups", {"group-name": "api-0-*"}, 2),
        ("describe_vpc_endpoint_connections", "VpcEndpointConnections", {"vpc-endpoint-state": "Available"}, 7),
        ("describe_vpc_endpoint_service_configurations", "ServiceConfigurations", {"service-id": "{service}"}, 1),
    ],
)
def test_ec2_filters(operation: str, key: str, filters: dict[str, str], found: int, aws: LocalAws, client: Any) -> None:
    topology = aws.world.topologies["api-0"]
    first = aws.world.home.select("network-interface", VpcId=topology.network.vpc_id)[0]
    words = {
        "vpc": topology.network.vpc_id,
        "subnet": topology.network.target_subnets[0],
        "balancer": "ELB " + topology.load_balancer_arn.split(":loadbalancer/")[1],
        "group": topology.target_group_id,
        "address": first["PrivateIpAddress"],
        "service": topology.service_id,
    }
    asked = [{"Name": name, "Values": [value.format(**words)]} for name, value in filters.items()]
    assert len(getattr(client("ec2"), operation)(Filters=asked)[key]) == found


def test_values_of_one_filter_are_alternatives(client: Any) -> None:
    zones = [{"Name": "availability-zone", "Values": ["eu-west-1a", "eu-west-1b"]}]
    assert len(client("ec2").describe_subnets(Filters=zones)["Subnets"]) == 54
