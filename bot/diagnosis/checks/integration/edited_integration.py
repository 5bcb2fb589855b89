"""The evidence as it would be after the integrations of a path were edited and deployed."""

from __future__ import annotations

from typing import Any

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import Path, route_name
from bot.diagnosis.path import api_key, stage_key
from bot.diagnosis.resources import Route
from bot.diagnosis.sources import DEPLOYED, ROUTES


def with_integration(evidence: Evidence, path: Path, **changes: Any) -> Evidence:
    """Return evidence in which the path's integrations have these values, both as edited and as the stage runs them."""
    names = {route_name(route) for route in path.routes}

    def edited(route: Route) -> Route:
        if route.integration is None or route_name(route) not in names:
            return route
        return route.model_copy(update={"integration": route.integration.model_copy(update=changes)})

    for source, key in ((ROUTES, api_key(path.api)), (DEPLOYED, stage_key(path.api, path.stage.name))):
        routes = evidence.reads.get((source.name, key))
        if isinstance(routes, tuple):
            evidence = evidence.with_value(source, key, tuple(edited(route) for route in routes))
    return evidence
