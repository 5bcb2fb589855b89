"""The VPC: ec2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from bot.aws.errors import Failure
from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.evidence import Absent, Outcome
from bot.diagnosis.model import GapReason

S = TypeVar("S", bound=r.Shape)


def _pages(context: Context, operation: str, field: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    for page in context.calls.pages("ec2", operation, **parameters):
        yield from page.get(field) or []


def _by_id(
    context: Context, keys: Sequence[str], operation: str, field: str, id_parameter: str, filter_name: str
) -> list[dict[str, Any]]:
    """Read by id. EC2 refuses the whole call for one id that does not exist: then the same ids go as a filter."""
    try:
        return list(_pages(context, operation, field, **{id_parameter: list(keys)}))
    except Failure as failed:
        if failed.reason is not GapReason.NOT_FOUND:
            raise
    return list(_pages(context, operation, field, Filters=[{"Name": filter_name, "Values": list(keys)}]))


def _answers(keys: Sequence[str], found: dict[str, S]) -> dict[str, Outcome]:
    return {key: found.get(key, Absent()) for key in keys}


def security_groups(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read security groups by id."""
    items = _by_id(context, keys, "describe_security_groups", "SecurityGroups", "GroupIds", "group-id")
    return _answers(keys, {item["GroupId"]: r.SecurityGroup.model_validate(item) for item in items})


def subnets(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read subnets by id."""
    items = _by_id(context, keys, "describe_subnets", "Subnets", "SubnetIds", "subnet-id")
    return _answers(keys, {item["SubnetId"]: r.Subnet.model_validate(item) for item in items})


def instances(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read instances by id."""
    reservations = _by_id(context, keys, "describe_instances", "Reservations", "InstanceIds", "instance-id")
    items = [item for reservation in reservations for item in reservation.get("Instances") or []]
    return _answers(keys, {item["InstanceId"]: r.Instance.model_validate(item) for item in items})


def network_acls(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read the network ACL of each subnet, through its association."""
    filters = [{"Name": "association.subnet-id", "Values": list(keys)}]
    found: dict[str, r.NetworkAcl] = {}
    for item in _pages(context, "describe_network_acls", "NetworkAcls", Filters=filters):
        acl = r.NetworkAcl.model_validate(item)
        for association in item.get("Associations") or []:
            found[association.get("SubnetId", "")] = acl
    return _answers(keys, found)


def balancer_interfaces(context: Context, arn: str) -> tuple[r.NetworkInterface, ...]:
    """Read a load balancer's own interfaces; ELB writes its name into their description."""
    filters = [{"Name": "description", "Values": [f"ELB {arn.partition(':loadbalancer/')[2]}"]}]
    items = _pages(context, "describe_network_interfaces", "NetworkInterfaces", Filters=filters)
    return tuple(r.NetworkInterface.model_validate(item) for item in items)


def interfaces_by_address(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
    """Read the interfaces that hold addresses. Keys are `vpc-id/address`."""
    wanted: dict[tuple[str, bool], list[str]] = {}
    for key in keys:
        vpc, _, address = key.partition("/")
        wanted.setdefault((vpc, ":" in address), []).append(address)
    found: dict[str, r.NetworkInterface] = {}
    for (vpc, is_v6), addresses in wanted.items():
        name = "ipv6-addresses.ipv6-address" if is_v6 else "addresses.private-ip-address"
        filters = [{"Name": name, "Values": addresses}, *([{"Name": "vpc-id", "Values": [vpc]}] if vpc else [])]
        for item in _pages(context, "describe_network_interfaces", "NetworkInterfaces", Filters=filters):
            interface = r.NetworkInterface.model_validate(item)
            held = (*interface.addresses, *(a.ipv6_address for a in interface.ipv6_addresses))
            found.update({f"{vpc}/{address}": interface for address in held})
    return _answers(keys, found)


def endpoint_services(context: Context, balancer_arn: str) -> tuple[r.EndpointService, ...]:
    """Read the endpoint services in front of a load balancer; EC2 has no filter for it, so all are listed once."""
    operation, field = "describe_vpc_endpoint_service_configurations", "ServiceConfigurations"
    every = context.calls.once(operation, lambda: list(_pages(context, operation, field)))
    return tuple(
        r.EndpointService.model_validate(item)
        for item in every
        if balancer_arn in (item.get("NetworkLoadBalancerArns") or [])
    )


def endpoint_connections(context: Context, service_id: str) -> tuple[r.EndpointConnection, ...]:
    """Read every consumer's connection to an endpoint service."""
    filters = [{"Name": "service-id", "Values": [service_id]}]
    items = _pages(context, "describe_vpc_endpoint_connections", "VpcEndpointConnections", Filters=filters)
    return tuple(r.EndpointConnection.model_validate(item) for item in items)


def prefix_list(context: Context, prefix_list_id: str) -> tuple[str, ...]:
    """Read the ranges of a managed prefix list."""
    items = _pages(context, "get_managed_prefix_list_entries", "Entries", PrefixListId=prefix_list_id)
    return tuple(item.get("Cidr", "") for item in items)


def link_interfaces(context: Context, key: str) -> tuple[r.NetworkInterface, ...]:
    """Read API Gateway's own interfaces in the subnets of a link. AWS does not say which link one belongs to."""
    filters = [
        {"Name": "subnet-id", "Values": key.split(",")},
        {"Name": "interface-type", "Values": ["api_gateway_managed"]},
    ]
    items = _pages(
        context, "describe_network_interfaces", "NetworkInterfaces", Filters=filters, IncludeManagedResources=True
    )
    return tuple(r.NetworkInterface.model_validate(item) for item in items)


def route_table(context: Context, key: str) -> r.RouteTable | Absent:
    """Read the route table of a subnet; a subnet without one of its own uses the VPC's main table."""
    vpc, _, subnet = key.partition("/")
    for filters in (
        [{"Name": "association.subnet-id", "Values": [subnet]}],
        [{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc]}],
    ):
        for item in _pages(context, "describe_route_tables", "RouteTables", Filters=filters):
            return r.RouteTable.model_validate(item)
    return Absent()


def peering(context: Context, peering_id: str) -> str | Absent:
    """Read the status code of a peering connection."""
    filters = [{"Name": "vpc-peering-connection-id", "Values": [peering_id]}]
    for item in _pages(context, "describe_vpc_peering_connections", "VpcPeeringConnections", Filters=filters):
        return str((item.get("Status") or {}).get("Code") or "")
    return Absent()


def flow_logs(context: Context, resource_id: str) -> tuple[r.FlowLog, ...]:
    """Read the flow logs of a VPC or a subnet."""
    filters = [{"Name": "resource-id", "Values": [resource_id]}]
    return tuple(r.FlowLog.model_validate(i) for i in _pages(context, "describe_flow_logs", "FlowLogs", Filter=filters))
