"""What people build themselves: cards with labels of their own choice, and sentences."""

from __future__ import annotations

import pytest

from bot.alarms import read_alarm
from bot.alarms.relays.home_made import headline
from tests.alarms.samples import CONSOLE, REASON, card, fields, header, legacy, says, section

LINK = "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarm:alarmFilter=ANY;name=orders%20%7C%205xx"

HOME_MADE = {
    "title-link-and-header": card(
        section(" "),
        section(f"*<{CONSOLE}|🔥 CloudWatch Alert | eu-west-1 | 111122223333>*"),
        header("orders-prod-5xx"),
        section(REASON),
        {
            "type": "section",
            "fields": [
                {"type": "mrkdwn", "text": "*New State:*\n ALARM"},
                {"type": "mrkdwn", "text": "*Old State:*\n OK"},
            ],
        },
        section(CONSOLE),
    ),
    "title-and-status": legacy(
        ("Status", "ALARM"), ("Region", "eu-west-1"), title="orders-prod-5xx", text="Orders fail."
    ),
    "headline-and-change": card(
        header(":rotating_light: orders-prod-5xx in ALARM"),
        section(f"*Reason:*\n{REASON}"),
        fields(("State:", "OK → ALARM"), ("Region:", "eu-west-1")),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "Account: example (111122223333)"}]},
    ),
    "phrase-and-fields": card(
        header(":rotating_light: CloudWatch Alarm Triggered"),
        fields(("Alarm Name:", "orders-prod-5xx"), ("State:", "ALARM"), ("Region:", "EU (Ireland)")),
    ),
    "label-and-value-in-two-fields": card(
        section("*:rotating_light: CloudWatch Alarm Triggered :rotating_light:*"),
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": "*Alarm Name:*"}, {"type": "mrkdwn", "text": "orders-prod-5xx"}],
        },
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": "*State:*"}, {"type": "mrkdwn", "text": "IN ALARM :red_circle:"}],
        },
        {
            "type": "section",
            "fields": [
                {"type": "mrkdwn", "text": "*Alarm ARN:*"},
                {"type": "mrkdwn", "text": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-prod-5xx"},
            ],
        },
    ),
    "labels-in-one-text": card(section("*Alarm Name*: `orders-prod-5xx`\n*New State*: *ALARM*\n*Region*: eu-west-1")),
    "plain-labels": {"text": "CloudWatch\nAlarm Name: orders-prod-5xx\nNew State: ALARM\nRegion: eu-west-1"},
    "name-in-a-buttons-link": card(
        section("Something went wrong"),
        {"type": "section", "fields": [{"type": "mrkdwn"}, {"type": "mrkdwn", "text": "*State:*\nALARM"}]},
        {
            "type": "actions",
            "elements": [{"type": "button", "url": CONSOLE, "text": {"type": "plain_text", "text": "Open"}}],
        },
    ),
    "rich-text": {
        "blocks": [
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "emoji", "name": "rotating_light"},
                            {"type": "text", "text": "\nAlarm Name: orders-prod-5xx\nState: ALARM\nRegion: eu-west-1"},
                        ],
                    }
                ],
            }
        ]
    },
    "title-with-a-colon": legacy(
        ("State", "ALARM"), ("Region", "eu-west-1"), title=":rotating_light: CloudWatch Alarm: orders-prod-5xx"
    ),
}


@pytest.mark.parametrize("message", HOME_MADE.values(), ids=HOME_MADE)
def test_home_made_relays_that_label_the_state(message):
    alarm = read_alarm(message)
    assert says(alarm) == ("home-made", "ALARM", "orders-prod-5xx", "eu-west-1")
    assert (alarm.relevant, alarm.metric) == (None, None)


