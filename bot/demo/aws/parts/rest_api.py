"""Builders of a REST API: account settings, API, resources, deployment, stage and its log group."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from bot.demo.aws.world import Region, Resource

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_PUSH_POLICY = "AmazonAPIGatewayPushToCloudWatchLogs"


def ensure_account(region: Region) -> None:
    """The account's logging role, with the trust and the policy that execution logs need (AWS: set-up-logging)."""
    if region.find("account") is not None:
        return
    role = make_role(region, "apigateway-cloudwatch-logs", "apigateway.amazonaws.com", [_PUSH_POLICY])
    region.add("account", {"cloudwatchRoleArn": role["Arn"]})


def make_role(region: Region, name: str, trusted_service: str, policies: list[str]) -> Resource:
    """An IAM role that a service may assume, with AWS-managed policies."""
    account = region.account_wide
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": trusted_service}, "Action": "sts:AssumeRole"}],
    }
    return account.add(
        "role",
        {
            "RoleName": name,
            "Arn": f"arn:aws:iam::{account.account}:role/{name}",
            "Path": "/",
            "RoleId": "AROA" + account.identifier("role", name, length=17, alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ234567"),
            "CreateDate": region.now - timedelta(days=400),
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": trust,
            "AttachedPolicies": [
                {"PolicyName": each, "PolicyArn": f"arn:aws:iam::aws:policy/service-role/{each}"} for each in policies
            ],
        },
    )


def make_rest_api(region: Region, name: str, *, label: str = "") -> Resource:
    """A regional REST API with its root resource. ``label`` tells two APIs of one name apart."""
    api_id = region.identifier("rest-api", label or name, length=10, alphabet=LETTERS)
    root = region.identifier("root", api_id, length=10, alphabet=LETTERS)
    region.add("api-resource", {"restApiId": api_id, "id": root, "path": "/"})
    return region.add(
        "rest-api",
        {
            "id": api_id,
            "name": name,
            "description": f"{name} service",
            "createdDate": region.now - timedelta(days=90),
            "apiKeySource": "HEADER",
            "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
            "tags": {"team": "platform"},
            "disableExecuteApiEndpoint": False,
            "rootResourceId": root,
            "apiStatus": "AVAILABLE",
        },
    )


def add_method(region: Region, api: Resource, path: str, verb: str, integration: Resource | None) -> Resource:
    """A method on a path one level below the root. The resource."""
    resource = region.find("api-resource", restApiId=api["id"], path=path)
    if resource is None:
        part = path.strip("/")
        resource = region.add(
            "api-resource",
            {
                "restApiId": api["id"],
                "id": region.identifier("resource", api["id"], path, length=6, alphabet=LETTERS),
                "parentId": api["rootResourceId"],
                "pathPart": part,
                "path": path,
            },
        )
    method: dict[str, Any] = {
        "httpMethod": verb,
        "authorizationType": "NONE",
        "apiKeyRequired": False,
        "requestParameters": {"method.request.path.proxy": True} if path.endswith("{proxy+}") else {},
    }
    if integration is not None:
        method["methodIntegration"] = integration
    resource.setdefault("resourceMethods", {})[verb] = method
    return resource


def proxy_integration(uri: str, link: str, target: str | None = None) -> Resource:
    """A VPC_LINK integration that passes the request on as it is."""
    integration: dict[str, Any] = {
        "type": "HTTP_PROXY",
        "httpMethod": "ANY",
        "uri": uri,
        "connectionType": "VPC_LINK",
        "connectionId": link,
        "requestParameters": {"integration.request.path.proxy": "method.request.path.proxy"},
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheKeyParameters": [],
        "integrationResponses": {"200": {"statusCode": "200"}},
        "responseTransferMode": "BUFFERED",
    }
    return integration | ({"integrationTarget": target} if target else {})


def deploy(region: Region, api: Resource, *, days_ago: float = 30, description: str = "") -> Resource:
    """Freeze the draft: a deployment holds its own copy of the resources, which the export shows."""
    number = len(region.select("deployment", restApiId=api["id"]))
    resources = copy.deepcopy(region.select("api-resource", restApiId=api["id"]))
    summary = {
        resource["path"]: {
            verb: {"authorizationType": method["authorizationType"], "apiKeyRequired": method["apiKeyRequired"]}
            for verb, method in resource.get("resourceMethods", {}).items()
        }
        for resource in resources
    }
    return region.add(
        "deployment",
        {
            "restApiId": api["id"],
            "id": region.identifier("deployment", api["id"], str(number), length=6, alphabet=LETTERS),
            "description": description,
            "createdDate": region.now - timedelta(days=days_ago),
            "apiSummary": summary,
            "resources": resources,
        },
    )


def make_stage(region: Region, api: Resource, name: str, deployment: Resource, variables: dict[str, str]) -> Resource:
    """A stage that logs at level INFO, with its execution-log group."""
    settings = {
        "metricsEnabled": False,
        "loggingLevel": "INFO",
        "dataTraceEnabled": False,
        "throttlingBurstLimit": 5000,
        "throttlingRateLimit": 10000.0,
        "cachingEnabled": False,
        "cacheTtlInSeconds": 300,
        "cacheDataEncrypted": False,
        "requireAuthorizationForCacheControl": True,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    }
    make_log_group(region, f"API-Gateway-Execution-Logs_{api['id']}/{name}")
    return region.add(
        "stage",
        {
            "restApiId": api["id"],
            "stageName": name,
            "deploymentId": deployment["id"],
            "cacheClusterEnabled": False,
            "cacheClusterStatus": "NOT_AVAILABLE",
            "methodSettings": {"*/*": settings},
            "variables": variables or None,
            "tracingEnabled": False,
            "tags": {"team": "platform"},
            "createdDate": region.now - timedelta(days=80),
            "lastUpdatedDate": region.now - timedelta(days=10),
        },
    )


def make_log_group(region: Region, name: str, *, log_class: str = "STANDARD") -> Resource:
    """An empty log group that keeps its events for a month."""
    arn = region.arn("logs", f"log-group:{name}")
    return region.add(
        "log-group",
        {
            "logGroupName": name,
            "creationTime": round((region.now - timedelta(days=80)).timestamp() * 1000),
            "retentionInDays": 30,
            "metricFilterCount": 0,
            "arn": f"{arn}:*",
            "logGroupArn": arn,
            "storedBytes": 0,
            "logGroupClass": log_class,
            "events": [],
        },
    )
