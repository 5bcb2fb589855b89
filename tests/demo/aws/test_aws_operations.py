"""Every operation, asked by a real boto3 client over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore import xform_name

from bot.demo.aws import LocalAws, World
from bot.demo.aws.flow_logs import enable_flow_log
from bot.demo.aws.parts.alarms import make_alarm
from bot.demo.aws.parts.roles import make_reading_role
from bot.demo.aws.services.common import OPERATIONS
from bot.demo.aws.topology import Topology, http_v2, rest_v1_nlb, rest_v2


@pytest.fixture(scope="module")
def world(world: World) -> World:
    rest = rest_v1_nlb(world, "orders", scheme="https", listener="TLS")
    rest_v2(world, "search")
    http_v2(world, "users", balancer="cloud-map")
    region = world.home
    enable_flow_log(rest)
    make_alarm(rest)
    region.add(
        "prefix-list",
        {
            "PrefixListId": "pl-0123456789abcdef0",
            "PrefixListName": "offices",
            "State": "create-complete",
            "AddressFamily": "IPv4",
            "MaxEntries": 5,
            "Version": 1,
            "OwnerId": region.account,
            "Entries": [{"Cidr": "192.0.2.0/24", "Description": "office"}],
        },
    )
    region.add(
        "peering-connection",
        {
            "VpcPeeringConnectionId": "pcx-0123456789abcdef0",
            "Status": {"Code": "active", "Message": "Active"},
            "RequesterVpcInfo": {"VpcId": rest.network.vpc_id, "CidrBlock": rest.network.cidr},
            "AccepterVpcInfo": {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.99.0.0/16"},
        },
    )
    region.add(
        "client-certificate",
        {"clientCertificateId": "a1b2c3", "createdDate": world.now, "expirationDate": world.now + timedelta(days=365)},
    )
    name = {"domainName": "api.example.com", "regionalDomainName": "d-x.execute-api.eu-west-1.amazonaws.com"}
    region.add("domain-name", {**name, "domainNameStatus": "AVAILABLE", "securityPolicy": "TLS_1_2"})
    mapping = {"domainName": "api.example.com", "basePath": "(none)", "restApiId": rest.api_id, "stage": "prod"}
    region.add("base-path-mapping", mapping)
    for kind in ("delivery-source", "delivery-destination"):
        arn = region.arn("logs", f"{kind}:orders")
        region.add(kind, {"name": "orders", "arn": arn, "outputFormat": "json", "resourceArns": [arn]})
    region.add("delivery", {"id": "d1", "deliverySourceName": "orders", "deliveryDestinationType": "CWL"})
    region.add(
        "trail-event",
        {
            "EventId": "e1",
            "EventName": "UpdateIntegration",
            "EventTime": world.now,
            "EventSource": "apigateway.amazonaws.com",
            "Resources": [],
        },
    )
    region.add(
        "health-event",
        {
            "arn": "arn:aws:health:eu-west-1::event/1",
            "service": "APIGATEWAY",
            "region": "eu-west-1",
            "statusCode": "open",
        },
    )
    region.add(
        "function",
        {"FunctionName": "probe", "State": "Active", "Answer": lambda payload: {"tcp": "ok", "url": payload["url"]}},
    )
    metadata = {"ServerCertificateName": "old", "ServerCertificateId": "ASCA1", "Path": "/", "Arn": "arn:aws:iam::1:x"}
    certificate = {"ServerCertificateMetadata": metadata, "CertificateBody": "-----BEGIN CERTIFICATE-----"}
    world.global_region().add("server-certificate", certificate)
    make_reading_role(world, "444455556666", trusted=f"arn:aws:iam::{world.account}:root")
    return world


Parameters = Callable[[Topology, Topology, Topology, Any], dict[str, Any]]


def query(client: Any, topology: Topology) -> str:
    """A running Insights query's id."""
    end = int(topology.world.now.timestamp())
    text = 'fields @message | filter @message like "Sending"'
    group = topology.log_group
    started = client("logs").start_query(logGroupName=group, startTime=end - 3600, endTime=end, queryString=text)
    return str(started["queryId"])


