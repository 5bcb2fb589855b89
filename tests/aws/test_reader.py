"""Collecting from an AWS over HTTP: every topology whole, and every kind of refusal as a gap."""

import time
from datetime import UTC, datetime

import pytest

from bot.aws.connection import Calls, NotARead
from bot.demo.aws.topology import http_v2, rest_v1_nlb, rest_v2
from bot.diagnosis import engine
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence, from_json, to_json
from bot.diagnosis.model import GapReason, Request
from bot.diagnosis.path import Walk

TOPOLOGIES = {
    "v1-instance": lambda world, name: rest_v1_nlb(world, name),
    "v1-ip": lambda world, name: rest_v1_nlb(world, name, target_type="ip"),
    "v1-alb": lambda world, name: rest_v1_nlb(world, name, target_type="alb"),
    "v1-tls": lambda world, name: rest_v1_nlb(world, name, scheme="https", listener="TLS"),
    "rest-v2-alb": lambda world, name: rest_v2(world, name, balancer="alb"),
    "rest-v2-nlb": lambda world, name: rest_v2(world, name, balancer="nlb"),
    "http-v2-alb": lambda world, name: http_v2(world, name, balancer="alb"),
    "http-v2-nlb": lambda world, name: http_v2(world, name, balancer="nlb"),
    "http-v2-cloud-map": lambda world, name: http_v2(world, name, balancer="cloud-map"),
}


@pytest.fixture(scope="module")
def apis(world):
    return {name: build(world, name) for name, build in TOPOLOGIES.items()}


@pytest.fixture
def collect(reader, apis, local_aws):
    local_aws.switches.reset()

    def run(api: str, **changes) -> Evidence:
        request = Request(**{"api": api, "stage": "prod", "region": "eu-west-1", **changes})
        return engine.collect(request, reader(), engine.Clock(lambda: datetime.now(UTC), time.monotonic))

    yield run
    local_aws.switches.reset()


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_a_healthy_path_is_read_whole(collect, name):
    evidence = collect(name)
    assert [gap for gap in evidence.gaps() if gap.reason is not GapReason.NOT_FOUND] == []
    walk = Walk(evidence)
    if name == "http-v2-cloud-map":
        assert [len(link.cloud_map) for link in walk.links.items] == [2]
    else:
        assert len(walk.targets.items) >= 2
        assert all(target.interface for target in walk.targets.items)
        assert all(balancer.addresses for balancer in walk.balancers.items)
    assert to_json(from_json(to_json(evidence))) == to_json(evidence)


@pytest.mark.parametrize(
    "text", ["v1-instance", "V1-INSTANCE", "{id}", "https://{id}.execute-api.eu-west-1.amazonaws.com/prod"]
)
def test_an_api_is_found_by_whatever_a_person_writes(collect, apis, text):
    api_id = apis["v1-instance"].api_id
    assert Walk(collect(text.format(id=api_id))).api.id == api_id


def test_a_name_that_nearly_matches_is_offered(collect):
    assert "v1-instance" in Walk(collect("v1-instanse")).candidates


def test_a_missing_stage_says_which_there_are(collect, apis):
    evidence = collect("v1-instance", stage="production")
    assert evidence.absence(s.STAGE, f"REST/{apis['v1-instance'].api_id}/production") == "prod"


ACTIONS = [
    "apigateway:GET",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeInstances",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    "ec2:DescribeVpcEndpointConnections",
    "logs:FilterLogEvents",
    "logs:DescribeLogGroups",
    "cloudwatch:GetMetricData",
    "iam:GetRole",
]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_denied_action_is_a_gap_that_names_it(collect, local_aws, action):
    local_aws.switches.deny = {action}
    gaps = collect("v1-instance").gaps()
    assert {gap.action for gap in gaps if gap.reason is GapReason.ACCESS_DENIED} == {action}


def test_expired_credentials_are_told_as_such(collect, local_aws):
    local_aws.switches.expired = True
    gaps = collect("v1-instance").gaps()
    assert gaps
    assert {gap.detail for gap in gaps} == {"the credentials have expired: give vpclink new ones"}


def test_throttled_calls_are_tried_again(collect, local_aws):
    local_aws.switches.throttle = 0.15
    evidence = collect("v1-instance")
    assert [gap for gap in evidence.gaps() if gap.reason is not GapReason.THROTTLED] == []
    assert len(evidence.gaps()) <= 2


def test_each_thing_is_read_once(collect, local_aws):
    local_aws.recorder.clear()
    collect("v1-instance")
    calls = [(c.service, c.operation, str(sorted(c.parameters.items()))) for c in local_aws.recorder.calls()]
    repeated = {call for call in calls if calls.count(call) > 1}
    assert repeated == set()


def test_only_reads_can_be_called(connection):
    with pytest.raises(NotARead, match="elbv2:set_security_groups"):
        Calls(connection).call("elbv2", "set_security_groups", LoadBalancerArn="x", SecurityGroups=[])
