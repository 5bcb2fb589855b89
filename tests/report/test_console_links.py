import pytest

from bot.diagnosis.model import Hop
from bot.report.console_links import console_link

HERE = "https://eu-west-1.console.aws.amazon.com/"
ELB = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"
API = {"api_id": "a1b2c3d4e5", "protocol": "REST"}


@pytest.mark.parametrize(
    ("resource", "page"),
    [
        ("sg-0a1", "ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a1"),
        ("i-0a1", "ec2/home?region=eu-west-1#InstanceDetails:instanceId=i-0a1"),
        ("eni-0a1", "ec2/home?region=eu-west-1#NetworkInterface:networkInterfaceId=eni-0a1"),
        ("subnet-0a1", "vpcconsole/home?region=eu-west-1#SubnetDetails:subnetId=subnet-0a1"),
        ("acl-0a1", "vpcconsole/home?region=eu-west-1#NetworkAclDetails:networkAclId=acl-0a1"),
        ("vpc-0a1", "vpcconsole/home?region=eu-west-1#VpcDetails:VpcId=vpc-0a1"),
        ("vpce-svc-0a1", "vpcconsole/home?region=eu-west-1#EndpointServiceDetails:serviceId=vpce-svc-0a1"),
        ("vpce-0a1", "vpcconsole/home?region=eu-west-1#EndpointDetails:vpcEndpointId=vpce-0a1"),
        (
            f"{ELB}:loadbalancer/net/n/1",
            f"ec2/home?region=eu-west-1#LoadBalancer:loadBalancerArn={ELB}:loadbalancer/net/n/1",
        ),
        (f"{ELB}:listener/net/n/1/2", f"ec2/home?region=eu-west-1#ELBListenerV2:listenerArn={ELB}:listener/net/n/1/2"),
        (f"{ELB}:targetgroup/t/1", f"ec2/home?region=eu-west-1#TargetGroup:targetGroupArn={ELB}:targetgroup/t/1"),
        ("arn:aws:acm:eu-west-1:111122223333:certificate/11-22", "acm/home?region=eu-west-1#/certificates/11-22"),
        ("arn:aws:iam::111122223333:role/path/logs", "iam/home?region=eu-west-1#/roles/details/logs"),
        (
            "API-Gateway-Execution-Logs_a1/prod",
            "cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/API-Gateway-Execution-Logs_a1$252Fprod",
        ),
        (
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/access:*",
            "cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Faccess",
        ),
    ],
)
def test_a_resource_that_tells_its_kind(resource, page):
    assert console_link(resource, region="eu-west-1") == HERE + page


@pytest.mark.parametrize(
    ("hop", "resource", "told", "page"),
    [
        (Hop.API, "a1b2c3d4e5", API, "apigateway/main/apis/a1b2c3d4e5/resources?api=a1b2c3d4e5&region=eu-west-1"),
        (Hop.STAGE, "prod", API, "apigateway/main/apis/a1b2c3d4e5/stages/prod?api=a1b2c3d4e5&region=eu-west-1"),
        (
            Hop.API,
            "a1b2c3d4e5",
            {**API, "protocol": "HTTP"},
            "apigateway/main/develop/routes?api=a1b2c3d4e5&region=eu-west-1",
        ),
        (
            Hop.STAGE,
            "$default",
            {**API, "protocol": "HTTP"},
            "apigateway/main/deploy/stages?api=a1b2c3d4e5&region=eu-west-1",
        ),
        (Hop.VPC_LINK, "v1lnk7", {}, "apigateway/main/vpc-links/list?region=eu-west-1&vpcLink=v1lnk7"),
    ],
)
def test_a_resource_that_its_hop_tells(hop, resource, told, page):
    assert console_link(resource, region="eu-west-1", hop=hop, **told) == HERE + page


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_each_partition_has_its_own_console(region, host):
    assert (
        console_link("sg-0a1", region=region) == f"https://{host}/ec2/home?region={region}#SecurityGroup:groupId=sg-0a1"
    )


def test_an_arn_brings_its_own_region():
    link = console_link("arn:aws:acm:us-east-1:111122223333:certificate/1", region="eu-west-1")
    assert link.startswith("https://us-east-1.console")


@pytest.mark.parametrize(
    ("resource", "region"),
    [("", "eu-west-1"), ("ANY /x", "eu-west-1"), ("sg-0a1", "eu west|1"), ("sg-0a1>|<!channel>", "eu-west-1")],
)
def test_what_has_no_page_has_no_link(resource, region):
    assert console_link(resource, region=region) is None
