"""Every other relay's message: products, Terraform modules, and what people build themselves."""

from __future__ import annotations

import pytest

from bot.alarms import NOT_AN_ALARM, read_alarm
from tests.alarms.samples import CONSOLE, REASON, attachment, card, fields, header, legacy, says, section

LINK = "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarm:alarmFilter=ANY;name=orders%20%7C%205xx"


NOTIFY = [
    ("Alarm Name", "`orders | 5xx`"),
    ("Alarm Description", "`Orders &amp; payments`"),
    ("Alarm reason", "`Threshold Crossed: 1 datapoint`"),
    ("Old State", "`OK`"),
    ("Current State", "`ALARM`"),
    ("Link to Alarm", LINK),
]


def test_terraform_aws_notify_slack():
    alarm = read_alarm(legacy(*NOTIFY, fallback="Alarm orders | 5xx triggered", text="AWS CloudWatch notification - x"))
    assert says(alarm) == ("notify-slack", "ALARM", "orders | 5xx", "eu-west-1")
    assert (alarm.previous_state, alarm.reason) == ("OK", "Threshold Crossed: 1 datapoint")
    assert (alarm.description, alarm.relevant) == ("Orders & payments", None)


LAMBDA = [("Alarm Name", "orders"), ("Old State", "OK"), ("Current State", "ALARM"), ("Link to Alarm", LINK)]


@pytest.mark.parametrize(
    ("condition", "metric", "statistic", "relevant"),
    [
        ("SUM 5XXError GreaterThanOrEqualToThreshold 1 for 1 period(s) of 300 seconds.", "5XXError", "Sum", None),
        ("p99 Latency GreaterThanThreshold 1000 for 3 period(s) of 60 seconds.", "Latency", "p99", None),
        ("SUM 4XXError GreaterThanThreshold 50 for 2 period(s) of 300 seconds.", "4XXError", "Sum", False),
        ("AVERAGE Disk Used GreaterThanThreshold 50 for 2 period(s) of 300 seconds.", "Disk Used", "Average", False),
        ("undefined 5XXError GreaterThanThreshold 1 for 1 period(s) of 60 seconds.", "5XXError", None, None),
        (
            "undefined undefined LessThanLowerOrGreaterThanUpperThreshold undefined for 4 period(s) of 60 seconds.",
            None,
            None,
            None,
        ),
    ],
    ids=["5xx", "latency", "4xx", "with-a-space", "no-statistic", "metric-math"],
)
def test_lambda_cloudwatch_slack_knows_the_metric_but_not_its_namespace(condition, metric, statistic, relevant):
    """AWS/AppSync publishes 5XXError and Latency as well, so these names alone do not tell."""
    alarm = read_alarm(legacy(*LAMBDA, ("Trigger", condition)) | {"text": "*Amazon CloudWatch Notification*"})
    assert says(alarm) == ("lambda-cloudwatch-slack", "ALARM", "orders", "eu-west-1")
    assert (alarm.metric, alarm.statistic, alarm.namespace, alarm.relevant) == (metric, statistic, None, relevant)


def test_a_relay_without_a_state_leaves_it_open():
    condition = "SUM 5XXError GreaterThanThreshold 1 for 1 period(s) of 300 seconds."
    alarm = read_alarm(legacy(("Alarm Name", "orders"), ("Trigger", condition), ("Responsible", "@ada")))
    assert (alarm.is_alarm, alarm.state, alarm.starts_diagnosis) == (True, None, False)


