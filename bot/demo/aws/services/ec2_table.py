"""EC2's Describe operations as a table: what they list, how it is found by id, and which filters test which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.demo.aws.world import Kind


@dataclass(frozen=True)
class Described:
    """One Describe operation.

    ``ids`` is the parameter that names resources by ``id_field``; an unknown id is the error ``missing``. ``plain``
    lists the filters that are spelt as their field (``vpc-id`` tests ``VpcId``), ``other`` gives the dotted path.
    """

    operation: str
    kind: Kind
    reply: str
    id_field: str
    ids: str | None
    missing: str
    plain: str
    other: Mapping[str, str] = field(default_factory=dict)

    def path(self, name: str) -> list[str] | None:
        """The path of the field that a filter tests; None for a filter that the operation does not have."""
        if name in self.other:
            return self.other[name].split(".")
        if name in self.plain.split():
            return ["".join(word.capitalize() for word in part.split("-")) for part in name.split(".")]
        return None


TABLE = [
    Described(
        "DescribeVpcs",
        "vpc",
        "Vpcs",
        "VpcId",
        "VpcIds",
        "InvalidVpcID.NotFound",
        "vpc-id state is-default owner-id cidr-block",
        {"cidr": "CidrBlock"},
    ),
    Described(
        "DescribeSubnets",
        "subnet",
        "Subnets",
        "SubnetId",
        "SubnetIds",
        "InvalidSubnetID.NotFound",
        "subnet-id vpc-id availability-zone availability-zone-id state cidr-block owner-id",
    ),
    Described(
        "DescribeSecurityGroups",
        "security-group",
        "SecurityGroups",
        "GroupId",
        "GroupIds",
        "InvalidGroup.NotFound",
        "group-id group-name vpc-id description owner-id",
        {
            "ip-permission.cidr": "IpPermissions.IpRanges.CidrIp",
            "ip-permission.from-port": "IpPermissions.FromPort",
            "ip-permission.to-port": "IpPermissions.ToPort",
            "ip-permission.group-id": "IpPermissions.UserIdGroupPairs.GroupId",
        },
    ),
    Described(
        "DescribeNetworkAcls",
        "network-acl",
        "NetworkAcls",
        "NetworkAclId",
        "NetworkAclIds",
        "InvalidNetworkAclID.NotFound",
        "network-acl-id vpc-id owner-id",
        {
            "default": "IsDefault",
            "association.subnet-id": "Associations.SubnetId",
            "association.association-id": "Associations.NetworkAclAssociationId",
        },
    ),
    Described(
        "DescribeNetworkInterfaces",
        "network-interface",
        "NetworkInterfaces",
        "NetworkInterfaceId",
        "NetworkInterfaceIds",
        "InvalidNetworkInterfaceID.NotFound",
        "network-interface-id vpc-id subnet-id description interface-type status private-ip-address availability-zone"
        " requester-id requester-managed owner-id attachment.instance-id",
        {
            "group-id": "Groups.GroupId",
            "addresses.private-ip-address": "PrivateIpAddresses.PrivateIpAddress",
            "ipv6-addresses.ipv6-address": "Ipv6Addresses.Ipv6Address",
        },
    ),
    Described(
        "DescribeInstances",
        "instance",
        "Reservations",
        "InstanceId",
        "InstanceIds",
        "InvalidInstanceID.NotFound",
        "instance-id vpc-id subnet-id private-ip-address instance-type image-id",
        {
            "instance-state-name": "State.Name",
            "network-interface.network-interface-id": "NetworkInterfaces.NetworkInterfaceId",
            "instance.group-id": "SecurityGroups.GroupId",
            "availability-zone": "Placement.AvailabilityZone",
        },
    ),
    Described(
        "DescribeInstanceStatus",
        "instance",
        "InstanceStatuses",
        "InstanceId",
        "InstanceIds",
        "InvalidInstanceID.NotFound",
        "",
        {"instance-state-name": "State.Name", "availability-zone": "Placement.AvailabilityZone"},
    ),
    Described(
        "DescribeRouteTables",
        "route-table",
        "RouteTables",
        "RouteTableId",
        "RouteTableIds",
        "InvalidRouteTableID.NotFound",
        "route-table-id vpc-id owner-id",
        {
            "association.subnet-id": "Associations.SubnetId",
            "association.main": "Associations.Main",
            "route.state": "Routes.State",
            "route.destination-cidr-block": "Routes.DestinationCidrBlock",
        },
    ),
    Described(
        "DescribeVpcPeeringConnections",
        "peering-connection",
        "VpcPeeringConnections",
        "VpcPeeringConnectionId",
        "VpcPeeringConnectionIds",
        "InvalidVpcPeeringConnectionID.NotFound",
        "vpc-peering-connection-id requester-vpc-info.vpc-id accepter-vpc-info.vpc-id",
        {"status-code": "Status.Code"},
    ),
    Described(
        "DescribeFlowLogs",
        "flow-log",
        "FlowLogs",
        "FlowLogId",
        "FlowLogIds",
        "InvalidFlowLogId.NotFound",
        "flow-log-id resource-id log-group-name traffic-type log-destination-type",
    ),
    Described(
        "DescribeVpcEndpointServiceConfigurations",
        "endpoint-service",
        "ServiceConfigurations",
        "ServiceId",
        "ServiceIds",
        "InvalidVpcEndpointServiceId.NotFound",
        "service-id service-name service-state",
    ),
    Described(
        "DescribeVpcEndpointConnections",
        "endpoint-connection",
        "VpcEndpointConnections",
        "VpcEndpointConnectionId",
        None,
        "InvalidVpcEndpointId.NotFound",
        "service-id vpc-endpoint-id vpc-endpoint-owner vpc-endpoint-state ip-address-type",
    ),
    Described(
        "DescribeManagedPrefixLists",
        "prefix-list",
        "PrefixLists",
        "PrefixListId",
        "PrefixListIds",
        "InvalidPrefixListID.NotFound",
        "prefix-list-id prefix-list-name owner-id",
    ),
]
