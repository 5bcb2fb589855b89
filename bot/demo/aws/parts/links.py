"""Builders of VPC links: the first generation with its endpoint service, the second with its network interfaces."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.aws.parts.backends import Parts, Plan
from bot.demo.aws.parts.hosts import make_group, make_interface
from bot.demo.aws.parts.rest_api import LETTERS
from bot.demo.aws.world import Region

# API Gateway's own account, which owns the endpoint of a link, by region (AWS: set-up-api-with-vpclink-accounts).
_ACCOUNTS = {
    "eu-central-1": "474240146802",
    "eu-west-1": "631144002099",
    "eu-west-3": "061510835048",
    "us-east-1": "392220576650",
    "us-east-2": "718770453195",
    "us-west-2": "109351309407",
}


def link_v1(plan: Plan, balancer_arn: str) -> Parts:
    """A VPC link to an NLB, with the endpoint service in this account and API Gateway's accepted connection to it."""
    region = plan.region
    link_id = region.identifier(plan.name, "link", length=6, alphabet=LETTERS)
    service_id = f"vpce-svc-{region.identifier(plan.name, 'service')}"
    endpoint_id = f"vpce-{region.identifier(plan.name, 'endpoint')}"
    region.add(
        "vpc-link",
        {
            "id": link_id,
            "name": f"{plan.name}-link",
            "targetArns": [balancer_arn],
            "status": "AVAILABLE",
            "statusMessage": "Your vpc link is ready for use",
            "tags": {},
        },
    )
    owner = _ACCOUNTS.get(region.name, _ACCOUNTS["us-east-1"])
    _endpoint_service(region, service_id, balancer_arn, owner)
    region.add(
        "endpoint-connection",
        {
            "ServiceId": service_id,
            "VpcEndpointId": endpoint_id,
            "VpcEndpointOwner": owner,
            "VpcEndpointState": "available",
            "VpcEndpointConnectionId": f"vpce-con-{region.identifier(plan.name, 'connection')}",
            "CreationTimestamp": region.now - timedelta(days=85),
            "NetworkLoadBalancerArns": [balancer_arn],
            "IpAddressType": "ipv4",
            "Tags": [],
        },
    )
    return {"link_id": link_id, "service_id": service_id, "endpoint_id": endpoint_id}


def _endpoint_service(region: Region, service_id: str, balancer_arn: str, owner: str) -> None:
    principal = f"arn:aws:iam::{owner}:root"
    region.add(
        "endpoint-service",
        {
            "ServiceId": service_id,
            "ServiceName": f"com.amazonaws.vpce.{region.name}.{service_id}",
            "ServiceType": [{"ServiceType": "Interface"}],
            "ServiceState": "Available",
            "AvailabilityZones": [f"{region.name}a", f"{region.name}b"],
            "AcceptanceRequired": True,
            "ManagesVpcEndpoints": False,
            "NetworkLoadBalancerArns": [balancer_arn],
            "SupportedIpAddressTypes": ["ipv4"],
            "BaseEndpointDnsNames": [f"{service_id}.{region.name}.vpce.amazonaws.com"],
            "Tags": [],
            "AllowedPrincipals": [{"PrincipalType": "Account", "Principal": principal, "ServiceId": service_id}],
        },
    )


def link_group(plan: Plan) -> str:
    """The security group of a link of the second generation: nothing in, everything out."""
    return make_group(plan.region, plan.network.vpc_id, f"{plan.name}-link", [])


def link_v2(plan: Plan, group_id: str) -> Parts:
    """A VPC link with one managed network interface per zone."""
    region = plan.region
    link_id = region.identifier(plan.name, "link-v2", length=6, alphabet=LETTERS)
    for subnet_id in plan.network.link_subnets:
        make_interface(
            region,
            subnet_id,
            f"{plan.name}-link",
            [group_id],
            description="VPC Endpoint Interface managed by Amazon API Gateway",
            interface_type="api_gateway_managed",
            requester="amazon-apigateway",
        )
    region.add(
        "http-api-link",
        {
            "VpcLinkId": link_id,
            "Name": f"{plan.name}-link",
            "SubnetIds": list(plan.network.link_subnets),
            "SecurityGroupIds": [group_id],
            "VpcLinkStatus": "AVAILABLE",
            "VpcLinkStatusMessage": "VPC link is ready to route traffic",
            "VpcLinkVersion": "V2",
            "CreatedDate": region.now - timedelta(days=85),
            "Tags": {},
        },
    )
    return {"link_id": link_id, "link_group_id": group_id}