def certificate_of(topology: Topology) -> str:
    return topology.certificate_arn


# Per operation: where in the reply something must stand, and the parameters, made from a REST API on a link v1 (r), one
# on a link v2 (s), an HTTP API on Cloud Map (h), and the client factory (c).
TABLE: dict[str, tuple[str, Parameters]] = {
    "sts:GetCallerIdentity": ("Account", lambda r, s, h, c: {}),
    "sts:AssumeRole": (
        "Credentials",
        lambda r, s, h, c: {"RoleArn": "arn:aws:iam::444455556666:role/vpclink-readonly", "RoleSessionName": "bot"},
    ),
    "apigateway:GetRestApis": ("items", lambda r, s, h, c: {}),
    "apigateway:GetRestApi": ("name", lambda r, s, h, c: {"restApiId": r.api_id}),
    "apigateway:GetStage": ("methodSettings", lambda r, s, h, c: {"restApiId": r.api_id, "stageName": "prod"}),
    "apigateway:GetStages": ("item", lambda r, s, h, c: {"restApiId": r.api_id}),
    "apigateway:GetResources": ("items", lambda r, s, h, c: {"restApiId": r.api_id, "embed": ["methods"]}),
    "apigateway:GetResource": ("path", lambda r, s, h, c: {"restApiId": r.api_id, "resourceId": r.resource_id}),
    "apigateway:GetMethod": (
        "methodIntegration",
        lambda r, s, h, c: {"restApiId": r.api_id, "resourceId": r.resource_id, "httpMethod": "ANY"},
    ),
    "apigateway:GetIntegration": (
        "connectionId",
        lambda r, s, h, c: {"restApiId": s.api_id, "resourceId": s.resource_id, "httpMethod": "ANY"},
    ),
    "apigateway:GetVpcLink": ("targetArns", lambda r, s, h, c: {"vpcLinkId": r.link_id}),
    "apigateway:GetVpcLinks": ("items", lambda r, s, h, c: {}),
    "apigateway:GetAccount": ("cloudwatchRoleArn", lambda r, s, h, c: {}),
    "apigateway:GetExport": (
        "body",
        lambda r, s, h, c: {"restApiId": r.api_id, "stageName": "prod", "exportType": "oas30"},
    ),
    "apigateway:GetDeployment": (
        "apiSummary",
        lambda r, s, h, c: {
            "restApiId": r.api_id,
            "deploymentId": r.stage_resource["deploymentId"],
            "embed": ["apisummary"],
        },
    ),
    "apigateway:GetDeployments": ("items", lambda r, s, h, c: {"restApiId": r.api_id}),
    "apigateway:GetGatewayResponses": ("items", lambda r, s, h, c: {"restApiId": r.api_id}),
    "apigateway:GetClientCertificate": ("expirationDate", lambda r, s, h, c: {"clientCertificateId": "a1b2c3"}),
    "apigateway:GetDomainName": ("domainNameStatus", lambda r, s, h, c: {"domainName": "api.example.com"}),
    "apigateway:GetDomainNames": ("items", lambda r, s, h, c: {}),
    "apigateway:GetBasePathMappings": ("items", lambda r, s, h, c: {"domainName": "api.example.com"}),
    "apigatewayv2:GetApis": ("Items", lambda r, s, h, c: {}),
    "apigatewayv2:GetApi": ("ProtocolType", lambda r, s, h, c: {"ApiId": h.api_id}),
    "apigatewayv2:GetStage": ("AccessLogSettings", lambda r, s, h, c: {"ApiId": h.api_id, "StageName": "prod"}),
    "apigatewayv2:GetStages": ("Items", lambda r, s, h, c: {"ApiId": h.api_id}),
    "apigatewayv2:GetRoutes": ("Items", lambda r, s, h, c: {"ApiId": h.api_id}),
    "apigatewayv2:GetIntegrations": ("Items", lambda r, s, h, c: {"ApiId": h.api_id}),
    "apigatewayv2:GetIntegration": (
        "ConnectionId",
        lambda r, s, h, c: {"ApiId": h.api_id, "IntegrationId": h.integration_id},
    ),
    "apigatewayv2:GetVpcLink": ("VpcLinkStatus", lambda r, s, h, c: {"VpcLinkId": s.link_id}),
    "apigatewayv2:GetVpcLinks": ("Items", lambda r, s, h, c: {}),
    "apigatewayv2:GetDeployments": ("Items", lambda r, s, h, c: {"ApiId": h.api_id}),
    "elbv2:DescribeLoadBalancers": ("LoadBalancers", lambda r, s, h, c: {"LoadBalancerArns": [r.load_balancer_arn]}),
    "elbv2:DescribeListeners": ("Listeners", lambda r, s, h, c: {"LoadBalancerArn": r.load_balancer_arn}),
    "elbv2:DescribeRules": ("Rules", lambda r, s, h, c: {"ListenerArn": s.listener_arn}),
    "elbv2:DescribeTargetGroups": ("TargetGroups", lambda r, s, h, c: {"LoadBalancerArn": s.load_balancer_arn}),
    "elbv2:DescribeTargetHealth": (
        "TargetHealthDescriptions",
        lambda r, s, h, c: {"TargetGroupArn": r.target_group_arn, "Include": ["All"]},
    ),
    "elbv2:DescribeLoadBalancerAttributes": (
        "Attributes",
        lambda r, s, h, c: {"LoadBalancerArn": r.load_balancer_arn},
    ),
    "elbv2:DescribeListenerAttributes": ("Attributes", lambda r, s, h, c: {"ListenerArn": r.listener_arn}),
    "elbv2:DescribeTargetGroupAttributes": ("Attributes", lambda r, s, h, c: {"TargetGroupArn": r.target_group_arn}),
    "elbv2:DescribeListenerCertificates": ("Certificates", lambda r, s, h, c: {"ListenerArn": r.listener_arn}),
    "elbv2:DescribeSSLPolicies": ("SslPolicies", lambda r, s, h, c: {"Names": [r.listener["SslPolicy"]]}),
    "elbv2:DescribeTags": ("TagDescriptions", lambda r, s, h, c: {"ResourceArns": [r.target_group_arn]}),
    "ec2:DescribeVpcs": ("Vpcs", lambda r, s, h, c: {}),
    "ec2:DescribeSubnets": ("Subnets", lambda r, s, h, c: {"SubnetIds": list(r.network.target_subnets)}),
    "ec2:DescribeSecurityGroups": ("SecurityGroups", lambda r, s, h, c: {"GroupIds": [r.target_group_id]}),
    "ec2:DescribeNetworkAcls": ("NetworkAcls", lambda r, s, h, c: {}),
    "ec2:DescribeNetworkInterfaces": ("NetworkInterfaces", lambda r, s, h, c: {}),
    "ec2:DescribeInstances": ("Reservations", lambda r, s, h, c: {}),
    "ec2:DescribeInstanceStatus": ("InstanceStatuses", lambda r, s, h, c: {}),
    "ec2:DescribeRouteTables": ("RouteTables", lambda r, s, h, c: {}),
    "ec2:DescribeVpcPeeringConnections": ("VpcPeeringConnections", lambda r, s, h, c: {}),
    "ec2:DescribeFlowLogs": ("FlowLogs", lambda r, s, h, c: {"Filter": [{"Name": "resource-id", "Values": ["vpc-*"]}]}),
    "ec2:DescribeVpcEndpointServiceConfigurations": ("ServiceConfigurations", lambda r, s, h, c: {}),
    "ec2:DescribeVpcEndpointServicePermissions": ("AllowedPrincipals", lambda r, s, h, c: {"ServiceId": r.service_id}),
    "ec2:DescribeVpcEndpointConnections": (
        "VpcEndpointConnections",
        lambda r, s, h, c: {"Filters": [{"Name": "service-id", "Values": [r.service_id]}]},
    ),
    "ec2:GetManagedPrefixListEntries": ("Entries", lambda r, s, h, c: {"PrefixListId": "pl-0123456789abcdef0"}),
    "ec2:DescribeManagedPrefixLists": ("PrefixLists", lambda r, s, h, c: {}),
    "logs:DescribeLogGroups": ("logGroups", lambda r, s, h, c: {"logGroupNamePrefix": "API-Gateway-Execution-Logs_"}),
    "logs:FilterLogEvents": ("events", lambda r, s, h, c: {"logGroupName": r.log_group}),
    "logs:GetLogEvents": (
        "events",
        lambda r, s, h, c: {
            "logGroupName": r.log_group,
            "logStreamName": r.region.get("log-group", logGroupName=r.log_group)["events"][0]["logStreamName"],
        },
    ),
    "logs:StartQuery": (
        "queryId",
        lambda r, s, h, c: {"logGroupName": r.log_group, "startTime": 0, "endTime": 1, "queryString": "limit 1"},
    ),
    "logs:GetQueryResults": ("status", lambda r, s, h, c: {"queryId": query(c, r)}),
    "logs:StopQuery": ("success", lambda r, s, h, c: {"queryId": query(c, r)}),
    "logs:DescribeDeliverySources": ("deliverySources", lambda r, s, h, c: {}),
    "logs:DescribeDeliveries": ("deliveries", lambda r, s, h, c: {}),
    "logs:GetDeliveryDestination": ("deliveryDestination", lambda r, s, h, c: {"name": "orders"}),
    "cloudwatch:GetMetricData": (
        "MetricDataResults",
        lambda r, s, h, c: {
            "StartTime": r.world.now - timedelta(hours=1),
            "EndTime": r.world.now,
            "MetricDataQueries": [
                {
                    "Id": "m1",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/ApiGateway",
                            "MetricName": "Count",
                            "Dimensions": [{"Name": "ApiName", "Value": "orders"}, {"Name": "Stage", "Value": "prod"}],
                        },
                        "Period": 60,
                        "Stat": "SampleCount",
                    },
                }
            ],
        },
    ),
    "cloudwatch:DescribeAlarms": ("MetricAlarms", lambda r, s, h, c: {"AlarmNames": ["orders-prod-5xx"]}),
    "cloudwatch:ListMetrics": ("Metrics", lambda r, s, h, c: {"Namespace": "AWS/NetworkELB"}),
    "acm:DescribeCertificate": ("Certificate", lambda r, s, h, c: {"CertificateArn": certificate_of(r)}),
    "acm:GetCertificate": ("Certificate", lambda r, s, h, c: {"CertificateArn": certificate_of(r)}),
    "iam:GetRole": ("Role", lambda r, s, h, c: {"RoleName": "apigateway-cloudwatch-logs"}),
    "iam:ListAttachedRolePolicies": (
        "AttachedPolicies",
        lambda r, s, h, c: {"RoleName": "apigateway-cloudwatch-logs"},
    ),
    "iam:GetServerCertificate": ("ServerCertificate", lambda r, s, h, c: {"ServerCertificateName": "old"}),
    "cloudtrail:LookupEvents": (
        "Events",
        lambda r, s, h, c: {
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "UpdateIntegration"}],
            "StartTime": r.world.now - timedelta(days=1),
            "EndTime": r.world.now + timedelta(days=1),
        },
    ),
    "service-quotas:GetServiceQuota": (
        "Quota",
        lambda r, s, h, c: {"ServiceCode": "apigateway", "QuotaCode": "L-A4C7274F"},
    ),
    "servicediscovery:GetService": ("Service", lambda r, s, h, c: {"Id": h.cloud_map_service_id}),
    "servicediscovery:GetNamespace": (
        "Namespace",
        lambda r, s, h, c: {"Id": h.region.get("cloud-map-service", Id=h.cloud_map_service_id)["NamespaceId"]},
    ),
    "servicediscovery:ListInstances": ("Instances", lambda r, s, h, c: {"ServiceId": h.cloud_map_service_id}),
    "servicediscovery:DiscoverInstances": (
        "Instances",
        lambda r, s, h, c: {"NamespaceName": "users.internal", "ServiceName": "users"},
    ),
    "health:DescribeEvents": ("events", lambda r, s, h, c: {"filter": {"services": ["APIGATEWAY"]}}),
    "lambda:GetFunctionConfiguration": ("State", lambda r, s, h, c: {"FunctionName": "probe"}),
    "lambda:Invoke": ("Payload", lambda r, s, h, c: {"FunctionName": "probe", "Payload": b'{"url": "http://x"}'}),
}


