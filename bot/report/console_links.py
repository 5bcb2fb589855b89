"""Pages of the AWS console, by resource. A person must be signed in to the account; a link cannot choose it.

Each partition has a console of its own (AWS: "Regions and endpoints", aws-cn and aws-us-gov).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.diagnosis.model import Hop

_HOSTS = (("cn-", "console.amazonaws.cn"), ("us-gov-", "console.amazonaws-us-gov.com"))
_REGION = re.compile(r"^[a-z0-9-]+$")

_EC2 = "ec2/home?region={region}#"
_VPC = "vpcconsole/home?region={region}#"
_PAGES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), page)
    for pattern, page in (
        (r"^(?P<id>sg-\w+)$", _EC2 + "SecurityGroup:groupId={id}"),
        (r"^(?P<id>i-\w+)$", _EC2 + "InstanceDetails:instanceId={id}"),
        (r"^(?P<id>eni-\w+)$", _EC2 + "NetworkInterface:networkInterfaceId={id}"),
        (r"^(?P<id>subnet-\w+)$", _VPC + "SubnetDetails:subnetId={id}"),
        (r"^(?P<id>acl-\w+)$", _VPC + "NetworkAclDetails:networkAclId={id}"),
        (r"^(?P<id>vpc-\w+)$", _VPC + "VpcDetails:VpcId={id}"),
        (r"^(?P<id>rtb-\w+)$", _VPC + "RouteTableDetails:RouteTableId={id}"),
        (r"^(?P<id>pl-\w+)$", _VPC + "ManagedPrefixListDetails:prefixListId={id}"),
        (r"^(?P<id>vpce-svc-\w+)$", _VPC + "EndpointServiceDetails:serviceId={id}"),
        (r"^(?P<id>vpce-\w+)$", _VPC + "EndpointDetails:vpcEndpointId={id}"),
        (r"^(?P<id>arn:[^:]+:elasticloadbalancing:.*:loadbalancer/.+)$", _EC2 + "LoadBalancer:loadBalancerArn={id}"),
        (r"^(?P<id>arn:[^:]+:elasticloadbalancing:.*:listener/.+)$", _EC2 + "ELBListenerV2:listenerArn={id}"),
        (r"^(?P<id>arn:[^:]+:elasticloadbalancing:.*:targetgroup/.+)$", _EC2 + "TargetGroup:targetGroupArn={id}"),
        (r"^arn:[^:]+:acm:.*:certificate/(?P<id>.+)$", "acm/home?region={region}#/certificates/{id}"),
        (r"^arn:[^:]+:iam::.*:role/(?:.*/)?(?P<id>[^/]+)$", "iam/home?region={region}#/roles/details/{id}"),
    )
)
_LOG_GROUP = re.compile(
    r"^(?:arn:[^:]+:logs:[^:]*:\d*:log-group:)?(?P<id>(?:API-Gateway-Execution-Logs_|/).+?)(?::\*)?$"
)
_VPC_LINKS = "apigateway/main/vpc-links/list?region={region}&vpcLink={id}"


def console_link(
    resource: str, *, region: str, hop: Hop | None = None, api_id: str = "", protocol: str = ""
) -> str | None:
    """The console page of a resource, or None where we know none.

    Ids that tell their kind need nothing else. An API, a stage, an integration and a VPC link are told by their hop.
    """
    region = _region_of(resource) or region
    if not resource or not _REGION.match(region):
        return None
    for pattern, page in _PAGES:
        if match := pattern.match(resource):
            return _url(region, page, match["id"])
    if hop is Hop.VPC_LINK and re.fullmatch(r"\w+", resource):
        return _url(region, _VPC_LINKS, resource)
    if hop in {Hop.API, Hop.STAGE, Hop.INTEGRATION} and api_id:
        return _api_page(hop, resource, region, api_id, protocol)
    if match := _LOG_GROUP.match(resource):
        # The console wants the name encoded twice, with $ for % the second time.
        name = quote(quote(match["id"], safe=""), safe="").replace("%", "$")
        return _url(region, "cloudwatch/home?region={region}#logsV2:log-groups/log-group/", "") + name
    return None


def alarm_page(name: str, region: str) -> str:
    """The console page of a CloudWatch alarm."""
    return _url(region, "cloudwatch/home?region={region}#alarmsV2:alarm/", "") + quote(name, safe="")


def _api_page(hop: Hop, resource: str, region: str, api_id: str, protocol: str) -> str:
    if protocol == "HTTP":
        section = "develop/routes" if hop is not Hop.STAGE else "deploy/stages"
        return _url(region, f"apigateway/main/{section}?api={{id}}&region={{region}}", api_id)
    if hop is Hop.STAGE:
        stage = quote(resource, safe="")
        return _url(region, f"apigateway/main/apis/{{id}}/stages/{stage}?api={{id}}&region={{region}}", api_id)
    return _url(region, "apigateway/main/apis/{id}/resources?api={id}&region={region}", api_id)


def _region_of(resource: str) -> str:
    """The region that an ARN names; IAM's name none."""
    parts = resource.split(":", 5)
    return parts[3] if len(parts) == 6 and parts[0] == "arn" else ""


def _url(region: str, page: str, resource: str) -> str:
    host = next((host for prefix, host in _HOSTS if region.startswith(prefix)), "console.aws.amazon.com")
    return f"https://{region}.{host}/" + page.format(region=region, id=quote(resource, safe=":/-_."))
