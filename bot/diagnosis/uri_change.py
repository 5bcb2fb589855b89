"""The commands that give an integration another URI: one per method, then the deployment.

Source: AWS: API reference UpdateIntegration, UpdateStage (a stage variable takes effect at once, an integration only
with the next deployment).
"""

from __future__ import annotations

import re
import shlex

from bot.diagnosis.hops import Path

SHOWN_METHODS = 5
"""Methods that get a command of their own; the others need the same change."""

_URI = re.compile(r"^(?P<scheme>[a-z]+://)(?P<host>[^/:]*)(?::(?P<port>[^/]*))?(?P<rest>/.*)?$", re.IGNORECASE)
_ONE_VARIABLE = re.compile(r"^\$\{stageVariables\.([A-Za-z0-9_]+)\}$")


def change_host(path: Path, host: str) -> tuple[str, ...]:
    """Return the commands that put another host into the URI of a REST API's integration."""
    return _commands(path, "host", host)


def change_port(path: Path, port: int) -> tuple[str, ...]:
    """Return the commands that put another port into the URI of a REST API's integration."""
    return _commands(path, "port", str(port))


def _commands(path: Path, part: str, value: str) -> tuple[str, ...]:
    api, stage = path.api.id, path.stage.name
    variable = _variable(path.integration.uri, part)
    if variable:
        operation = shlex.quote(f"op=replace,path=/variables/{variable},value={value}")
        return (f"aws apigateway update-stage --rest-api-id {api} --stage-name {stage} --patch-operations {operation}",)
    updates = []
    for route in path.routes[:SHOWN_METHODS]:
        uri = _replaced(route.integration.uri if route.integration else "", part, value)
        operation = shlex.quote(f"op=replace,path=/uri,value={uri}")
        updates.append(
            f"aws apigateway update-integration --rest-api-id {api} --resource-id {route.resource_id} "
            f"--http-method {route.method} --patch-operations {operation}"
        )
    return (*updates, f"aws apigateway create-deployment --rest-api-id {api} --stage-name {stage}")


def _variable(uri: str, part: str) -> str:
    """The stage variable that alone makes up this part of the URI, or an empty text."""
    match = _URI.match(uri)
    found = _ONE_VARIABLE.match((match[part] or "") if match else "")
    return found[1] if found else ""


def _replaced(uri: str, part: str, value: str) -> str:
    match = _URI.match(uri)
    if match is None:
        return "URI"
    host, port = (value, match["port"]) if part == "host" else (match["host"], value)
    return match["scheme"] + host + (f":{port}" if port else "") + (match["rest"] or "")
