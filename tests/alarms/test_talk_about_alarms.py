"""People and other apps talk about alarms, quote them and file tickets for them. Only the alarm itself is one."""

import json

import pytest

from bot.alarms import read_alarm
from tests.alarms import samples
from tests.alarms.samples import attachment

CARD = "🚨 CloudWatch Alarm | orders-prod-5xx | eu-west-1 | Account: 111122223333"
SUBJECT = 'ALARM: "orders-prod-5xx" in EU (Ireland)'
CONSOLE = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/orders-prod-5xx"
QUOTED = {"type": "rich_text_quote", "elements": [{"type": "text", "text": CARD}]}


def person(text, **more):
    return {"type": "message", "user": "U01ALICE", "text": text, "ts": "1.1", "channel": "C01", **more}


def app(text):
    return {"type": "message", "subtype": "bot_message", "bot_id": "B1", "text": text, "ts": "1.1", "channel": "C01"}


@pytest.mark.parametrize(
    "text",
    [
        f"&gt; {CARD}\nagain!",
        f"hey, we got {SUBJECT} again, who is on it?",
        "why does CloudWatch Alarm | orders-prod-5xx | eu-west-1 keep firing?",
        "FYI The CloudWatch alarm orders-prod-5xx changed state to ALARM, looking",
        "CloudWatch Alarm: orders-prod-5xx is ALARM again",
        f"<{CONSOLE}> is in ALARM, ideas?",
        "the alarm is OK now, closing",
    ],
)
def test_what_a_person_says_of_an_alarm_is_none(text):
    assert not read_alarm(person(text)).is_alarm


def test_a_quotation_in_rich_text_is_none():
    assert not read_alarm(person("x", blocks=[{"type": "rich_text", "elements": [QUOTED]}])).is_alarm


@pytest.mark.parametrize("text", [CARD, SUBJECT, f"```{json.dumps(samples.sns_message())}```"])
def test_what_a_person_pasted_as_a_whole_is_one(text):
    assert read_alarm(person(text)).alarm_name == "orders-prod-5xx"


@pytest.mark.parametrize(
    "message",
    [
        attachment(title=f"OPS-12: {SUBJECT}", title_link="https://example.atlassian.net/browse/OPS-12"),
        attachment(title=f"#12 {SUBJECT}", title_link="https://github.com/example/orders/issues/12"),
        app(f"Bruno created <https://example.atlassian.net/browse/OPS-12|OPS-12 {SUBJECT}>"),
        app("✅ Deploy of orders to prod is OK"),
        app("Alarm summary: 3 in ALARM, 12 OK"),
        app("Runbook for CloudWatch alarm orders-prod-5xx: look at the log when it is in ALARM state"),
        attachment(title="CloudFormation stack orders", fields=[{"title": "Status", "value": "CREATE_COMPLETE"}]),
    ],
)
def test_what_other_apps_say_of_an_alarm_is_none(message):
    assert not read_alarm(message).is_alarm


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Alarm *orders-prod-5xx* changed from OK to ALARM", None),
        (f"🚨 *prod*: API Gateway 5xx errors\n• [View CloudWatch Alarm]({CONSOLE})", "eu-west-1"),
        (f"Triggered #12: {SUBJECT}", "eu-west-1"),
    ],
)
def test_short_messages_of_relays_are_alarms(text, region):
    alarm = read_alarm(app(text))
    assert (alarm.state, alarm.alarm_name, alarm.region) == ("ALARM", "orders-prod-5xx", region)
