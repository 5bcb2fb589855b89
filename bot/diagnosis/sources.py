"""Every kind of evidence: what it is called in a bundle, which IAM action reads it, and the shape of its value.

A check names the sources it needs; the plan says which keys of a source are wanted; a collector in `bot.aws` reads
them. The read-only policy is generated from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from bot.diagnosis import resources as r

T = TypeVar("T")


@dataclass(frozen=True)
class Source(Generic[T]):
    """A kind of evidence. `call` is the AWS operation as a citation names it (`service:Operation`)."""

    name: str
    call: str
    action: str
    shape: type[T] | Any
    """The value's type, for bundles; tuples and unions are not `type`, hence `Any`."""
    also: tuple[str, ...] = ()
    """Further IAM actions that reading it takes."""

    @property
    def adapter(self) -> TypeAdapter[T]:
        """The converter between the value and JSON."""
        return _adapter(self)


_adapters: dict[str, TypeAdapter[Any]] = {}


def _adapter(source: Source[T]) -> TypeAdapter[T]:
    if source.name not in _adapters:
        _adapters[source.name] = TypeAdapter(source.shape)
    return _adapters[source.name]


_GATEWAY = "apigateway:GET"

CALLER = Source[r.CallerIdentity]("caller", "sts:GetCallerIdentity", "sts:GetCallerIdentity", r.CallerIdentity)
"""Who reads. The key is empty."""

REST_APIS = Source[r.ApiMatches]("rest-apis", "apigateway:GetRestApis", _GATEWAY, r.ApiMatches)
"""The REST APIs that a text can mean. Keyed by that text."""
HTTP_APIS = Source[r.ApiMatches]("http-apis", "apigatewayv2:GetApis", _GATEWAY, r.ApiMatches)
"""The HTTP and WebSocket APIs that a text can mean. Keyed by that text."""
STAGE = Source[r.Stage]("stage", "apigateway:GetStage", _GATEWAY, r.Stage)
"""Keyed by `PROTOCOL/api-id/stage-name`."""
ROUTES = Source[tuple[r.Route, ...]]("routes", "apigateway:GetResources", _GATEWAY, tuple[r.Route, ...])
"""The methods of a REST API or the routes of an HTTP API. Keyed by `PROTOCOL/api-id`."""
VPC_LINK_V1 = Source[r.VpcLinkV1]("vpc-link-v1", "apigateway:GetVpcLink", _GATEWAY, r.VpcLinkV1)
"""Keyed by VPC link id."""
VPC_LINK_V2 = Source[r.VpcLinkV2]("vpc-link-v2", "apigatewayv2:GetVpcLink", _GATEWAY, r.VpcLinkV2)
"""Keyed by VPC link id."""
LOGGING_ACCOUNT = Source[r.LoggingAccount]("logging-account", "apigateway:GetAccount", _GATEWAY, r.LoggingAccount)
"""The key is empty: one per account and region."""

ROLE = Source[r.Role]("role", "iam:GetRole", "iam:GetRole", r.Role)
"""Keyed by role ARN."""
ROLE_POLICIES = Source[tuple[str, ...]](
    "role-policies", "iam:ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", tuple[str, ...]
)
"""ARNs of the policies attached to a role. Keyed by role ARN."""

