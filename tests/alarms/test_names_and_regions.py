"""Regions by every name, ARNs, console links, moments, states."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import botocore
import pytest

from bot.alarms.names import account_id, alarm_link, arn_parts, arn_region
from bot.alarms.regions import named_region, region_code
from bot.alarms.states import change_of, state_in_emoji, state_of
from bot.alarms.times import moment

ENDPOINTS = json.loads((Path(botocore.__file__).parent / "data" / "endpoints.json").read_text())
OFFICIAL = {code: entry["description"] for part in ENDPOINTS["partitions"] for code, entry in part["regions"].items()}


@pytest.mark.parametrize(("code", "name"), OFFICIAL.items(), ids=OFFICIAL)
def test_every_region_of_the_sdk_is_known_by_its_code_and_name(code, name):
    assert region_code(code) == named_region(code) == code
    assert named_region(name) == code
    assert named_region(name.upper()) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("US - N. Virginia", "us-east-1"),
        ("US East - Northern Virginia", "us-east-1"),
        ("US (Virginia)", "us-east-1"),
        ("US West - Oregon", "us-west-2"),
        ("US - Northern California", "us-west-1"),
        ("EU - Ireland", "eu-west-1"),
        ("EU (Frankfurt)", "eu-central-1"),
        ("EU (Milan) Status Open", "eu-south-1"),
        ("Europe (Zürich)", "eu-central-2"),
        ("APAC - Tokyo", "ap-northeast-1"),
        ("AP (Sydney)", "ap-southeast-2"),
        ("Asia Pacific (Osaka-Local)", "ap-northeast-3"),
        ("South America - Sao Paulo", "sa-east-1"),
        ("SA (São Paulo)", "sa-east-1"),
        ("AWS GovCloud (US)", "us-gov-west-1"),
        ("Canada West (Calgary)", "ca-west-1"),
        ("EU-WEST-1", "eu-west-1"),
    ],
)
def test_display_names_of_all_styles(name, code):
    assert named_region(name) == code


@pytest.mark.parametrize(
    "name", ["EXAMPLE", "REGION", "<region>", "", "Ireland", "US", "US East", "Moon (Base)", "undefined", None, 7]
)
def test_what_names_no_region(name):
    assert named_region(name) is None


@pytest.mark.parametrize(
    ("url", "name", "region"),
    [
        (
            "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarm:alarmFilter=ANY;name=a%20b%7Cc",
            "a b|c",
            "eu-west-1",
        ),
        (
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#s=Alarms&alarm=orders",
            "orders",
            "eu-west-1",
        ),
        (
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=eu-west-1#alarmsV2:alarm/orders%2F5xx?~(search)",
            "orders/5xx",
            "eu-west-1",
        ),
        (
            "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home#alarmsV2:alarm/orders",
            "orders",
            "us-gov-west-1",
        ),
        (
            "https://111122223333-ab12cd.us-east-1.console.aws.amazon.com/cloudwatch/home#alarmsV2:alarm/orders",
            "orders",
            "us-east-1",
        ),
        ("https://console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarm:name=orders", "orders", "us-east-1"),
        (
            "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#alarmsV2:alarm/orders",
            "orders",
            "cn-north-1",
        ),
    ],
)
def test_console_links_name_an_alarm(url, name, region):
    link = alarm_link(url)
    assert link is not None
    assert (link.name, link.region) == (name, region)


@pytest.mark.parametrize(
    "url",
    [
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/x",
        "https://evil.example.com/console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/x",
        "https://example.com/#alarmsV2:alarm/x",
        "",
    ],
)
def test_other_links_name_none(url):
    assert alarm_link(url) is None


def test_a_plus_in_a_link_may_be_a_space():
    link = alarm_link("https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarm:name=a+b")
    assert link is not None
    assert (link.name, link.plus_name) == ("a+b", "a b")


def test_arns():
    arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders: 5xx | prod"
    assert arn_parts(arn) == (arn, "eu-west-1", "111122223333", "orders: 5xx | prod")
    assert arn_parts("arn:aws:cloudwatch:REGION:ACCOUNT:alarm:x") == (
        "arn:aws:cloudwatch:REGION:ACCOUNT:alarm:x",
        None,
        None,
        "x",
    )
    assert arn_parts("arn:aws:sns:eu-west-1:111122223333:alarm:x") is None
    assert arn_region("arn:aws:sns:eu-west-1:111122223333:x") == "eu-west-1"
    assert arn_region("arn:aws:sns:EXAMPLE") is None


@pytest.mark.parametrize(
    ("value", "account"),
    [
        ("111122223333", "111122223333"),
        (111122223333, "111122223333"),
        ("prod (111122223333)", "111122223333"),
        ("1234", None),
        ("1111222233334", None),
        (None, None),
        ("prod", None),
    ],
)
def test_an_account_id_has_twelve_digits(value, account):
    assert account_id(value) == account


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-03-04T10:48:25.093+0000", datetime(2026, 3, 4, 10, 48, 25, 93000, UTC)),
        ("2026-03-04T10:48:25Z", datetime(2026, 3, 4, 10, 48, 25, tzinfo=UTC)),
        ("2026-03-04T11:48:25+01:00", datetime(2026, 3, 4, 10, 48, 25, tzinfo=UTC)),
        ("Wednesday 04 March, 2026 10:48:25 UTC", datetime(2026, 3, 4, 10, 48, 25, tzinfo=UTC)),
        ("Wed, 4 Mar 2026 10:48:25 GMT", datetime(2026, 3, 4, 10, 48, 25, tzinfo=UTC)),
        ("2026-03-04T10:48:25", None),
        ("31 February 2026 10:48:25 UTC", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("date", None),
        (1772621305, None),
    ],
)
def test_moments(value, read):
    assert moment(value) == read


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("ALARM", "ALARM"),
        ("`ALARM`", "ALARM"),
        ("*In alarm* :red_circle:", "ALARM"),
        ("✅ OK", "OK"),
        ("Insufficient data", "INSUFFICIENT_DATA"),
        ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA"),
        ("Open", None),
        ("Alarm: orders", None),
        ("not ok", None),
        ("", None),
        (None, None),
    ],
)
def test_states(value, state):
    assert state_of(value) == state


@pytest.mark.parametrize(
    ("value", "change"),
    [
        ("OK -> ALARM", ("OK", "ALARM")),
        ("ALARM → OK", ("ALARM", "OK")),
        ("ALARM", (None, "ALARM")),
        ("a -> b -> c", (None, None)),
    ],
)
def test_changes(value, change):
    assert change_of(value) == change


@pytest.mark.parametrize(
    ("title", "state"),
    [("🚨 x ✅", "ALARM"), (":white_check_mark: x", "OK"), ("⚠️ x", "INSUFFICIENT_DATA"), ("x", None)],
)
def test_the_first_emoji_is_the_state(title, state):
    assert state_in_emoji(title) == state
