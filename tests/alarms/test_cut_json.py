"""Payloads that were cut off on their way: what stands whole is read, half a value is none."""

import base64
import json

import pytest

from bot.alarms import read_alarm
from bot.alarms.cut_json import cut_json
from tests.alarms import samples

MESSAGE = json.dumps(samples.sns_message())
ENVELOPE = json.dumps(samples.sns_envelope(samples.sns_message()))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": "half a na', {"a": 1}),
        ('{"a": {"b": [1, 2, {"c": "d"', {"a": {"b": [1, 2, {"c": "d"}]}}),
        ('{"a": 1, "b":', {"a": 1}),
        ('{"a": 1, "b', {"a": 1}),
        ('{"a": 1} and more', None),
        ("no object", None),
    ],
)
def test_an_object_is_closed_behind_its_last_whole_entry(text, value):
    assert cut_json(text) == value


@pytest.mark.parametrize("end", ["", "...", "…", "\n```"])
def test_a_message_that_was_cut_behind_its_dimensions_says_everything(end):
    cut = MESSAGE[: MESSAGE.index('"Period"')] + end
    alarm = read_alarm({"type": "message", "bot_id": "B1", "text": cut, "ts": "1.1"})
    assert (alarm.state, alarm.metric, alarm.api_name, alarm.stage) == ("ALARM", "5XXError", "orders", "prod")
    assert alarm.relevant


def test_a_message_that_was_cut_before_its_metric_leaves_the_relevance_open():
    alarm = read_alarm(MESSAGE[: MESSAGE.index('"Trigger"')])
    assert (alarm.alarm_name, alarm.metric, alarm.relevant) == ("orders-prod-5xx", None, None)


def test_an_envelope_that_was_cut_within_its_message_is_read_as_far_as_it_goes():
    alarm = read_alarm(ENVELOPE[: ENVELOPE.index("Trigger")])
    assert (alarm.state, alarm.alarm_name) == ("ALARM", "orders-prod-5xx")


def test_half_a_name_is_no_name():
    assert not read_alarm(MESSAGE[: MESSAGE.index("prod-5xx")]).is_alarm


@pytest.mark.parametrize(
    "payload",
    [
        {"default": MESSAGE, "sms": 'ALARM: "orders-prod-5xx" in EU (Ireland)', "email": "You are receiving"},
        {"httpMethod": "POST", "body": base64.b64encode(ENVELOPE.encode()).decode(), "isBase64Encoded": True},
    ],
    ids=["one text for each protocol", "a request to a Lambda function"],
)
def test_further_wrappings(payload):
    assert read_alarm(payload).api_name == "orders"


def test_times_as_python_prints_them_do_not_hide_the_row():
    row = (
        "{'AlarmName': 'a', 'StateUpdatedTimestamp': datetime.datetime(2026, 1, 2, tzinfo=tzutc()), 'StateValue': 'OK'}"
    )
    assert read_alarm(row).alarm_name == "a"


def test_a_series_of_a_query_names_the_api():
    query = {"Id": "q1", "Expression": 'SELECT SUM("5XXError") FROM SCHEMA("AWS/ApiGateway", ApiName) GROUP BY ApiName'}
    message = samples.sns_message(
        Trigger={"Metrics": [query]}, AlarmContributorAttributes={"ApiName": "orders", "Stage": "prod"}
    )
    alarm = read_alarm(message)
    assert (alarm.api_name, alarm.stage, alarm.relevant) == ("orders", "prod", True)


@pytest.mark.parametrize(
    ("extra", "source"), [({}, "alertmanager"), ({"orgId": 1, "title": "[FIRING:1] API 5xx"}, "grafana")]
)
def test_the_webhooks_of_alertmanager_and_grafana(extra, source):
    labels = {"alertname": "API 5xx", "ApiName": "orders", "Stage": "prod"}
    alert = {"status": "firing", "labels": labels, "annotations": {"summary": "s"}, "startsAt": "2026-11-22T03:12:00Z"}
    group = {
        "status": "firing",
        "alerts": [alert],
        "groupLabels": {},
        "commonLabels": {"alertname": "API 5xx"},
        **extra,
    }
    alarm = read_alarm(group)
    assert (alarm.alarm_source, alarm.alarm_name, alarm.api_name, alarm.stage) == (source, "API 5xx", "orders", "prod")