@pytest.mark.parametrize(
    ("message", "state", "name", "region"),
    [
        pytest.param(
            attachment(title='#91602: ALARM: "orders" in EU (Milan)', text="x"),
            "ALARM",
            "orders",
            "eu-south-1",
            id="opsgenie",
        ),
        pytest.param(
            attachment(title='#7: OK: "orders" in US East (N. Virginia)'),
            "OK",
            "orders",
            "us-east-1",
            id="opsgenie-closed",
        ),
        pytest.param(
            attachment(title='#7: ALARM: "a "quoted" in name" in EU - Ireland'),
            "ALARM",
            'a "quoted" in name',
            "eu-west-1",
            id="quotes-in-the-name",
        ),
        pytest.param(
            attachment(title='ALARM: "orders" in EU (Milan'), "ALARM", "orders", "eu-south-1", id="cut-in-the-region"
        ),
        pytest.param(attachment(title='ALARM: "orders"'), "ALARM", "orders", None, id="cut-before-the-region"),
        pytest.param(attachment(title='ALARM: "orders" in Eu'), "ALARM", "orders", None, id="cut-before-the-place"),
        pytest.param(
            card(
                section('*<https://example.com|Alert #112717: ALARM: "orders" in EU (Milan)>*'),
                fields(("Status", "Open")),
            ),
            "ALARM",
            "orders",
            "eu-south-1",
            id="jira-service-management",
        ),
        pytest.param(
            {"text": 'Triggered #12: <https://example.com|ALARM: "orders" in Asia Pacific (Tokyo)>'},
            "ALARM",
            "orders",
            "ap-northeast-1",
            id="pagerduty",
        ),
    ],
)
def test_titles_that_are_the_subject_of_the_sns_message(message, state, name, region):
    assert says(read_alarm(message)) == ("sns-subject", state, name, region)


def test_opsgenie_prints_description_and_reason_below_each_other():
    alarm = read_alarm(attachment(title='#1: ALARM: "x" in EU (Milan)', text=f"Orders fail.\n{REASON}"))
    assert (alarm.description, alarm.reason) == ("Orders fail.", REASON)


@pytest.mark.parametrize(
    ("message", "state", "name", "source"),
    [
        pytest.param(
            attachment(title="Triggered: orders 5xx", title_link="https://app.datadoghq.com/monitors/1"),
            "ALARM",
            "orders 5xx",
            "datadog",
            id="datadog",
        ),
        pytest.param(
            attachment(title="[P1] [Recovered] orders 5xx") | {"username": "Datadog"},
            "OK",
            "orders 5xx",
            "datadog",
            id="datadog-recovered",
        ),
        pytest.param(
            card(header("No data: orders")) | {"username": "Datadog"},
            "INSUFFICIENT_DATA",
            "orders",
            "datadog",
            id="datadog-blocks",
        ),
        pytest.param(
            {"text": "Re-Triggered: orders", "bot_profile": {"name": "Datadog"}},
            "ALARM",
            "orders",
            "datadog",
            id="datadog-text",
        ),
        pytest.param(
            attachment(title="[FIRING:1] orders 5xx (prod)", footer="Grafana v12.2.1"),
            "ALARM",
            "orders 5xx",
            "grafana",
            id="grafana",
        ),
        pytest.param(
            attachment(title="[FIRING:1]  (orders prod)", footer="Grafana v9"),
            "ALARM",
            "orders prod",
            "grafana",
            id="grafana-without-groups",
        ),
        pytest.param(
            attachment(
                title="[RESOLVED] orders folder (prod)", footer="Grafana v12", text="Labels:\n - alertname = orders\n"
            ),
            "OK",
            "orders",
            "grafana",
            id="grafana-with-labels",
        ),
        pytest.param(
            attachment(title="[Alerting] orders 5xx", footer="Grafana v5.4.3"),
            "ALARM",
            "orders 5xx",
            "grafana",
            id="grafana-of-old",
        ),
        pytest.param(
            attachment(title="[No Data] orders 5xx", footer="Grafana v6"),
            "INSUFFICIENT_DATA",
            "orders 5xx",
            "grafana",
            id="grafana-no-data",
        ),
        pytest.param(
            attachment(title="[FIRING:2] HighErrors (prod)"), "ALARM", "HighErrors", "alertmanager", id="alertmanager"
        ),
    ],
)
def test_other_products_alerts(message, state, name, source):
    alarm = read_alarm(message)
    assert (alarm.is_alarm, alarm.state, alarm.alarm_name, alarm.alarm_source) == (True, state, name, source)
    assert (alarm.relevant, alarm.starts_diagnosis) == (None, False)


