"""What a person wrote for "the API": a name, an id, an ARN, or an invoke URL. Pure, total.

Source: AWS: "Invoke a REST API" and "HTTP API endpoints" (`https://{id}.execute-api.{region}.amazonaws.com/{stage}`),
service authorization reference of API Gateway (ARNs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ID = r"[a-z0-9]{8,12}"
_URL = re.compile(
    rf"^(?:[a-z]+://)?(?P<id>{_ID})(?:-vpce-[0-9a-z]+)?\.execute-api\.(?P<region>[a-z0-9-]+)\.(?:vpce\.)?amazonaws\.com"
    r"(?:\.cn)?(?::\d+)?(?:/(?P<rest>[^?#]*))?",
    re.IGNORECASE,
)
_EXECUTE_ARN = re.compile(rf"^arn:[a-z-]+:execute-api:(?P<region>[a-z0-9-]*):\d*:(?P<id>{_ID})(?:/(?P<rest>.*))?$")
_MANAGEMENT_ARN = re.compile(
    rf"^arn:[a-z-]+:apigateway:(?P<region>[a-z0-9-]*):\d*:/(?:restapis|apis)/(?P<id>{_ID})(?:/stages/(?P<stage>[^/]+))?"
)


@dataclass(frozen=True)
class ApiReference:
    """What the text says. Either `id` or `name` is set; an id-like name sets both, for nobody can tell them apart."""

    id: str | None = None
    name: str | None = None
    region: str | None = None
    stage: str | None = None
    path: str | None = None


def parse_api_text(text: str) -> ApiReference:
    """Read a name, id, ARN or invoke URL."""
    text = text.strip()
    if match := _URL.match(text):
        stage, _, path = (match["rest"] or "").partition("/")
        return ApiReference(match["id"].lower(), None, match["region"], stage or None, f"/{path}" if path else None)
    if match := _EXECUTE_ARN.match(text):
        parts = (match["rest"] or "").split("/", 2)
        path = f"/{parts[2]}" if len(parts) == 3 and parts[2] != "*" else None
        return ApiReference(match["id"], None, match["region"] or None, parts[0].strip("*") or None, path)
    if match := _MANAGEMENT_ARN.match(text):
        return ApiReference(match["id"], None, match["region"] or None, match["stage"])
    if re.fullmatch(r"[a-z0-9]{10}", text):
        return ApiReference(id=text, name=text)
    return ApiReference(name=text)