def wrong_enums(value: Any, shape: Any, path: str = "") -> list[str]:
    """Texts in a parsed reply that the service's model does not know. Endpoint states are spelt lower in reality."""
    if shape.type_name == "structure":
        members = {k: v for k, v in value.items() if k in shape.members}
        return [wrong for k, v in members.items() for wrong in wrong_enums(v, shape.members[k], f"{path}.{k}")]
    if shape.type_name == "list":
        return [wrong for item in value for wrong in wrong_enums(item, shape.member, path)]
    if shape.type_name == "map":
        return [wrong for item in value.values() for wrong in wrong_enums(item, shape.value, path)]
    known = getattr(shape, "enum", None)
    lower = {str(each).lower() for each in known or []}
    unknown = known and value not in known and not (path.endswith("VpcEndpointState") and value.lower() in lower)
    return [f"{path} = {value}"] if unknown else []


def test_every_operation_has_its_row() -> None:
    assert {f"{service}:{name}" for service, name in OPERATIONS} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_operation_answers(name: str, aws: LocalAws, client: Any) -> None:
    service, operation = name.split(":")
    key, parameters = TABLE[name]
    rest, second, http = (aws.world.topologies[each] for each in ("orders", "search", "users"))
    asked = client(service)
    reply = getattr(asked, xform_name(operation))(**parameters(rest, second, http, client))
    assert reply[key]
    assert reply["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert aws.recorder.operations()[-1] == name
    shape = asked.meta.service_model.operation_model(operation).output_shape
    reply.pop("ResponseMetadata")
    assert wrong_enums(reply, shape) == []


def test_values_survive_the_wire(aws: LocalAws, client: Any) -> None:
    rest = aws.world.topologies["orders"]
    balancer = client("elbv2").describe_load_balancers(LoadBalancerArns=[rest.load_balancer_arn])["LoadBalancers"][0]
    assert balancer["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"
    assert balancer["CreatedTime"] == rest.balancer["CreatedTime"]
    assert "Attributes" not in balancer
    group = client("ec2").describe_security_groups(GroupIds=[rest.target_group_id])["SecurityGroups"][0]
    assert group["IpPermissions"] == rest.region.get("security-group", GroupId=rest.target_group_id)["IpPermissions"]
    role = client("iam").get_role(RoleName="apigateway-cloudwatch-logs")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "apigateway.amazonaws.com"}


def test_invoke_runs_the_worlds_function(client: Any) -> None:
    reply = client("lambda").invoke(FunctionName="probe", Payload=b'{"url": "http://x"}')
    assert reply["Payload"].read() == b'{"tcp": "ok", "url": "http://x"}'


def test_resources_show_methods_only_when_asked(aws: LocalAws, client: Any) -> None:
    api_id = aws.world.topologies["orders"].api_id
    plain = client("apigateway").get_resources(restApiId=api_id)["items"]
    full = client("apigateway").get_resources(restApiId=api_id, embed=["methods"])["items"]
    assert plain[1]["resourceMethods"] == {"ANY": {}}
    assert full[1]["resourceMethods"]["ANY"]["methodIntegration"]["connectionType"] == "VPC_LINK"


def test_generations_of_links_do_not_see_each_other(aws: LocalAws, client: Any) -> None:
    first = {link["id"] for link in client("apigateway").get_vpc_links()["items"]}
    second = {link["VpcLinkId"] for link in client("apigatewayv2").get_vpc_links()["Items"]}
    assert first == {aws.world.topologies["orders"].link_id}
    assert second == {aws.world.topologies[name].link_id for name in ("search", "users")}
