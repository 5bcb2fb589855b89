"""What to do where a request does not resolve. Source: AWS CLI reference, apigateway and apigatewayv2."""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.stage.deployment_code import new_stage_code
from bot.diagnosis.hops import route_name
from bot.diagnosis.model import Fix
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import Api, Route, Stage
from bot.diagnosis.snippets import (
    Value,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)
from bot.language import _


def _diagnose(api: str, stage: str, *more: str) -> str:
    return " ".join(["vpclink diagnose", *(quote(word) for word in (api, stage, *more) if word)])


def other_api(walk: Walk, named_region: str) -> Fix:
    """Return how to name the right API."""
    request = walk.request
    near, region = next(iter(walk.candidates), ""), named_region or request.region
    elsewhere = named_region and named_region != request.region
    again = _diagnose(request.api if elsewhere else near or "API_ID", request.stage, "--region", region)
    summary = _("Give the right name or id, or the region and account where the API is.")
    if elsewhere:
        summary = _("Look in {region}.", region=named_region)
    elif near:
        summary = _("Give the right name or id: {name}?, or the region and account where the API is.", name=near)
    return Fix(
        summary=summary,
        cli=(
            again,
            f"aws apigateway get-rest-apis --region {region} --query 'items[].[id,name]' --output table",
            f"aws apigatewayv2 get-apis --region {region} --query 'Items[].[ApiId,Name]' --output table",
        ),
        console=_("API Gateway › APIs, after choosing the region."),
    )


def other_stage(walk: Walk, api: Api, near: str) -> Fix:
    """Return how to name the right stage, or to make the missing one."""
    wanted = quote(walk.request.stage)
    listing, create = (
        (
            f"aws apigateway get-stages --rest-api-id {api.id} --query 'item[].stageName'",
            f"aws apigateway create-deployment --rest-api-id {api.id} --stage-name {wanted}   # makes the stage",
        )
        if api.protocol == "REST"
        else (
            f"aws apigatewayv2 get-stages --api-id {api.id} --query 'Items[].StageName'",
            f"aws apigatewayv2 create-stage --api-id {api.id} --stage-name {wanted} --auto-deploy",
        )
    )
    summary = _("Ask for one of the stages, or deploy the missing one.")
    if near:
        summary = _("Ask for the stage {stage}, or deploy the missing one.", stage=near)
    cloudformation, terraform = new_stage_code(api, walk.request.stage)
    return Fix(
        summary=summary,
        cli=(*((_diagnose(api.id, near),) if near else ()), listing, create),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › APIs › your API › Stages."),
    )


def other_path(walk: Walk, api: Api, path: str) -> Fix:
    """Return how to name a path that there is, or to add the missing one."""
    request = walk.request
    rest = api.protocol == "REST"
    listing = (
        f"aws apigateway get-resources --rest-api-id {api.id} --embed methods --limit 500"
        if rest
        else f"aws apigatewayv2 get-routes --api-id {api.id} --query 'Items[].RouteKey'"
    )
    again = _diagnose(api.id, request.stage, path or "/PATH", request.method or "")
    console = _("API Gateway › APIs › your API › Resources.") if rest else _("API Gateway › APIs › your API › Routes.")
    if path:
        return Fix(summary=_("Ask for {path}.", path=path), cli=(again, listing), console=console)
    cloudformation, terraform = _new_route(api, request.path or "/", request.method or "ANY")
    return Fix(
        summary=_("Ask for a path that the API has; or add this one and deploy."),
        cli=(again, listing),
        cloudformation=cloudformation,
        terraform=terraform,
        console=console,
    )


