"""What `vpclink alarm` prints."""

from __future__ import annotations

import json

import pytest

from bot.alarms.cli_text import alarm_json, alarm_text
from tests.alarms.samples import REASON, amazon_q, sns_envelope, sns_message

CONTRACT = (
    "is_alarm",
    "state",
    "alarm_name",
    "namespace",
    "metric",
    "api_name",
    "api_id",
    "stage",
    "region",
    "relevant",
)


def test_the_contracts_keys_come_first_and_hold_what_was_read():
    answer = json.loads(alarm_json(json.dumps(sns_envelope(sns_message()))))
    assert tuple(answer)[: len(CONTRACT)] == CONTRACT
    assert {key: answer[key] for key in CONTRACT} == {
        "is_alarm": True,
        "state": "ALARM",
        "alarm_name": "orders-prod-5xx",
        "namespace": "AWS/ApiGateway",
        "metric": "5XXError",
        "api_name": "orders",
        "api_id": None,
        "stage": "prod",
        "region": "eu-west-1",
        "relevant": True,
    }
    assert answer["at"] == "2026-03-04T10:48:25.093000+00:00"
    assert answer["dimensions"] == {"ApiName": "orders", "Stage": "prod"}
    assert "others" not in answer


@pytest.mark.parametrize("text", ["", "hello", "{}", "null", "[]", "{", "🚨"])
def test_what_is_no_alarm_has_every_key_empty(text):
    answer = json.loads(alarm_json(text))
    assert {key: answer[key] for key in CONTRACT} == dict.fromkeys(CONTRACT) | {"is_alarm": False, "relevant": False}
    assert alarm_text(text) == "This is not an alarm that changed its state.\n"


def test_further_alarms_stand_under_others():
    lines = [json.dumps(sns_message(AlarmName=name)) for name in ("a", "b", "c")]
    answer = json.loads(alarm_json("\n".join(lines)))
    assert answer["alarm_name"] == "a"
    assert [other["alarm_name"] for other in answer["others"]] == ["b", "c"]


def test_lines_of_slack_messages_are_read_as_such():
    lines = [json.dumps(amazon_q(f"🚨 CloudWatch Alarm | {name} &amp; more | eu-west-1")) for name in ("a", "b")]
    answer = json.loads(alarm_json("\n".join(lines)))
    assert (answer["relay"], answer["alarm_name"]) == ("pasted-json", "a & more")
    assert [other["alarm_name"] for other in answer["others"]] == ["b & more"]
    assert answer["slack"]["channel"] == "C01INCIDENTS"


def test_people_read_one_fact_a_line():
    assert alarm_text(json.dumps(sns_message())) == (
        "orders-prod-5xx\n"
        "  State:       OK → ALARM\n"
        "  At:          2026-03-04T10:48:25.093000+00:00\n"
        "  Where:       eu-west-1, 111122223333\n"
        "  Metric:      Sum AWS/ApiGateway 5XXError\n"
        "  Dimensions:  ApiName=orders, Stage=prod\n"
        "  API:         orders prod\n"
        f"  Reason:      {REASON}\n"
        "  Relevant:    yes: 5xx or latency of API Gateway\n"
        "  Came as:     sns-message\n"
    )


def test_people_are_told_what_a_card_leaves_open():
    text = alarm_text(json.dumps(amazon_q("🚨 CloudWatch Alarm | orders | eu-west-1")))
    assert "  Relevant:    not said here: DescribeAlarms must tell\n" in text
