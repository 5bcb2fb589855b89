"""The template of the member account's role, as CloudFormation would read it."""

import re

import pytest
import yaml

from bot.diagnosis.policy import policy
from bot.member_role import template


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions: `!Ref X` as {"Ref": X}, `!Sub "…"` as {"Fn::Sub": …}."""


for short, full in (("Ref", "Ref"), ("Sub", "Fn::Sub"), ("GetAtt", "Fn::GetAtt")):
    Loader.add_constructor(f"!{short}", lambda loader, node, full=full: {full: loader.construct_scalar(node)})


@pytest.fixture(scope="module")
def read():
    return yaml.load(template(), Loader)  # noqa: S506 - a safe loader that knows three more tags


@pytest.fixture
def role(read):
    return read["Resources"]["Role"]["Properties"]


def test_it_allows_exactly_the_generated_policy(role):
    (inline,) = role["Policies"]
    found = inline["PolicyDocument"]
    for statement in found["Statement"]:
        if isinstance(statement["Resource"], list):
            named = [each["Fn::Sub"].replace("${AWS::Partition}", "aws") for each in statement["Resource"]]
            statement["Resource"] = named
    assert found == policy()
    assert "ManagedPolicyArns" not in role


def test_it_trusts_one_role_with_an_external_id_and_nobody_else(role):
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": {"Ref": "HubRoleArn"}},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
    }


def test_its_parameters(read):
    parameters = read["Parameters"]
    assert parameters["ExternalId"]["NoEcho"] is True
    assert parameters["ExternalId"]["MinLength"] == 16
    assert parameters["RoleName"]["Default"] == "vpclink-readonly"
    assert "Default" not in parameters["HubRoleArn"]
    assert re.match(parameters["HubRoleArn"]["AllowedPattern"], "arn:aws-us-gov:iam::111122223333:role/team/vpclink")
    assert not re.match(parameters["HubRoleArn"]["AllowedPattern"], "arn:aws:iam::111122223333:root")
