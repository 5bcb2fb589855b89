"""The keys of a stage's method settings, as `update-stage` and infrastructure code name them.

Sources: AWS: API reference UpdateStage, patch operations (a slash inside the method's path is written `~1`);
CloudFormation reference AWS::ApiGateway::Stage MethodSetting and AWS::ApiGatewayV2::Stage RouteSettings; Terraform:
aws_api_gateway_method_settings (`method_path`) and aws_apigatewayv2_stage (`route_settings`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.diagnosis.resources import Api, Stage
from bot.diagnosis.snippets import Value, change_cloudformation, change_terraform

ALL_METHODS = "*/*"


def patch_path(key: str) -> str:
    """Return the patch path of a settings key such as `*/*`, `orders/{id}/GET` or, for the root's method, `GET`."""
    if key == ALL_METHODS:
        return f"/{key}"
    path, _, verb = key.rpartition("/")
    return f"/{f'/{path}'.replace('/', '~1')}/{verb}"


def settings_code(
    api: Api, stage: Stage, keys: Sequence[str], cloudformation: Mapping[str, Value], terraform: Mapping[str, Value]
) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's lines that give the methods of these keys these settings."""
    if api.protocol == "REST":
        return _rest(api, stage, keys, cloudformation, terraform)
    routes = [key for key in keys if key != ALL_METHODS]
    properties: dict[str, Value] = {"ApiId": api.id, "StageName": stage.name}
    attributes: dict[str, Value] = {"api_id": api.id, "name": stage.name}
    if ALL_METHODS in keys:
        properties["DefaultRouteSettings"] = cloudformation
        attributes["default_route_settings"] = terraform
    if routes:
        properties["RouteSettings"] = dict.fromkeys(routes, cloudformation)
        attributes["route_settings"] = [{"route_key": key, **terraform} for key in routes]
    return (
        change_cloudformation("AWS::ApiGatewayV2::Stage", stage.name, properties),
        change_terraform("aws_apigatewayv2_stage", stage.name, attributes),
    )


def _rest(
    api: Api, stage: Stage, keys: Sequence[str], cloudformation: Mapping[str, Value], terraform: Mapping[str, Value]
) -> tuple[str, str]:
    settings = [{**_method(key), **cloudformation} for key in keys]
    properties: dict[str, Value] = {"RestApiId": api.id, "StageName": stage.name, "MethodSettings": settings}
    common: dict[str, Value] = {"rest_api_id": api.id, "stage_name": stage.name}
    resources = (
        change_terraform(
            "aws_api_gateway_method_settings",
            "all" if key == ALL_METHODS else key,
            {**common, "method_path": key, "settings": terraform},
        )
        for key in keys
    )
    return change_cloudformation("AWS::ApiGateway::Stage", stage.name, properties), "\n\n".join(resources)


def _method(key: str) -> dict[str, Value]:
    if key == ALL_METHODS:
        return {"ResourcePath": "/*", "HttpMethod": "*"}
    path, _, verb = key.rpartition("/")
    return {"ResourcePath": "/" + f"/{path}".replace("/", "~1") if path else "/", "HttpMethod": verb}