@pytest.mark.parametrize(
    ("query", "metric", "api", "relevant"),
    [
        ("sum:aws.apigateway.5xxerror{apiname:orders,stage:prod}.as_count() > 5", "5XXError", "orders", True),
        ("p95:aws.apigateway.integration_latency{apiname:orders}", "IntegrationLatency", "orders", True),
        ("sum:aws.apigateway.4xxerror{apiname:orders}", "4XXError", "orders", False),
        ("avg:system.load.1{host:x}", "system.load.1", None, False),
    ],
)
def test_datadog_shows_api_gateways_metrics_by_its_own_names(query, metric, api, relevant):
    alarm = read_alarm(attachment(title="Triggered: x", text=query) | {"username": "Datadog"})
    assert (alarm.metric, alarm.api_name, alarm.relevant) == (metric, api, relevant)


def test_grafanas_cloudwatch_series_are_labelled_with_dimensions():
    text = "**Firing**\n\nLabels:\n - alertname = orders\n - ApiName = orders\n - Stage = prod\n - Region = eu-west-1\n"
    alarm = read_alarm(attachment(title="[FIRING:1] orders", text=text, footer="Grafana v12"))
    assert (alarm.api_name, alarm.stage, alarm.region, alarm.relevant) == ("orders", "prod", "eu-west-1", None)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"text": "[*production*] action: , data: map[]"}, id="broken-relay"),
        pytest.param(legacy(("Alarm Name", "undefined"), ("Current State", "undefined")), id="relay-of-nothing"),
        pytest.param(legacy(("Alarm Name", "undefined"), ("Current State", "ALARM")), id="relay-without-a-name"),
        pytest.param(card(header("CloudWatch Alarm"), fields(("State", "undefined"))), id="relay-without-a-state"),
        pytest.param(
            attachment(from_url=CONSOLE, title='ALARM: "x" in EU (Ireland)', text="Alarm Name: x\nState: ALARM"),
            id="preview-of-a-link",
        ),
        pytest.param(legacy(("Status", "OK"), title="web-01", text="disk is fine"), id="ok-of-something-else"),
        pytest.param(legacy(("Status", "Open"), title="JIRA-1 CloudWatch alarm"), id="ticket"),
        pytest.param({"text": "[OK] deployed orders"}, id="chat-with-brackets"),
        pytest.param({"text": "[RESOLVED] orders works again"}, id="chat-with-a-resolution"),
        pytest.param({"text": "Triggered: the build"}, id="chat-with-triggered"),
        pytest.param({"text": "weekly report", "username": "Datadog"}, id="datadog-without-a-transition"),
        pytest.param(attachment(title="[FIRING:1] ", footer="Grafana v9"), id="grafana-without-a-name"),
        pytest.param(attachment(title='ALARM: "cut in the na'), id="subject-cut-in-the-name"),
        pytest.param(
            {"text": "I think CloudWatch is OK now, and the alarm is in ALARM no more"}, id="talk-about-alarms"
        ),
        pytest.param({"text": f"look at <{CONSOLE}>"}, id="a-link-alone"),
        pytest.param(card(section("*Budget:* x\n*Limit:* 100 USD")), id="budget"),
    ],
)
def test_what_is_no_alarm_says_nothing(message):
    assert read_alarm(message) == NOT_AN_ALARM


def test_previews_are_skipped_and_the_rest_is_read():
    message = attachment(title='ALARM: "orders" in EU (Ireland)')
    message["attachments"].insert(0, {"from_url": CONSOLE, "title": 'OK: "other" in EU (Milan)'})
    assert says(read_alarm(message)) == ("sns-subject", "ALARM", "orders", "eu-west-1")