ENDPOINT_SERVICES = Source[tuple[r.EndpointService, ...]](
    "endpoint-services",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    tuple[r.EndpointService, ...],
)
"""The endpoint services in front of a network load balancer. Keyed by the load balancer's ARN."""
ENDPOINT_CONNECTIONS = Source[tuple[r.EndpointConnection, ...]](
    "endpoint-connections",
    "ec2:DescribeVpcEndpointConnections",
    "ec2:DescribeVpcEndpointConnections",
    tuple[r.EndpointConnection, ...],
)
"""Keyed by endpoint-service id."""
SUBNET = Source[r.Subnet]("subnet", "ec2:DescribeSubnets", "ec2:DescribeSubnets", r.Subnet)
"""Keyed by subnet id."""
SECURITY_GROUP = Source[r.SecurityGroup](
    "security-group", "ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroups", r.SecurityGroup
)
"""Keyed by security-group id."""
PREFIX_LIST = Source[tuple[str, ...]](
    "prefix-list", "ec2:GetManagedPrefixListEntries", "ec2:GetManagedPrefixListEntries", tuple[str, ...]
)
"""The ranges of a managed prefix list. Keyed by prefix-list id."""
NETWORK_ACL = Source[r.NetworkAcl]("network-acl", "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkAcls", r.NetworkAcl)
"""The network ACL that applies to a subnet. Keyed by subnet id."""
BALANCER_INTERFACES = Source[tuple[r.NetworkInterface, ...]](
    "balancer-interfaces",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeNetworkInterfaces",
    tuple[r.NetworkInterface, ...],
)
"""The network interfaces of a load balancer. Keyed by its ARN."""
INTERFACE_BY_ADDRESS = Source[r.NetworkInterface](
    "interface-by-address", "ec2:DescribeNetworkInterfaces", "ec2:DescribeNetworkInterfaces", r.NetworkInterface
)
"""The network interface that holds an address. Keyed by `vpc-id/address`."""
INSTANCE = Source[r.Instance]("instance", "ec2:DescribeInstances", "ec2:DescribeInstances", r.Instance)
"""Keyed by instance id."""

LOAD_BALANCER = Source[r.LoadBalancer](
    "load-balancer",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeLoadBalancers",
    r.LoadBalancer,
)
"""Keyed by ARN."""
LISTENERS = Source[tuple[r.Listener, ...]](
    "listeners",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeListeners",
    tuple[r.Listener, ...],
)
"""All listeners of a load balancer. Keyed by its ARN."""
LISTENER = Source[r.Listener](
    "listener", "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeListeners", r.Listener
)
"""One listener. Keyed by its ARN."""
RULES = Source[tuple[r.Rule, ...]](
    "rules", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeRules", tuple[r.Rule, ...]
)
"""Keyed by listener ARN."""
TARGET_GROUP = Source[r.TargetGroup](
    "target-group",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetGroups",
    r.TargetGroup,
)
"""Keyed by ARN."""
TARGET_HEALTH = Source[tuple[r.TargetHealthDescription, ...]](
    "target-health",
    "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:DescribeTargetHealth",
    tuple[r.TargetHealthDescription, ...],
)
"""Keyed by target-group ARN."""
LISTENER_CERTIFICATES = Source[tuple[r.CertificateReference, ...]](
    "listener-certificates",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListenerCertificates",
    tuple[r.CertificateReference, ...],
)
"""Keyed by listener ARN."""
CERTIFICATE = Source[r.Certificate](
    "certificate", "acm:DescribeCertificate", "acm:DescribeCertificate", r.Certificate, ("iam:GetServerCertificate",)
)
"""Keyed by ARN; an IAM server certificate is read with iam:GetServerCertificate."""