@pytest.mark.parametrize(
    ("pairs", "namespace", "metric", "api", "stage", "relevant"),
    [
        pytest.param(
            [("Namespace", "AWS/ApiGateway"), ("Metric", "5XXError")],
            "AWS/ApiGateway",
            "5XXError",
            None,
            None,
            True,
            id="both",
        ),
        pytest.param(
            [("Metric", "AWS/ApiGateway / 5XXError"), ("Dimensions", "ApiName=orders, Stage=prod")],
            "AWS/ApiGateway",
            "5XXError",
            "orders",
            "prod",
            True,
            id="in-one",
        ),
        pytest.param([("Metric", "AWS/Lambda:Errors")], "AWS/Lambda", "Errors", None, None, False, id="other"),
        pytest.param([("Metric", "CPUUtilization")], None, "CPUUtilization", None, None, False, id="another-metric"),
        pytest.param([("Metric", "API 5xx errors")], None, "API 5xx errors", None, None, None, id="a-metric-in-words"),
        pytest.param([("ApiName", "orders"), ("Stage", "prod")], None, None, "orders", "prod", None, id="fields"),
        pytest.param(
            [("Stage", "CODE"), ("Resource", "x")], None, None, None, None, None, id="stage-of-something-else"
        ),
    ],
)
def test_home_made_relays_may_show_the_metric(pairs, namespace, metric, api, stage, relevant):
    alarm = read_alarm(legacy(("Alarm Name", "orders"), ("State", "ALARM"), *pairs))
    assert (alarm.namespace, alarm.metric) == (namespace, metric)
    assert (alarm.api_name, alarm.stage, alarm.relevant) == (api, stage, relevant)


SENTENCES = {
    "changed-state": (
        f"The alarm orders 5xx changed state to ALARM: Threshold Crossed.\n<{LINK}|view>",
        "ALARM",
        "orders 5xx",
    ),
    "state-is-now": ("orders-5xx state is now OK: Threshold Crossed: 1 datapoint", "OK", "orders-5xx"),
    "colon-and-state": (
        ":rotating_light: CloudWatch Alarm: orders 5xx in prod in ALARM",
        "ALARM",
        "orders 5xx in prod",
    ),
    "colon-and-emoji": (":rotating_light: CloudWatch Alarm: orders-5xx", "ALARM", "orders-5xx"),
    "colon-and-recovered": (":white_check_mark: CloudWatch Alarm: orders-5xx recovered (OK)", "OK", "orders-5xx"),
    "quoted": ('🚨 CloudWatch alarm "orders 5xx" fired: Threshold Crossed', "ALARM", "orders 5xx"),
    "bold": (":rotating_light: CloudWatch alarm **orders** fired", "ALARM", "orders"),
    "linked": (f"✅ *orders | 5xx* is OK\n{LINK}", "OK", "orders | 5xx"),
    "linked-title": (f":rotating_light: *<{LINK}|CloudWatch ALARM | orders | 5xx>*", "ALARM", "orders | 5xx"),
}


@pytest.mark.parametrize(("text", "state", "name"), SENTENCES.values(), ids=SENTENCES)
def test_sentences(text, state, name):
    alarm = read_alarm({"type": "message", "bot_id": "B1", "text": text})
    assert (alarm.relay, alarm.state, alarm.alarm_name) == ("plain-text", state, name)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (":rotating_light: ALARM: orders", "orders"),
        ("[ALARM] orders", "orders"),
        ("orders ALARM: fire", "orders ALARM: fire"),
        ("🚨 CloudWatch Alarm - orders", "orders"),
        ("AWS CloudWatch Alarm: OK-counter is in ALARM", "OK-counter"),
        ("*orders* → ALARM", "orders"),
        ("# Error Api  |  Verificarseg", "# Error Api  |  Verificarseg"),
        (":fire: CloudWatch Alarm Triggered!", None),
        ("🚨 CloudWatch Alarm", None),
        ("undefined", None),
        ("🚨", None),
    ],
)
def test_headlines(title, name):
    assert headline(title) == name
