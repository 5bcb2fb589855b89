"""AWS resources as the diagnosis sees them: frozen, tolerant views that keep only what a check can cite.

EC2 and ELB shapes take AWS's own field names (`LoadBalancerArn`), so a reply is parsed as it comes. API Gateway's
two generations are brought to one neutral shape by their collectors. A null counts as absent, an unknown value of
an enumeration stays text: a state that AWS adds tomorrow must not break a diagnosis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_pascal


class Shape(BaseModel):
    """A frozen structure that ignores what it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        return {k: v for k, v in data.items() if v is not None} if isinstance(data, Mapping) else data


class AwsShape(Shape):
    """A structure whose fields carry AWS's PascalCase names."""

    model_config = ConfigDict(alias_generator=to_pascal)


# --- API Gateway, both generations -----------------------------------------------------------------------------


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
    stage_variables: dict[str, str] = {}


class Stage(Shape):
    """A deployed stage of an API."""

    name: str
    deployment_id: str = ""
    variables: dict[str, str] = {}
    method_settings: dict[str, MethodSetting] = {}
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
    request_parameters: dict[str, str] = {}
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


# --- EC2 --------------------------------------------------------------------------------------------------------


class EndpointService(AwsShape):
    """A VPC endpoint service, as its owner sees it."""

    service_id: str
    service_name: str = ""
    service_state: str = ""
    acceptance_required: bool = False
    availability_zones: tuple[str, ...] = ()
    network_load_balancer_arns: tuple[str, ...] = ()
    supported_ip_address_types: tuple[str, ...] = ()


class EndpointConnection(AwsShape):
    """One consumer's connection to an endpoint service."""

    service_id: str = ""
    vpc_endpoint_id: str = ""
    vpc_endpoint_owner: str = ""
    vpc_endpoint_state: str = ""
    creation_timestamp: datetime | None = None


class Subnet(AwsShape):
    """A subnet."""

    subnet_id: str
    vpc_id: str = ""
    cidr_block: str = ""
    availability_zone: str = ""
    state: str = ""
    available_ip_address_count: int | None = None
    ipv6_native: bool = False
    ipv6_cidr_block_association_set: tuple[Ipv6Association, ...] = ()


class Ipv6Association(AwsShape):
    """An IPv6 range of a subnet."""

    ipv6_cidr_block: str = Field(default="", alias="Ipv6CidrBlock")


class IpRange(AwsShape):
    """An IPv4 peer of a rule."""

    cidr_ip: str = ""


class Ipv6Range(AwsShape):
    """An IPv6 peer of a rule."""

    cidr_ipv6: str = Field(default="", alias="CidrIpv6")


class GroupPair(AwsShape):
    """A security group as the peer of a rule."""

    group_id: str = ""
    user_id: str = ""
    vpc_id: str = ""
    vpc_peering_connection_id: str = ""
    peering_status: str = ""


class PrefixListId(AwsShape):
    """A managed prefix list as the peer of a rule."""

    prefix_list_id: str = ""


class IpPermission(AwsShape):
    """One rule of a security group. Ports are absent where the protocol is `-1` (everything)."""

    ip_protocol: str = "-1"
    from_port: int | None = None
    to_port: int | None = None
    ip_ranges: tuple[IpRange, ...] = ()
    ipv6_ranges: tuple[Ipv6Range, ...] = ()
    user_id_group_pairs: tuple[GroupPair, ...] = ()
    prefix_list_ids: tuple[PrefixListId, ...] = ()


class SecurityGroup(AwsShape):
    """A security group with both its rule lists."""

    group_id: str
    group_name: str = ""
    vpc_id: str = ""
    ip_permissions: tuple[IpPermission, ...] = ()
    ip_permissions_egress: tuple[IpPermission, ...] = ()


class PortRange(AwsShape):
    """The ports of a network ACL entry; absent means all."""

    from_: int | None = Field(default=None, alias="From")
    to: int | None = None


class NetworkAclEntry(AwsShape):
    """One numbered rule of a network ACL; the lowest number that matches decides."""

    rule_number: int = 32767
    protocol: str = "-1"
    rule_action: str = "deny"
    egress: bool = False
    cidr_block: str = ""
    ipv6_cidr_block: str = ""
    port_range: PortRange | None = None


