"""Builders of what stands in a network: security groups, network interfaces, instances."""

from __future__ import annotations

import ipaddress

from bot.demo.aws.parts.network import ANYWHERE, tags
from bot.demo.aws.world import Region, Resource


def tcp(port: int, *, cidrs: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> Resource:
    """A security-group permission for one TCP port."""
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [{"GroupId": group} for group in groups],
    }


def everything() -> Resource:
    """The permission that AWS gives to the egress of a new group."""
    return {
        "IpProtocol": "-1",
        "IpRanges": [{"CidrIp": ANYWHERE}],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
    }


def make_group(region: Region, vpc_id: str, name: str, ingress: list[Resource]) -> str:
    """A security group with open egress. Its id."""
    group_id = f"sg-{region.identifier(vpc_id, name)}"
    region.add(
        "security-group",
        {
            "GroupId": group_id,
            "GroupName": name,
            "Description": f"{name} (managed by the platform team)",
            "VpcId": vpc_id,
            "OwnerId": region.account,
            "SecurityGroupArn": region.arn("ec2", f"security-group/{group_id}"),
            "IpPermissions": _owned(region, ingress),
            "IpPermissionsEgress": [everything()],
            "Tags": tags(name),
        },
    )
    return group_id


def set_ingress(region: Region, group_id: str, permissions: list[Resource]) -> None:
    """Replace what a security group admits."""
    region.get("security-group", GroupId=group_id)["IpPermissions"] = _owned(region, permissions)


def _owned(region: Region, permissions: list[Resource]) -> list[Resource]:
    """Groups that a rule refers to are of this account."""
    for permission in permissions:
        for pair in permission["UserIdGroupPairs"]:
            pair["UserId"] = region.account
    return permissions


def make_interface(
    region: Region,
    subnet_id: str,
    label: str,
    groups: list[str],
    *,
    description: str = "",
    interface_type: str = "interface",
    requester: str | None = None,
) -> Resource:
    """A network interface with the next free address of its subnet."""
    subnet = region.get("subnet", SubnetId=subnet_id)
    used = len(region.select("network-interface", SubnetId=subnet_id))
    address = str(ipaddress.ip_network(subnet["CidrBlock"])[10 + used * 3])
    interface_id = f"eni-{region.identifier(subnet_id, label)}"
    named = [{"GroupId": g, "GroupName": region.get("security-group", GroupId=g)["GroupName"]} for g in groups]
    return region.add(
        "network-interface",
        {
            "NetworkInterfaceId": interface_id,
            "SubnetId": subnet_id,
            "VpcId": subnet["VpcId"],
            "AvailabilityZone": subnet["AvailabilityZone"],
            "Description": description,
            "InterfaceType": interface_type,
            "Status": "in-use",
            "OwnerId": region.account,
            "RequesterId": requester,
            "RequesterManaged": requester is not None,
            "SourceDestCheck": requester is None,
            "PrivateIpAddress": address,
            "PrivateIpAddresses": [{"PrivateIpAddress": address, "Primary": True}],
            "Ipv6Addresses": [],
            "Groups": named,
            "Attachment": _attachment(region, interface_id, requester),
            "TagSet": [],
        },
    )


def _attachment(region: Region, interface_id: str, requester: str | None) -> Resource:
    return {
        "AttachmentId": f"eni-attach-{region.identifier(interface_id, 'attachment')}",
        "Status": "attached",
        "DeviceIndex": 0 if requester is None else 1,
        "InstanceOwnerId": requester or region.account,
    }


def make_instance(region: Region, subnet_id: str, label: str, group_id: str) -> Resource:
    """A running instance with its primary network interface."""
    instance_id = f"i-{region.identifier(subnet_id, label, 'instance')}"
    interface = make_interface(region, subnet_id, label, [group_id])
    interface["Attachment"]["InstanceId"] = instance_id
    return region.add(
        "instance",
        {
            "InstanceId": instance_id,
            "ImageId": "ami-" + region.identifier("image"),
            "InstanceType": "t4g.small",
            "State": {"Code": 16, "Name": "running"},
            "Placement": {"AvailabilityZone": interface["AvailabilityZone"], "Tenancy": "default"},
            "PrivateIpAddress": interface["PrivateIpAddress"],
            "SubnetId": subnet_id,
            "VpcId": interface["VpcId"],
            "SecurityGroups": interface["Groups"],
            "NetworkInterfaces": [interface],
            "Tags": tags(label),
        },
    )
