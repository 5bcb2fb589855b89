"""The commands that give a REST API's integration another host or port: one per method, then the deployment.

Source: AWS: API reference UpdateIntegration, UpdateStage (a stage variable takes effect at once, an integration only
with the next deployment).
"""

from __future__ import annotations

import re
from shlex import quote
from typing import Literal

from bot.diagnosis.checks.vpc_link.link_commands import deploy, set_variable
from bot.diagnosis.hops import Path

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
