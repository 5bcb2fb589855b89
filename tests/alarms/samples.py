"""The same alarm, in the shapes in which it may arrive."""

from __future__ import annotations

import json
from typing import Any

from bot.alarms import Alarm

ARN = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-prod-5xx"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
REASON = (
    "Threshold Crossed: 1 out of the last 1 datapoints [3.0 (04/03/26 10:47:00)] was greater than the threshold (0.0)"
    " (minimum 1 datapoint for OK -> ALARM transition)."
)
CONSOLE = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/orders-prod-5xx"

Json = dict[str, Any]

TRIGGER: Json = {
    "MetricName": "5XXError",
    "Namespace": "AWS/ApiGateway",
    "StatisticType": "Statistic",
    "Statistic": "SUM",
    "Unit": None,
    "Dimensions": [{"value": "orders", "name": "ApiName"}, {"value": "prod", "name": "Stage"}],
    "Period": 60,
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 0.0,
    "TreatMissingData": "notBreaching",
}


def sns_message(**changes: Any) -> Json:
    """CloudWatch's message; `changes` replace keys, None takes one out."""
    message = {
        "AlarmName": "orders-prod-5xx",
        "AlarmDescription": 'Orders & payments: see <https://example.com/runbook> for "5xx"',
        "AWSAccountId": "111122223333",
        "AlarmConfigurationUpdatedTimestamp": "2026-01-01T00:00:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": REASON,
        "StateChangeTime": "2026-03-04T10:48:25.093+0000",
        "Region": "EU (Ireland)",
        "AlarmArn": ARN,
        "OldStateValue": "OK",
        "Trigger": TRIGGER,
    }
    return {key: value for key, value in (message | changes).items() if value is not None}


def triggered_by(**trigger: Any) -> Json:
    """A message whose trigger is this."""
    return sns_message(Trigger=trigger)


def sns_envelope(message: Json | str, **changes: Any) -> Json:
    """SNS's HTTP envelope around a message."""
    return {
        "Type": "Notification",
        "MessageId": "00000000-0000-0000-0000-000000000000",
        "TopicArn": TOPIC,
        "Subject": 'ALARM: "orders-prod-5xx" in EU (Ireland)',
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-03-04T10:48:25.134Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
    } | changes


def sns_record(envelope: Json) -> Json:
    """Lambda's event for an SNS delivery."""
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": envelope}]}


def sqs_record(body: Json | str) -> Json:
    """Lambda's event for an SQS message."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "receiptHandle": "x", "body": text}]}


def event_bridge(**detail: Any) -> Json:
    """A state change on EventBridge; `detail` replaces keys of its detail."""
    return {
        "version": "0",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "111122223333",
        "time": "2026-03-04T10:48:26Z",
        "region": "eu-west-1",
        "resources": [ARN],
        "detail": {
            "alarmName": "orders-prod-5xx",
            "state": {"value": "ALARM", "reason": REASON, "timestamp": "2026-03-04T10:48:25.093+0000"},
            "previousState": {"value": "OK"},
            "configuration": {
                "description": 'Orders & payments: see <https://example.com/runbook> for "5xx"',
                "metrics": [metric_query("m1", "5XXError", ApiName="orders", Stage="prod")],
            },
        }
        | detail,
    }


def metric_query(identity: str, name: str, namespace: str = "AWS/ApiGateway", **dimensions: str) -> Json:
    """A metric as EventBridge writes it."""
    metric = {"namespace": namespace, "name": name, "dimensions": dimensions}
    return {"id": identity, "metricStat": {"metric": metric, "period": 60, "stat": "Sum"}, "returnData": True}


def described(**changes: Any) -> Json:
    """A row of DescribeAlarms."""
    return {
        "AlarmName": "orders-prod-5xx",
        "AlarmArn": ARN,
        "AlarmDescription": 'Orders & payments: see <https://example.com/runbook> for "5xx"',
        "StateValue": "ALARM",
        "StateReason": REASON,
        "StateUpdatedTimestamp": "2026-03-04T10:48:25.093000+00:00",
        "MetricName": "5XXError",
        "Namespace": "AWS/ApiGateway",
        "Statistic": "Sum",
        "Dimensions": [{"Name": "ApiName", "Value": "orders"}, {"Name": "Stage", "Value": "prod"}],
        "Period": 60,
    } | changes


def section(text: str) -> Json:
    """A section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def fields(*pairs: tuple[str, str]) -> Json:
    """A section of labelled fields, as Amazon Q Developer writes them."""
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*{label}*\n{value}"} for label, value in pairs]}


def header(text: str) -> Json:
    """A header block."""
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def card(*blocks: Json, **message: Any) -> Json:
    """A message of an app whose content is the blocks of an attachment."""
    return {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B01RELAY",
        "text": "",
        "ts": "1772621305.000100",
        "channel": "C01INCIDENTS",
        "attachments": [{"color": "d13212", "blocks": list(blocks)}],
    } | message


def attachment(**content: Any) -> Json:
    """A message of an app with one legacy attachment."""
    return card(attachments=[content])


def legacy(*pairs: tuple[str, str], **content: Any) -> Json:
    """A message of an app with one legacy attachment of labelled fields."""
    return attachment(fields=[{"title": title, "value": value, "short": True} for title, value in pairs], **content)


def amazon_q(title: str, *pairs: tuple[str, str], url: str = CONSOLE, **message: Any) -> Json:
    """A card of Amazon Q Developer."""
    return card(section(f"*<{url}|{title}>*"), section(REASON.replace(">", "&gt;")), fields(*pairs), **message)


def says(alarm: Alarm) -> tuple[str | None, ...]:
    """What most tables compare."""
    return (alarm.relay, alarm.state, alarm.alarm_name, alarm.region)


def escaped(text: str) -> str:
    """What Slack makes of a text that somebody pastes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
