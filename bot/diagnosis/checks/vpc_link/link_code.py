"""VPC links and what names them, as infrastructure code.

Sources: AWS: CloudFormation resource types VpcLink, Method, Integration and Stage of both generations of API Gateway;
Terraform: aws_api_gateway_vpc_link, aws_apigatewayv2_vpc_link and the resources of the same names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.diagnosis.checks.vpc_link.link_variable import in_canary
from bot.diagnosis.hops import Path
from bot.diagnosis.resources import VpcLinkV2
from bot.diagnosis.snippets import (
    Reference,
    Value,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)

NO_VALUE: tuple[Value, Value] = ({"Ref": "AWS::NoValue"}, Reference("null"))
"""What takes a property away, in CloudFormation and in Terraform."""

NEW_LINK = "new_link"
_NEW_LINK_CLOUDFORMATION: Value = {"Ref": "NewLink"}
DEPLOY = "# Deploy the API again afterwards: a change of an integration alone takes no effect."
_BESIDE = "# Beside the old link, whose resource goes once nothing names it any more."


def declared_at(path: Path, variable: str, value: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's change that puts a link's id where the path takes it from.

    That is a stage variable (of the canary, where its own value counts), else the integration.
    """
    return _declared(path, variable, value, value)


def new_link_v1(path: Path, variable: str, name: str, balancer_arn: str) -> tuple[str, str]:
    """Return CloudFormation and Terraform of a new link of the first generation, and of the path that uses it."""
    cloudformation = new_cloudformation(
        "AWS::ApiGateway::VpcLink", NEW_LINK, {"Name": name, "TargetArns": [balancer_arn]}
    )
    terraform = new_terraform("aws_api_gateway_vpc_link", NEW_LINK, {"name": name, "target_arns": [balancer_arn]})
    return _used(path, variable, cloudformation, terraform, "aws_api_gateway_vpc_link")


def new_link_v2(path: Path, variable: str, link: VpcLinkV2, subnets: Sequence[str]) -> tuple[str, str]:
    """Return CloudFormation and Terraform of a new link of the second generation, and of the path that uses it."""
    name, groups = link.name or "NAME", link.security_group_ids or ("SECURITY_GROUP_ID",)
    cloudformation = new_cloudformation(
        "AWS::ApiGatewayV2::VpcLink", NEW_LINK, {"Name": name, "SubnetIds": subnets, "SecurityGroupIds": groups}
    )
    terraform = new_terraform(
        "aws_apigatewayv2_vpc_link", NEW_LINK, {"name": name, "subnet_ids": subnets, "security_group_ids": groups}
    )
    return _used(path, variable, cloudformation, terraform, "aws_apigatewayv2_vpc_link")


def integration_target(path: Path, cloudformation: Value, terraform: Value) -> tuple[str, str]:
    """Return the change of a REST API's integration that sets its target, in each language's own words."""
    return (
        f"{DEPLOY}\n"
        + change_cloudformation(
            "AWS::ApiGateway::Method", path.resource, {"Integration": {"IntegrationTarget": cloudformation}}
        ),
        f"{DEPLOY}\n"
        + change_terraform("aws_api_gateway_integration", path.resource, {"integration_target": terraform}),
    )


def _used(path: Path, variable: str, cloudformation: str, terraform: str, kind: str) -> tuple[str, str]:
    at = _declared(path, variable, _NEW_LINK_CLOUDFORMATION, Reference(f"{kind}.{NEW_LINK}.id"))
    return f"{_BESIDE}\n{cloudformation}\n\n{at[0]}", f"{_BESIDE}\n{terraform}\n\n{at[1]}"


def _declared(path: Path, variable: str, cloudformation: Value, terraform: Value) -> tuple[str, str]:
    if variable:
        return _stage(path, variable, cloudformation, terraform)
    if path.api.protocol != "REST":
        return (
            change_cloudformation("AWS::ApiGatewayV2::Integration", path.resource, {"ConnectionId": cloudformation}),
            change_terraform("aws_apigatewayv2_integration", path.resource, {"connection_id": terraform}),
        )
    cloudformation = change_cloudformation(
        "AWS::ApiGateway::Method", path.resource, {"Integration": {"ConnectionId": cloudformation}}
    )
    terraform = change_terraform("aws_api_gateway_integration", path.resource, {"connection_id": terraform})
    return f"{DEPLOY}\n{cloudformation}", f"{DEPLOY}\n{terraform}"


def _stage(path: Path, variable: str, cloudformation: Value, terraform: Value) -> tuple[str, str]:
    name, variables = path.stage.name, {variable: cloudformation}
    expression = _map_entry(variable, terraform)
    if path.api.protocol != "REST":
        return (
            change_cloudformation("AWS::ApiGatewayV2::Stage", name, {"StageVariables": variables}),
            change_terraform("aws_apigatewayv2_stage", name, {"stage_variables": expression}),
        )
    if in_canary(path, variable):
        overrides: Value = {"StageVariableOverrides": variables}
        return (
            change_cloudformation("AWS::ApiGateway::Stage", name, {"CanarySetting": overrides}),
            change_terraform(
                "aws_api_gateway_stage", name, {"canary_settings": {"stage_variable_overrides": expression}}
            ),
        )
    return (
        change_cloudformation("AWS::ApiGateway::Stage", name, {"Variables": variables}),
        change_terraform("aws_api_gateway_stage", name, {"variables": expression}),
    )


def _map_entry(name: str, value: Value) -> Reference:
    """A map of one entry, which is an argument of Terraform and no block."""
    return Reference(f"{{ {json.dumps(name)} = {value if isinstance(value, Reference) else json.dumps(value)} }}")
