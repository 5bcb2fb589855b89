"""CloudWatch's own objects: SNS messages and their wrappings, EventBridge, Lambda actions, DescribeAlarms."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.alarms import NOT_AN_ALARM, Alarm, read_alarm, read_alarms
from tests.alarms.samples import (
    ARN,
    REASON,
    described,
    event_bridge,
    sns_envelope,
    sns_message,
    sns_record,
    sqs_record,
)

LAMBDA_ACTION = {
    "source": "aws.cloudwatch",
    "alarmArn": ARN,
    "accountId": "111122223333",
    "region": "eu-west-1",
    "alarmData": event_bridge()["detail"],
}
DELIVERIES = {
    "bare-message": (sns_message(), "sns-message"),
    "sns-over-http": (sns_envelope(sns_message()), "sns-envelope"),
    "sns-to-lambda": (sns_record(sns_envelope(sns_message())), "lambda-records"),
    "sns-to-sqs-received": ({"Messages": [{"Body": json.dumps(sns_envelope(sns_message()))}]}, "sqs-message"),
    "sns-to-sqs-one-message": ({"MessageId": "1", "Body": json.dumps(sns_envelope(sns_message()))}, "sqs-message"),
    "sns-to-sqs-to-lambda": (sqs_record(sns_envelope(sns_message())), "lambda-records"),
    "sns-to-sqs-raw-delivery": (sqs_record(sns_message()), "lambda-records"),
    "sns-over-http-to-lambda": ({"headers": {}, "body": json.dumps(sns_envelope(sns_message()))}, "sqs-message"),
    "event-bridge": (event_bridge(), "event-bridge"),
    "event-bridge-to-sns": (sns_envelope(event_bridge()), "sns-envelope"),
    "event-bridge-to-sqs": (sqs_record(event_bridge()), "lambda-records"),
    "event-bridge-detail-only": (event_bridge()["detail"] | {"region": "eu-west-1"}, "event-bridge"),
    "lambda-action": (LAMBDA_ACTION, "lambda-action"),
    "describe-alarms-row": (described(), "describe-alarms"),
    "describe-alarms-reply": ({"MetricAlarms": [described()], "CompositeAlarms": []}, "describe-alarms"),
    "list": ([sns_message()], "sns-message"),
}


@pytest.mark.parametrize(("payload", "relay"), DELIVERIES.values(), ids=DELIVERIES)
def test_every_delivery_says_the_same(payload, relay):
    alarm = read_alarm(payload)
    assert alarm.relay == relay
    assert (alarm.is_alarm, alarm.state, alarm.alarm_name, alarm.alarm_source) == (
        True,
        "ALARM",
        "orders-prod-5xx",
        "cloudwatch",
    )
    assert (alarm.namespace, alarm.metric, alarm.statistic, alarm.kind) == (
        "AWS/ApiGateway",
        "5XXError",
        "Sum",
        "metric",
    )
    assert (alarm.api_name, alarm.api_id, alarm.stage, alarm.relevant) == ("orders", None, "prod", True)
    assert alarm.dimensions == (("ApiName", "orders"), ("Stage", "prod"))
    assert alarm.reason == REASON
    assert alarm.at == datetime(2026, 3, 4, 10, 48, 25, 93000, UTC)
    assert alarm.starts_diagnosis


def test_the_arn_gives_region_and_account():
    alarm = read_alarm(sns_message(AWSAccountId="444455556666"))
    assert (alarm.alarm_arn, alarm.region, alarm.account) == (ARN, "eu-west-1", "111122223333")


US = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-prod-5xx"


@pytest.mark.parametrize(
    ("payload", "region"),
    [
        pytest.param(sns_envelope(sns_message(AlarmArn=US)), "us-east-1", id="arn-before-topic"),
        pytest.param(
            sns_envelope(sns_message(AlarmArn=None, Region="US (Virginia)")), "eu-west-1", id="topic-before-name"
        ),
        pytest.param(sns_message(AlarmArn=None, Region="APAC - Tokyo"), "ap-northeast-1", id="name"),
        pytest.param(
            sns_message(AlarmArn="arn:aws:cloudwatch:REGION:ACCOUNT:alarm:x", Region="EXAMPLE"), None, id="placeholders"
        ),
        pytest.param(
            sns_envelope(sns_message(AlarmArn=None), TopicArn="arn:aws:sns:EXAMPLE"),
            "eu-west-1",
            id="topic-is-a-placeholder",
        ),
        pytest.param(
            sns_message(AlarmArn="arn:aws-cn:cloudwatch:cn-north-1:111122223333:alarm:x"), "cn-north-1", id="china"
        ),
    ],
)
def test_the_region_comes_from_the_most_certain_place(payload, region):
    assert read_alarm(payload).region == region


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(sns_envelope("You have chosen to subscribe", Type="SubscriptionConfirmation"), id="subscription"),
        pytest.param(
            sns_envelope(sns_message(), Type="SubscriptionConfirmation"), id="subscription-with-an-alarm-in-it"
        ),
        pytest.param(sns_envelope("Bye", Type="UnsubscribeConfirmation"), id="unsubscription"),
        pytest.param(
            sns_envelope({"Progress": 50, "Event": "autoscaling:EC2_INSTANCE_TERMINATE"}, Subject="Auto Scaling"),
            id="other-notice",
        ),
        pytest.param(sns_envelope("hello", Subject="hello"), id="other-text"),
        pytest.param(sns_message(NewStateValue="EXAMPLE"), id="no-such-state"),
        pytest.param(sns_message(AlarmName=" "), id="no-name"),
        pytest.param(event_bridge() | {"detail-type": "EC2 Instance State-change Notification"}, id="another-event"),
        pytest.param({"Records": [{"eventSource": "aws:s3", "s3": {}}]}, id="another-record"),
        pytest.param({}, id="empty"),
        pytest.param([], id="empty-list"),
        pytest.param(None, id="null"),
        pytest.param(7, id="number"),
    ],
)
def test_what_is_not_an_alarm(payload):
    assert read_alarm(payload) == NOT_AN_ALARM == Alarm(relevant=False)


def test_a_configuration_change_is_no_alarm_but_says_what_it_is_about():
    alarm = read_alarm(event_bridge() | {"detail-type": "CloudWatch Alarm Configuration Change"})
    assert (alarm.is_alarm, alarm.relevant, alarm.starts_diagnosis) == (False, False, False)
    assert (alarm.alarm_name, alarm.region, alarm.state) == ("orders-prod-5xx", "eu-west-1", "ALARM")


def test_several_records_are_several_alarms():
    records = [sqs_record(sns_message(AlarmName=name))["Records"][0] for name in ("a", "b", "c")]
    assert [alarm.alarm_name for alarm in read_alarms({"Records": records})] == ["a", "b", "c"]


def test_an_alarm_is_found_behind_what_is_none():
    other = sns_envelope("hello", Subject="hello")
    assert read_alarm(
        [other, event_bridge() | {"detail-type": "CloudWatch Alarm Configuration Change"}, sns_message()]
    ).is_alarm


@pytest.mark.parametrize(
    ("subject", "message", "state", "name", "region"),
    [
        ('ALARM: "orders" in Asia Pacific (Seoul)', "see the runbook", "ALARM", "orders", "eu-west-1"),
        ('OK: "orders" in EU (Ireland)', "{not json", "OK", "orders", "eu-west-1"),
        ('ALARM: "TEST" in EU (Ireland)', sns_message(NewStateValue="OK"), "OK", "orders-prod-5xx", "eu-west-1"),
    ],
    ids=["text-under-a-subject", "broken-json-under-a-subject", "message-wins-over-subject"],
)
def test_a_subject_speaks_where_the_message_does_not(subject, message, state, name, region):
    alarm = read_alarm(sns_envelope(message, Subject=subject))
    assert (alarm.state, alarm.alarm_name, alarm.region) == (state, name, region)


def test_a_composite_alarm_names_its_children_and_cannot_tell_relevance():
    child = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders 5xx"
    alarm = read_alarm(
        sns_message(
            Trigger=None,
            AlarmRule=f'(ALARM("{child}") OR ALARM(latency-high)) AND NOT ALARM("in maintenance (yes)")',
            TriggeringChildren=[
                {"Arn": child, "State": {"Value": "ALARM", "Timestamp": "2026-03-04T10:48:25.093+0000"}}
            ],
        )
    )
    assert (alarm.kind, alarm.relevant, alarm.metric) == ("composite", None, None)
    assert [(entry.name, entry.state, entry.triggered) for entry in alarm.children] == [
        ("orders 5xx", "ALARM", True),
        ("latency-high", None, False),
        ("in maintenance (yes)", None, False),
    ]


def test_a_suppressed_composite_alarm_starts_nothing():
    state = {
        "value": "ALARM",
        "actionsSuppressedBy": "WaitPeriod",
        "reasonData": json.dumps({"triggeringAlarms": [{"arn": ARN, "state": {"value": "ALARM"}}]}),
    }
    alarm = read_alarm(event_bridge(state=state, configuration={"alarmRule": "ALARM(orders-prod-5xx)"}))
    assert (alarm.kind, alarm.actions_suppressed, alarm.starts_diagnosis) == ("composite", True, False)
    assert [(entry.name, entry.state, entry.triggered) for entry in alarm.children] == [
        ("orders-prod-5xx", "ALARM", True)
    ]


@pytest.mark.parametrize(
    "payload",
    [
        sns_message(Trigger=None, LogGroups=["/aws/lambda/x"], QueryString="fields @message"),
        event_bridge(configuration={"scheduledQueryConfiguration": {"queryString": "fields @message"}}),
        described(MetricName=None, Namespace=None, Dimensions=[], Statistic=None, ScheduledQueryConfiguration={}),
    ],
    ids=["sns", "event-bridge", "describe-alarms"],
)
def test_a_log_alarm_watches_no_metric(payload):
    alarm = read_alarm(payload)
    assert (alarm.is_alarm, alarm.kind, alarm.metric, alarm.relevant) == (True, "log", None, False)


def test_a_contributor_names_the_series_that_failed():
    """Metrics Insights alarms over several series (AWS: API_AlarmContributor)."""
    query = 'SELECT SUM("5XXError") FROM SCHEMA("AWS/ApiGateway", ApiName, Stage) GROUP BY ApiName'
    event = event_bridge(
        alarmContributor={"id": "1", "attributes": {"ApiName": "orders"}},
        configuration={"metrics": [{"id": "q1", "expression": query, "returnData": True}]},
    ) | {"detail-type": "CloudWatch Alarm Contributor State Change"}
    alarm = read_alarm(event)
    assert (alarm.is_alarm, alarm.api_name, alarm.metric, alarm.relevant) == (True, "orders", "5XXError", True)


@pytest.mark.parametrize(
    "reason_data", ["{", "[]", "null", 7, None, "x" * 10_000, json.dumps({"triggeringAlarms": [7]})]
)
def test_reason_data_that_cannot_be_read_names_no_children(reason_data):
    state = {"value": "ALARM", "reasonData": reason_data}
    alarm = read_alarm(event_bridge(state=state, configuration={"alarmRule": "FALSE"}))
    assert (alarm.state, alarm.kind, alarm.children) == ("ALARM", "composite", ())


def test_wrappings_without_end_are_given_up():
    body = sns_message()
    for _ in range(20):
        body = {"body": body}
    assert read_alarm(body) == NOT_AN_ALARM


def test_rows_of_the_sdk_hold_moments():
    at = datetime(2026, 3, 4, 10, 48, tzinfo=UTC)
    assert read_alarm(described(StateUpdatedTimestamp=at)).at == at
    assert read_alarm(
        described(StateUpdatedTimestamp=at, StateTransitionedTimestamp=at.replace(hour=9))
    ).at == at.replace(hour=9)


def test_unknown_keys_are_tolerated():
    assert read_alarm(sns_message(ActionExecutedAfterMuteWindow=False, AlarmTags={"team": "x"})).relevant is True


def test_a_message_trimmed_by_hand_is_read():
    trimmed = {"AlarmName": "x", "StateValue": "ALARM", "Trigger": {"MetricName": "5xx", "Namespace": "AWS/ApiGateway"}}
    assert read_alarm(trimmed).relevant is True