def _new_route(api: Api, path: str, method: str) -> tuple[str, str]:
    """The missing method or route in CloudFormation and Terraform. The integration behind it is another resource."""
    name = f"{method} {path}"
    if api.protocol != "REST":
        target = "integrations/INTEGRATION_ID"
        return (
            new_cloudformation("AWS::ApiGatewayV2::Route", name, {"ApiId": api.id, "RouteKey": name, "Target": target}),
            new_terraform("aws_apigatewayv2_route", name, {"api_id": api.id, "route_key": name, "target": target}),
        )
    part, parent = path.rstrip("/").rpartition("/")[2] or "PATH_PART", "PARENT_RESOURCE_ID"
    resource: dict[str, Value] = {"RestApiId": api.id, "ParentId": parent, "PathPart": part}
    properties: dict[str, Value] = {"RestApiId": api.id, "ResourceId": "RESOURCE_ID", "HttpMethod": method}
    properties |= {"AuthorizationType": "NONE"}
    folder: dict[str, Value] = {"rest_api_id": api.id, "parent_id": parent, "path_part": part}
    attributes: dict[str, Value] = {"rest_api_id": api.id, "resource_id": "RESOURCE_ID", "http_method": method}
    attributes |= {"authorization": "NONE"}
    return (
        f"{new_cloudformation('AWS::ApiGateway::Resource', path, resource)}\n\n"
        f"{new_cloudformation('AWS::ApiGateway::Method', name, properties)}",
        f"{new_terraform('aws_api_gateway_resource', path, folder)}\n\n"
        f"{new_terraform('aws_api_gateway_method', name, attributes)}",
    )


def failed_api(api: Api) -> Fix:
    """Return how to bring an API out of the status FAILED: the change that failed must be made again."""
    return Fix(
        summary=_("Read the status message, repair what it names, and make the last change of the API again."),
        cli=(
            f"aws apigateway get-rest-api --rest-api-id {api.id} --query '[apiStatus,apiStatusMessage]'",
            f"aws apigateway update-rest-api --rest-api-id {api.id} --patch-operations op=replace,path=P,value=V",
        ),
        console=_("API Gateway › APIs › your API › API settings."),
        steps=(
            _("Read the status message."),
            _("Repair what it names."),
            _("Repeat the change, until AVAILABLE."),
        ),
    )


def add_integration(api: Api, stage: Stage, route: Route) -> Fix:
    """Return how to give a method its private integration."""
    if api.protocol == "REST":
        command = (
            f"aws apigateway put-integration --rest-api-id {api.id} --resource-id {route.resource_id} "
            f"--http-method {route.method} --type HTTP_PROXY --integration-http-method {route.method} "
            "--connection-type VPC_LINK --connection-id LINK_ID --uri http://HOST/PATH"
        )
        deploy = f"aws apigateway create-deployment --rest-api-id {api.id} --stage-name {quote(stage.name)}"
    else:
        command = (
            f"aws apigatewayv2 update-route --api-id {api.id} --route-id {route.resource_id} "
            "--target integrations/INTEGRATION_ID"
        )
        deploy = f"aws apigatewayv2 create-deployment --api-id {api.id} --stage-name {quote(stage.name)}"
    cloudformation, terraform = _integration_code(api, route)
    return Fix(
        summary=_("Give the method its integration, and deploy."),
        cli=(command, deploy),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › APIs › your API › Resources › method › Integration request.")
        if api.protocol == "REST"
        else _("API Gateway › APIs › your API › Routes."),
    )


def _integration_code(api: Api, route: Route) -> tuple[str, str]:
    name, target = route_name(route), "integrations/INTEGRATION_ID"
    if api.protocol != "REST":
        return (
            change_cloudformation(
                "AWS::ApiGatewayV2::Route", name, {"ApiId": api.id, "RouteKey": name, "Target": target}
            ),
            change_terraform("aws_apigatewayv2_route", name, {"api_id": api.id, "route_key": name, "target": target}),
        )
    integration: dict[str, Value] = {"Type": "HTTP_PROXY", "IntegrationHttpMethod": route.method}
    integration |= {"ConnectionType": "VPC_LINK", "ConnectionId": "LINK_ID", "Uri": "http://HOST/PATH"}
    method: dict[str, Value] = {"RestApiId": api.id, "ResourceId": route.resource_id, "HttpMethod": route.method}
    attributes: dict[str, Value] = {"rest_api_id": api.id, "resource_id": route.resource_id}
    attributes |= {"http_method": route.method, "type": "HTTP_PROXY", "integration_http_method": route.method}
    attributes |= {"connection_type": "VPC_LINK", "connection_id": "LINK_ID", "uri": "http://HOST/PATH"}
    return (
        change_cloudformation("AWS::ApiGateway::Method", name, {**method, "Integration": integration}),
        new_terraform("aws_api_gateway_integration", name, attributes),
    )
