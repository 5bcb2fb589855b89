"""What an integration that does not use a VPC link is, in plain words.

Source: AWS: api-gateway-api-integration-types; URIs as the API reference's PutIntegration and CreateIntegration show.
"""

from __future__ import annotations

import re

from bot.diagnosis.integration import parse_endpoint
from bot.diagnosis.resources import Integration

_FUNCTION = re.compile(r":function:([^/]+)")
_SERVICE = re.compile(r"^arn:[^:]+:apigateway:[^:]*:(?:[^:]+\.)?([^:.]+):")
LAMBDA, SERVICE, MOCK, PUBLIC, OTHER = (
    "a Lambda function",
    "an AWS service",
    "a MOCK integration",
    "a public HTTP endpoint",
    "another kind of integration",
)


def kind(integration: Integration) -> str:
    """Return what an integration without a VPC link calls, as a noun."""
    kinds = {"MOCK": MOCK, "HTTP": PUBLIC, "HTTP_PROXY": PUBLIC}
    if integration.type.upper() in {"AWS", "AWS_PROXY"}:
        return LAMBDA if _FUNCTION.search(integration.uri) or ":lambda:" in integration.uri else SERVICE
    return kinds.get(integration.type.upper(), OTHER)


def in_words(integration: Integration) -> str:
    """Return what such an integration does with a request, as the rest of a sentence."""
    what = kind(integration)
    if what == MOCK:
        return "is answered by API Gateway itself (MOCK)"
    if what == LAMBDA:
        name = _FUNCTION.search(integration.uri)
        return f"calls {f'the Lambda function {name[1]}' if name else what}"
    if what == SERVICE:
        service = _SERVICE.match(integration.uri)
        return f"calls {f'the AWS service {service[1]}' if service else what}"
    if what == PUBLIC:
        endpoint = parse_endpoint(integration.uri)
        return f"calls {f'{endpoint.scheme}://{endpoint.host}' if endpoint.host else what} over the public internet"
    return f"has an integration of type {integration.type or 'unknown'}"
