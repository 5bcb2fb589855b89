"""What an integration's text means: stage variables, the endpoint of a URI, and which route a request takes.

Sources: AWS: set-up-private-integration (the URI sets the Host header, the certificate's name and the port; it is
never resolved), set-up-api-with-vpclink-cli (stage variables in `connectionId` and `uri`), the route order of
REST and HTTP APIs (a literal segment beats a parameter, a parameter beats a greedy one, a verb beats ANY).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.diagnosis.resources import Route

_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Expanded:
    """A text after stage variables were put in. `variables` are the names used, `missing` those without a value."""

    text: str
    variables: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def expand(text: str, variables: Mapping[str, str]) -> Expanded:
    """Put stage variables into a text; a variable without a value leaves nothing, as in API Gateway."""
    names = tuple(dict.fromkeys(_VARIABLE.findall(text)))
    missing = tuple(name for name in names if not variables.get(name))
    return Expanded(_VARIABLE.sub(lambda m: variables.get(m.group(1), ""), text), names, missing)


@dataclass(frozen=True)
class Endpoint:
    """Scheme, host, port and path that an integration uses. Port None: it is not known or not a number."""

    scheme: str
    host: str
    port: int | None
    path: str = ""


def parse_endpoint(uri: str) -> Endpoint:
    """Read the endpoint of an `http(s)` URI; anything else gives empty parts."""
    try:
        parts = urlsplit(uri.strip())
        port = parts.port
    except ValueError:
        return Endpoint(scheme=uri.split(":", 1)[0].lower(), host="", port=None)
    scheme = parts.scheme.lower()
    if port is None:
        port = {"http": 80, "https": 443}.get(scheme)
    return Endpoint(scheme=scheme, host=(parts.hostname or ""), port=port, path=parts.path)


def matching_route(routes: Sequence[Route], path: str, method: str | None) -> Route | None:
    """Return the route that a request takes, or None where none fits. A path may also be a route's own template."""
    fitting = [r for r in routes if _fits(r, path) and _method_rank(r, method) is not None]
    return min(fitting, key=lambda r: (_rank(r, path), _method_rank(r, method) or 0), default=None)


def _fits(route: Route, path: str) -> bool:
    if route.path == path or route.path == "$default":
        return True
    return re.fullmatch(_pattern(route.path), path.rstrip("/") or "/") is not None


def _pattern(template: str) -> str:
    parts = re.split(r"(\{[^}]*\})", template.rstrip("/") or "/")
    return "".join(
        ".+" if p.startswith("{") and p.endswith("+}") else "[^/]+" if p.startswith("{") else re.escape(p)
        for p in parts
    )


def _rank(route: Route, path: str) -> tuple[int, ...]:
    if route.path == path:
        return ()
    if route.path == "$default":
        return (9,)
    return tuple(
        0 if not segment.startswith("{") else 2 if segment.endswith("+}") else 1 for segment in route.path.split("/")
    )


def _method_rank(route: Route, method: str | None) -> int | None:
    if method is None or route.method.upper() == method.upper():
        return 0
    return 1 if route.method in {"ANY", ""} else None
