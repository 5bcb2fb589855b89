"""What an integration that does not use a VPC link is, in plain words.

Source: AWS: api-gateway-api-integration-types; URIs as the API reference's PutIntegration and CreateIntegration show.
"""

from __future__ import annotations

import re

from bot.diagnosis.integration import Endpoint, parse_endpoint
from bot.diagnosis.resources import Integration
from bot.language import _, marked

_FUNCTION = re.compile(r":function:([^/]+)")
_SERVICE = re.compile(r"^arn:[^:]+:apigateway:[^:]*:(?:[^:]+\.)?([^:.]+):")
LAMBDA, SERVICE, MOCK, PUBLIC, OTHER = (
    marked("a Lambda function"),
    marked("an AWS service"),
    marked("a MOCK integration"),
    marked("a public HTTP endpoint"),
    marked("another kind of integration"),
)


def kind(integration: Integration) -> str:
    """Return what an integration without a VPC link calls, as a noun that is still to be translated."""
    kinds = {"MOCK": MOCK, "HTTP": PUBLIC, "HTTP_PROXY": PUBLIC}
    if integration.type.upper() in {"AWS", "AWS_PROXY"}:
        return LAMBDA if _FUNCTION.search(integration.uri) or ":lambda:" in integration.uri else SERVICE
    return kinds.get(integration.type.upper(), OTHER)


def told(route: str, api: str, integration: Integration) -> str:
    """Return the sentence that says where such an integration takes the requests of a route."""
    what = kind(integration)
    if what == MOCK:
        return _(
            "{route} of API {api} is answered by API Gateway itself (MOCK); no VPC link is involved.",
            route=route,
            api=api,
        )
    if what == LAMBDA:
        return _lambda(route, api, _FUNCTION.search(integration.uri))
    if what == SERVICE:
        return _service(route, api, _SERVICE.match(integration.uri))
    if what == PUBLIC:
        return _public(route, api, parse_endpoint(integration.uri))
    return _(
        "{route} of API {api} has an integration of type {type}; no VPC link is involved.",
        route=route,
        api=api,
        type=integration.type or "unknown",
    )


def _lambda(route: str, api: str, name: re.Match[str] | None) -> str:
    if name is None:
        return _("{route} of API {api} calls a Lambda function; no VPC link is involved.", route=route, api=api)
    return _(
        "{route} of API {api} calls the Lambda function {function}; no VPC link is involved.",
        route=route,
        api=api,
        function=name[1],
    )


def _service(route: str, api: str, service: re.Match[str] | None) -> str:
    if service is None:
        return _("{route} of API {api} calls an AWS service; no VPC link is involved.", route=route, api=api)
    return _(
        "{route} of API {api} calls the AWS service {service}; no VPC link is involved.",
        route=route,
        api=api,
        service=service[1],
    )


def _public(route: str, api: str, endpoint: Endpoint) -> str:
    if not endpoint.host:
        return _(
            "{route} of API {api} calls a public HTTP endpoint over the public internet; no VPC link is involved.",
            route=route,
            api=api,
        )
    address = f"{endpoint.scheme}://{endpoint.host}"
    return _(
        "{route} of API {api} calls {endpoint} over the public internet; no VPC link is involved.",
        route=route,
        api=api,
        endpoint=address,
    )