class NetworkAcl(AwsShape):
    """A network ACL."""

    network_acl_id: str
    is_default: bool = False
    vpc_id: str = ""
    entries: tuple[NetworkAclEntry, ...] = ()


class GroupIdentifier(AwsShape):
    """A security group by id."""

    group_id: str = ""
    group_name: str = ""


class PrivateIpAddress(AwsShape):
    """A private address of a network interface."""

    private_ip_address: str = ""
    primary: bool = False


class Ipv6Address(AwsShape):
    """An IPv6 address of a network interface."""

    ipv6_address: str = Field(default="", alias="Ipv6Address")


class NetworkInterface(AwsShape):
    """A network interface: the addresses it answers on, and the security groups it carries."""

    network_interface_id: str
    description: str = ""
    interface_type: str = ""
    status: str = ""
    subnet_id: str = ""
    vpc_id: str = ""
    availability_zone: str = ""
    private_ip_address: str = ""
    private_ip_addresses: tuple[PrivateIpAddress, ...] = ()
    ipv6_addresses: tuple[Ipv6Address, ...] = ()
    groups: tuple[GroupIdentifier, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every private IPv4 address, the first one first."""
        every = [self.private_ip_address, *(a.private_ip_address for a in self.private_ip_addresses)]
        return tuple(dict.fromkeys(a for a in every if a))

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Ids of the security groups on this interface."""
        return tuple(g.group_id for g in self.groups if g.group_id)


class InstanceState(AwsShape):
    """Whether an instance runs."""

    name: str = ""


class InterfaceAttachment(AwsShape):
    """Which interface of an instance this is; the primary one has index 0."""

    device_index: int = 0


class InstanceInterface(NetworkInterface):
    """A network interface as DescribeInstances shows it."""

    attachment: InterfaceAttachment = InterfaceAttachment()


class Instance(AwsShape):
    """An EC2 instance."""

    instance_id: str
    state: InstanceState = InstanceState()
    vpc_id: str = ""
    subnet_id: str = ""
    private_ip_address: str = ""
    ipv6_address: str = Field(default="", alias="Ipv6Address")
    network_interfaces: tuple[InstanceInterface, ...] = ()
    security_groups: tuple[GroupIdentifier, ...] = ()

    @property
    def primary_interface(self) -> InstanceInterface | None:
        """The interface with device index 0, which receives a target group's traffic."""
        return min(self.network_interfaces, key=lambda i: i.attachment.device_index, default=None)


class Route4(AwsShape):
    """One route of a route table."""

    destination_cidr_block: str = ""
    destination_ipv6_cidr_block: str = ""
    gateway_id: str = ""
    vpc_peering_connection_id: str = ""
    transit_gateway_id: str = ""
    state: str = ""


class RouteTable(AwsShape):
    """The route table that applies to a subnet."""

    route_table_id: str
    vpc_id: str = ""
    routes: tuple[Route4, ...] = ()


# --- Elastic Load Balancing -------------------------------------------------------------------------------------


class LoadBalancerState(AwsShape):
    """The life-cycle state of a load balancer."""

    code: str = ""
    reason: str = ""


class LoadBalancerZone(AwsShape):
    """A zone in which a load balancer stands."""

    zone_name: str = ""
    subnet_id: str = ""


class LoadBalancer(AwsShape):
    """A network or application load balancer."""

    load_balancer_arn: str
    load_balancer_name: str = ""
    type: str = ""
    scheme: str = ""
    vpc_id: str = ""
    ip_address_type: str = ""
    state: LoadBalancerState = LoadBalancerState()
    availability_zones: tuple[LoadBalancerZone, ...] = ()
    security_groups: tuple[str, ...] = ()
    enforce_security_group_inbound_rules_on_private_link_traffic: str = ""


class WeightedTargetGroup(AwsShape):
    """One target group of a forward action."""

    target_group_arn: str = ""
    weight: int | None = None


class ForwardConfig(AwsShape):
    """The target groups of a forward action."""

    target_groups: tuple[WeightedTargetGroup, ...] = ()


class FixedResponse(AwsShape):
    """The answer that a load balancer gives by itself."""

    status_code: str = ""


class Action(AwsShape):
    """What a listener or a rule does with a request."""

    type: str = ""
    target_group_arn: str = ""
    forward_config: ForwardConfig | None = None
    fixed_response_config: FixedResponse | None = None
    redirect_config: dict[str, Any] | None = None

    @property
    def groups(self) -> dict[str, int]:
        """Target-group ARNs with their weights; a single group has weight 1."""
        listed = self.forward_config.target_groups if self.forward_config else ()
        weights = {g.target_group_arn: 1 if g.weight is None else g.weight for g in listed if g.target_group_arn}
        if not weights and self.target_group_arn:
            weights[self.target_group_arn] = 1
        return weights


class CertificateReference(AwsShape):
    """A certificate of a listener, by ARN."""

    certificate_arn: str = ""
    is_default: bool = False


class MutualAuthentication(AwsShape):
    """Whether a listener demands client certificates: `off`, `passthrough` or `verify`."""

    mode: str = "off"


class Listener(AwsShape):
    """A port on which a load balancer listens."""

    listener_arn: str
    load_balancer_arn: str = ""
    port: int | None = None
    protocol: str = ""
    ssl_policy: str = ""
    certificates: tuple[CertificateReference, ...] = ()
    default_actions: tuple[Action, ...] = ()
    alpn_policy: tuple[str, ...] = ()
    mutual_authentication: MutualAuthentication | None = None


class HostHeaderConfig(AwsShape):
    """Values of a host-header or path-pattern condition."""

    values: tuple[str, ...] = ()


class RuleCondition(AwsShape):
    """One condition of a listener rule."""

    field: str = ""
    values: tuple[str, ...] = ()
    host_header_config: HostHeaderConfig | None = None
    path_pattern_config: HostHeaderConfig | None = None


class Rule(AwsShape):
    """A listener rule; `default` is tried last."""

    rule_arn: str
    priority: str = "default"
    is_default: bool = False
    conditions: tuple[RuleCondition, ...] = ()
    actions: tuple[Action, ...] = ()


class Matcher(AwsShape):
    """Which answers of a health check count as healthy."""

    http_code: str = ""


class TargetGroup(AwsShape):
    """A target group and its health check."""

    target_group_arn: str
    target_group_name: str = ""
    protocol: str = ""
    protocol_version: str = ""
    port: int | None = None
    vpc_id: str = ""
    target_type: str = "instance"
    ip_address_type: str = "ipv4"
    health_check_enabled: bool = True
    health_check_protocol: str = ""
    health_check_port: str = "traffic-port"
    health_check_path: str = ""
    matcher: Matcher | None = None
    load_balancer_arns: tuple[str, ...] = ()


class TargetDescription(AwsShape):
    """A registered target."""

    id: str
    port: int | None = None
    availability_zone: str = ""


class TargetHealth(AwsShape):
    """The health of one target: state and reason code."""

    state: str = ""
    reason: str = ""
    description: str = ""


class TargetHealthDescription(AwsShape):
    """One registered target with its health."""

    target: TargetDescription
    health_check_port: str = ""
    target_health: TargetHealth = TargetHealth()


class CertificateRenewal(AwsShape):
    """The state of a managed renewal."""

    renewal_status: str = ""


class Certificate(AwsShape):
    """A certificate as ACM describes it (or IAM, brought to the same shape)."""

    certificate_arn: str
    domain_name: str = ""
    subject_alternative_names: tuple[str, ...] = ()
    status: str = ""
    type: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    issuer: str = ""
    certificate_authority_arn: str = ""
    renewal_summary: CertificateRenewal | None = None


# --- CloudWatch -------------------------------------------------------------------------------------------------


class LogGroup(AwsShape):
    """A CloudWatch log group."""

    log_group_name: str
    retention_in_days: int | None = None
    log_group_class: str = "STANDARD"


class LogDelivery(Shape):
    """A delivery of a stage's execution log to somewhere else than the managed log group."""

    log_type: str = ""
    destination_type: str = ""
    destination_arn: str = ""
    output_format: str = ""


class LogEvent(Shape):
    """One redacted log event."""

    at: datetime
    message: str


class LogReading(Shape):
    """The failing requests' events of one log group in one window, oldest first."""

    group: str
    since: datetime
    until: datetime
    events: tuple[LogEvent, ...] = ()
    complete: bool = True
    """False where the page budget ended before the window did."""


class Series(Shape):
    """The datapoints of one metric, oldest first: seconds since the epoch and value."""

    points: tuple[tuple[int, float], ...] = ()

    @property
    def total(self) -> float:
        """The sum over the window."""
        return sum(value for _, value in self.points)


Subnet.model_rebuild()
