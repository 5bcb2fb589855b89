"""What the local AWS refuses, with the code and the HTTP status that each service uses."""

from __future__ import annotations

from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from bot.demo.aws import LocalAws, World
from bot.demo.aws.parts.rest_api import make_log_group
from bot.demo.aws.topology import rest_v1_nlb


@pytest.fixture(scope="module")
def world(world: World) -> World:
    rest_v1_nlb(world)
    make_log_group(world.home, "rare", log_class="INFREQUENT_ACCESS")
    return world


def refused(call: Any, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"
MISSING = {
    "API": ("apigateway", "get_rest_api", {"restApiId": "x"}, "NotFoundException", 404),
    "stages of no API": ("apigateway", "get_stages", {"restApiId": "x"}, "NotFoundException", 404),
    "link v1": ("apigateway", "get_vpc_link", {"vpcLinkId": "x"}, "NotFoundException", 404),
    "export type": (
        "apigateway",
        "get_export",
        {"restApiId": "x", "stageName": "prod", "exportType": "oas30"},
        "NotFoundException",
        404,
    ),
    "HTTP API": ("apigatewayv2", "get_api", {"ApiId": "x"}, "NotFoundException", 404),
    "link v2": ("apigatewayv2", "get_vpc_link", {"VpcLinkId": "x"}, "NotFoundException", 404),
    "load balancer": (
        "elbv2",
        "describe_load_balancers",
        {"LoadBalancerArns": [f"{ARN}:loadbalancer/net/x/1"]},
        "LoadBalancerNotFound",
        400,
    ),
    "load balancer name": ("elbv2", "describe_load_balancers", {"Names": ["x"]}, "LoadBalancerNotFound", 400),
    "21 load balancers": (
        "elbv2",
        "describe_load_balancers",
        {"LoadBalancerArns": [f"{ARN}:loadbalancer/net/x/{n}" for n in range(21)]},
        "ValidationError",
        400,
    ),
    "listener": ("elbv2", "describe_listeners", {"ListenerArns": ["x"]}, "ListenerNotFound", 400),
    "listeners of nothing": ("elbv2", "describe_listeners", {}, "ValidationError", 400),
    "target group": ("elbv2", "describe_target_health", {"TargetGroupArn": "x"}, "TargetGroupNotFound", 400),
    "security group": ("ec2", "describe_security_groups", {"GroupIds": ["sg-1"]}, "InvalidGroup.NotFound", 400),
    "subnet": ("ec2", "describe_subnets", {"SubnetIds": ["subnet-1"]}, "InvalidSubnetID.NotFound", 400),
    "instance": ("ec2", "describe_instances", {"InstanceIds": ["i-1"]}, "InvalidInstanceID.NotFound", 400),
    "endpoint service": (
        "ec2",
        "describe_vpc_endpoint_service_permissions",
        {"ServiceId": "vpce-svc-1"},
        "InvalidVpcEndpointServiceId.NotFound",
        400,
    ),
    "unknown filter": (
        "ec2",
        "describe_subnets",
        {"Filters": [{"Name": "colour", "Values": ["red"]}]},
        "InvalidParameterValue",
        400,
    ),
    "ids and a page size": (
        "ec2",
        "describe_subnets",
        {"SubnetIds": ["subnet-1"], "MaxResults": 10},
        "InvalidParameterCombination",
        400,
    ),
    "log group": ("logs", "filter_log_events", {"logGroupName": "x"}, "ResourceNotFoundException", 400),
    "rarely read group": ("logs", "filter_log_events", {"logGroupName": "rare"}, "InvalidOperationException", 400),
    "query": ("logs", "get_query_results", {"queryId": "x"}, "ResourceNotFoundException", 400),
    "certificate": (
        "acm",
        "describe_certificate",
        {"CertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/x"},
        "ResourceNotFoundException",
        400,
    ),
    "role": ("iam", "get_role", {"RoleName": "x"}, "NoSuchEntity", 404),
    "quota": (
        "service-quotas",
        "get_service_quota",
        {"ServiceCode": "apigateway", "QuotaCode": "x"},
        "NoSuchResourceException",
        400,
    ),
    "Cloud Map service": ("servicediscovery", "get_service", {"Id": "x"}, "ServiceNotFound", 404),
    "Cloud Map namespace": (
        "servicediscovery",
        "discover_instances",
        {"NamespaceName": "x", "ServiceName": "x"},
        "NamespaceNotFound",
        404,
    ),
    "support plan": ("health", "describe_events", {}, "SubscriptionRequiredException", 400),
    "function": ("lambda", "invoke", {"FunctionName": "x"}, "ResourceNotFoundException", 404),
    "role to assume": (
        "sts",
        "assume_role",
        {"RoleArn": "arn:aws:iam::444455556666:role/none", "RoleSessionName": "bot"},
        "AccessDenied",
        403,
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_refused_as_aws_does(name: str, client: Any) -> None:
    service, operation, parameters, code, status = MISSING[name]
    assert refused(getattr(client(service), operation), **parameters) == (code, status)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("apigateway", "create_rest_api", {"name": "x"}, "UnknownOperationException"),
        ("elbv2", "delete_load_balancer", {"LoadBalancerArn": "x"}, "InvalidAction"),
        ("ec2", "delete_vpc", {"VpcId": "x"}, "InvalidAction"),
        ("logs", "put_retention_policy", {"logGroupName": "x", "retentionInDays": 1}, "UnknownOperationException"),
        ("cloudwatch", "delete_alarms", {"AlarmNames": ["x"]}, "UnknownOperationException"),
    ],
)
def test_an_unknown_operation_is_named_in_the_services_own_protocol(
    service: str, operation: str, parameters: dict[str, Any], code: str, client: Any
) -> None:
    with pytest.raises(ClientError, match="The local AWS does not answer") as caught:
        getattr(client(service), operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == code


def test_an_unknown_service_is_a_client_error(client: Any) -> None:
    with pytest.raises((ClientError, ResponseParserError)) as caught:
        client("dynamodb").list_tables()
    assert "no service with signing name dynamodb" in str(caught.value)


def test_an_unsigned_request_is_refused(aws: LocalAws) -> None:
    request = Request(f"{aws.endpoint_url}/restapis", method="GET")  # noqa: S310  # the URL is our own server's
    with pytest.raises(OSError, match="403"):
        urlopen(request)  # noqa: S310  # the URL is our own server's


def test_another_region_holds_nothing(client: Any) -> None:
    assert client("apigateway", region="us-east-1").get_rest_apis()["items"] == []
    assert client("ec2", region="us-east-1").describe_vpcs()["Vpcs"] == []


def test_a_mistake_in_the_world_reaches_the_caller(aws: LocalAws, client: Any) -> None:
    topology = aws.world.topologies["orders"]
    attributes = topology.balancer.pop("Attributes")
    describe = client("elbv2").describe_load_balancer_attributes
    code, status = refused(describe, LoadBalancerArn=topology.load_balancer_arn)
    topology.balancer["Attributes"] = attributes
    assert (code, status) == ("InternalFailure", 500)


def test_a_parameter_that_would_be_ignored_is_refused(client: Any) -> None:
    with pytest.raises(ClientError, match="does not know the parameter DryRun of ec2:DescribeVpcs"):
        client("ec2").describe_vpcs(DryRun=True)
