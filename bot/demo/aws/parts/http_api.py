"""Builders of an HTTP API: API, integration, route, stage with access log, and a Cloud Map service."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from bot.demo.aws.parts.backends import PLAIN_PORT, Parts, Plan, servers
from bot.demo.aws.parts.hosts import tcp
from bot.demo.aws.parts.rest_api import LETTERS, make_log_group
from bot.demo.aws.world import Resource

# AWS's own example, with the variables that say why an integration failed (AWS: http-api-logging-variables).
ACCESS_LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "requestTime": "$context.requestTime",
        "httpMethod": "$context.httpMethod",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "protocol": "$context.protocol",
        "responseLength": "$context.responseLength",
        "errorMessage": "$context.error.message",
        "errorResponseType": "$context.error.responseType",
        "integrationStatus": "$context.integration.status",
        "integrationLatency": "$context.integrationLatency",
        "integrationErrorMessage": "$context.integrationErrorMessage",
    }
)


def make_http_api(plan: Plan, name: str, stage: str, uri: str, link_id: str) -> Parts:
    """An HTTP API with one route to one private integration, deployed by itself, logging to a group of its own."""
    region = plan.region
    api_id = region.identifier("http-api", plan.name, length=10, alphabet=LETTERS)
    integration_id = region.identifier("integration", api_id, length=7, alphabet=LETTERS)
    deployment_id = region.identifier("deployment", api_id, length=6, alphabet=LETTERS)
    log_group = f"/aws/http-api/{name}"
    arn = make_log_group(region, log_group)["logGroupArn"]
    region.add("http-api", _api(plan, api_id, name))
    integration: dict[str, Any] = {
        "ApiId": api_id,
        "IntegrationId": integration_id,
        "IntegrationType": "HTTP_PROXY",
        "IntegrationMethod": "ANY",
        "IntegrationUri": uri,
        "ConnectionType": "VPC_LINK",
        "ConnectionId": link_id,
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": 30000,
    }
    if plan.scheme == "https":
        integration["TlsConfig"] = {"ServerNameToVerify": plan.host}
    route = {
        "ApiId": api_id,
        "RouteId": region.identifier("route", api_id, length=7, alphabet=LETTERS),
        "RouteKey": "ANY /{proxy+}",
        "Target": f"integrations/{integration_id}",
        "AuthorizationType": "NONE",
        "ApiKeyRequired": False,
    }
    region.add("http-api-integration", integration)
    region.add("http-api-route", route)
    _deploy(plan, api_id, stage, deployment_id, arn)
    return {"api_id": api_id, "integration_id": integration_id, "log_group": log_group}


def _api(plan: Plan, api_id: str, name: str) -> Resource:
    return {
        "ApiId": api_id,
        "Name": name,
        "ProtocolType": "HTTP",
        "ApiEndpoint": f"https://{api_id}.execute-api.{plan.region.name}.amazonaws.com",
        "RouteSelectionExpression": "$request.method $request.path",
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "CreatedDate": plan.region.now - timedelta(days=90),
        "Tags": {"team": "platform"},
    }


def _deploy(plan: Plan, api_id: str, stage: str, deployment_id: str, log_group_arn: str) -> None:
    when = plan.region.now - timedelta(days=30)
    deployment = {
        "ApiId": api_id,
        "DeploymentId": deployment_id,
        "DeploymentStatus": "DEPLOYED",
        "AutoDeployed": True,
        "CreatedDate": when,
        "Description": "Automatic deployment triggered by changes to the Api configuration",
    }
    plan.region.add("http-api-deployment", deployment)
    plan.region.add(
        "http-api-stage",
        {
            "ApiId": api_id,
            "StageName": stage,
            "AutoDeploy": True,
            "DeploymentId": deployment_id,
            "LastDeploymentStatusMessage": f"Successfully deployed stage with deployment ID '{deployment_id}'",
            "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
            "RouteSettings": {},
            "StageVariables": {},
            "AccessLogSettings": {"DestinationArn": log_group_arn, "Format": ACCESS_LOG_FORMAT},
            "CreatedDate": plan.region.now - timedelta(days=80),
            "LastUpdatedDate": when,
            "Tags": {},
        },
    )


def cloud_map_service(plan: Plan, link_group_id: str) -> Parts:
    """A Cloud Map service with two containers, which admit the link's security group."""
    region = plan.region
    group_id, targets = servers(plan, "ip", PLAIN_PORT, tcp(PLAIN_PORT, groups=(link_group_id,)))
    service_id = f"srv-{region.identifier(plan.name, 'service', length=16, alphabet=LETTERS)}"
    _register_service(plan, service_id, len(targets))
    for number, target in enumerate(targets, 1):
        attributes = {"AWS_INSTANCE_IPV4": target["Id"], "AWS_INSTANCE_PORT": str(PLAIN_PORT)}
        instance = {"ServiceId": service_id, "Id": f"{plan.name}-{number}", "Attributes": attributes}
        region.add("cloud-map-instance", {**instance, "HealthStatus": "HEALTHY"})
    return {
        "cloud_map_service_id": service_id,
        "target_group_id": group_id,
        "target_port": PLAIN_PORT,
        "load_balancer_arn": "",
        "listener_arn": "",
        "target_group_arn": "",
        "backend_group_arn": "",
        "balancer_group_id": "",
    }


def _register_service(plan: Plan, service_id: str, instances: int) -> None:
    region = plan.region
    namespace_id = f"ns-{region.identifier(plan.name, 'namespace', length=16, alphabet=LETTERS)}"
    when = region.now - timedelta(days=85)
    namespace = {
        "Id": namespace_id,
        "Arn": region.arn("servicediscovery", f"namespace/{namespace_id}"),
        "Name": f"{plan.name}.internal",
        "Type": "DNS_PRIVATE",
        "ServiceCount": 1,
        "CreateDate": when,
    }
    records = [{"Type": "SRV", "TTL": 60}, {"Type": "A", "TTL": 60}]
    service = {
        "Id": service_id,
        "Arn": region.arn("servicediscovery", f"service/{service_id}"),
        "Name": plan.name,
        "NamespaceId": namespace_id,
        "Type": "DNS_HTTP",
        "DnsConfig": {"NamespaceId": namespace_id, "RoutingPolicy": "MULTIVALUE", "DnsRecords": records},
        "HealthCheckCustomConfig": {"FailureThreshold": 1},
        "InstanceCount": instances,
        "CreateDate": when,
    }
    region.add("cloud-map-namespace", namespace)
    region.add("cloud-map-service", service)
