"""Every fix of the library can be pasted: the parsers of Terraform and CloudFormation read it, and know its types."""

import re

import hcl2
import pytest
import yaml

from bot.diagnosis.engine import report
from tests.scenarios.library import Scenario, scenarios

STILL_IN_WORDS = {
    *("ACC-01", "BE-01", "BE-02", "BE-03", "BE-04", "IP-01", "LBE-01", "NACL-01", "NACL-02", "NET-01", "NET-02"),
    *("LB-01", "LB-02", "LB-03", "LB-04", "LB-05", "LB-06", "LB-07", "LB-08", "LB-09", "SG-01", "SG-02", "SG-04"),
    *("TG-01", "TG-02", "TLS-01", "TLS-02", "TLS-03", "TLS-04", "TLS-05", "TLS-06", "TLS-08", "QUO-01"),
    *("VPL-01", "VPL-02", "VPL-03", "VPL-04", "VPL-05", "VPL-06", "VPL-07"),
}
"""Checks whose fixes still tell of code instead of being code. To be emptied, then to go."""

CLOUDFORMATION = {
    "AWS::ApiGateway::Account": {"CloudWatchRoleArn"},
    "AWS::ApiGateway::Deployment": {"RestApiId"},
    "AWS::ApiGateway::Method": {
        *("RestApiId", "ResourceId", "HttpMethod", "AuthorizationType", "Integration", "MethodResponses"),
    },
    "AWS::ApiGateway::Resource": {"RestApiId", "ParentId", "PathPart"},
    "AWS::ApiGateway::Stage": {
        *("RestApiId", "StageName", "DeploymentId", "MethodSettings", "Variables", "AccessLogSetting"),
    },
    "AWS::ApiGatewayV2::Deployment": {"ApiId", "StageName"},
    "AWS::ApiGatewayV2::Integration": {"ApiId", "TimeoutInMillis", "TlsConfig"},
    "AWS::ApiGatewayV2::Route": {"ApiId", "RouteKey", "Target"},
    "AWS::ApiGatewayV2::Stage": {
        *("ApiId", "StageName", "AutoDeploy", "DeploymentId", "AccessLogSettings", "DefaultRouteSettings"),
        "RouteSettings",
    },
    "AWS::EC2::SecurityGroupIngress": {
        *("GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "SourceSecurityGroupId"),
    },
    "AWS::ElasticLoadBalancingV2::Listener": {"Port", "Protocol", "Certificates"},
    "AWS::IAM::Role": {"RoleName", "AssumeRolePolicyDocument", "ManagedPolicyArns"},
    "AWS::Logs::LogGroup": {"LogGroupName", "RetentionInDays"},
}
"""The types that fixes name, and their properties that fixes set (CloudFormation resource reference)."""


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.name)
def test_the_code_of_every_fix_can_be_parsed(scenario: Scenario):
    for finding in report(scenario.evidence).findings:
        if finding.fix and finding.check not in STILL_IN_WORDS:
            assert_terraform(finding.fix.terraform)
            assert_cloudformation(finding.fix.cloudformation)


def assert_terraform(code: str):
    """Assert that it is nothing, or blocks `resource` of AWS."""
    if not code:
        return
    parsed = hcl2.loads(code + "\n")
    kinds = [kind.strip('"') for block in parsed.get("resource", []) for kind in block]
    assert kinds, code
    assert all(re.fullmatch(r"aws_[a-z0-9_]+", kind) for kind in kinds), code


def assert_cloudformation(code: str):
    """Assert that it is nothing, or resources of known types with known properties."""
    if not code:
        return
    resources = yaml.safe_load(code)
    assert resources, code
    for resource in resources.values():
        assert set(resource.get("Properties", {})) <= CLOUDFORMATION[resource["Type"]], code
