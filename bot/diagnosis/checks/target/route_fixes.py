"""How to give a target outside the VPC a route. Sources: AWS: API reference CreateRoute, ReplaceRoute,
AcceptVpcPeeringConnection; target-group-register-targets (an instance of another VPC is registered by its address),
edit-target-group-attributes (client IP preservation does not work over a transit gateway).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.checks.target.routes_out import WayOut
from bot.diagnosis.checks.target_group.group_code import attribute_as_code, new_group_as_code, targets_as_code
from bot.diagnosis.hops import TargetGroupHop, TargetHop
from bot.diagnosis.model import Fix
from bot.diagnosis.snippets import (
    Value,
    change_cloudformation,
    change_terraform,
    new_cloudformation,
    new_terraform,
)
from bot.language import _

_OVER = "--vpc-peering-connection-id PEERING_ID"


def add_route(ways: Sequence[WayOut], targets: Sequence[TargetHop]) -> Fix:
    """Return how to make these route tables lead to the targets."""
    own = dict.fromkeys(_route(way, targets[0].id) for way in ways)
    codes = list(dict.fromkeys(_route_as_code(way, targets[0].id) for way in ways))[:4]
    tables, names = some(way.table_id for way in ways), some(target.id for target in targets)
    return Fix(
        summary=_("Give {tables} an active route to {names}, and their network one back.", tables=tables, names=names),
        cli=(
            *list(own)[:4],
            "aws ec2 create-route --route-table-id TARGETS_ROUTE_TABLE_ID "
            f"--destination-cidr-block LOAD_BALANCER_SUBNET_RANGE {_OVER}",
        ),
        cloudformation="\n\n".join(code for code, _other in codes),
        terraform="\n\n".join(code for _other, code in codes),
        console=_("VPC › Route tables › {table_id} › Routes › Edit routes.", table_id=ways[0].table_id),
        steps=(
            _("Add the route on the load balancer's side."),
            _("Add the route back on the target's side."),
            _("Or register a target inside the VPC instead."),
        ),
    )


def _route_as_code(way: WayOut, address: str) -> tuple[str, str]:
    destination = _destination(way, address)
    cidr, block = ("Ipv6", "ipv6_") if ":" in destination else ("", "")
    properties: dict[str, Value] = {"RouteTableId": way.table_id, f"Destination{cidr}CidrBlock": destination}
    attributes: dict[str, Value] = {"route_table_id": way.table_id, f"destination_{block}cidr_block": destination}
    cloudformation = change_cloudformation if way.blackhole else new_cloudformation
    terraform = change_terraform if way.blackhole else new_terraform
    return (
        cloudformation("AWS::EC2::Route", way.table_id, properties | {"VpcPeeringConnectionId": "PEERING_ID"}),
        terraform("aws_route", way.table_id, attributes | {"vpc_peering_connection_id": "PEERING_ID"}),
    )


def _destination(way: WayOut, address: str) -> str:
    return way.blackhole or f"{address}/{128 if ':' in address else 32}"


def _route(way: WayOut, address: str) -> str:
    destination = _destination(way, address)
    option = "--destination-ipv6-cidr-block" if ":" in destination else "--destination-cidr-block"
    verb = "replace" if way.blackhole else "create"
    return f"aws ec2 {verb}-route --route-table-id {way.table_id} {option} {destination} {_OVER}"


def revive_peering(way: WayOut) -> Fix:
    """Return how to get an active peering connection in the place of one that is not."""
    peering, waits = way.resource, way.citation.value == "pending-acceptance"
    accept = f"aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {peering}"
    anew = "aws ec2 create-vpc-peering-connection --vpc-id LOAD_BALANCER_VPC_ID --peer-vpc-id TARGETS_VPC_ID"
    vpcs = {"vpc_id": "LOAD_BALANCER_VPC_ID", "peer_vpc_id": "TARGETS_VPC_ID"}
    accepted: dict[str, Value] = {"vpc_peering_connection_id": peering, "auto_accept": True}
    made = {"VpcId": vpcs["vpc_id"], "PeerVpcId": vpcs["peer_vpc_id"]}
    return Fix(
        summary=_("Accept {peering}.", peering=peering)
        if waits
        else _("Replace {peering} by a peering connection that is active.", peering=peering),
        cli=(accept if waits else anew,),
        cloudformation="" if waits else new_cloudformation("AWS::EC2::VPCPeeringConnection", "TargetsPeering", made),
        terraform=(
            new_terraform("aws_vpc_peering_connection_accepter", "targets", accepted)
            if waits
            else new_terraform("aws_vpc_peering_connection", "targets", {**vpcs, "auto_accept": True})
        ),
        console=_("VPC › Peering connections › {peering}.", peering=peering),
        steps=() if waits else (_("Create a peering connection and accept it."), _("Point both sides' routes at it.")),
    )


def register_by_address(hop: TargetGroupHop, strangers: Sequence[TargetHop]) -> Fix:
    """Return how to reach instances of another VPC."""
    addresses = " ".join(f"Id={t.address or 'ADDRESS'},Port={t.port}" for t in strangers[:5])
    targets = [(t.address or "ADDRESS", t.port or "PORT") for t in strangers[:5]]
    group = hop.group
    name = f"{group.target_group_name}-ip" if group else "NAME"
    protocol = group.protocol if group else "TCP"
    cloudformation, terraform = new_group_as_code(hop, name, protocol, kind="ip", targets=targets)
    return Fix(
        summary=_("Register the instances by address, in a target group of type ip, and peer the two VPCs."),
        cli=(f"aws elbv2 register-targets --target-group-arn IP_TARGET_GROUP_ARN --targets {addresses}",),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Create target group › IP addresses."),
        steps=(
            _("Create a target group of type ip: the type of a group cannot be changed."),
            _("Peer the VPCs, and add routes in both directions."),
        ),
    )


def register_anew(group_arn: str, silent: Sequence[TargetHop]) -> Fix:
    """Return how to replace addresses at which nobody is."""
    old = " ".join(f"Id={t.id},Port={t.port}" for t in silent[:5])
    target = f"aws elbv2 register-targets --target-group-arn {group_arn} --targets Id=ADDRESS,Port={silent[0].port}"
    cloudformation, terraform = targets_as_code(group_arn, [("ADDRESS", silent[0].port or "PORT")])
    return Fix(
        summary=_("Register the address that the backend has now, and take the old one out."),
        cli=(target, f"aws elbv2 deregister-targets --target-group-arn {group_arn} --targets {old}"),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Targets."),
    )


def stop_preserving(group_arn: str) -> Fix:
    """Return how to let replies from behind a transit gateway come back to the load balancer."""
    cloudformation, terraform = attribute_as_code(
        group_arn, "preserve_client_ip.enabled", "false", {"preserve_client_ip": False}
    )
    return Fix(
        summary=_("Switch client IP preservation off for this target group."),
        cli=(
            f"aws elbv2 modify-target-group-attributes --target-group-arn {group_arn} "
            "--attributes Key=preserve_client_ip.enabled,Value=false",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Attributes › Edit: Preserve client IP addresses."),
    )


def follow_the_way() -> Fix:
    """Return how to find what stops packets on a way that AWS's route tables do not show."""
    return Fix(
        summary=_(
            "Follow the way to the target and back: transit gateway, VPN or appliance, and firewalls beside them.",
        ),
        steps=(
            _(
                "See that the route tables of the transit gateway or the VPN lead to the target's network, and back.",
            ),
            _("See that firewalls and security groups on the other side admit the load balancer's subnets."),
        ),
        console=_("VPC › Reachability Analyzer › Create and analyze path."),
    )
