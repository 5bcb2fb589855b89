"""Security groups."""

from __future__ import annotations

from pydantic import Field

from bot.diagnosis.resources.shape import AwsShape


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
