"""From an alarm, and what DescribeAlarms says of it, to the request."""

import pytest

from bot.alarms import read_alarm
from bot.responding.subject import NotOurs, children_of, completed, request_for, subject_of
from tests.alarms import samples
from tests.diagnosis.worlds import REGION
from tests.handlers.alarm_bench import arn, composite_alarm, metric_alarm

NAME_ONLY = {"text": 'ALARM: "orders-prod-5xx" in EU (Ireland)', "type": "message", "bot_id": "B1", "ts": "1.1"}
BY_NAME = read_alarm(NAME_ONLY)
ORDERS = metric_alarm("orders-prod-5xx", "5XXError", ApiName="orders", Stage="prod")
CPU = metric_alarm("cpu", "CPUUtilization", "AWS/EC2", InstanceId="i-0a1")


def request_of(subject):
    """The request for the only API and stage."""
    (api,) = subject.apis
    return request_for(subject, api, api.stage)


def on(**trigger):
    dimensions = [{"name": name, "value": value} for name, value in trigger.pop("dimensions").items()]
    return read_alarm(
        samples.sns_message(
            Trigger={**samples.TRIGGER, "Namespace": "AWS/ApiGateway", **trigger, "Dimensions": dimensions}
        )
    )


@pytest.mark.parametrize(
    ("dimensions", "metric", "expected"),
    [
        pytest.param({"ApiName": "orders", "Stage": "prod"}, "5XXError", ("orders", "prod", None, None), id="REST"),
        pytest.param({"ApiId": "a1b2c3", "Stage": "prod"}, "5xx", ("a1b2c3", "prod", None, None), id="HTTP"),
        pytest.param(
            {"ApiName": "orders", "Stage": "prod", "Resource": "/items", "Method": "GET"},
            "Latency",
            ("orders", "prod", "/items", "GET"),
            id="one route",
        ),
        pytest.param(
            {"ApiName": "orders", "Stage": "prod", "Resource": "/items/{id}", "Method": "GET"},
            "Latency",
            ("orders", "prod", None, None),
            id="a route with a variable is no path that could be requested",
        ),
    ],
)
def test_dimensions_name_the_request(dimensions, metric, expected):
    request = request_of(subject_of(on(MetricName=metric, dimensions=dimensions), ()))
    assert (request.api, request.stage, request.path, request.method) == expected
    assert (request.region, request.account) == (REGION, "111122223333")


def test_an_alarm_may_leave_the_stage_open():
    subject = subject_of(on(MetricName="5XXError", dimensions={"ApiName": "orders"}), ())
    assert [(api.name, api.stage) for api in subject.apis] == [("orders", None)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([ORDERS], "orders", id="its own row"),
        pytest.param([CPU, ORDERS], "orders", id="the relevant one of a composite alarm's children"),
        pytest.param([composite_alarm("all", "x"), ORDERS], "orders", id="the composite row itself says nothing"),
        pytest.param([CPU], "alarm watches neither", id="another service's metric"),
        pytest.param([], "alarm does not say which API", id="no such alarm"),
        pytest.param(
            [{**ORDERS, "AlarmArn": arn("orders-prod-5xx").replace("111122223333", "444455556666")}],
            "orders",
            id="the message names no account: that of the credentials counts",
        ),
    ],
)
def test_what_describe_alarms_adds(rows, expected):
    subject = subject_of(completed(BY_NAME, rows), ())
    found = subject.reason if isinstance(subject, NotOurs) else request_of(subject).api
    assert found.startswith(expected)


def test_another_accounts_alarm_of_the_same_name_is_another_alarm():
    title = "🚨 CloudWatch Alarm | orders-prod-5xx | eu-west-1 | Account: 444455556666"
    alarm = read_alarm({"type": "message", "bot_id": "B1", "ts": "1.1", "text": title})
    assert alarm.account == "444455556666"
    assert completed(alarm, [ORDERS]) == alarm


@pytest.mark.parametrize(
    ("region", "regions", "expected"),
    [
        (None, ("us-east-1",), "us-east-1"),
        ("EU (Ireland)", ("us-east-1",), "eu-west-1"),
        (None, (), None),
        (None, ("us-east-1", "eu-west-1"), None),
    ],
    ids=["the only one", "its own", "none", "in none of several"],
)
def test_the_region(region, regions, expected):
    trigger = {**samples.TRIGGER}
    alarm = read_alarm(samples.sns_message(AlarmArn=None, Region=region, Trigger=trigger))
    subject = subject_of(alarm, regions)
    assert (None if isinstance(subject, NotOurs) else subject.region) == expected


def test_the_children_of_a_composite_alarm():
    assert children_of([composite_alarm("all", "cpu", "orders-prod-5xx")]) == ("cpu", "orders-prod-5xx")
    assert children_of([ORDERS]) == ()
