"""Commands about VPC links that several checks propose: point an integration at a link, make a new link.

Sources: AWS: set-up-api-with-vpclink-cli (stage variables take effect at once, an edited integration after a
deployment), API reference UpdateStage and UpdateIntegration of both generations, canary-release (overrides).
"""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.hops import LinkHop, Path
from bot.diagnosis.model import Fix
from bot.diagnosis.resources import Route

_SHOWN_EDITS = 3


def link_variable(path: Path) -> str:
    """Return the stage variable that alone holds the link's id; empty where the id is literal or partly so."""
    names = path.connection.variables
    return names[0] if len(names) == 1 and path.integration.connection_id == f"${{stageVariables.{names[0]}}}" else ""


def in_canary(path: Path, variable: str) -> bool:
    """Whether the value that this path uses is the canary's own."""
    canary = path.stage.canary
    return bool(path.canary and canary and variable in canary.stage_variables)


def canary_words(path: Path) -> str:
    """Return " in the canary (10 % of the requests)" for a canary's path, else nothing."""
    canary = path.stage.canary
    return f" in the canary ({canary.percent_traffic:g} % of the requests)" if path.canary and canary else ""


def set_variable(path: Path, variable: str, value: str) -> str:
    """Return the command that sets a stage variable, or the canary's override of it where that is what applies."""
    api, stage = path.api.id, quote(path.stage.name)
    if path.api.protocol != "REST":
        return f"aws apigatewayv2 update-stage --api-id {api} --stage-name {stage} --stage-variables {variable}={value}"
    where = "canarySettings/stageVariableOverrides" if in_canary(path, variable) else "variables"
    return (
        f"aws apigateway update-stage --rest-api-id {api} --stage-name {stage} "
        f"--patch-operations op=replace,path=/{where}/{variable},value={value}"
    )


def deploy(path: Path) -> tuple[str, ...]:
    """Return the command that deploys; nothing where the stage deploys by itself."""
    api, stage = path.api.id, quote(path.stage.name)
    if path.api.protocol == "REST":
        return (f"aws apigateway create-deployment --rest-api-id {api} --stage-name {stage}",)
    return (
        () if path.stage.auto_deploy else (f"aws apigatewayv2 create-deployment --api-id {api} --stage-name {stage}",)
    )


def edit_integrations(path: Path, field: str, value: str | None) -> tuple[str, ...]:
    """Return the commands that set `connectionId` or a REST API's `integrationTarget` on every integration of a path.

    Without a value the field is removed.
    """
    edits = tuple(dict.fromkeys(_edit(path, route, field, value) for route in path.routes))
    more = len(edits) - _SHOWN_EDITS
    return edits[:_SHOWN_EDITS] + ((f"# … and the same for {more} more of its methods",) if more > 0 else ())


def _edit(path: Path, route: Route, field: str, value: str | None) -> str:
    if path.api.protocol == "REST":
        operation = f"op=remove,path=/{field}" if value is None else f"op=replace,path=/{field},value={value}"
        return (
            f"aws apigateway update-integration --rest-api-id {path.api.id} --resource-id {route.resource_id} "
            f"--http-method {route.method} --patch-operations {operation}"
        )
    integration = route.integration.id if route.integration else "INTEGRATION_ID"
    return (
        f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {integration} "
        f"--connection-id {value}"
    )


def repoint(path: Path, link_id: str) -> tuple[str, ...]:
    """Return the commands that make a path use another link."""
    variable = link_variable(path)
    if variable:
        return (set_variable(path, variable, link_id),)
    return (*edit_integrations(path, "connectionId", link_id), *deploy(path))


def declared_at(path: Path, variable: str) -> tuple[str, str]:
    """Return where CloudFormation and Terraform declare a path's link: in a stage variable, else in the integration."""
    rest = path.api.protocol == "REST"
    if not variable and rest:
        return "AWS::ApiGateway::Method Integration.ConnectionId", "aws_api_gateway_integration connection_id"
    if not variable:
        return "AWS::ApiGatewayV2::Integration ConnectionId", "aws_apigatewayv2_integration connection_id"
    if not rest:
        return (
            f"AWS::ApiGatewayV2::Stage StageVariables.{variable}",
            f"aws_apigatewayv2_stage stage_variables.{variable}",
        )
    if in_canary(path, variable):
        return (
            f"AWS::ApiGateway::Stage CanarySetting.StageVariableOverrides.{variable}",
            f"aws_api_gateway_stage canary_settings.stage_variable_overrides.{variable}",
        )
    return f"AWS::ApiGateway::Stage Variables.{variable}", f"aws_api_gateway_stage variables.{variable}"


def find_links(path: Path, name: str = "") -> str:
    """Return the command that lists the links of the generation that the path needs, by name where one is known."""
    if path.link.expects_v2:
        chosen = f"?Name=='{name}'" if name else ""
        query = f"Items[{chosen}].[VpcLinkId,Name,VpcLinkStatus]"
        return f"aws apigatewayv2 get-vpc-links --query {quote(query)} --output table"
    chosen = f"?name=='{name}'" if name else ""
    query = f"items[{chosen}].[id,name,status]"
    return f"aws apigateway get-vpc-links --query {quote(query)} --output table"


def recreate(hop: LinkHop) -> Fix:
    """Return how to replace a link of the first generation; API Gateway makes its endpoint service anew with it."""
    link = hop.v1
    balancer = link.target_arns[0] if link and link.target_arns else "NLB_ARN"
    name = quote(link.name) if link and link.name else "NAME"
    at_once = bool(link_variable(hop.path))
    return Fix(
        summary="Create a new VPC link to the same load balancer, point the integration at it"
        f"{'' if at_once else ', deploy'}, and delete the old link.",
        cli=(
            f"aws apigateway create-vpc-link --name {name} --target-arns {balancer}",
            "aws apigateway get-vpc-link --vpc-link-id NEW_LINK_ID   # until AVAILABLE, two to ten minutes",
            *repoint(hop.path, "NEW_LINK_ID"),
            f"aws apigateway delete-vpc-link --vpc-link-id {hop.id}",
        ),
        cloudformation="Give AWS::ApiGateway::VpcLink a new Name (a change of Name replaces it) and update the stack.",
        terraform="terraform apply -replace=aws_api_gateway_vpc_link.NAME",
        console="API Gateway › VPC links › Create; "
        + ("Stages › Stage variables." if at_once else "then Resources › method › Integration request; then Deploy."),
        steps=(
            "Create the new link.",
            "Wait until it is AVAILABLE.",
            "Set the stage variable to its id." if at_once else "Point the integration at it.",
            *(() if at_once else ("Deploy.",)),
            "Delete the old link.",
        ),
    )
