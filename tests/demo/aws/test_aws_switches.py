"""The switches: what can be made to go wrong, from the test or over HTTP."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from bot.demo.aws import LocalAws, World
from bot.demo.aws.limits import Limits
from bot.demo.aws.protocols import ParsedCall
from bot.demo.aws.switches import Switches
from bot.demo.aws.topology import rest_v1_nlb


@pytest.fixture(scope="module")
def world(world: World) -> World:
    rest_v1_nlb(world)
    return world


def call(client: Any, service: str) -> Any:
    """The simplest read of a service."""
    asked = client(service)
    return {
        "acm": lambda: asked.get_certificate(CertificateArn="arn:aws:acm:eu-west-1:111122223333:certificate/x"),
        "apigateway": asked.get_rest_apis if service == "apigateway" else None,
        "apigatewayv2": lambda: asked.get_apis(),
        "cloudwatch": lambda: asked.describe_alarms(),
        "ec2": lambda: asked.describe_subnets(),
        "elbv2": lambda: asked.describe_load_balancers(),
        "iam": lambda: asked.get_role(RoleName="x"),
        "logs": lambda: asked.describe_log_groups(),
        "sts": lambda: asked.assume_role(RoleArn="arn:aws:iam::444455556666:role/x", RoleSessionName="bot"),
    }[service]


def code_of(call: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("service", "action", "code", "status"),
    [
        ("acm", "acm:GetCertificate", "AccessDeniedException", 400),
        ("apigateway", "apigateway:GET", "AccessDeniedException", 403),
        ("apigatewayv2", "apigateway:GET", "AccessDeniedException", 403),
        ("cloudwatch", "cloudwatch:DescribeAlarms", "AccessDenied", 403),
        ("ec2", "ec2:Describe*", "UnauthorizedOperation", 403),
        ("elbv2", "elasticloadbalancing:DescribeLoadBalancers", "AccessDenied", 403),
        ("iam", "iam:GetRole", "AccessDenied", 403),
        ("logs", "logs:DescribeLogGroups", "AccessDeniedException", 400),
        ("sts", "sts:AssumeRole", "AccessDenied", 403),
    ],
)
def test_a_denied_action(service: str, action: str, code: str, status: int, aws: LocalAws, client: Any) -> None:
    aws.switches.deny = {action}
    assert code_of(call(client, service)) == (code, status)


def test_the_refusal_names_action_and_resource(aws: LocalAws, client: Any) -> None:
    aws.switches.deny = {"apigateway:GET"}
    api_id = aws.world.topologies["orders"].api_id
    with pytest.raises(ClientError) as caught:
        client("apigateway").get_rest_api(restApiId=api_id)
    text = caught.value.response["Error"]["Message"]
    assert f"perform: apigateway:GET on resource: arn:aws:apigateway:eu-west-1::/restapis/{api_id}" in text


def test_a_deny_may_be_about_one_resource(aws: LocalAws, client: Any) -> None:
    aws.switches.deny = {"apigateway:GET */account"}
    assert client("apigateway").get_rest_apis()["items"]
    assert code_of(client("apigateway").get_account)[0] == "AccessDeniedException"


def test_nobody_can_be_denied_to_know_who_they_are(aws: LocalAws, client: Any) -> None:
    aws.switches.deny = {"sts:*"}
    assert client("sts").get_caller_identity()["Account"] == "111122223333"


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("acm", "ThrottlingException", 400),
        ("apigateway", "TooManyRequestsException", 429),
        ("cloudwatch", "Throttling", 400),
        ("ec2", "RequestLimitExceeded", 503),
        ("elbv2", "Throttling", 400),
        ("logs", "ThrottlingException", 400),
    ],
)
def test_throttling(service: str, code: str, status: int, aws: LocalAws, client: Any) -> None:
    aws.switches.throttle = 1.0
    assert code_of(call(client, service)) == (code, status)


def test_a_fraction_of_calls_is_throttled_and_retries_get_through(aws: LocalAws) -> None:
    aws.switches.update({"throttle": 0.3, "seed": 5})
    patient = boto3.client(
        "elbv2",
        endpoint_url=aws.endpoint_url,
        region_name="eu-west-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"mode": "standard", "total_max_attempts": 6}),
    )
    assert patient.describe_load_balancers()["LoadBalancers"]
    errors = [each.error for each in aws.recorder.calls("elbv2")]
    assert errors[-1] is None
    assert set(errors[:-1]) <= {"Throttling"}


ACCOUNT = "111122223333"


def parsed(service: str, operation: str, **parameters: Any) -> ParsedCall:
    return ParsedCall(service, operation, parameters, "AKIAEXAMPLE", "eu-west-1", "/", "query", None)


@pytest.mark.parametrize(
    ("name", "at_once", "per_second"),
    [
        (parsed("apigateway", "GetStage"), 40, 10),
        (parsed("apigateway", "GetResources"), 5, 2),
        (parsed("elbv2", "DescribeListeners"), 40, 10),
        (parsed("ec2", "DescribeSubnets"), 100, 20),
        (parsed("ec2", "DescribeSecurityGroups"), 50, 10),
        (parsed("ec2", "DescribeSecurityGroups", GroupIds=["sg-1"]), 100, 20),
        (parsed("logs", "FilterLogEvents"), 10, 10),
        (parsed("cloudtrail", "LookupEvents"), 2, 2),
    ],
    ids=lambda value: (
        f"{value.operation}{'-by-id' if value.parameters else ''}" if isinstance(value, ParsedCall) else ""
    ),
)
def test_real_limits(name: ParsedCall, at_once: int, per_second: int) -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    assert [limits.admits(name, ACCOUNT) for _ in range(at_once + 1)] == [True] * at_once + [False]
    now[0] = 1.0
    assert [limits.admits(name, ACCOUNT) for _ in range(per_second + 1)] == [True] * per_second + [False]


def test_all_api_gateway_calls_share_one_bucket() -> None:
    limits = Limits(lambda: 0.0)
    calls = [parsed("apigateway", "GetStage"), parsed("apigatewayv2", "GetApis")] * 20
    assert all(limits.admits(each, ACCOUNT) for each in calls)
    assert not limits.admits(parsed("apigateway", "GetRestApis"), ACCOUNT)


def test_real_limits_over_http(aws: LocalAws, client: Any) -> None:
    aws.switches.update({"real_limits": True})
    codes = []
    for _ in range(12):
        try:
            client("cloudtrail").lookup_events()
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
    assert set(codes) == {"ThrottlingException"}


@pytest.mark.parametrize(
    ("service", "code"), [("apigateway", "ExpiredTokenException"), ("ec2", "RequestExpired"), ("elbv2", "ExpiredToken")]
)
def test_expired_credentials(service: str, code: str, aws: LocalAws, client: Any) -> None:
    aws.switches.expired = True
    assert code_of(call(client, service))[0] == code


def test_server_errors_by_operation(aws: LocalAws, client: Any) -> None:
    aws.switches.server_error = {"elbv2:DescribeTargetHealth"}
    arn = aws.world.topologies["orders"].target_group_arn
    assert client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert code_of(lambda: client("elbv2").describe_target_health(TargetGroupArn=arn))[1] == 500


def test_a_hanging_operation_gets_no_answer_and_holds_up_nobody(aws: LocalAws, client: Any) -> None:
    aws.switches.hang = {"ec2:DescribeSubnets"}
    with pytest.raises(ReadTimeoutError):
        client("ec2", read_timeout=0.2).describe_subnets()
    assert client("ec2").describe_vpcs()["Vpcs"]


def test_latency_holds_no_lock(aws: LocalAws, client: Any) -> None:
    everyone = threading.Barrier(8)
    aws.switches.latency = 0.15
    asked = client("elbv2")

    def ask(_: int) -> Any:
        everyone.wait()
        return asked.describe_load_balancers()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert aws.recorder.most_at_once() > 1
    assert all(each.ended - each.started >= 0.15 for each in aws.recorder.calls())


def control(aws: LocalAws, method: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{aws.endpoint_url}/_control/{path}", data=data, method=method)  # noqa: S310  # our own server
    with urlopen(request) as reply:  # noqa: S310  # our own server
        return json.load(reply)


def test_switches_over_http(aws: LocalAws, client: Any) -> None:
    now = control(aws, "POST", "switches", {"deny": ["ec2:*"], "latency": 0})
    assert now["deny"] == ["ec2:*"]
    assert code_of(client("ec2").describe_vpcs)[0] == "UnauthorizedOperation"
    calls = control(aws, "GET", "calls")
    assert [(c["service"], c["operation"], c["error"]) for c in calls] == [
        ("ec2", "DescribeVpcs", "UnauthorizedOperation")
    ]
    assert control(aws, "POST", "reset", {})["deny"] == []
    assert client("ec2").describe_vpcs()["Vpcs"]
    assert control(aws, "DELETE", "calls") == {"calls": 0}
    assert control(aws, "GET", "switches")["throttle"] == 0.0


def test_faults_over_http(aws: LocalAws, client: Any) -> None:
    assert "link-failed" in control(aws, "GET", "topologies")["orders"]["faults"]
    done = control(aws, "POST", "fault", {"topology": "orders", "fault": "link-failed"})
    assert done["applied"] == "link-failed"
    assert client("apigateway").get_vpc_links()["items"][0]["status"] == "FAILED"
    control(aws, "POST", "restore")
    assert client("apigateway").get_vpc_links()["items"][0]["status"] == "AVAILABLE"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("POST", "switches", {"speed": 1}, 400, "no switch named 'speed': expected one of"),
        ("POST", "switches", {"latency": "slow"}, 400, "switch 'latency' expects float"),
        ("POST", "switches", ["latency"], 400, "expected a JSON object"),
        ("POST", "fault", {"topology": "orders", "fault": "gremlins"}, 400, "expected a topology of"),
        ("GET", "nothing", None, 404, "no GET /_control/nothing here"),
    ],
)
def test_control_refuses_in_words(method: str, path: str, body: object, status: int, says: str, aws: LocalAws) -> None:
    with pytest.raises(HTTPError) as caught:
        control(aws, method, path, body)
    assert caught.value.code == status
    assert says in json.load(caught.value)["error"]


def test_every_switch_is_off_at_first() -> None:
    assert not any(Switches().values().values())


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("apigateway", "InvalidSignatureException", 403),
        ("elbv2", "SignatureDoesNotMatch", 403),
        ("logs", "InvalidSignatureException", 400),
        ("ec2", "RequestExpired", 400),
    ],
)
def test_a_wrong_clock_is_refused_in_each_service_s_words(
    aws: LocalAws, client: Any, service: str, code: str, status: int
) -> None:
    aws.switches.skewed = True
    assert code_of(call(client, service)) == (code, status)


def test_credentials_expire_after_some_calls(aws: LocalAws, client: Any) -> None:
    aws.switches.expires_after = 2
    subnets = client("ec2").describe_subnets
    assert subnets()
    assert subnets()
    assert code_of(subnets) == ("RequestExpired", 400)
    aws.switches.reset()
    assert subnets()


def test_some_calls_answer_500_and_the_same_seed_chooses_the_same(aws: LocalAws, client: Any) -> None:
    def codes() -> list[int]:
        aws.switches.update({"flaky": 0.5, "seed": 3})
        return [status_of(client("ec2").describe_subnets) for _ in range(20)]

    assert {200, 500} == set(codes())
    assert codes() == codes()


def status_of(call: Any) -> int:
    try:
        return int(call()["ResponseMetadata"]["HTTPStatusCode"])
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
