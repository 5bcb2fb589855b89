import pytest

from bot.aws.doctor import _attempts, examine
from bot.diagnosis.policy import actions


def test_every_action_of_the_policy_is_tried_once():
    assert set(_attempts("eu-west-1", "111122223333")) >= set(actions())


def test_a_role_that_may_read_everything(connection, local_aws):
    local_aws.switches.reset()
    readings = examine(connection)
    assert {r.action for r in readings} == set(actions())
    assert [r for r in readings if r.state == "denied"] == []


@pytest.mark.parametrize(
    "action", ["ec2:DescribeSecurityGroups", "logs:FilterLogEvents", "apigateway:GET", "acm:DescribeCertificate"]
)
def test_a_denied_action_is_named(connection, local_aws, action):
    local_aws.switches.reset()
    local_aws.switches.deny = {action}
    assert [r.action for r in examine(connection) if r.state == "denied"] == [action]
    local_aws.switches.reset()


def test_credentials_that_aws_does_not_accept(connection, local_aws):
    local_aws.switches.reset()
    local_aws.switches.expired = True
    (reading,) = examine(connection)
    assert (reading.action, reading.state, reading.detail) == (
        "sts:GetCallerIdentity",
        "not-known",
        "the credentials have expired: give vpclink new ones",
    )
    local_aws.switches.reset()
