"""What the checks of the endpoint service share. Source: AWS: set-up-api-with-vpclink-cli, create-endpoint-service."""

from __future__ import annotations

from bot.diagnosis.hops import ServiceHop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import VpcLinkV1


def services(walk: Walk) -> Reached[ServiceHop]:
    """Return the endpoint services of links of the first generation that such an integration uses.

    An integration that is written for the second generation (an HTTP API, or one with an integration target) names a
    load balancer that a link of the first has no service for: that mix-up is VPL-02's.
    """
    reached = walk.services
    return Reached(tuple(x for x in reached.items if not x.link.expects_v2), reached.gaps)


def being_made(service: ServiceHop) -> bool:
    """Whether the link is still PENDING: API Gateway makes service and connection while it is."""
    link = service.link.link
    return isinstance(link, VpcLinkV1) and link.status.upper() == "PENDING"


def balancer_name(arn: str) -> str:
    """Return a load balancer's name from its ARN; the ARN itself where it holds none."""
    parts = arn.partition(":loadbalancer/")[2].split("/")
    return parts[1] if len(parts) > 1 else arn
