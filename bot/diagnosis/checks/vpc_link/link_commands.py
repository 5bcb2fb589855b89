"""Commands about VPC links that several checks propose: find links, point an integration at one, deploy.

Sources: AWS: set-up-api-with-vpclink-cli (stage variables take effect at once, an edited integration after a
deployment), API reference UpdateStage and UpdateIntegration of both generations, canary-release (overrides).
"""

from __future__ import annotations

from shlex import quote

from bot.diagnosis.checks.vpc_link.link_variable import in_canary, link_variable
from bot.diagnosis.hops import Path
from bot.diagnosis.resources import Route

_SHOWN_EDITS = 3


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


def find_links(path: Path, name: str = "") -> str:
    """Return the command that lists the links of the generation that the path needs, by name where one is known."""
    if path.link.expects_v2:
        chosen = f"?Name=='{name}'" if name else ""
        query = f"Items[{chosen}].[VpcLinkId,Name,VpcLinkStatus]"
        return f"aws apigatewayv2 get-vpc-links --query {quote(query)} --output table"
    chosen = f"?name=='{name}'" if name else ""
    query = f"items[{chosen}].[id,name,status]"
    return f"aws apigateway get-vpc-links --query {quote(query)} --output table"
