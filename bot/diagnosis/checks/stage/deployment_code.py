"""A deployment as infrastructure code.

Sources: CloudFormation reference AWS::ApiGateway::Deployment (it is made once: another one needs another logical id);
Terraform: aws_api_gateway_deployment (`triggers` make a new one).
"""

from __future__ import annotations

from bot.diagnosis.resources import Api
from bot.diagnosis.snippets import (
    Reference,
    Value,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)

_NEW = "NewDeployment"


def deployment_code(api: Api, stage: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's lines that deploy an API to a stage."""
    if api.protocol == "REST":
        return _cloudformation_rest(api, stage), _terraform_rest(api)
    if api.protocol == "HTTP":
        return _by_itself(api, stage)
    return (
        new_cloudformation("AWS::ApiGatewayV2::Deployment", _NEW, {"ApiId": api.id, "StageName": stage}),
        _with_triggers("aws_apigatewayv2_deployment", {"api_id": api.id}),
    )


def _cloudformation_rest(api: Api, stage: str) -> str:
    deployment = new_cloudformation("AWS::ApiGateway::Deployment", _NEW, {"RestApiId": api.id})
    moved: dict[str, Value] = {"RestApiId": api.id, "StageName": stage, "DeploymentId": {"Ref": _NEW}}
    return f"{deployment}\n\n{change_cloudformation('AWS::ApiGateway::Stage', stage, moved)}"


def _terraform_rest(api: Api) -> str:
    return _with_triggers("aws_api_gateway_deployment", {"rest_api_id": api.id})


def _with_triggers(kind: str, attributes: dict[str, Value]) -> str:
    """A deployment that is replaced: whatever value the trigger has now, it needs another."""
    triggers = Reference('{ redeployment = "ANOTHER_VALUE" }')
    lifecycle: Value = {"create_before_destroy": True}
    return change_terraform(kind, "this", {**attributes, "triggers": triggers, "lifecycle": lifecycle})


def _by_itself(api: Api, stage: str) -> tuple[str, str]:
    """An HTTP API's stage can deploy every edit by itself, the present one too."""
    return (
        change_cloudformation(
            "AWS::ApiGatewayV2::Stage", stage, {"ApiId": api.id, "StageName": stage, "AutoDeploy": True}
        ),
        change_terraform("aws_apigatewayv2_stage", stage, {"api_id": api.id, "name": stage, "auto_deploy": True}),
    )


def new_stage_code(api: Api, stage: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's resource of a stage that is not there yet."""
    if api.protocol == "REST":
        properties: dict[str, Value] = {"RestApiId": api.id, "StageName": stage, "DeploymentId": "DEPLOYMENT_ID"}
        attributes: dict[str, Value] = {"rest_api_id": api.id, "stage_name": stage, "deployment_id": "DEPLOYMENT_ID"}
        return (
            new_cloudformation("AWS::ApiGateway::Stage", stage, properties),
            new_terraform("aws_api_gateway_stage", stage, attributes),
        )
    by_itself = api.protocol == "HTTP"
    properties = {"ApiId": api.id, "StageName": stage}
    properties |= {"AutoDeploy": True} if by_itself else {"DeploymentId": "DEPLOYMENT_ID"}
    attributes = {"api_id": api.id, "name": stage}
    attributes |= {"auto_deploy": True} if by_itself else {"deployment_id": "DEPLOYMENT_ID"}
    return (
        new_cloudformation("AWS::ApiGatewayV2::Stage", stage, properties),
        new_terraform("aws_apigatewayv2_stage", stage, attributes),
    )
