"""The effective execution-log level of the methods that a request takes.

Source: AWS: rest-api-execution-logging, API reference MethodSetting: the override of `path/VERB` beats that of `*/*`,
and what neither sets is OFF.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import route_name
from bot.diagnosis.method_settings import ALL_METHODS
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import MethodSetting, Route


@dataclass(frozen=True)
class MethodLevel:
    """One method's level, and the key of the stage's settings that decides it (empty where none does)."""

    method: str
    key: str
    level: str


def has_execution_log(walk: Walk) -> bool:
    """Whether the API is of a kind that can write an execution log: REST and WebSocket APIs are, HTTP APIs are not."""
    api = walk.api
    return api is not None and api.protocol != "HTTP"


def levels(walk: Walk) -> tuple[MethodLevel, ...]:
    """Return the levels of the failing request's own method, else of every method that goes through a VPC link.

    Raises `MissingEvidence` where the stage or the methods could not be read.
    """
    stage = walk.stage
    if stage is None:
        return ()
    own = walk.own_route
    if own is None and walk.paths.gaps:
        raise MissingEvidence(walk.paths.gaps[0])
    routes = (own,) if own else tuple(route for path in walk.paths.items for route in path.routes)
    verb = _verb(walk) if own else None
    found = [
        level for route in dict.fromkeys(_named(routes)) for level in _levels(route, stage.method_settings, verb, walk)
    ]
    return tuple(dict.fromkeys(found))


def is_logging(walk: Walk) -> bool:
    """Whether any of those methods writes an execution log."""
    return any(level.level != "OFF" for level in levels(walk))


def _named(routes: tuple[Route, ...]) -> list[tuple[str, str]]:
    return [(route.path, route.method) for route in routes]


def _verb(walk: Walk) -> str | None:
    """Return the verb of the failing request: as asked for, else as the log says."""
    if walk.request.path:
        return walk.request.method
    return next((logged.http_method for logged in walk.failing if logged.resource_path), None)


def _levels(
    route: tuple[str, str], settings: dict[str, MethodSetting], verb: str | None, walk: Walk
) -> list[MethodLevel]:
    path, method = route
    if method != "ANY":
        return [_level(path, method, settings, method)]
    if verb:
        return [_level(path, verb.upper(), settings, "ANY")]
    others = {x.method for x in walk.routes if x.path == path}
    overridden = sorted({v for p, _, v in (key.rpartition("/") for key in settings) if p == path.lstrip("/")} - others)
    return [_level(path, v, settings, "ANY") for v in ("ANY", *overridden)]


def _level(path: str, verb: str, settings: dict[str, MethodSetting], method: str) -> MethodLevel:
    # REST methods are keyed by path and verb, WebSocket routes by their own name, which has no verb.
    keys = (_key(path, verb), _key(path, method), path if not method else "", ALL_METHODS)
    decisive = next((key for key in keys if key in settings), "")
    level = settings[decisive].logging_level.upper() if decisive else "OFF"
    return MethodLevel(route_name(Route(path=path, method=verb)), decisive, level)


def _key(path: str, verb: str) -> str:
    """Return the key of one method's settings; the root's is the bare verb once slashes are normalised."""
    return f"{path}/{verb}".lstrip("/")
