"""A metric's dimensions, in each encoding that AWS and relays use, and the API that they name.

AWS: "Amazon API Gateway dimensions and metrics" (REST: ApiName; HTTP: ApiId; WebSocket: ApiId with Route).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.alarms.model import Api, Caution, Dimensions, Metric
from bot.alarms.values import folded, items, text

API_GATEWAY: Final = "AWS/ApiGateway"
API_DIMENSIONS: Final = frozenset({"ApiName", "ApiId", "Stage", "Resource", "Method", "Route"})

_FOLDED: Final = {name.lower() for name in API_DIMENSIONS}
_REST_ONLY: Final = frozenset({"5XXError", "4XXError"})
_HTTP_ONLY: Final = frozenset({"5xx", "4xx"})
# `[ApiName = orders]` in e-mail; a value may hold braces and slashes, as in `[Resource = /orders/{id}]`.
_BRACKETED: Final = re.compile(r"\[([A-Za-z][\w .:-]{0,254}?) ?= ?([^\]\n]{1,1024})\]")
_PAIR: Final = re.compile(r"([A-Za-z][\w.-]{0,254}) ?[=:] ?\"?([^\s,;\"]{1,1024})")


def read_dimensions(value: object) -> Dimensions:
    """Read `[{"name", "value"}]` in any case and order (SNS, DescribeAlarms), or an object (EventBridge).

    What is neither is skipped, such as `[[null]]` from a relay that could not print its payload.
    """
    if isinstance(value, Mapping):
        pairs = [(text(name), text(item)) for name, item in list(value.items())[:30]]
    else:
        entries = [folded(entry) for entry in items(value)]
        pairs = [(text(entry.get("name")), text(entry.get("value"))) for entry in entries]
    return tuple((name, item) for name, item in pairs if name and item)


def written_dimensions(value: str) -> Dimensions:
    """Read dimensions from text: `[ApiName = orders], [Stage = prod]`, `ApiName=orders, Stage=prod`."""
    found = _BRACKETED.findall(value[:4000]) or _PAIR.findall(value[:4000])
    return tuple((name.strip(), item.strip()) for name, item in found)


def api_of(metric: Metric) -> Api | None:
    """Return the API that a metric's dimensions name. Another product's metric names none, whatever its dimensions."""
    if metric.namespace not in {None, API_GATEWAY}:
        return None
    named = {name.lower(): value for name, value in reversed(metric.dimensions)}
    if not named.keys() & {"apiname", "apiid"}:
        return None
    method, path = named.get("method"), named.get("resource")
    if route := named.get("route"):
        verb, _, route_path = route.partition(" ")
        method, path = (verb, route_path) if route_path.startswith("/") else (method, route)
    return Api(named.get("apiname"), named.get("apiid"), named.get("stage"), path, method)


def cautions_of(metric: Metric) -> list[Caution]:
    """Say what is odd about an API Gateway metric; nothing about others."""
    if metric.namespace != API_GATEWAY or metric.name is None:
        return []
    names = {name for name, _ in metric.dimensions}
    lower = {name.lower() for name in names}
    checks = [
        (Caution.NO_API_DIMENSION, not lower & {"apiname", "apiid"}),
        (Caution.MISSPELT_DIMENSION, any(name.lower() in _FOLDED and name not in API_DIMENSIONS for name in names)),
        (Caution.FOREIGN_DIMENSION, bool(lower - _FOLDED)),
        (Caution.API_ID_ON_REST_METRIC, metric.name in _REST_ONLY and "ApiId" in names),
        (Caution.API_NAME_ON_HTTP_METRIC, metric.name in _HTTP_ONLY and "ApiName" in names),
        (Caution.SHORT_PERIOD, metric.period is not None and metric.period < 60),
    ]
    return [caution for caution, holds in checks if holds]
