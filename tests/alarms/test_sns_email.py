"""The e-mail of SNS: as a file of Slack's Email app, as an attachment, as text, wrapped, quoted, cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.alarms import read_alarm
from tests.alarms.samples import ARN, REASON, attachment

OPENING = (
    'You are receiving this email because your Amazon CloudWatch Alarm "orders-prod-5xx" in the EU (Ireland) region has'
    f' entered the ALARM state, because "{REASON}" at "Wednesday 04 March, 2026 10:48:25 UTC".'
)
DETAILS = f"""Alarm Details:
- Name:                       orders-prod-5xx
- Description:                The orders API fails.
- State Change:               OK -> ALARM
- Reason for State Change:    {REASON}
- Timestamp:                  Wednesday 04 March, 2026 10:48:25 UTC
- AWS Account:                111122223333
- Alarm Arn:                  {ARN}
"""
METRIC = """Threshold:
- The alarm is in the ALARM state when the metric is GreaterThanThreshold 0.0 for 60 seconds.

Monitored Metric:
- MetricNamespace:                     AWS/ApiGateway
- MetricName:                          5XXError
- Dimensions:                          [ApiName = orders], [Resource = /orders/{id}], [Stage = prod]
- Period:                              60 seconds
- Statistic:                           Sum
- Unit:                                not specified
- TreatMissingData:                    missing

State Change Actions:
- OK:
- ALARM: [arn:aws:sns:eu-west-1:111122223333:alarms]
- INSUFFICIENT_DATA:

--
If you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:
https://sns.eu-west-1.amazonaws.com/unsubscribe.html
"""
BODY = f"{OPENING}\n\nView this alarm in the AWS Management Console:\nhttps://example.com\n\n{DETAILS}\n{METRIC}"
SUBJECT = 'ALARM: "orders-prod-5xx" in EU (Ireland)'


def email(body, subject=SUBJECT, **file):
    return {
        "type": "message",
        "text": "",
        "files": [{"filetype": "email", "subject": subject, "plain_text": body, **file}],
    }


SHAPES = {
    "file-of-the-email-app": email(BODY),
    "file-with-a-preview-only": {"files": [{"filetype": "email", "subject": SUBJECT, "preview_plain_text": BODY}]},
    "attachment": attachment(title=SUBJECT, text=BODY),
    "message-text": {"text": BODY.replace(">", "&gt;").replace("<", "&lt;")},
    "pasted-text": BODY,
    "with-headers": f"From: AWS Notifications <no-reply@sns.amazonaws.com>\nSubject: {SUBJECT}\n\n{BODY}",
    "details-only": f"{DETAILS}\n{METRIC}",
    "quoted": "\n".join(f"> {line}" for line in BODY.splitlines()),
    "indented": "\n".join(f"    {line}" for line in BODY.splitlines()),
    "windows-lines": BODY.replace("\n", "\r\n"),
    "sns-text": {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:x", "Message": BODY},
}


@pytest.mark.parametrize("payload", SHAPES.values(), ids=SHAPES)
def test_the_mail_names_the_metric(payload):
    alarm = read_alarm(payload)
    assert (alarm.is_alarm, alarm.state, alarm.previous_state) == (True, "ALARM", "OK")
    assert (alarm.alarm_name, alarm.alarm_arn, alarm.region, alarm.account) == (
        "orders-prod-5xx",
        ARN,
        "eu-west-1",
        "111122223333",
    )
    assert (alarm.namespace, alarm.metric, alarm.statistic, alarm.kind) == (
        "AWS/ApiGateway",
        "5XXError",
        "Sum",
        "metric",
    )
    assert (alarm.api_name, alarm.stage, alarm.resource_path, alarm.relevant) == (
        "orders",
        "prod",
        "/orders/{id}",
        True,
    )
    assert (alarm.reason, alarm.description) == (REASON, "The orders API fails.")
    assert alarm.at == datetime(2026, 3, 4, 10, 48, 25, tzinfo=UTC)


def test_the_opening_sentence_is_enough():
    alarm = read_alarm(OPENING)
    assert (alarm.relay, alarm.alarm_name, alarm.state, alarm.region) == (
        "sns-email",
        "orders-prod-5xx",
        "ALARM",
        "eu-west-1",
    )
    assert alarm.relevant is None


def test_the_opening_sentence_may_be_wrapped():
    wrapped = OPENING.replace(" region ", "\nregion\n").replace("Alarm ", "Alarm\n")
    assert read_alarm(wrapped).alarm_name == "orders-prod-5xx"


def test_a_value_may_go_on_in_the_next_line():
    reason = "- Reason for State Change:\n    Threshold Crossed: 1\n    datapoint\n- Timestamp: x\n"
    text = f"Alarm Details:\n- Name: orders\n- State Change: OK -> ALARM\n{reason}"
    assert read_alarm(text).reason == "Threshold Crossed: 1 datapoint"


def test_a_recovery():
    alarm = read_alarm(email(DETAILS.replace("OK -> ALARM", "ALARM -> OK"), 'OK: "orders-prod-5xx" in EU (Ireland)'))
    assert (alarm.state, alarm.previous_state, alarm.starts_diagnosis) == ("OK", "ALARM", False)


def test_old_mails_have_no_arn_and_take_the_region_from_their_words():
    old = DETAILS.replace(f"- Alarm Arn:                  {ARN}\n", "")
    alarm = read_alarm(email(old, 'ALARM: "orders-prod-5xx" in US West - Oregon'))
    assert (alarm.alarm_arn, alarm.region) == (None, "us-west-2")


def test_a_body_that_was_cut_keeps_the_subject():
    alarm = read_alarm(email("You are receiving this email because your Amazon CloudWatch Al"))
    assert (alarm.relay, alarm.state, alarm.alarm_name, alarm.region) == (
        "sns-subject",
        "ALARM",
        "orders-prod-5xx",
        "eu-west-1",
    )


@pytest.mark.parametrize(
    ("expressions", "kind", "relevant"),
    [
        ("- MetricExpression:           m1/m2\n- MetricLabel:                rate\n", "math", None),
        ("- MetricExpression:           ANOMALY_DETECTION_BAND(m1, 2)\n", "anomaly", None),
        ('- MetricExpression:           SELECT SUM("5XXError") FROM "AWS/ApiGateway"\n', "math", True),
    ],
    ids=["math", "anomaly", "query"],
)
def test_math_shows_its_expression_only(expressions, kind, relevant):
    alarm = read_alarm(f"{DETAILS}\nMonitored Metrics:\n{expressions}")
    assert (alarm.kind, alarm.relevant, alarm.api_name) == (kind, relevant, None)


def test_a_composite_alarm_lists_its_children():
    child = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders 5xx"
    rule = f"- Alarm Rule:                 ALARM({child}) OR ALARM(latency)\n"
    listed = (
        f"\nTriggering children (max. 10):\n- {child}   ALARM               Wednesday 04 March, 2026 10:48:25 UTC\n"
    )
    alarm = read_alarm(DETAILS + rule + listed)
    assert (alarm.kind, alarm.relevant, alarm.alarm_arn) == ("composite", None, ARN)
    assert [(entry.name, entry.state, entry.triggered) for entry in alarm.children] == [
        ("orders 5xx", "ALARM", True),
        ("latency", None, False),
    ]


def test_other_mails_are_no_alarms():
    assert not read_alarm(email("- Name: Ada\n- State: happy\n", "Hello")).is_alarm
