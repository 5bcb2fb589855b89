"""How to repair an integration's mappings and URI. Source: AWS CLI reference, apigateway put-integration-response."""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.integration.integration_code import (
    SHOWN,
    joined,
    method_cloudformation,
    method_terraform,
)
from bot.diagnosis.checks.integration.response_mapping import unmapped
from bot.diagnosis.checks.stage.deployment_code import deployment_code
from bot.diagnosis.checks.vpc_link.link_commands import deploy, set_variable
from bot.diagnosis.hops import Path, route_name
from bot.diagnosis.model import Fix
from bot.diagnosis.naming import first_few
from bot.diagnosis.resources import Route
from bot.diagnosis.snippets import Reference, change_cloudformation, change_terraform, new_terraform
from bot.language import _

_VALUE = "VALUE"


def names(routes: list[Route]) -> str:
    """Return the methods' names, the first few of them."""
    return first_few((route_name(route) for route in routes), SHOWN)


def _target(path: Path, route: Route) -> str:
    return f"--rest-api-id {path.api.id} --resource-id {route.resource_id} --http-method {route.method}"


def default_mapping(path: Path, routes: list[Route]) -> Fix:
    """Return how to map every reply that no pattern matches."""
    commands = [command for route in routes[:SHOWN] for command in _default(path, route)]
    return Fix(
        summary=_("Give {routes} a default integration response, and deploy.", routes=names(routes)),
        cli=(*commands, *deploy(path)),
        cloudformation=joined(
            method_cloudformation(
                path,
                route,
                {
                    "Integration": {"IntegrationResponses": [{"StatusCode": "200"}]},
                    "MethodResponses": [{"StatusCode": "200"}],
                },
            )
            for route in routes[:SHOWN]
        ),
        terraform=joined(_default_terraform(path, route) for route in routes[:SHOWN]),
        console=_("API Gateway › Resources › method › Integration response › Create response; then Deploy."),
    )


def _default_terraform(path: Path, route: Route) -> str:
    name = f"{route_name(route)} 200"
    attributes = {**method_terraform(path, route), "status_code": "200"}
    responses = route.integration.responses if route.integration else ()
    if any(response.status_code == "200" for response in responses):
        return change_terraform(
            "aws_api_gateway_integration_response", name, {**attributes, "selection_pattern": Reference("null")}
        )
    response = new_terraform("aws_api_gateway_integration_response", name, attributes)
    if "200" in route.method_responses:
        return response
    return joined([new_terraform("aws_api_gateway_method_response", name, attributes), response])


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
        for route in routes[:SHOWN]
        for code in unmapped(route).undeclared
    ]
    return Fix(
        summary=_("Declare these statuses as method responses, and deploy."),
        cli=(*commands, *deploy(path)),
        cloudformation=joined(
            method_cloudformation(
                path, route, {"MethodResponses": [{"StatusCode": code} for code in unmapped(route).undeclared]}
            )
            for route in routes[:SHOWN]
        ),
        terraform=joined(
            new_terraform(
                "aws_api_gateway_method_response",
                f"{route_name(route)} {code}",
                {**method_terraform(path, route), "status_code": code},
            )
            for route in routes[:SHOWN]
            for code in unmapped(route).undeclared
        ),
        console=_("API Gateway › Resources › method › Method response › Create response; then Deploy."),
    )


def give_value(path: Path) -> Fix:
    """Return how to give the URI's stage variables a value."""
    api, stage, missing = path.api.id, path.stage.name, path.uri.missing
    variables = Reference("{ " + ", ".join(f'{name} = "{_VALUE}"' for name in missing) + " }")
    return Fix(
        summary=_("Set stage variable {variable}; it takes effect at once.", variable=missing[0]),
        cli=tuple(set_variable(path, name, _VALUE) for name in missing),
        cloudformation=change_cloudformation(
            "AWS::ApiGateway::Stage",
            stage,
            {"RestApiId": api, "StageName": stage, "Variables": dict.fromkeys(missing, _VALUE)},
        ),
        terraform=change_terraform(
            "aws_api_gateway_stage", stage, {"rest_api_id": api, "stage_name": stage, "variables": variables}
        ),
        console=_("API Gateway › Stages › your stage › Stage variables › Manage variables."),
    )


def look(path: Path) -> Fix:
    """Return where to look for a mapping that API Gateway could not do."""
    route = path.routes[0]
    show = f"aws apigateway get-integration {_target(path, route)}"
    if path.api.protocol == "HTTP":
        integration = quote(path.integration.id)
        show = f"aws apigatewayv2 get-integration --api-id {path.api.id} --integration-id {integration}"
    return Fix(
        summary=_("Repair what the line names in the integration's URI, templates or parameters, and deploy."),
        cli=(show, *deploy(path)),
        console=_("API Gateway › Resources › method › Integration request and Integration response; then Deploy."),
    )


def deploy_again(path: Path) -> Fix:
    """Return how to make the stage run what was edited last."""
    cloudformation, terraform = deployment_code(path.api, path.stage.name)
    return Fix(
        summary=_("Deploy the stage, and send a request again."),
        cli=deploy(path),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Resources › Deploy API."),
    )