LOG_GROUPS = Source[tuple[r.LogGroup, ...]](
    "log-groups", "logs:DescribeLogGroups", "logs:DescribeLogGroups", tuple[r.LogGroup, ...]
)
"""Keyed by name prefix."""
LOG_DELIVERIES = Source[tuple[r.LogDelivery, ...]](
    "log-deliveries",
    "logs:DescribeDeliverySources",
    "logs:DescribeDeliverySources",
    tuple[r.LogDelivery, ...],
    ("logs:DescribeDeliveries", "logs:GetDeliveryDestination"),
)
"""Keyed by stage ARN."""
EXECUTION_LOG = Source[r.LogReading](
    "execution-log",
    "logs:FilterLogEvents",
    "logs:FilterLogEvents",
    r.LogReading,
    ("logs:StartQuery", "logs:GetQueryResults", "logs:StopQuery"),
)
"""The failing requests of an execution log. Keyed by log-group name."""
METRIC = Source[r.Series]("metric", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData", r.Series)
"""One series. Keyed by `namespace|metric|statistic|Dimension=value|…`."""

DEPLOYED = Source[tuple[r.Route, ...]]("deployed", "apigateway:GetExport", _GATEWAY, tuple[r.Route, ...])
"""The methods as the stage runs them, from its export. Keyed by `REST/api-id/stage-name`."""
DEPLOYMENTS = Source[tuple[r.Deployment, ...]](
    "deployments", "apigateway:GetDeployments", _GATEWAY, tuple[r.Deployment, ...]
)
"""Keyed by `PROTOCOL/api-id`."""
CLIENT_CERTIFICATE = Source[r.ClientCertificate](
    "client-certificate", "apigateway:GetClientCertificate", _GATEWAY, r.ClientCertificate
)
"""Keyed by client-certificate id."""
LINK_INTERFACES = Source[tuple[r.NetworkInterface, ...]](
    "link-interfaces",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeNetworkInterfaces",
    tuple[r.NetworkInterface, ...],
)
"""API Gateway's own interfaces in the subnets of a link v2. Keyed by the subnet ids, comma-joined."""
ROUTE_TABLE = Source[r.RouteTable]("route-table", "ec2:DescribeRouteTables", "ec2:DescribeRouteTables", r.RouteTable)
"""The route table that applies to a subnet. Keyed by `vpc-id/subnet-id`."""
PEERING = Source[str]("peering", "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcPeeringConnections", str)
"""The status code of a VPC peering connection. Keyed by its id."""
FLOW_LOGS = Source[tuple[r.FlowLog, ...]](
    "flow-logs", "ec2:DescribeFlowLogs", "ec2:DescribeFlowLogs", tuple[r.FlowLog, ...]
)
"""The flow logs of a VPC or a subnet. Keyed by resource id."""
REJECTED_FLOWS = Source[tuple[r.RejectedFlow, ...]](
    "rejected-flows", "logs:FilterLogEvents", "logs:FilterLogEvents", tuple[r.RejectedFlow, ...]
)
"""Refused packets to a port, from a flow log. Keyed by `port/log-group-name`."""
BALANCER_ATTRIBUTES = Source[dict[str, str]](
    "balancer-attributes",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    dict[str, str],
)
"""Keyed by load-balancer ARN."""
LISTENER_ATTRIBUTES = Source[dict[str, str]](
    "listener-attributes",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListenerAttributes",
    dict[str, str],
)
"""Keyed by listener ARN."""
GROUP_ATTRIBUTES = Source[dict[str, str]](
    "target-group-attributes",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    dict[str, str],
)
"""Keyed by target-group ARN."""
SSL_POLICY = Source[r.SslPolicy](
    "ssl-policy", "elasticloadbalancing:DescribeSSLPolicies", "elasticloadbalancing:DescribeSSLPolicies", r.SslPolicy
)
"""Keyed by policy name."""
CERTIFICATE_BODY = Source[r.CertificateBody](
    "certificate-body", "acm:GetCertificate", "acm:GetCertificate", r.CertificateBody
)
"""Keyed by ACM certificate ARN."""
CLOUD_MAP = Source[tuple[r.CloudMapInstance, ...]](
    "cloud-map",
    "servicediscovery:ListInstances",
    "servicediscovery:ListInstances",
    tuple[r.CloudMapInstance, ...],
)
"""The instances of a Cloud Map service. Keyed by service ARN."""
ACCESS_LOG = Source[r.LogReading]("access-log", "logs:FilterLogEvents", "logs:FilterLogEvents", r.LogReading)
"""The failing requests of an access log. Keyed by log-group name."""
QUOTA = Source[r.Quota]("quota", "servicequotas:GetServiceQuota", "servicequotas:GetServiceQuota", r.Quota)
"""Keyed by quota code of API Gateway; read only where a link could not be made."""
SERVICE_EVENTS = Source[tuple[r.ServiceEvent, ...]](
    "service-events", "health:DescribeEvents", "health:DescribeEvents", tuple[r.ServiceEvent, ...]
)
"""Open AWS Health events of the region. The key is empty; read only where the log shows a failure inside AWS."""
CHANGES = Source[tuple[r.Change, ...]](
    "changes", "cloudtrail:LookupEvents", "cloudtrail:LookupEvents", tuple[r.Change, ...]
)
"""Changes of one resource in the day before the first error. Keyed by resource name; read after the verdict."""

PROBE = Source[r.Probe]("probe", "probe", "probe", r.Probe)
"""What one address showed on the wire. Keyed by `ProbeTarget.key`. No call of AWS and no IAM action reads it: a person
asks for it after the diagnosis, so no check needs it and no plan wants it."""

SOURCES: dict[str, Source[Any]] = {s.name: s for s in list(globals().values()) if isinstance(s, Source)}
