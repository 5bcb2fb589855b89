"""How to repair an integration's mappings and URI. Source: AWS CLI reference, apigateway put-integration-response."""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.integration.response_mapping import unmapped
from bot.diagnosis.checks.vpc_link.link_commands import deploy, set_variable
from bot.diagnosis.hops import Path, route_name
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import Route

_SHOWN = 3


def names(routes: list[Route]) -> str:
    """Return the methods' names, the first few of them."""
    more = f" +{len(routes) - _SHOWN} more" if len(routes) > _SHOWN else ""
    return ", ".join(route_name(route) for route in routes[:_SHOWN]) + more


def _target(path: Path, route: Route) -> str:
    return f"--rest-api-id {path.api.id} --resource-id {route.resource_id} --http-method {route.method}"


def default_mapping(path: Path, routes: list[Route]) -> Fix:
    """Return how to map every reply that no pattern matches."""
    commands = [command for route in routes[:_SHOWN] for command in _default(path, route)]
    return Fix(
        summary=f"Give {names(routes)} a default integration response, and deploy.",
        cli=(*commands, *deploy(path)),
        cloudformation="AWS::ApiGateway::Method Integration.IntegrationResponses (one without SelectionPattern) and "
        "MethodResponses",
        terraform="aws_api_gateway_integration_response without selection_pattern, and aws_api_gateway_method_response",
        console="API Gateway › Resources › method › Integration response › Create response; then Deploy.",
    )


def _default(path: Path, route: Route) -> tuple[str, ...]:
    """A method's responses are kept by status: where 200 has a mapping already, that one loses its pattern."""
    target = _target(path, route)
    responses = route.integration.responses if route.integration else ()
    if any(response.status_code == "200" for response in responses):
        operation = "op=replace,path=/selectionPattern,value=''"
        update = f"aws apigateway update-integration-response {target} --status-code 200 --patch-operations"
        return (f"{update} {operation}",)
    put = f"aws apigateway put-integration-response {target} --status-code 200 --selection-pattern ''"
    if "200" in route.method_responses:
        return (put,)
    return (f"aws apigateway put-method-response {target} --status-code 200", put)


def declare(path: Path, routes: list[Route]) -> Fix:
    """Return how to declare the statuses that mappings lead to."""
    commands = [
        f"aws apigateway put-method-response {_target(path, route)} --status-code {code}"
        for route in routes[:_SHOWN]
        for code in unmapped(route).undeclared
    ]
    return Fix(
        summary="Declare these statuses as method responses, and deploy.",
        cli=(*commands, *deploy(path)),
        cloudformation="AWS::ApiGateway::Method MethodResponses",
        terraform="aws_api_gateway_method_response status_code",
        console="API Gateway › Resources › method › Method response › Create response; then Deploy.",
    )


def give_value(path: Path) -> Fix:
    """Return how to give the URI's stage variables a value."""
    return Fix(
        summary=f"Set stage variable {path.uri.missing[0]}; it takes effect at once.",
        cli=tuple(set_variable(path, name, "VALUE") for name in path.uri.missing),
        cloudformation="AWS::ApiGateway::Stage Variables",
        terraform="aws_api_gateway_stage variables",
        console="API Gateway › Stages › your stage › Stage variables › Manage variables.",
    )


def look(path: Path) -> Fix:
    """Return where to look for a mapping that API Gateway could not do."""
    route = path.routes[0]
    show = f"aws apigateway get-integration {_target(path, route)}"
    if path.api.protocol == "HTTP":
        integration = quote(path.integration.id)
        show = f"aws apigatewayv2 get-integration --api-id {path.api.id} --integration-id {integration}"
    return Fix(
        summary="Repair what the line names in the integration's URI, templates or parameters, and deploy.",
        cli=(show, *deploy(path)),
        cloudformation="AWS::ApiGateway::Method Integration",
        terraform="aws_api_gateway_integration",
        console="API Gateway › Resources › method › Integration request and Integration response; then Deploy.",
    )


def deploy_again(path: Path) -> Fix:
    """Return how to make the stage run what was edited last."""
    return Fix(
        summary="Deploy the stage, and send a request again.",
        cli=deploy(path),
        cloudformation="A new AWS::ApiGateway::Deployment",
        terraform="aws_api_gateway_deployment triggers",
        console="API Gateway › Resources › Deploy API.",
    )
