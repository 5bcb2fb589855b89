"""API Gateway, both generations, in one neutral shape; and who reads, and the role that writes its logs."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.diagnosis.resources.shape import AwsShape, Shape


class CallerIdentity(AwsShape):
    """Who reads: sts:GetCallerIdentity."""

    account: str
    arn: str = ""


class Api(Shape):
    """A REST, WebSocket or HTTP API. `protocol` is `REST`, `HTTP` or `WEBSOCKET`."""

    id: str
    name: str
    protocol: str
    status: str = ""
    status_message: str = ""
    endpoint_types: tuple[str, ...] = ()
    disable_execute_api_endpoint: bool = False


class ApiMatches(Shape):
    """The APIs that a person's text can mean, and the names that it nearly matches."""

    apis: tuple[Api, ...] = ()
    near: tuple[str, ...] = ()


class MethodSetting(Shape):
    """Logging and throttling of the methods that one key of a stage's settings covers."""

    logging_level: str = "OFF"
    data_trace: bool = False
    metrics: bool = False
    throttling_rate: float | None = None
    throttling_burst: int | None = None


class AccessLog(Shape):
    """Where a stage writes its access log, and in which format."""

    destination_arn: str = ""
    format: str = ""


class Canary(Shape):
    """The part of a stage's traffic that runs another deployment."""

    percent_traffic: float = 0.0
    deployment_id: str = ""
    stage_variables: dict[str, str] = Field(default_factory=dict)


class Stage(Shape):
    """A deployed stage of an API."""

    name: str
    deployment_id: str = ""
    variables: dict[str, str] = Field(default_factory=dict)
    method_settings: dict[str, MethodSetting] = Field(default_factory=dict)
    """Keyed by `*/*` or by `resource/path/VERB`, already normalised."""
    access_log: AccessLog | None = None
    canary: Canary | None = None
    client_certificate_id: str = ""
    auto_deploy: bool = False
    deployment_message: str = ""
    web_acl_arn: str = ""


class IntegrationResponse(Shape):
    """One mapping of a non-proxy integration's reply to a status code. No pattern means the default mapping."""

    status_code: str = ""
    selection_pattern: str | None = None


class Integration(Shape):
    """How a method or route reaches its backend, as configured (stage variables not yet expanded)."""

    id: str = ""
    type: str = ""
    http_method: str = ""
    uri: str = ""
    connection_type: str = "INTERNET"
    connection_id: str = ""
    target: str = ""
    """`integrationTarget`: the load balancer that a REST API reaches through a VPC link of the second generation."""
    timeout_milliseconds: int = 29000
    insecure_skip_verification: bool = False
    tls_configured: bool = False
    server_name_to_verify: str = ""
    request_parameters: dict[str, str] = Field(default_factory=dict)
    responses: tuple[IntegrationResponse, ...] = ()


class Route(Shape):
    """A REST method or an HTTP API route, with its integration."""

    resource_id: str = ""
    path: str
    method: str
    """The verb, `ANY`, or empty for the `$default` route."""
    authorization: str = "NONE"
    method_responses: tuple[str, ...] = ()
    integration: Integration | None = None


class VpcLinkV1(Shape):
    """A VPC link of the first generation: REST API → PrivateLink → NLB."""

    id: str
    name: str = ""
    status: str = ""
    status_message: str = ""
    target_arns: tuple[str, ...] = ()


class VpcLinkV2(Shape):
    """A VPC link of the second generation: network interfaces in the VPC."""

    id: str
    name: str = ""
    status: str = ""
    status_message: str = ""
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()


class LoggingAccount(Shape):
    """The account settings of API Gateway in one region: the role that writes CloudWatch Logs, and throttling."""

    cloudwatch_role_arn: str = ""
    throttle_rate: float | None = None
    throttle_burst: int | None = None


class Role(Shape):
    """An IAM role: who may assume it, and the policies attached to it."""

    arn: str = ""
    trusted_services: tuple[str, ...] = ()


class Deployment(Shape):
    """A deployment of an API."""

    id: str
    created: datetime | None = None
    description: str = ""


class ClientCertificate(Shape):
    """The certificate that API Gateway shows to a backend that demands one."""

    id: str
    expires: datetime | None = None


class Quota(Shape):
    """A service quota's value in this account and region."""

    code: str
    value: float = 0.0


class ServiceEvent(Shape):
    """An AWS Health event: the service's own trouble, or the account's."""

    arn: str = ""
    service: str = ""
    type_code: str = ""
    status: str = ""
    started: datetime | None = None


class Change(Shape):
    """A management event of CloudTrail: who changed what, when."""

    at: datetime
    call: str
    principal: str = ""
    resource: str = ""
    event_id: str = ""
    error: str = ""
