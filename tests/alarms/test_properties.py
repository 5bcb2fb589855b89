"""Whatever comes: nothing raises, wrappings change nothing, the same payload is read the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alarms import Alarm, read_alarm, read_alarms
from bot.alarms.cli_text import alarm_json, alarm_text
from tests.alarms.samples import (
    amazon_q,
    card,
    escaped,
    event_bridge,
    section,
    sns_envelope,
    sns_message,
    sns_record,
    sqs_record,
)

KEYS = st.sampled_from(
    [
        *("Type", "Message", "TopicArn", "Records", "Sns", "body", "Body", "MetricAlarms"),
        *(
            "event",
            "message",
            "payload",
            "text",
            "attachments",
            "blocks",
            "fields",
            "elements",
            "files",
            "title",
            "value",
        ),
        *(
            "type",
            "subtype",
            "channel",
            "ts",
            "thread_ts",
            "bot_profile",
            "from_url",
            "fallback",
            "plain_text",
            "filetype",
        ),
        *("AlarmName", "NewStateValue", "StateValue", "Trigger", "Metrics", "MetricStat", "Metric", "Dimensions"),
        *(
            "name",
            "Name",
            "Value",
            "Expression",
            "Region",
            "AlarmArn",
            "StateChangeTime",
            "TriggeringChildren",
            "AlarmRule",
        ),
        *("detail", "detail-type", "state", "previousState", "configuration", "alarmData", "reasonData", "alarmName"),
        *("namespace", "metrics", "id", "url"),
    ]
)
WORDS = st.sampled_from(
    [
        "ALARM",
        "OK",
        "INSUFFICIENT_DATA",
        "Notification",
        "message_changed",
        "email",
        "section",
        "header",
        "rich_text",
        "context",
        "CloudWatch Alarm State Change",
        "AWS/ApiGateway",
        "5XXError",
        'ALARM: "x" in EU (Ireland)',
        "*State*\nALARM",
        "Alarm Name: x",
        "🚨 CloudWatch Alarm | a | b | eu-west-1 | Account: 1",
        "[FIRING:1] x",
        "Triggered: x",
        "Alarm Details:\n- Name: x",
        "{'AlarmName': ",
        "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x",
        "SEARCH('{AWS/ApiGateway} MetricName=\"x\"')",
        "ALARM(x) OR",
        "&lt;",
        "<https://",
        "https://console.aws.amazon.com/cloudwatch/home?region=x#alarmsV2:alarm/%zz",
        "*a*",
        "2026-13-99T99:99:99Z",
        "\ud800",
        "\x00",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=40)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=8), inner, max_size=6),
    max_leaves=25,
)
# What a name may hold: letters, numbers, marks, punctuation, signs, spaces; no line breaks.
NAMES = (
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60)
    .map(str.strip)
    .filter(lambda name: name and not name.endswith(("…", "...")))
)


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_nothing_raises(payload):
    alarm = read_alarm(payload)
    assert isinstance(alarm, Alarm)
    assert alarm.is_alarm or alarm.relevant is False
    assert read_alarms(payload) == read_alarms(payload)


@given(
    st.text(max_size=200) | st.lists(WORDS, max_size=6).map("\n".join) | ANYTHING.map(lambda value: json.dumps(value))
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered_with_one_object(text):
    answer = json.loads(alarm_json(text).encode())
    assert isinstance(answer["is_alarm"], bool)
    assert alarm_text(text).encode().endswith(b"\n")


@given(ANYTHING)
@settings(deadline=None)
def test_any_message_of_sns_is_survived(payload):
    assert isinstance(read_alarm(sns_record(sns_envelope(json.dumps(payload)))), Alarm)


def core(alarm: Alarm) -> tuple[Any, ...]:
    return (
        alarm.is_alarm,
        alarm.state,
        alarm.previous_state,
        alarm.alarm_source,
        alarm.alarm_name,
        alarm.alarm_arn,
        alarm.description,
        alarm.reason,
        alarm.at,
        alarm.account,
        alarm.region,
        alarm.kind,
        alarm.metrics,
        alarm.apis,
        alarm.relevant,
        alarm.cautions,
    )


@given(NAMES, NAMES, NAMES, st.sampled_from(["ALARM", "OK", "INSUFFICIENT_DATA"]))
@settings(deadline=None)
def test_wrappings_change_nothing(name, description, api, state):
    message = sns_message(AlarmName=name, AlarmDescription=description, NewStateValue=state)
    message["Trigger"] = message["Trigger"] | {"Dimensions": [{"name": "ApiName", "value": api}]}
    text = json.dumps(message, ensure_ascii=False)
    envelope = sns_envelope(text)
    expected = core(read_alarm(message))
    assert (expected[4], expected[1]) == (name, state)
    for payload in (
        envelope,
        sns_record(envelope),
        sqs_record(envelope),
        sqs_record(message),
        json.dumps(sqs_record(envelope)),
        [message],
        {"type": "message", "text": escaped(text)},
        {"type": "message", "text": f"```{escaped(text)}```"},
        {"event": {"type": "message", "text": f"look: ```json\n{escaped(json.dumps(envelope))}\n```"}},
        card(section(escaped(text))),
        f"```\n{text}\n```" if ">" in text else text,
    ):
        assert core(read_alarm(payload)) == expected


@given(NAMES, NAMES)
@settings(deadline=None)
def test_event_bridge_says_what_sns_says(name, api):
    metric = {"namespace": "AWS/ApiGateway", "name": "5XXError", "dimensions": {"ApiName": api}}
    stat = {"metric": metric, "period": 60, "stat": "Sum"}
    event = event_bridge(alarmName=name, configuration={"metrics": [{"id": "m1", "metricStat": stat}]})
    message = sns_message(AlarmName=name, AlarmDescription=None)
    message["Trigger"] = message["Trigger"] | {"Dimensions": [{"name": "ApiName", "value": api}]}
    assert core(read_alarm(event)) == core(read_alarm(message))


@given(NAMES, st.sampled_from(["eu-west-1", "us-gov-east-1", "ap-southeast-2"]))
@settings(deadline=None)
def test_any_name_survives_amazon_qs_title(name, region):
    title = f"🚨 CloudWatch Alarm | {escaped(name)} | {region} | Account: 111122223333"
    alarm = read_alarm(amazon_q(title, url="https://example.com"))
    assert (alarm.alarm_name, alarm.region, alarm.account) == (name, region, "111122223333")
