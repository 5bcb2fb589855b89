"""From an HTTP request to a typed call and back, in every AWS wire protocol, with moto's parsers and serialisers."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.datastructures import Headers, MultiDict

from bot.demo.aws import cbor
from bot.demo.aws.errors import AwsError, unknown_operation

CBOR = "smithy-rpc-v2-cbor"
# Signing name (the third part of the credential scope) to the SDK's service name.
SERVICES = {
    "acm": "acm",
    "apigateway": "apigateway",
    "cloudtrail": "cloudtrail",
    "ec2": "ec2",
    "elasticloadbalancing": "elbv2",
    "health": "health",
    "iam": "iam",
    "lambda": "lambda",
    "logs": "logs",
    "monitoring": "cloudwatch",
    "servicediscovery": "servicediscovery",
    "servicequotas": "service-quotas",
    "sts": "sts",
}
_SCOPE = re.compile(r"Credential=([^/,]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request as it came over the wire. ``target`` is path and query."""

    method: str
    target: str
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class HttpReply:
    """One HTTP reply."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class ParsedCall:
    """Who calls which operation of which service, where, with what, over which protocol."""

    service: str
    operation: str
    parameters: dict[str, Any]
    access_key: str
    region: str
    path: str
    protocol: str
    model: OperationModel | None


def parse(request: HttpRequest) -> ParsedCall:
    """Read a call. A request that is not signed, or for a service that is not here, is an AwsError."""
    scope = _SCOPE.search(request.headers.get("Authorization", ""))
    if scope is None:
        raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    access_key, region, signing_name = scope.groups()
    path = urlsplit(request.target).path
    if signing_name not in SERVICES:
        raise AwsError("UnrecognizedClientException", f"The local AWS has no service with signing name {signing_name}.")
    service = "apigatewayv2" if signing_name == "apigateway" and path.startswith("/v2/") else SERVICES[signing_name]
    service_model = get_service_model(service)
    values = MultiDict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True))
    protocol = _protocol(service_model, request.headers)
    if protocol in {"query", "ec2"}:
        values.update(parse_qsl(request.body.decode(), keep_blank_values=True))
    name, url_params = _operation(service_model, protocol, request, path, values)
    model = service_model.operation_model(name) if name in service_model.operation_names else None
    parameters = _parameters(model, protocol, request, path, values, url_params) if model else {}
    return ParsedCall(service, name, parameters, access_key, region, path, protocol, model)


def serialise(call: ParsedCall, result: dict[str, Any]) -> HttpReply:
    """The reply of a successful call."""
    if call.model is None:
        raise unknown_operation(call.service, call.operation, call.protocol)
    request_id = str(uuid4())
    if call.protocol == CBOR:
        headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "x-amzn-RequestId": request_id}
        return HttpReply(200, headers, cbor.encode(result, call.model.output_shape))
    serializer = get_serializer_class(call.service, call.protocol)
    response = serializer(call.model, SerializationContext(request_id)).serialize(result)
    body = response["body"]
    headers = {"x-amzn-RequestId": request_id, **response["headers"]}
    return HttpReply(response["status_code"], headers, body.encode() if isinstance(body, str) else bytes(body))


def serialise_error(protocol: str, error: AwsError) -> HttpReply:
    """The reply of a refused call, as that protocol spells errors."""
    request_id = str(uuid4())
    headers = {"x-amzn-RequestId": request_id}
    if protocol in {"query", "ec2"}:
        fault = "Receiver" if error.status >= 500 else "Sender"
        code, message = escape(error.code), escape(error.message)
        if protocol == "ec2":
            body = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            body += f"<RequestID>{request_id}</RequestID></Response>"
        else:
            body = f"<ErrorResponse><Error><Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            body += f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        return HttpReply(error.status, headers | {"Content-Type": "text/xml"}, body.encode())
    headers["x-amzn-ErrorType"] = error.code
    if protocol == CBOR:
        headers |= {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
        headers["x-amzn-query-error"] = f"{error.code};Sender"
        return HttpReply(error.status, headers, cbor.encode_error(error.code, error.message))
    body = json.dumps({"__type": error.code, "message": error.message})
    return HttpReply(error.status, headers | {"Content-Type": "application/json"}, body.encode())


def protocol_of(request: HttpRequest) -> str:
    """The protocol to answer in when a request could not be read at all."""
    if "smithy-protocol" in request.headers:
        return CBOR
    return "query" if request.headers.get("Content-Type", "").startswith("application/x-www-form") else "json"


def _protocol(model: ServiceModel, headers: Headers) -> str:
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        return CBOR
    if "X-Amz-Target" in headers:
        return "json"
    protocols = [name for name in model.metadata.get("protocols", [model.protocol]) if name not in {CBOR, "json"}]
    return protocols[0] if protocols else "json"


def _operation(
    model: ServiceModel, protocol: str, request: HttpRequest, path: str, values: MultiDict[str, str]
) -> tuple[str, dict[str, str]]:
    if protocol == CBOR:
        return path.rsplit("/", 1)[-1], {}
    if protocol == "json":
        return request.headers.get("X-Amz-Target", "").rsplit(".", 1)[-1], {}
    if protocol in {"query", "ec2"}:
        return values.get("Action", ""), {}
    for method, pattern, query, name in _routes(model.service_name):
        found = pattern.fullmatch(path) if method == request.method else None
        if found and all(values.get(key) == value for key, value in query):
            return name, {key: unquote(value) for key, value in found.groupdict().items()}
    return f"{request.method} {path}", {}


Route = tuple[str, re.Pattern[str], list[tuple[str, str]], str]


@functools.cache
def _routes(service: str) -> list[Route]:
    """The REST operations of a service, the more literal paths first."""
    model = get_service_model(service)
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path.rstrip("/")))
        pattern = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", pattern)
        routes.append((http["method"], re.compile(pattern + "/?"), parse_qsl(query, keep_blank_values=True), name))
    return sorted(routes, key=lambda route: (route[1].groups, -len(route[2]), -len(route[1].pattern)))


def _parameters(
    model: OperationModel,
    protocol: str,
    request: HttpRequest,
    path: str,
    values: MultiDict[str, str],
    url_params: dict[str, str],
) -> dict[str, Any]:
    if protocol == CBOR:
        return cbor.decode(request.body)
    parser = PROTOCOL_PARSERS[protocol](model)
    parsed = parser.parse(
        {
            "body": request.body,
            "headers": request.headers,
            "method": request.method,
            "url_params": url_params,
            "url_path": path,
            "values": values,
        }
    )
    return dict(parsed or {})
