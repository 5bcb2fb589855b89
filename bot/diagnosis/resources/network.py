"""The VPC: endpoint services, subnets, network ACLs, routes."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.diagnosis.resources.shape import AwsShape, Shape


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


class Ipv6Association(AwsShape):
    """An IPv6 range of a subnet."""

    ipv6_cidr_block: str = Field(default="", alias="Ipv6CidrBlock")


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


class FlowLog(AwsShape):
    """A flow log and where it is delivered."""

    flow_log_id: str
    resource_id: str = ""
    flow_log_status: str = ""
    traffic_type: str = ""
    log_destination_type: str = ""
    log_group_name: str = ""
    log_format: str = ""


class RejectedFlow(Shape):
    """Packets that a security group or a network ACL refused, as a flow log counted them."""

    source: str
    destination: str
    port: int
    count: int = 1
