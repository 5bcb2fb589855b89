"""Cards of Amazon Q Developer, and where in Slack they stand: repeats, edits, replies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.alarms import read_alarm
from bot.demo.slack.alarm_cards import alarm_attachment
from bot.demo.slack.workspace import DemoAlarm
from tests.alarms.samples import REASON, amazon_q, attachment, card, section

FIELDS = (
    ("Timestamp", "Wed, 04 Mar 2026 10:48:25 UTC"),
    ("Alarm Description", "Orders &amp; payments"),
    ("ApiName", "orders"),
    ("Stage", "prod"),
)
TITLE = "🚨 CloudWatch Alarm | orders-prod-5xx | eu-west-1 | Account: 111122223333"


def test_a_card_says_all_but_the_metric():
    alarm = read_alarm(amazon_q(TITLE, *FIELDS))
    assert (alarm.relay, alarm.state, alarm.alarm_name) == ("amazon-q", "ALARM", "orders-prod-5xx")
    assert (alarm.region, alarm.account) == ("eu-west-1", "111122223333")
    assert (alarm.api_name, alarm.stage) == ("orders", "prod")
    assert (alarm.description, alarm.reason) == ("Orders & payments", REASON)
    assert alarm.at == datetime(2026, 3, 4, 10, 48, 25, tzinfo=UTC)
    assert (alarm.namespace, alarm.metric, alarm.kind, alarm.relevant) == (None, None, None, None)
    assert alarm.starts_diagnosis


@pytest.mark.parametrize(
    ("title", "name", "region", "account"),
    [
        pytest.param(
            "🚨 CloudWatch Alarm | # Error | a  |  b | eu-west-1 | Account: 111122223333",
            "# Error | a  |  b",
            "eu-west-1",
            "111122223333",
            id="pipes-in-the-name",
        ),
        pytest.param("🚨 CloudWatch Alarm | orders | us-gov-west-1", "orders", "us-gov-west-1", None, id="no-account"),
        pytest.param(
            "🚨 CloudWatch Alarm | a &amp; b &lt;5xx&gt; | eu-west-1 | Account: 111122223333",
            "a & b <5xx>",
            "eu-west-1",
            "111122223333",
            id="escapes",
        ),
        pytest.param(
            "🚨 CloudWatch Alarm | eu-west-1 | eu-central-1 | Account: 111122223333",
            "eu-west-1",
            "eu-central-1",
            "111122223333",
            id="named-like-a-region",
        ),
        pytest.param("🚨 CloudWatch Alarm | eu-west-1", "eu-west-1", None, None, id="only-a-name"),
        pytest.param(
            "🚨 CloudWatch Alarm | Account: x | eu-west-1", "Account: x", "eu-west-1", None, id="named-like-an-account"
        ),
        pytest.param("🚨 CloudWatch Alarm | orders | eu-we", "orders", None, None, id="cut-in-the-region"),
        pytest.param(
            "🚨 CloudWatch Alarm | Überlast – Bestellungen | eu-west-1",
            "Überlast – Bestellungen",
            "eu-west-1",
            None,
            id="not-ascii",
        ),
    ],
)
def test_the_title_is_read_from_its_end(title, name, region, account):
    alarm = read_alarm(amazon_q(title, url="https://example.com/"))
    assert (alarm.alarm_name, alarm.region, alarm.account) == (name, region, account)


@pytest.mark.parametrize(
    ("emoji", "state"),
    [
        ("🚨", "ALARM"),
        (":rotating_light:", "ALARM"),
        ("❌", "ALARM"),
        ("✅", "OK"),
        (":white_check_mark:", "OK"),
        ("⚠️", "INSUFFICIENT_DATA"),
        (":warning:", "INSUFFICIENT_DATA"),
        ("🤖", None),
    ],
)
def test_the_emoji_is_the_state(emoji, state):
    assert read_alarm(amazon_q(f"{emoji} CloudWatch Alarm | orders | eu-west-1")).state == state


def test_a_field_with_the_state_wins_over_the_emoji():
    alarm = read_alarm(amazon_q("✅ CloudWatch Alarm | orders | eu-west-1", ("Alarm State", "ALARM")))
    assert (alarm.state, alarm.dimensions) == ("ALARM", ())


def test_a_name_that_was_cut_off_is_taken_from_the_link():
    alarm = read_alarm(amazon_q("🚨 CloudWatch Alarm | orders-pro…"))
    assert (alarm.alarm_name, alarm.region) == ("orders-prod-5xx", "eu-west-1")


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"text": "", "blocks": [section(f"*<https://example.com|{TITLE}>*")]}, id="top-level-blocks"),
        pytest.param(attachment(fallback=TITLE), id="fallback-only"),
        pytest.param({"text": TITLE}, id="text"),
        pytest.param(f"\ufeff{TITLE}", id="copied-text-with-a-byte-order-mark"),
        pytest.param(TITLE, id="copied-text"),
        pytest.param(
            attachment(fallback=TITLE[:30], blocks=[section(f"*<https://example.com|{TITLE}>*")]),
            id="blocks-before-the-cut-fallback",
        ),
    ],
)
def test_the_title_is_found_wherever_it_stands(message):
    alarm = read_alarm(message)
    assert (alarm.alarm_name, alarm.region, alarm.account) == ("orders-prod-5xx", "eu-west-1", "111122223333")


def test_fields_of_other_products_are_dimensions_too():
    alarm = read_alarm(amazon_q(TITLE, ("InstanceId", "i-0123456789abcdef0"), ("Latest Update", "x")))
    assert (alarm.dimensions, alarm.api_name, alarm.relevant) == ((("InstanceId", "i-0123456789abcdef0"),), None, None)


def test_a_title_without_a_name_is_no_alarm():
    assert not read_alarm(amazon_q("🚨 CloudWatch Alarm | ", url="https://example.com")).is_alarm


def test_a_cut_name_is_kept_where_no_link_has_it_whole():
    assert read_alarm(attachment(fallback="🚨 CloudWatch Alarm | orders-pro...")).alarm_name == "orders-pro..."


def test_other_cards_of_the_same_app_are_no_alarms():
    assert not read_alarm(amazon_q("❌ AWS CodePipeline Notification | eu-west-1 | Account: 111122223333")).is_alarm


def test_the_demos_card_is_read_like_the_real_one():
    demo = DemoAlarm(
        name="orders-prod-5xx",
        app_id="A1",
        channel="C1",
        description="x",
        dimensions=(("ApiName", "orders"), ("Stage", "prod")),
    )
    alarm = read_alarm({"text": "", "attachments": [alarm_attachment(demo, "ALARM", 1772621305.0, latest="✅ OK")]})
    assert (alarm.relay, alarm.state, alarm.latest_update) == ("amazon-q", "ALARM", "OK")
    assert (alarm.alarm_name, alarm.region, alarm.account) == (demo.name, demo.region, demo.account)
    assert (alarm.api_name, alarm.stage) == ("orders", "prod")


def changed(message):
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C01INCIDENTS",
        "ts": "9.9",
        "message": message,
        "previous_message": message,
    }


def in_thread(message, **more):
    return message | {"ts": "1772621399.000200", "thread_ts": "1772621305.000100"} | more


UPDATED = card(section(f"*<https://example.com|{TITLE}>*"), section("*Latest Update*: ✅ OK"))
FIRST = amazon_q(TITLE, *FIELDS)
RECOVERED = amazon_q(TITLE.replace("🚨", "✅"), *FIELDS)


@pytest.mark.parametrize(
    ("message", "state", "follows_up", "starts"),
    [
        pytest.param(FIRST, "ALARM", False, True, id="first-card"),
        pytest.param(FIRST | {"thread_ts": FIRST["ts"]}, "ALARM", False, True, id="first-card-that-has-replies"),
        pytest.param(in_thread(FIRST), "ALARM", True, False, id="repeat-in-the-thread"),
        pytest.param(
            in_thread(FIRST, subtype="thread_broadcast"), "ALARM", True, False, id="repeat-also-sent-to-the-channel"
        ),
        pytest.param(changed(UPDATED), "ALARM", True, False, id="edit"),
        pytest.param(in_thread(RECOVERED), "OK", True, False, id="recovery-in-the-thread"),
        pytest.param(RECOVERED, "OK", False, False, id="recovery-as-a-message"),
        pytest.param(
            in_thread(FIRST, bot_id=None, subtype=None, user="U1"),
            "ALARM",
            False,
            True,
            id="a-person-pastes-it-in-a-thread",
        ),
    ],
)
def test_only_news_starts_a_diagnosis(message, state, follows_up, starts):
    alarm = read_alarm({"type": "event_callback", "event_id": "Ev1", "event": message})
    assert (alarm.state, alarm.follows_up, alarm.starts_diagnosis) == (state, follows_up, starts)


def test_the_delivery_says_where_it_stood():
    alarm = read_alarm({"payload": {"event": in_thread(FIRST, subtype="thread_broadcast")}, "envelope_id": "1"})
    assert alarm.slack is not None
    assert (alarm.slack.channel, alarm.slack.ts, alarm.slack.thread_ts) == (
        "C01INCIDENTS",
        "1772621399.000200",
        "1772621305.000100",
    )
    assert (alarm.slack.broadcast, alarm.slack.in_thread, alarm.slack.by_app, alarm.slack.edited) == (
        True,
        True,
        True,
        False,
    )


def test_an_edit_tells_the_later_state():
    alarm = read_alarm(changed(UPDATED))
    assert alarm.slack is not None
    assert (alarm.state, alarm.latest_update, alarm.slack.edited, alarm.slack.channel) == (
        "ALARM",
        "OK",
        True,
        "C01INCIDENTS",
    )


def test_a_message_shortcut_hands_over_the_message():
    alarm = read_alarm({"type": "message_action", "channel": {"id": "C7"}, "message": FIRST})
    assert alarm.slack is not None
    assert (alarm.alarm_name, alarm.slack.channel) == ("orders-prod-5xx", "C7")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "subtype": "message_deleted", "previous_message": FIRST, "channel": "C1"},
        {"type": "message", "text": "good morning", "user": "U1"},
        {"type": "message", "text": "", "blocks": [], "attachments": []},
        {"type": "reaction_added", "item": {"type": "message"}},
        {"type": "message"},
    ],
    ids=["deleted", "chat", "empty", "reaction", "nothing"],
)
def test_other_events_are_no_alarms(event):
    assert not read_alarm({"event": event}).is_alarm
