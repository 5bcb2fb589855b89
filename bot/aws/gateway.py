"""REST APIs: apigateway."""

from __future__ import annotations

import difflib
from typing import Any

from bot.aws.errors import Failure
from bot.aws.export import exported_routes
from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.api_reference import parse_api_text
from bot.diagnosis.evidence import Absent
from bot.diagnosis.model import GapReason


def rest_apis(context: Context, text: str) -> r.ApiMatches:
    """Return the REST APIs that a text means: by id, else by name over the whole list."""
    reference = parse_api_text(text)
    if reference.id:
        try:
            return r.ApiMatches(
                apis=(_rest_api(context.calls.call("apigateway", "get_rest_api", restApiId=reference.id)),)
            )
        except Failure as failed:
            if failed.reason is not GapReason.NOT_FOUND:
                raise
            if not reference.name:
                return r.ApiMatches()
    return matches(all_rest_apis(context), reference.name or "")


def all_rest_apis(context: Context) -> list[r.Api]:
    """Return every REST API of the region."""
    pages = context.calls.pages("apigateway", "get_rest_apis", limit=500)
    return [_rest_api(item) for page in pages for item in page.get("items", [])]


def matches(apis: list[r.Api], name: str) -> r.ApiMatches:
    """Return the APIs of this name; where there is none, the only one that differs in case, else the near names."""
    exact = tuple(api for api in apis if api.name == name)
    if exact:
        return r.ApiMatches(apis=exact)
    folded = tuple(api for api in apis if api.name.casefold() == name.casefold())
    if len(folded) == 1:
        return r.ApiMatches(apis=folded)
    names = {api.name.casefold(): api.name for api in apis}
    near = difflib.get_close_matches(name.casefold(), names, n=5, cutoff=0.6)
    return r.ApiMatches(near=tuple(dict.fromkeys([*(a.name for a in folded), *(names[n] for n in near)])))


def _rest_api(item: dict[str, Any]) -> r.Api:
    return r.Api(
        id=item["id"],
        name=item.get("name", ""),
        protocol="REST",
        status=item.get("apiStatus") or "",
        status_message=item.get("apiStatusMessage") or "",
        endpoint_types=tuple((item.get("endpointConfiguration") or {}).get("types") or ()),
        disable_execute_api_endpoint=bool(item.get("disableExecuteApiEndpoint")),
    )


def rest_stage(context: Context, api_id: str, name: str) -> r.Stage | Absent:
    """Return a stage; where there is none of this name, say which there are."""
    try:
        item = context.calls.call("apigateway", "get_stage", restApiId=api_id, stageName=name)
    except Failure as failed:
        if failed.reason is not GapReason.NOT_FOUND:
            raise
        return Absent(_stage_names(context, api_id))
    access_log = item.get("accessLogSettings") or {}
    return r.Stage(
        name=item.get("stageName") or name,
        deployment_id=item.get("deploymentId") or "",
        variables=item.get("variables") or {},
        method_settings={_setting_key(k): _method_setting(v) for k, v in (item.get("methodSettings") or {}).items()},
        access_log=r.AccessLog(destination_arn=access_log.get("destinationArn"), format=access_log.get("format"))
        if access_log.get("destinationArn")
        else None,
        canary=_canary(item.get("canarySettings") or {}),
        client_certificate_id=item.get("clientCertificateId") or "",
        web_acl_arn=item.get("webAclArn") or "",
    )


def _stage_names(context: Context, api_id: str) -> str:
    try:
        reply = context.calls.call("apigateway", "get_stages", restApiId=api_id)
    except Failure:
        return ""
    return ", ".join(sorted(stage.get("stageName", "") for stage in reply.get("item") or []))


def _setting_key(key: str) -> str:
    """AWS returns `~1pets~1{id}/GET`, and some tools `pets/{id}/GET`, for the same method."""
    return key.replace("~1", "/").lstrip("/")


def _method_setting(item: dict[str, Any]) -> r.MethodSetting:
    return r.MethodSetting(
        logging_level=item.get("loggingLevel") or "OFF",
        data_trace=bool(item.get("dataTraceEnabled")),
        metrics=bool(item.get("metricsEnabled")),
        throttling_rate=item.get("throttlingRateLimit"),
        throttling_burst=item.get("throttlingBurstLimit"),
    )


