"""The commands that give a REST API's integration another host or port: one per method, then the deployment.

Source: AWS: API reference UpdateIntegration, UpdateStage (a stage variable takes effect at once, an integration only
with the next deployment).
"""

from __future__ import annotations

import re
from shlex import quote
from typing import Literal

from bot.diagnosis.checks.vpc_link.link_code import DEPLOY, declared_at
from bot.diagnosis.checks.vpc_link.link_commands import deploy, set_variable
from bot.diagnosis.hops import Path, route_name
from bot.diagnosis.snippets import change_cloudformation, change_terraform

_SHOWN_METHODS = 3
_URI = re.compile(r"^(?P<scheme>[a-z]+://)(?P<host>[^/:]*)(?::(?P<port>[^/]*))?(?P<rest>/.*)?$", re.IGNORECASE)
_ONE_VARIABLE = re.compile(r"^\$\{stageVariables\.([A-Za-z0-9_]+)\}$")


def change_uri(path: Path, part: Literal["host", "port"], value: str) -> tuple[str, ...]:
    """Return the commands that change one part of the URI; of the stage variable where that alone makes up the part."""
    variable = _variable(path.integration.uri, part)
    if variable:
        return (set_variable(path, variable, value),)
    updates = []
    for route in path.routes[:_SHOWN_METHODS]:
        uri = _replaced(route.integration.uri if route.integration else "", part, value)
        updates.append(
            f"aws apigateway update-integration --rest-api-id {path.api.id} --resource-id {route.resource_id} "
            f"--http-method {route.method} --patch-operations {quote(f'op=replace,path=/uri,value={uri}')}"
        )
    more = len(path.routes) - _SHOWN_METHODS
    rest = (f"# … and the same for {more} more of its methods",) if more > 0 else ()
    return (*updates, *rest, *deploy(path))


def host_as_code(path: Path, host: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's code that names another host: an HTTP API's server name to verify."""
    return tls_as_code(path, host) if path.api.protocol == "HTTP" else _part_as_code(path, "host", host)


def port_as_code(path: Path, port: int) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's code that names another port in a REST API's URI."""
    return _part_as_code(path, "port", str(port))


def _part_as_code(path: Path, part: Literal["host", "port"], value: str) -> tuple[str, str]:
    variable = _variable(path.integration.uri, part)
    return (
        declared_at(path, variable, value)
        if variable
        else uri_as_code(path, _replaced(path.integration.uri, part, value))
    )


def uri_as_code(path: Path, uri: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's code of a REST API's integration with this URI."""
    name = route_name(path.routes[0])
    cloudformation = change_cloudformation("AWS::ApiGateway::Method", name, {"Integration": {"Uri": uri}})
    return (
        f"{DEPLOY}\n{cloudformation}",
        f"{DEPLOY}\n{change_terraform('aws_api_gateway_integration', name, {'uri': uri})}",
    )


def tls_as_code(path: Path, host: str) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's code of an HTTP API's integration that verifies this server name."""
    name = route_name(path.routes[0])
    return (
        change_cloudformation("AWS::ApiGatewayV2::Integration", name, {"TlsConfig": {"ServerNameToVerify": host}}),
        change_terraform("aws_apigatewayv2_integration", name, {"tls_config": {"server_name_to_verify": host}}),
    )


def _variable(uri: str, part: str) -> str:
    match = _URI.match(uri)
    found = _ONE_VARIABLE.match((match[part] or "") if match else "")
    return found[1] if found else ""


def _replaced(uri: str, part: str, value: str) -> str:
    match = _URI.match(uri)
    if match is None:
        return "URI"
    host, port = (value, match["port"]) if part == "host" else (match["host"], value)
    return match["scheme"] + host + (f":{port}" if port else "") + (match["rest"] or "")
