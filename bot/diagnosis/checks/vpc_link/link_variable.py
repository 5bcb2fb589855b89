"""Which stage variable names a path's VPC link, and whether the canary has a value of its own for it.

Source: AWS: set-up-api-with-vpclink-cli, canary-release (overrides).
"""

from __future__ import annotations

from bot.diagnosis.hops import Path
from bot.language import _


def link_variable(path: Path) -> str:
    """Return the stage variable that alone holds the link's id; empty where the id is literal or partly so."""
    names = path.connection.variables
    return names[0] if len(names) == 1 and path.integration.connection_id == f"${{stageVariables.{names[0]}}}" else ""


def in_canary(path: Path, variable: str) -> bool:
    """Whether the value that this path uses is the canary's own."""
    canary = path.stage.canary
    return bool(path.canary and canary and variable in canary.stage_variables)


def in_words(path: Path, name: str) -> str:
    """Return the name of something on a path; for a canary's path with the words that it is the canary's."""
    canary = path.stage.canary
    if not (path.canary and canary):
        return name
    percent = f"{canary.percent_traffic:g}"
    return _("{name} in the canary ({percent} % of the requests)", name=name, percent=percent)
