"""Elastic Load Balancing, and the certificates of its listeners."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from bot.diagnosis.resources.shape import AwsShape, Shape


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


class SslPolicy(Shape):
    """What a listener's security policy offers to clients."""

    name: str
    protocols: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()


class CertificateBody(Shape):
    """The public part of a certificate and of the chain that is served with it, as PEM text."""

    certificate: str
    chain: str = ""


class CloudMapInstance(Shape):
    """An instance registered in a Cloud Map service."""

    id: str
    attributes: dict[str, str] = Field(default_factory=dict)
    health: str = ""
