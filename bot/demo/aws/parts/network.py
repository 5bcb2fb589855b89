"""Builders of the network under a topology: VPC, subnets, route table, network ACLs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.demo.aws.world import Region, Resource

ANYWHERE = "0.0.0.0/0"
ZONES = ("a", "b")
_TIERS = (("balancer", 1), ("target", 11), ("link", 21))


@dataclass(frozen=True)
class Network:
    """A VPC with, per zone, one subnet for load balancers, one for targets and one for the link (second generation)."""

    vpc_id: str
    cidr: str
    balancer_subnets: tuple[str, ...]
    target_subnets: tuple[str, ...]
    link_subnets: tuple[str, ...]


def tags(name: str) -> list[dict[str, str]]:
    """The one tag that everybody sets."""
    return [{"Key": "Name", "Value": name}]


def make_network(region: Region, name: str) -> Network:
    """A VPC 10.N.0.0/16 with two zones, the default ACL and a main route table that knows only the VPC itself."""
    number = 20 + len(region.all("vpc"))
    cidr = f"10.{number}.0.0/16"
    vpc_id = f"vpc-{region.identifier(name, 'vpc')}"
    region.add(
        "vpc",
        {
            "VpcId": vpc_id,
            "CidrBlock": cidr,
            "State": "available",
            "OwnerId": region.account,
            "IsDefault": False,
            "InstanceTenancy": "default",
            "CidrBlockAssociationSet": [{"CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}],
            "Tags": tags(name),
        },
    )
    tiers = [_tier(region, name, vpc_id, f"10.{number}", label, first) for label, first in _TIERS]
    make_acl(region, vpc_id, f"{name}/default", [subnet for tier in tiers for subnet in tier], open_acl(), default=True)
    _main_route_table(region, name, vpc_id, cidr)
    return Network(vpc_id, cidr, *tiers)


def _short(region_name: str) -> str:
    """How zone ids spell a region: eu-west-1 is euw1, ap-southeast-2 is apse2."""
    area, direction, number = region_name.rsplit("-", 2)
    return area + "".join(re.findall("n(?=orth)|s(?=outh)|e(?=ast)|w(?=est)|c(?=entral)", direction)) + number


def _tier(region: Region, name: str, vpc_id: str, prefix: str, label: str, first: int) -> tuple[str, ...]:
    return tuple(
        _subnet(region, name, vpc_id, f"{label}-{zone}", f"{prefix}.{number}.0/24", zone)
        for number, zone in enumerate(ZONES, first)
    )


def _main_route_table(region: Region, name: str, vpc_id: str, cidr: str) -> None:
    local = {"DestinationCidrBlock": cidr, "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"}
    table_id = f"rtb-{region.identifier(name, 'main')}"
    main = {
        "Main": True,
        "RouteTableId": table_id,
        "RouteTableAssociationId": f"rtbassoc-{region.identifier(name, 'main')}",
        "AssociationState": {"State": "associated"},
    }
    table = {
        "RouteTableId": table_id,
        "VpcId": vpc_id,
        "OwnerId": region.account,
        "Routes": [local],
        "Associations": [main],
    }
    region.add("route-table", table)


def _subnet(region: Region, name: str, vpc_id: str, label: str, cidr: str, zone: str) -> str:
    subnet_id = f"subnet-{region.identifier(name, label)}"
    region.add(
        "subnet",
        {
            "SubnetId": subnet_id,
            "SubnetArn": region.arn("ec2", f"subnet/{subnet_id}"),
            "VpcId": vpc_id,
            "CidrBlock": cidr,
            "AvailabilityZone": region.name + zone,
            "AvailabilityZoneId": f"{_short(region.name)}-az{ZONES.index(zone) + 1}",
            "AvailableIpAddressCount": 240,
            "State": "available",
            "Ipv6Native": False,
            "MapPublicIpOnLaunch": False,
            "DefaultForAz": False,
            "OwnerId": region.account,
            "Tags": tags(f"{name}-{label}"),
        },
    )
    return subnet_id


def acl_rule(
    number: int, action: str, *, egress: bool, cidr: str = ANYWHERE, ports: tuple[int, int] | None = None
) -> Resource:
    """One ACL entry; with ports it is about TCP, without it is about everything."""
    rule: dict[str, Any] = {
        "RuleNumber": number,
        "Egress": egress,
        "Protocol": "6" if ports else "-1",
        "RuleAction": action,
        "CidrBlock": cidr,
    }
    return rule | ({"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {})


def open_acl() -> list[Resource]:
    """The entries of an ACL that lets everything pass, both ways."""
    return [acl_rule(100, "allow", egress=True), acl_rule(100, "allow", egress=False)]


def make_acl(
    region: Region, vpc_id: str, name: str, subnets: list[str], entries: list[Resource], *, default: bool = False
) -> Resource:
    """An ACL on these subnets, taken from whichever ACL they had; the final deny entries are added as AWS does."""
    acl_id = f"acl-{region.identifier(name, 'acl')}"
    for other in region.all("network-acl"):
        other["Associations"] = [each for each in other["Associations"] if each["SubnetId"] not in subnets]
    associations = [
        {
            "NetworkAclAssociationId": f"aclassoc-{region.identifier(name, subnet)}",
            "NetworkAclId": acl_id,
            "SubnetId": subnet,
        }
        for subnet in subnets
    ]
    final = [acl_rule(32767, "deny", egress=egress) for egress in (True, False)]
    acl = {
        "NetworkAclId": acl_id,
        "VpcId": vpc_id,
        "OwnerId": region.account,
        "IsDefault": default,
        "Entries": [*entries, *final],
        "Associations": associations,
        "Tags": [] if default else tags(name),
    }
    return region.add("network-acl", acl)
