"""A change of integrations as infrastructure code: one resource for each of the first methods of a path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.diagnosis.hops import Path, route_name
from bot.diagnosis.resources import Route
from bot.diagnosis.snippets import Value, change_cloudformation, change_terraform

SHOWN = 3


def integration_code(
    path: Path, cloudformation: Mapping[str, Value], terraform: Mapping[str, Value]
) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's lines that set these fields on the integrations of a path.

    CloudFormation keeps a REST API's integration in its method.
    """
    if path.api.protocol == "REST":
        return _rest(path, path.routes[:SHOWN], cloudformation, terraform)
    ids = list(dict.fromkeys(route.integration.id for route in path.routes if route.integration))[:SHOWN]
    return (
        joined(
            change_cloudformation("AWS::ApiGatewayV2::Integration", i, {"ApiId": path.api.id, **cloudformation})
            for i in ids
        ),
        joined(change_terraform("aws_apigatewayv2_integration", i, {"api_id": path.api.id, **terraform}) for i in ids),
    )


def _rest(
    path: Path, routes: Sequence[Route], cloudformation: Mapping[str, Value], terraform: Mapping[str, Value]
) -> tuple[str, str]:
    return (
        joined(method_cloudformation(path, route, {"Integration": cloudformation}) for route in routes),
        joined(
            change_terraform(
                "aws_api_gateway_integration", route_name(route), {**method_terraform(path, route), **terraform}
            )
            for route in routes
        ),
    )


def method_cloudformation(path: Path, route: Route, properties: Mapping[str, Value]) -> str:
    """Return what changes in a REST API's method."""
    named = {"RestApiId": path.api.id, "ResourceId": route.resource_id, "HttpMethod": route.method}
    return change_cloudformation("AWS::ApiGateway::Method", route_name(route), {**named, **properties})


def method_terraform(path: Path, route: Route) -> dict[str, Value]:
    """Return the arguments that name a REST API's method."""
    return {"rest_api_id": path.api.id, "resource_id": route.resource_id, "http_method": route.method}


def joined(snippets: Iterable[str]) -> str:
    """Return snippets one below the other."""
    return "\n\n".join(snippets)
