"""A stage's export → its methods. The export writes some things otherwise than the API: types in lower case, ANY as
`x-amazon-apigateway-any-method`, and it leaves defaults out (AWS: api-gateway-export-api).
"""

from __future__ import annotations

import json
from typing import Any

from bot.diagnosis import resources as r

_EXTENSION = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
_VERBS = {"get", "put", "post", "delete", "options", "head", "patch"}


def exported_routes(body: bytes | str) -> tuple[r.Route, ...]:
    """Read an OpenAPI 3 export; methods without an integration are there without one."""
    document = json.loads(body)
    routes: list[r.Route] = []
    for path, operations in sorted((document.get("paths") or {}).items()):
        for verb, operation in sorted((operations or {}).items()):
            if verb == _ANY or verb in _VERBS:
                integration = (operation or {}).get(_EXTENSION)
                method = "ANY" if verb == _ANY else verb.upper()
                routes.append(r.Route(path=path, method=method, integration=_integration(integration)))
    return tuple(routes)


def _integration(item: dict[str, Any] | None) -> r.Integration | None:
    if not item:
        return None
    return r.Integration(
        type=str(item.get("type") or "").upper(),
        http_method=str(item.get("httpMethod") or ""),
        uri=item.get("uri") or "",
        connection_type=item.get("connectionType") or "INTERNET",
        connection_id=item.get("connectionId") or "",
        target=item.get("integration-target") or item.get("integrationTarget") or "",
        timeout_milliseconds=item.get("timeoutInMillis") or 29000,
        insecure_skip_verification=bool((item.get("tlsConfig") or {}).get("insecureSkipVerification")),
        request_parameters=item.get("requestParameters") or {},
    )
