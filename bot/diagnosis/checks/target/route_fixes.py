"""How to give a target outside the VPC a route. Sources: AWS: API reference CreateRoute, ReplaceRoute,
AcceptVpcPeeringConnection; target-group-register-targets (an instance of another VPC is registered by its address),
edit-target-group-attributes (client IP preservation does not work over a transit gateway).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.checks.target.routes_out import WayOut
from bot.diagnosis.hops import TargetHop
from bot.diagnosis.model import Fix

_OVER = "--vpc-peering-connection-id PEERING_ID"


def add_route(ways: Sequence[WayOut], targets: Sequence[TargetHop]) -> Fix:
    """Return how to make these route tables lead to the targets."""
    own = dict.fromkeys(_route(way, targets[0].id) for way in ways)
    tables, names = some(way.table_id for way in ways), some(target.id for target in targets)
    return Fix(
        summary=f"Give {tables} an active route to {names}, and their network one back.",
        cli=(
            *list(own)[:4],
            "aws ec2 create-route --route-table-id TARGETS_ROUTE_TABLE_ID "
            f"--destination-cidr-block LOAD_BALANCER_SUBNET_RANGE {_OVER}",
        ),
        cloudformation="AWS::EC2::Route RouteTableId, DestinationCidrBlock, VpcPeeringConnectionId.",
        terraform=f'resource "aws_route" {{ route_table_id = "{ways[0].table_id}", destination_cidr_block = … }}',
        console=f"VPC › Route tables › {ways[0].table_id} › Routes › Edit routes.",
        steps=(
            "Add the route on the load balancer's side.",
            "Add the route back on the target's side.",
            "Or register a target inside the VPC instead.",
        ),
    )


def _route(way: WayOut, address: str) -> str:
    destination = way.blackhole or f"{address}/{128 if ':' in address else 32}"
    option = "--destination-ipv6-cidr-block" if ":" in destination else "--destination-cidr-block"
    verb = "replace" if way.blackhole else "create"
    return f"aws ec2 {verb}-route --route-table-id {way.table_id} {option} {destination} {_OVER}"


def revive_peering(way: WayOut) -> Fix:
    """Return how to get an active peering connection in the place of one that is not."""
    peering, waits = way.resource, way.citation.value == "pending-acceptance"
    accept = f"aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {peering}"
    anew = "aws ec2 create-vpc-peering-connection --vpc-id LOAD_BALANCER_VPC_ID --peer-vpc-id TARGETS_VPC_ID"
    return Fix(
        summary=f"Accept {peering}." if waits else f"Replace {peering} by a peering connection that is active.",
        cli=(accept if waits else anew,),
        cloudformation="AWS::EC2::VPCPeeringConnection VpcId, PeerVpcId.",
        terraform='resource "aws_vpc_peering_connection_accepter" { auto_accept = true }',
        console=f"VPC › Peering connections › {peering}.",
        steps=() if waits else ("Create a peering connection and accept it.", "Point both sides' routes at it."),
    )


def register_by_address(strangers: Sequence[TargetHop]) -> Fix:
    """Return how to reach instances of another VPC."""
    addresses = " ".join(f"Id={t.address or 'ADDRESS'},Port={t.port}" for t in strangers[:5])
    return Fix(
        summary="Register the instances by address, in a target group of type ip, and peer the two VPCs.",
        cli=(f"aws elbv2 register-targets --target-group-arn IP_TARGET_GROUP_ARN --targets {addresses}",),
        cloudformation="AWS::ElasticLoadBalancingV2::TargetGroup TargetType: ip.",
        terraform='resource "aws_lb_target_group" { target_type = "ip" }',
        console="EC2 › Target groups › Create target group › IP addresses.",
        steps=(
            "Create a target group of type ip: the type of a group cannot be changed.",
            "Peer the VPCs, and add routes in both directions.",
        ),
    )


def register_anew(group_arn: str, silent: Sequence[TargetHop]) -> Fix:
    """Return how to replace addresses at which nobody is."""
    old = " ".join(f"Id={t.id},Port={t.port}" for t in silent[:5])
    target = f"aws elbv2 register-targets --target-group-arn {group_arn} --targets Id=ADDRESS,Port={silent[0].port}"
    return Fix(
        summary="Register the address that the backend has now, and take the old one out.",
        cli=(target, f"aws elbv2 deregister-targets --target-group-arn {group_arn} --targets {old}"),
        cloudformation="AWS::ElasticLoadBalancingV2::TargetGroup Targets.",
        terraform='resource "aws_lb_target_group_attachment" { target_id = … }',
        console="EC2 › Target groups › Targets.",
    )


def stop_preserving(group_arn: str) -> Fix:
    """Return how to let replies from behind a transit gateway come back to the load balancer."""
    return Fix(
        summary="Switch client IP preservation off for this target group.",
        cli=(
            f"aws elbv2 modify-target-group-attributes --target-group-arn {group_arn} "
            "--attributes Key=preserve_client_ip.enabled,Value=false",
        ),
        cloudformation="AWS::ElasticLoadBalancingV2::TargetGroup TargetGroupAttributes preserve_client_ip.enabled.",
        terraform='resource "aws_lb_target_group" { preserve_client_ip = false }',
        console="EC2 › Target groups › Attributes › Edit: Preserve client IP addresses.",
    )


def follow_the_way() -> Fix:
    """Return how to find what stops packets on a way that AWS's route tables do not show."""
    return Fix(
        summary="Follow the way to the target and back: transit gateway, VPN or appliance, and firewalls beside them.",
        steps=(
            "See that the route tables of the transit gateway or the VPN lead to the target's network, and back.",
            "See that firewalls and security groups on the other side admit the load balancer's subnets.",
        ),
        console="VPC › Reachability Analyzer › Create and analyze path.",
    )
