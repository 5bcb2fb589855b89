"""What to do where a request does not resolve. Source: AWS CLI reference, apigateway and apigatewayv2."""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.model import Fix
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import Api, Route, Stage


def _diagnose(api: str, stage: str, *more: str) -> str:
    return " ".join(["vpclink diagnose", *(quote(word) for word in (api, stage, *more) if word)])


def other_api(walk: Walk, named_region: str) -> Fix:
    """Return how to name the right API."""
    request = walk.request
    near, region = next(iter(walk.candidates), ""), named_region or request.region
    elsewhere = named_region and named_region != request.region
    again = _diagnose(request.api if elsewhere else near or "API_ID", request.stage, "--region", region)
    return Fix(
        summary=f"Look in {named_region}."
        if elsewhere
        else f"Give the right name or id{f': {near}?' if near else ''}, or the region and account where the API is.",
        cli=(
            again,
            f"aws apigateway get-rest-apis --region {region} --query 'items[].[id,name]' --output table",
            f"aws apigatewayv2 get-apis --region {region} --query 'Items[].[ApiId,Name]' --output table",
        ),
        console="API Gateway › APIs, after choosing the region.",
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
    return Fix(
        summary=f"Ask for {f'the stage {near}' if near else 'one of the stages'}, or deploy the missing one.",
        cli=(*((_diagnose(api.id, near),) if near else ()), listing, create),
        cloudformation="AWS::ApiGateway::Stage" if api.protocol == "REST" else "AWS::ApiGatewayV2::Stage",
        terraform="aws_api_gateway_stage" if api.protocol == "REST" else "aws_apigatewayv2_stage",
        console="API Gateway › APIs › your API › Stages.",
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
    return Fix(
        summary=f"Ask for {path}." if path else "Ask for a path that the API has; or add this one and deploy.",
        cli=(again, listing),
        cloudformation="AWS::ApiGateway::Resource and ::Method" if rest else "AWS::ApiGatewayV2::Route",
        terraform="aws_api_gateway_resource and aws_api_gateway_method" if rest else "aws_apigatewayv2_route",
        console="API Gateway › APIs › your API › " + ("Resources." if rest else "Routes."),
    )


def failed_api(api: Api) -> Fix:
    """Return how to bring an API out of the status FAILED: the change that failed must be made again."""
    return Fix(
        summary="Read the status message, repair what it names, and make the last change of the API again.",
        cli=(
            f"aws apigateway get-rest-api --rest-api-id {api.id} --query '[apiStatus,apiStatusMessage]'",
            f"aws apigateway update-rest-api --rest-api-id {api.id} --patch-operations op=replace,path=P,value=V",
        ),
        cloudformation="AWS::ApiGateway::RestApi: update it again",
        terraform="aws_api_gateway_rest_api: apply it again",
        console="API Gateway › APIs › your API › API settings.",
        steps=("Read the status message.", "Repair what it names.", "Repeat the change, until AVAILABLE."),
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
    rest = api.protocol == "REST"
    return Fix(
        summary="Give the method its integration, and deploy.",
        cli=(command, deploy),
        cloudformation="AWS::ApiGateway::Method Integration" if rest else "AWS::ApiGatewayV2::Route Target",
        terraform="aws_api_gateway_integration" if rest else "aws_apigatewayv2_route target",
        console="API Gateway › APIs › your API › "
        + ("Resources › method › Integration request." if rest else "Routes."),
    )
