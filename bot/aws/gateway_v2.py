"""HTTP and WebSocket APIs, and VPC links of the second generation: apigatewayv2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.aws.errors import Failure
from bot.aws.gateway import matches
from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.api_reference import parse_api_text
from bot.diagnosis.evidence import Absent
from bot.diagnosis.model import GapReason


def _items(context: Context, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of a listing; botocore has no paginator for several of this service's lists."""
    token: dict[str, str] = {}
    while True:
        reply = context.calls.call("apigatewayv2", operation, **parameters, **token)
        yield from reply.get("Items") or []
        if not reply.get("NextToken"):
            return
        token = {"NextToken": reply["NextToken"]}


def http_apis(context: Context, text: str) -> r.ApiMatches:
    """Return the HTTP and WebSocket APIs that a text means."""
    reference = parse_api_text(text)
    if reference.id:
        try:
            return r.ApiMatches(apis=(_api(context.calls.call("apigatewayv2", "get_api", ApiId=reference.id)),))
        except Failure as failed:
            if failed.reason is not GapReason.NOT_FOUND:
                raise
            if not reference.name:
                return r.ApiMatches()
    return matches(all_http_apis(context), reference.name or "")


def all_http_apis(context: Context) -> list[r.Api]:
    """Return every HTTP and WebSocket API of the region."""
    return [_api(item) for item in _items(context, "get_apis", MaxResults="500")]


def _api(item: dict[str, Any]) -> r.Api:
    return r.Api(
        id=item["ApiId"],
        name=item.get("Name") or "",
        protocol=item.get("ProtocolType") or "HTTP",
        disable_execute_api_endpoint=bool(item.get("DisableExecuteApiEndpoint")),
    )


def http_stage(context: Context, api_id: str, name: str) -> r.Stage | Absent:
    """Return a stage; where there is none of this name, say which there are."""
    try:
        item = context.calls.call("apigatewayv2", "get_stage", ApiId=api_id, StageName=name)
    except Failure as failed:
        if failed.reason is not GapReason.NOT_FOUND:
            raise
        return Absent(_stage_names(context, api_id))
    access_log = item.get("AccessLogSettings") or {}
    settings = {"*/*": item.get("DefaultRouteSettings") or {}, **(item.get("RouteSettings") or {})}
    return r.Stage(
        name=item.get("StageName") or name,
        deployment_id=item.get("DeploymentId") or "",
        variables=item.get("StageVariables") or {},
        method_settings={key: _route_setting(value) for key, value in settings.items()},
        access_log=r.AccessLog(destination_arn=access_log.get("DestinationArn"), format=access_log.get("Format"))
        if access_log.get("DestinationArn")
        else None,
        client_certificate_id=item.get("ClientCertificateId") or "",
        auto_deploy=bool(item.get("AutoDeploy")),
        deployment_message=item.get("LastDeploymentStatusMessage") or "",
    )


def _stage_names(context: Context, api_id: str) -> str:
    try:
        return ", ".join(sorted(stage.get("StageName", "") for stage in _items(context, "get_stages", ApiId=api_id)))
    except Failure:
        return ""


def _route_setting(item: dict[str, Any]) -> r.MethodSetting:
    return r.MethodSetting(
        logging_level=item.get("LoggingLevel") or "OFF",
        data_trace=bool(item.get("DataTraceEnabled")),
        metrics=bool(item.get("DetailedMetricsEnabled")),
        throttling_rate=item.get("ThrottlingRateLimit"),
        throttling_burst=item.get("ThrottlingBurstLimit"),
    )


def http_routes(context: Context, api_id: str) -> tuple[r.Route, ...]:
    """Return every route with its integration."""
    integrations = {
        item.get("IntegrationId"): _integration(item)
        for item in _items(context, "get_integrations", ApiId=api_id, MaxResults="500")
    }
    routes = []
    for item in _items(context, "get_routes", ApiId=api_id, MaxResults="500"):
        method, _, path = (item.get("RouteKey") or "").rpartition(" ")
        routes.append(
            r.Route(
                resource_id=item.get("RouteId") or "",
                path=path,
                method=method,
                authorization=item.get("AuthorizationType") or "NONE",
                integration=integrations.get((item.get("Target") or "").removeprefix("integrations/")),
            )
        )
    return tuple(routes)


def _integration(item: dict[str, Any]) -> r.Integration:
    tls = item.get("TlsConfig")
    return r.Integration(
        id=item.get("IntegrationId") or "",
        type=item.get("IntegrationType") or "",
        http_method=item.get("IntegrationMethod") or "",
        uri=item.get("IntegrationUri") or "",
        connection_type=item.get("ConnectionType") or "INTERNET",
        connection_id=item.get("ConnectionId") or "",
        timeout_milliseconds=item.get("TimeoutInMillis") or 30000,
        tls_configured=tls is not None,
        server_name_to_verify=(tls or {}).get("ServerNameToVerify") or "",
        request_parameters=item.get("RequestParameters") or {},
    )


def vpc_link_v2(context: Context, link_id: str) -> r.VpcLinkV2:
    """Return a VPC link of the second generation."""
    item = context.calls.call("apigatewayv2", "get_vpc_link", VpcLinkId=link_id)
    return r.VpcLinkV2(
        id=item.get("VpcLinkId") or link_id,
        name=item.get("Name"),
        status=item.get("VpcLinkStatus"),
        status_message=item.get("VpcLinkStatusMessage"),
        subnet_ids=tuple(item.get("SubnetIds") or ()),
        security_group_ids=tuple(item.get("SecurityGroupIds") or ()),
    )
