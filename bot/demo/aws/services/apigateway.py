"""Amazon API Gateway, REST APIs (apigateway 2015-07-09)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page
from bot.demo.aws.world import Kind, Resource

# A page holds 25 items unless the caller asks for up to 500 (AWS: apigateway API reference, "limit").
_PAGE, _LARGEST_PAGE = 25, 500


def not_found(what: str) -> AwsError:
    """The refusal for a resource that does not exist."""
    return AwsError("NotFoundException", f"Invalid {what} identifier specified", 404)


def _one(call: Call, kind: Kind, what: str, **fields: Any) -> Resource:
    found = call.region.find(kind, **fields)
    if found is None:
        raise not_found(what)
    return found


def _api(call: Call) -> Resource:
    return _one(call, "rest-api", "API", id=call["restApiId"])


def _page(call: Call, items: Iterable[Resource]) -> Answer:
    size = int(call.get("limit", _PAGE))
    if not 1 <= size <= _LARGEST_PAGE:
        raise AwsError("BadRequestException", f"Invalid limit: expected 1 to {_LARGEST_PAGE}")
    bad = AwsError("BadRequestException", "Invalid position parameter")
    found, position = page(items, call.get("position"), size, bad)
    return {"items": found} if position is None else {"items": found, "position": position}


@operation("apigateway", "GetRestApis")
def get_rest_apis(call: Call) -> Answer:
    """All REST APIs of the region, by page."""
    return _page(call, call.region.all("rest-api"))


@operation("apigateway", "GetRestApi")
def get_rest_api(call: Call) -> Answer:
    """One REST API."""
    return _api(call)


@operation("apigateway", "GetStage")
def get_stage(call: Call) -> Answer:
    """One stage."""
    _api(call)
    return _one(call, "stage", "stage", restApiId=call["restApiId"], stageName=call["stageName"])


@operation("apigateway", "GetStages")
def get_stages(call: Call) -> Answer:
    """The stages of an API, in one reply."""
    _api(call)
    stages = call.region.select("stage", restApiId=call["restApiId"])
    wanted = call.get("deploymentId")
    return {"item": [s for s in stages if wanted is None or s["deploymentId"] == wanted]}


def _shown(resource: Resource, embed: Iterable[str]) -> Resource:
    """Without ``embed=methods`` AWS names the verbs and leaves their values empty."""
    if "methods" in embed or "resourceMethods" not in resource:
        return resource
    return {**resource, "resourceMethods": {verb: {} for verb in resource["resourceMethods"]}}


@operation("apigateway", "GetResources")
def get_resources(call: Call) -> Answer:
    """The resources of the draft (not of a deployment), by page."""
    _api(call)
    found = call.region.select("api-resource", restApiId=call["restApiId"])
    return _page(call, [_shown(each, call.get("embed", [])) for each in found])


@operation("apigateway", "GetResource")
def get_resource(call: Call) -> Answer:
    """One resource of the draft."""
    return _shown(_resource(call), call.get("embed", []))


def _resource(call: Call) -> Resource:
    _api(call)
    return _one(call, "api-resource", "Resource", restApiId=call["restApiId"], id=call["resourceId"])


@operation("apigateway", "GetMethod")
def get_method(call: Call) -> Answer:
    """One method of the draft."""
    method = _resource(call).get("resourceMethods", {}).get(call["httpMethod"])
    if method is None:
        raise not_found("Method")
    return dict(method)


@operation("apigateway", "GetIntegration")
def get_integration(call: Call) -> Answer:
    """The integration of one method of the draft."""
    integration = get_method(call).get("methodIntegration")
    if integration is None:
        raise AwsError("NotFoundException", "No integration defined for method", 404)
    return dict(integration)


@operation("apigateway", "GetVpcLink")
def get_vpc_link(call: Call) -> Answer:
    """One VPC link of the first generation; one of the second is never found here."""
    return _one(call, "vpc-link", "Vpc Link", id=call["vpcLinkId"])


@operation("apigateway", "GetVpcLinks")
def get_vpc_links(call: Call) -> Answer:
    """The VPC links of the first generation, by page."""
    return _page(call, call.region.all("vpc-link"))


@operation("apigateway", "GetAccount")
def get_account(call: Call) -> Answer:
    """The account's logging role and limits in this region."""
    account = call.region.find("account") or {}
    throttle = {"burstLimit": 5000, "rateLimit": 10000.0}
    return {"throttleSettings": throttle, "features": ["UsagePlans"], "apiKeyVersion": "4", **account}


@operation("apigateway", "GetDeployment")
def get_deployment(call: Call) -> Answer:
    """One deployment; ``embed=apisummary`` adds the methods that it holds."""
    _api(call)
    found = _one(call, "deployment", "Deployment", restApiId=call["restApiId"], id=call["deploymentId"])
    return found if "apisummary" in call.get("embed", []) else {**found, "apiSummary": None}


@operation("apigateway", "GetDeployments")
def get_deployments(call: Call) -> Answer:
    """The deployments of an API, by page."""
    _api(call)
    found = call.region.select("deployment", restApiId=call["restApiId"])
    return _page(call, [{**each, "apiSummary": None} for each in found])


_DEFAULT_STATUS = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}


@operation("apigateway", "GetGatewayResponses")
def get_gateway_responses(call: Call) -> Answer:
    """Every gateway response: AWS's own, or the API's where it has one (AWS: supported-gateway-response-types)."""
    _api(call)
    own = {r["responseType"]: r for r in call.region.select("gateway-response", restApiId=call["restApiId"])}
    template = {"application/json": '{"message":$context.error.messageString}'}
    default = {"defaultResponse": True, "responseParameters": {}, "responseTemplates": template}
    return _page(
        call,
        [
            own.get(name, {"responseType": name, "statusCode": status, **default})
            for name, status in _DEFAULT_STATUS.items()
        ],
    )


@operation("apigateway", "GetClientCertificate")
def get_client_certificate(call: Call) -> Answer:
    """One client certificate."""
    wanted = call["clientCertificateId"]
    return _one(call, "client-certificate", "Client Certificate", clientCertificateId=wanted)


@operation("apigateway", "GetDomainName")
def get_domain_name(call: Call) -> Answer:
    """One custom domain name."""
    return _one(call, "domain-name", "domain name", domainName=call["domainName"])


@operation("apigateway", "GetDomainNames")
def get_domain_names(call: Call) -> Answer:
    """The custom domain names, by page."""
    return _page(call, call.region.all("domain-name"))


@operation("apigateway", "GetBasePathMappings")
def get_base_path_mappings(call: Call) -> Answer:
    """Which API and stage stand behind the paths of a domain name."""
    get_domain_name(call)
    return _page(call, call.region.select("base-path-mapping", domainName=call["domainName"]))
