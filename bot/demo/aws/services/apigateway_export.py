"""GetExport: the deployed snapshot of a stage as OpenAPI 3.0 (AWS: api-gateway-export-api)."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.apigateway import get_stage
from bot.demo.aws.services.common import Answer, Call, operation
from bot.demo.aws.world import Resource

_DEFAULT_TIMEOUT = 29000


@operation("apigateway", "GetExport")
def get_export(call: Call) -> Answer:
    """The stage's own deployment (never the draft, never the canary); ``extensions`` adds the integrations."""
    stage = get_stage(call)
    if call["exportType"] != "oas30":
        raise AwsError("BadRequestException", f"The local AWS exports oas30 only, not {call['exportType']}")
    if call.get("accepts", "application/json") != "application/json":
        raise AwsError("BadRequestException", "The local AWS exports application/json only")
    api = call.region.get("rest-api", id=call["restApiId"])
    deployment = call.region.get("deployment", restApiId=api["id"], id=stage["deploymentId"])
    with_integrations = _asks_for_integrations(call.get("parameters", {}))
    document = {
        "openapi": "3.0.1",
        "info": {"title": api["name"], "version": f"{deployment['createdDate']:%Y-%m-%dT%H:%M:%SZ}"},
        "servers": [
            {
                "url": f"https://{api['id']}.execute-api.{call.region.name}.amazonaws.com/{{basePath}}",
                "variables": {"basePath": {"default": stage["stageName"]}},
            }
        ],
        "paths": {r["path"]: _path(r, with_integrations) for r in deployment["resources"] if r.get("resourceMethods")},
        "components": {},
    }
    name = f"{api['name']}-{stage['stageName']}-oas30.json"
    return {
        "contentType": "application/octet-stream",
        "contentDisposition": f'attachment; filename="{name}"',
        "body": json.dumps(document, indent=2).encode(),
    }


def _asks_for_integrations(parameters: dict[str, Any]) -> bool:
    extensions = str(parameters.get("extensions", ""))
    return any(word.strip() in {"integrations", "apigateway"} for word in extensions.split(","))


def _path(resource: Resource, with_integrations: bool) -> dict[str, Any]:  # noqa: FBT001  # private, read with its one caller
    methods = {}
    for verb, method in resource["resourceMethods"].items():
        exported: dict[str, Any] = {}
        names = re.findall(r"\{([^}+]+)\+?\}", resource["path"])
        if names:
            exported["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
            ]
        if method.get("methodResponses"):
            exported["responses"] = {
                code: {"description": f"{code} response", "content": {}} for code in method["methodResponses"]
            }
        if with_integrations and "methodIntegration" in method:
            exported["x-amazon-apigateway-integration"] = _integration(method["methodIntegration"])
        methods["x-amazon-apigateway-any-method" if verb == "ANY" else verb.lower()] = exported
    return methods


def _integration(integration: Resource) -> dict[str, Any]:
    """AWS writes types in lower case and leaves out what is at its default."""
    exported = {
        name: integration[name]
        for name in ("httpMethod", "uri", "credentials", "requestParameters", "requestTemplates", "connectionId")
        if integration.get(name)
    }
    if integration.get("connectionType", "INTERNET") != "INTERNET":
        exported["connectionType"] = integration["connectionType"]
    if integration.get("timeoutInMillis", _DEFAULT_TIMEOUT) != _DEFAULT_TIMEOUT:
        exported["timeoutInMillis"] = integration["timeoutInMillis"]
    if integration.get("tlsConfig"):
        exported["tlsConfig"] = integration["tlsConfig"]
    if integration.get("integrationTarget"):
        exported["integration-target"] = integration["integrationTarget"]
    exported["passthroughBehavior"] = integration.get("passthroughBehavior", "WHEN_NO_MATCH").lower()
    exported["responses"] = {
        response.get("selectionPattern") or "default": {
            key: response[key] for key in ("statusCode", "responseParameters", "responseTemplates") if key in response
        }
        for response in integration.get("integrationResponses", {}).values()
    }
    exported["type"] = integration["type"].lower()
    return exported