def _canary(item: dict[str, Any]) -> r.Canary | None:
    if not item:
        return None
    return r.Canary(
        percent_traffic=item.get("percentTraffic") or 0.0,
        deployment_id=item.get("deploymentId") or "",
        stage_variables=item.get("stageVariableOverrides") or {},
    )


def rest_routes(context: Context, api_id: str) -> tuple[r.Route, ...]:
    """Return every method of a REST API with its integration. Without `embed` AWS leaves the methods empty."""
    pages = context.calls.pages("apigateway", "get_resources", restApiId=api_id, limit=500, embed=["methods"])
    routes: list[r.Route] = []
    for page in pages:
        for resource in page.get("items", []):
            for verb, method in sorted((resource.get("resourceMethods") or {}).items()):
                routes.append(_route(resource, verb, method or {}))
    return tuple(routes)


def _route(resource: dict[str, Any], verb: str, method: dict[str, Any]) -> r.Route:
    integration = method.get("methodIntegration")
    return r.Route(
        resource_id=resource.get("id") or "",
        path=resource.get("path") or "/",
        method=verb,
        authorization=method.get("authorizationType") or "NONE",
        method_responses=tuple(sorted(method.get("methodResponses") or {})),
        integration=rest_integration(integration) if integration else None,
    )


def rest_integration(item: dict[str, Any]) -> r.Integration:
    """Bring a REST integration to the neutral shape."""
    responses = (item.get("integrationResponses") or {}).items()
    return r.Integration(
        type=item.get("type") or "",
        http_method=item.get("httpMethod") or "",
        uri=item.get("uri") or "",
        connection_type=item.get("connectionType") or "INTERNET",
        connection_id=item.get("connectionId") or "",
        target=item.get("integrationTarget") or "",
        timeout_milliseconds=item.get("timeoutInMillis") or 29000,
        insecure_skip_verification=bool((item.get("tlsConfig") or {}).get("insecureSkipVerification")),
        request_parameters=item.get("requestParameters") or {},
        responses=tuple(
            r.IntegrationResponse(status_code=code, selection_pattern=(response or {}).get("selectionPattern"))
            for code, response in sorted(responses)
        ),
    )


def vpc_link_v1(context: Context, link_id: str) -> r.VpcLinkV1:
    """Return a VPC link of the first generation."""
    item = context.calls.call("apigateway", "get_vpc_link", vpcLinkId=link_id)
    return r.VpcLinkV1(
        id=item.get("id") or link_id,
        name=item.get("name"),
        status=item.get("status"),
        status_message=item.get("statusMessage"),
        target_arns=tuple(item.get("targetArns") or ()),
    )


def logging_account(context: Context, _key: str) -> r.LoggingAccount:
    """Return the region's account settings."""
    item = context.calls.call("apigateway", "get_account")
    throttle = item.get("throttleSettings") or {}
    return r.LoggingAccount(
        cloudwatch_role_arn=item.get("cloudwatchRoleArn"),
        throttle_rate=throttle.get("rateLimit"),
        throttle_burst=throttle.get("burstLimit"),
    )


def deployed(context: Context, api_id: str, stage: str) -> tuple[r.Route, ...]:
    """Return the methods as the stage runs them: its export holds the snapshot, GetResources only the draft."""
    reply = context.calls.call(
        "apigateway",
        "get_export",
        restApiId=api_id,
        stageName=stage,
        exportType="oas30",
        parameters={"extensions": "integrations"},
        accepts="application/json",
    )
    body = reply["body"]
    return exported_routes(body.read() if hasattr(body, "read") else body)


def deployments(context: Context, api_id: str) -> tuple[r.Deployment, ...]:
    """Return the API's deployments, newest first."""
    pages = context.calls.pages("apigateway", "get_deployments", most=3, restApiId=api_id, limit=500)
    found = [
        r.Deployment(id=item["id"], created=item.get("createdDate"), description=item.get("description"))
        for page in pages
        for item in page.get("items") or []
    ]
    return tuple(sorted(found, key=lambda d: str(d.created or ""), reverse=True))


def client_certificate(context: Context, certificate_id: str) -> r.ClientCertificate:
    """Return the client certificate that a stage shows to its backends."""
    item = context.calls.call("apigateway", "get_client_certificate", clientCertificateId=certificate_id)
    return r.ClientCertificate(id=certificate_id, expires=item.get("expirationDate"))
