"""Amazon API Gateway, HTTP APIs and VPC links of the second generation (apigatewayv2 2018-11-29)."""

from __future__ import annotations

from collections.abc import Iterable

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page, without_none
from bot.demo.aws.world import Kind, Resource

_PAGE, _LARGEST_PAGE = 25, 500


def _one(call: Call, kind: Kind, what: str, **fields: object) -> Resource:
    found = call.region.find(kind, **fields)
    if found is None:
        raise AwsError("NotFoundException", f"Invalid {what} identifier specified", 404)
    return found


def _api(call: Call) -> Resource:
    return _one(call, "http-api", "API", ApiId=call["ApiId"])


def _page(call: Call, items: Iterable[Resource]) -> Answer:
    size = str(call.get("MaxResults", _PAGE))
    if not size.isdigit() or not 1 <= int(size) <= _LARGEST_PAGE:
        raise AwsError("BadRequestException", f"Invalid maxResults: expected 1 to {_LARGEST_PAGE}")
    bad = AwsError("BadRequestException", "Invalid nextToken parameter")
    found, token = page(items, call.get("NextToken"), int(size), bad)
    return without_none(Items=found, NextToken=token)


@operation("apigatewayv2", "GetApis")
def get_apis(call: Call) -> Answer:
    """All HTTP APIs of the region, by page. REST APIs are not among them."""
    return _page(call, call.region.all("http-api"))


@operation("apigatewayv2", "GetApi")
def get_api(call: Call) -> Answer:
    """One HTTP API."""
    return _api(call)


@operation("apigatewayv2", "GetStage")
def get_stage(call: Call) -> Answer:
    """One stage."""
    _api(call)
    return _one(call, "http-api-stage", "stage", ApiId=call["ApiId"], StageName=call["StageName"])


@operation("apigatewayv2", "GetStages")
def get_stages(call: Call) -> Answer:
    """The stages of an API, by page."""
    return _of_api(call, "http-api-stage")


@operation("apigatewayv2", "GetRoutes")
def get_routes(call: Call) -> Answer:
    """The routes of an API, by page."""
    return _of_api(call, "http-api-route")


@operation("apigatewayv2", "GetIntegrations")
def get_integrations(call: Call) -> Answer:
    """The integrations of an API, by page."""
    return _of_api(call, "http-api-integration")


@operation("apigatewayv2", "GetDeployments")
def get_deployments(call: Call) -> Answer:
    """The deployments of an API, by page."""
    return _of_api(call, "http-api-deployment")


def _of_api(call: Call, kind: Kind) -> Answer:
    _api(call)
    return _page(call, call.region.select(kind, ApiId=call["ApiId"]))


@operation("apigatewayv2", "GetIntegration")
def get_integration(call: Call) -> Answer:
    """One integration."""
    _api(call)
    wanted = call["IntegrationId"]
    return _one(call, "http-api-integration", "Integration", ApiId=call["ApiId"], IntegrationId=wanted)


@operation("apigatewayv2", "GetVpcLink")
def get_vpc_link(call: Call) -> Answer:
    """One VPC link of the second generation; one of the first is never found here."""
    return _one(call, "http-api-link", "VpcLink", VpcLinkId=call["VpcLinkId"])


@operation("apigatewayv2", "GetVpcLinks")
def get_vpc_links(call: Call) -> Answer:
    """The VPC links of the second generation, by page."""
    return _page(call, call.region.all("http-api-link"))
