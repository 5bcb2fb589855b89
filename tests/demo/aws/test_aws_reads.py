"""Reads with rules of their own: the export, metrics, alarms, CloudTrail, roles in other accounts, certificates."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509

from bot.demo.aws import LocalAws, World
from bot.demo.aws.demo_world import add_noise, demo_world, keep_traffic
from bot.demo.aws.faults import deployments, targets, tls
from bot.demo.aws.parts.alarms import make_alarm
from bot.demo.aws.parts.certificates import make_certificate
from bot.demo.aws.parts.roles import make_reading_role
from bot.demo.aws.topology import rest_v1_nlb, rest_v2


@pytest.fixture(scope="module")
def world(world: World) -> World:
    deployments.change_not_deployed(rest_v1_nlb(world))
    rest_v2(world, "search")
    targets.targets_unhealthy(rest_v1_nlb(world, "reports"))
    tls.self_signed_although_skipped(rest_v1_nlb(world, "users", scheme="https", listener="TLS"))
    make_alarm(world.topologies["reports"])
    make_alarm(world.topologies["search"])
    on_call = f"arn:aws:iam::{world.account}:user/on-call"
    make_reading_role(world, "444455556666", trusted=on_call, external_id="secret-word")
    make_reading_role(world, "777788889999", trusted="arn:aws:iam::999999999999:role/of-others")
    rest_v1_nlb(world, "abroad", region=world.region(account="444455556666"))
    return world


def exported(aws: LocalAws, client: Any, name: str, **more: Any) -> dict[str, Any]:
    topology = aws.world.topologies[name]
    reply = client("apigateway").get_export(
        restApiId=topology.api_id, stageName="prod", exportType="oas30", accepts="application/json", **more
    )
    document: dict[str, Any] = json.loads(reply["body"].read())
    return document


def integration(document: dict[str, Any]) -> dict[str, Any]:
    method = document["paths"]["/{proxy+}"]["x-amazon-apigateway-any-method"]
    found: dict[str, Any] = method["x-amazon-apigateway-integration"]
    return found


def test_export_shows_the_deployment_and_not_the_draft(aws: LocalAws, client: Any) -> None:
    topology = aws.world.topologies["orders"]
    found = integration(exported(aws, client, "orders", parameters={"extensions": "integrations"}))
    assert found["uri"] == "http://orders.internal.example.com:8081/{proxy}"
    assert topology.integration["uri"] == "http://orders.internal.example.com/{proxy}"


def test_export_speaks_as_aws_does(aws: LocalAws, client: Any) -> None:
    found = integration(exported(aws, client, "search", parameters={"extensions": "apigateway"}))
    assert found["type"] == "http_proxy"
    assert found["connectionType"] == "VPC_LINK"
    assert found["integration-target"] == aws.world.topologies["search"].load_balancer_arn
    assert found["passthroughBehavior"] == "when_no_match"
    assert "timeoutInMillis" not in found


def test_export_without_extensions_has_no_integrations(aws: LocalAws, client: Any) -> None:
    document = exported(aws, client, "search")
    assert document["paths"]["/{proxy+}"]["x-amazon-apigateway-any-method"].keys() == {"parameters"}
    assert document["openapi"] == "3.0.1"


def metric(name: str, stat: str, period: int = 60, **dimensions: str) -> dict[str, Any]:
    namespace = {"LoadBalancer": "AWS/NetworkELB"}.get(next(iter(dimensions)), "AWS/ApiGateway")
    asked = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    found = {"Namespace": namespace, "MetricName": name, "Dimensions": asked}
    return {"Id": "m" + str(abs(hash((name, stat)))), "MetricStat": {"Metric": found, "Period": period, "Stat": stat}}


def values(aws: LocalAws, client: Any, *queries: dict[str, Any], **more: Any) -> list[list[float]]:
    end = aws.world.now
    reply = client("cloudwatch").get_metric_data(
        MetricDataQueries=list(queries), StartTime=end - timedelta(hours=1), EndTime=end, **more
    )
    return [result["Values"] for result in reply["MetricDataResults"]]


def test_statistics_of_failing_requests(aws: LocalAws, client: Any) -> None:
    key = {"ApiName": "reports", "Stage": "prod"}
    asked = [metric("5XXError", stat, 3600, **key) for stat in ("Sum", "Average", "Maximum", "SampleCount", "p99")]
    (total,), (average,), (most,), (count,), (p99,) = values(aws, client, *asked)
    assert (total, most, p99, count) == (36, 1, 1, 60)
    assert average == pytest.approx(36 / 60)


def test_resets_and_unhealthy_hosts(aws: LocalAws, client: Any) -> None:
    arn = aws.world.topologies["reports"].load_balancer_arn
    balancer = arn.split(":loadbalancer/")[1]
    (resets,) = values(aws, client, metric("TCP_Target_Reset_Count", "Sum", LoadBalancer=balancer))
    assert len(resets) == 12
    group = aws.world.topologies["reports"].target_group_arn.rsplit(":", 1)[1]
    (hosts,) = values(aws, client, metric("UnHealthyHostCount", "Minimum", LoadBalancer=balancer, TargetGroup=group))
    assert hosts[0] == 2


def test_only_published_dimensions_have_values(aws: LocalAws, client: Any) -> None:
    assert values(aws, client, metric("Count", "Sum", Stage="prod")) == [[]]
    assert values(aws, client, metric("Count", "Sum", ApiName="reports", Stage="test")) == [[]]


def test_a_window_holds_its_own_values_only(aws: LocalAws, client: Any) -> None:
    reply = client("cloudwatch").get_metric_data(
        MetricDataQueries=[metric("Count", "Sum", ApiName="reports")],
        StartTime=aws.world.now - timedelta(minutes=8),
        EndTime=aws.world.now - timedelta(minutes=5),
    )
    (found,) = reply["MetricDataResults"]
    assert found["Values"] == [3, 3, 3]
    assert found["Timestamps"][0] == aws.world.now - timedelta(minutes=6)
    assert found["StatusCode"] == "Complete"


def test_newest_value_first_unless_asked(aws: LocalAws, client: Any) -> None:
    query = metric("5XXError", "Sum", 300, ApiName="reports")
    (newest,) = values(aws, client, query)
    (oldest,) = values(aws, client, query, ScanBy="TimestampAscending")
    assert newest == oldest[::-1] != oldest


def test_metric_pages(aws: LocalAws, client: Any) -> None:
    end = aws.world.now
    pages = (
        client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(
            MetricDataQueries=[metric("Count", "Sum", ApiName="reports")],
            StartTime=end - timedelta(hours=1),
            EndTime=end,
            MaxDatapoints=10,
        )
    )
    sizes = [len(page["MetricDataResults"][0]["Values"]) for page in pages]
    assert sizes == [10, 10, 10, 6]


def test_expressions_are_refused_rather_than_ignored(aws: LocalAws, client: Any) -> None:
    with pytest.raises(ClientError, match="no metric expressions"):
        values(aws, client, {"Id": "e1", "Expression": "SUM(METRICS())"})


def test_alarms_follow_the_requests(client: Any) -> None:
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms} == {
        "reports-prod-5xx": "ALARM",
        "search-prod-5xx": "OK",
    }
    assert client("cloudwatch").describe_alarms(StateValue="OK")["MetricAlarms"][0]["AlarmName"] == "search-prod-5xx"
    assert client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["MetricAlarms"] == []


def test_the_trail_remembers_who_changed_the_integration(aws: LocalAws, client: Any) -> None:
    window = {"StartTime": aws.world.now - timedelta(days=1), "EndTime": aws.world.now}
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "UpdateIntegration"}]
    (event,) = client("cloudtrail").lookup_events(LookupAttributes=by_name, **window)["Events"]
    assert aws.world.topologies["orders"].api_id in event["CloudTrailEvent"]
    other = [{"AttributeKey": "EventName", "AttributeValue": "PutRestApi"}]
    assert client("cloudtrail").lookup_events(LookupAttributes=other, **window)["Events"] == []


ROLE = "arn:aws:iam::444455556666:role/vpclink-readonly"


def test_an_assumed_role_leads_to_its_account(aws: LocalAws, client: Any) -> None:
    reply = client("sts").assume_role(RoleArn=ROLE, RoleSessionName="bot", ExternalId="secret-word")
    key = reply["Credentials"]["AccessKeyId"]
    identity = client("sts", key=key).get_caller_identity()
    assert identity["Account"] == "444455556666"
    assert identity["Arn"] == "arn:aws:sts::444455556666:assumed-role/vpclink-readonly/bot"
    assert [each["name"] for each in client("apigateway", key=key).get_rest_apis()["items"]] == ["abroad"]
    assert "abroad" not in {each["name"] for each in client("apigateway").get_rest_apis()["items"]}


@pytest.mark.parametrize("words", [{}, {"ExternalId": "guess"}])
def test_the_wrong_external_id_is_refused(words: dict[str, str], client: Any) -> None:
    with pytest.raises(ClientError, match=f"not authorized to perform: sts:AssumeRole on resource: {ROLE}"):
        client("sts").assume_role(RoleArn=ROLE, RoleSessionName="bot", **words)


def test_a_role_that_trusts_others_is_refused(client: Any) -> None:
    role = "arn:aws:iam::777788889999:role/vpclink-readonly"
    with pytest.raises(ClientError, match="AccessDenied"):
        client("sts").assume_role(RoleArn=role, RoleSessionName="bot")


def policy(*actions: str, resource: str = "*") -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]})


def test_a_session_may_only_do_what_its_policy_allows(client: Any) -> None:
    words = {"RoleArn": ROLE, "ExternalId": "secret-word", "RoleSessionName": "limited"}
    apis = "arn:aws:apigateway:*::/restapis"
    key = client("sts").assume_role(**words, Policy=policy("apigateway:get", resource=apis))["Credentials"]
    limited = client("apigateway", key=key["AccessKeyId"])
    assert limited.get_rest_apis()["items"]
    with pytest.raises(ClientError, match="AccessDenied"):
        limited.get_account()
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        client("ec2", key=key["AccessKeyId"]).describe_subnets()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"Policy": policy("ec2:" + "x" * 2100)}, "ValidationError"),
        ({"Policy": "{}"}, "MalformedPolicyDocument"),
        ({"DurationSeconds": 3601}, "ValidationError"),
        ({"RoleArn": "arn:aws:iam::444455556666:user/x"}, "ValidationError"),
    ],
)
def test_what_sts_does_not_take(wrong: dict[str, Any], code: str, client: Any) -> None:
    words = {"RoleArn": ROLE, "ExternalId": "secret-word", "RoleSessionName": "limited", **wrong}
    with pytest.raises(ClientError, match=code):
        client("sts").assume_role(**words)


def test_certificates_are_real(aws: LocalAws, client: Any) -> None:
    topology = aws.world.topologies["users"]
    arn = client("elbv2").describe_listener_certificates(ListenerArn=topology.listener_arn)["Certificates"][0]
    reply = client("acm").get_certificate(CertificateArn=arn["CertificateArn"])
    found = x509.load_pem_x509_certificate(reply["Certificate"].encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["users.internal.example.com"]
    assert found.issuer == found.subject
    found.verify_directly_issued_by(found)
    assert "CertificateChain" not in reply


@pytest.mark.parametrize(
    ("kind", "days_left", "status", "origin"),
    [
        ("public", 100, "ISSUED", "AMAZON_ISSUED"),
        ("public", -3, "EXPIRED", "AMAZON_ISSUED"),
        ("private", 100, "ISSUED", "PRIVATE"),
        ("leaf-only", 100, "ISSUED", "IMPORTED"),
        ("self-signed", 100, "ISSUED", "IMPORTED"),
    ],
)
def test_kinds_of_certificates(kind: Any, days_left: int, status: str, origin: str) -> None:
    world = World()
    made = make_certificate(world.home, ("a.example.com", "b.example.com"), kind=kind, days_left=days_left)
    leaf = x509.load_pem_x509_certificate(made["Pem"].encode())
    assert (made["Status"], made["Type"]) == (status, origin)
    assert (leaf.not_valid_after_utc > world.now) == (status == "ISSUED")
    if made["ChainPem"]:
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(made["ChainPem"].encode()))


def test_the_demo_world(world: World) -> None:
    demo = demo_world(world.now)
    broken = {name for name, each in demo.topologies.items() if each.api["outcomes"][0].status >= 500}
    assert broken == {
        "orders",
        "payments",
        "invoices",
        "shipping",
        "users",
        "search",
        "reports",
        "billing",
        "legacy",
        "identity",
        "ledger",
    }
    assert {"catalog", "twins", "twins-two"} == set(demo.topologies) - broken
    assert (demo.account, demo.region_name) == ("111122223333", "eu-west-1")
    names = [api["name"] for api in demo.home.all("rest-api")]
    assert names.count("twins") == 2
    assert "internal-tool-0" in names
    assert {a["StateValue"] for a in demo.home.all("alarm") if a["AlarmName"].startswith("orders")} == {"ALARM"}


def test_noise_grows_as_asked() -> None:
    world = World()
    add_noise(world, apis=2, balancers=65, security_groups=300)
    assert len(world.home.all("rest-api")) == 2
    assert len(world.home.all("load-balancer")) == 65
    assert len(world.home.all("security-group")) == 365
    addresses = [each["PrivateIpAddress"] for each in world.home.all("network-interface")]
    assert len(addresses) == len(set(addresses))


class StopAfter(threading.Event):
    """An event that is set after some waits, without waiting."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.left = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        return self.left < 0


def test_traffic_goes_on_while_the_demo_runs() -> None:
    world = World()
    topology = rest_v1_nlb(world)
    group = topology.region.get("log-group", logGroupName=topology.log_group)
    before = len(group["events"])
    keep_traffic(world, StopAfter(3))
    done = [event for event in group["events"][before:] if "Method completed" in event["message"]]
    assert len(done) == 3
