import pytest

from bot.settings import Settings, SettingsError, variables


def load_settings(environment, *, for_slack=False):
    return Settings.from_environment(environment, for_slack=for_slack)


SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def test_nothing_set_is_enough_for_the_command_line():
    settings = load_settings({})
    assert settings == Settings()
    assert settings.port == 3000
    assert str(settings.database) == "vpclink.sqlite3"
    assert settings.deadline == 25
    assert settings.default_region is None
    assert not settings.socket_mode


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        pytest.param({"AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-3", id="the SDK's default"),
        pytest.param({"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-2", id="the SDK's own"),
        pytest.param(
            {"VPCLINK_DEFAULT_REGION": "us-gov-west-1", "AWS_REGION": "eu-west-2"}, "us-gov-west-1", id="ours"
        ),
        pytest.param({"VPCLINK_DEFAULT_REGION": " ", "AWS_REGION": "eu-west-2"}, "eu-west-2", id="set to nothing"),
    ],
)
def test_the_default_region_comes_from_the_first_variable_that_is_set(environment, region):
    assert load_settings(environment).default_region == region


@pytest.mark.parametrize(
    ("environment", "socket_mode"),
    [
        pytest.param({**SLACK}, True, id="an app token: Socket Mode"),
        pytest.param({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, False, id="a signing secret: HTTP"),
        pytest.param({**SLACK, "SLACK_SIGNING_SECRET": "s"}, True, id="both: Socket Mode"),
        pytest.param({**SLACK, "SLACK_BOT_TOKEN": "xoxe.xoxb-1"}, True, id="a rotated token"),
    ],
)
def test_how_slack_is_reached(environment, socket_mode):
    assert load_settings(environment, for_slack=True).socket_mode is socket_mode


def test_a_port_that_was_chosen_is_told_from_the_default():
    assert load_settings({"PORT": "3000"}).port_is_set
    assert not load_settings({}).port_is_set


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("PORT", "http", "expected a port number from 1 to 65535, got 'http'"),
        ("PORT", "70000", "expected a port number from 1 to 65535, got '70000'"),
        ("VPCLINK_DEADLINE", "soon", "expected seconds from 1 to 600, got 'soon'"),
        ("VPCLINK_CONCURRENCY", "0", "expected a number from 1 to 64, got '0'"),
        ("VPCLINK_RETENTION_DAYS", "-1", "expected days from 1 to 3650, got '-1'"),
        ("VPCLINK_LOG_LEVEL", "chatty", "expected DEBUG, INFO, WARNING or ERROR, got 'CHATTY'"),
        ("VPCLINK_TEMPLATES", "/nowhere", "expected an existing folder, got '/nowhere'"),
        ("AWS_REGION", "Ireland", "expected an AWS region, such as eu-west-1, got 'Ireland'"),
        ("VPCLINK_REGIONS", "eu-west-1, Ireland", "expected AWS regions, such as eu-west-1,us-east-1"),
        ("VPCLINK_ALARM_SETTLE", "1000", "expected seconds from 0 to 900, got '1000'"),
        ("VPCLINK_ALARM_CHANNEL", "#alarms", "expected the id of a channel, such as C0123456789, got '#alarms'"),
        ("SLACK_API_URL", "slack.com", "expected the base URL of Slack's Web API"),
        ("SLACK_BOT_TOKEN", "xapp-swapped", "expected the bot token, which begins with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-swapped", "expected an app-level token, which begins with xapp-"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(variable, value, expected):
    with pytest.raises(SettingsError) as caught:
        load_settings({variable: value})
    (problem,) = caught.value.problems
    assert problem.startswith(f"{variable}: {expected}")


def test_everything_that_is_wrong_or_missing_is_told_at_once():
    with pytest.raises(SettingsError) as caught:
        load_settings({"PORT": "x", "VPCLINK_DEADLINE": "y"}, for_slack=True)
    named = [problem.partition(":")[0] for problem in caught.value.problems]
    assert named == ["PORT", "VPCLINK_DEADLINE", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"]


def test_secrets_show_neither_in_an_error_nor_in_the_settings():
    with pytest.raises(SettingsError) as caught:
        load_settings({"SLACK_BOT_TOKEN": "xapp-hush"})
    assert "hush" not in str(caught.value)
    settings = load_settings({**SLACK, "SLACK_BOT_TOKEN": "xoxb-hush"})
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_every_setting_is_documented():
    rows = variables()
    assert [name for name, _, _ in rows] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_API_URL",
        "PORT",
        "VPCLINK_HOST",
        "VPCLINK_DATABASE",
        "VPCLINK_QUEUE_URL",
        "VPCLINK_TABLE",
        "VPCLINK_DEADLINE",
        "VPCLINK_CONCURRENCY",
        "VPCLINK_DEFAULT_REGION",
        "VPCLINK_REGIONS",
        "VPCLINK_CONFIG",
        "VPCLINK_ROLE_ARN",
        "VPCLINK_EXTERNAL_ID",
        "VPCLINK_LANGUAGE",
        "VPCLINK_ALARM_WINDOW",
        "VPCLINK_ALARM_SETTLE",
        "VPCLINK_ALARM_CHANNEL",
        "VPCLINK_ALARM_QUEUES",
        "VPCLINK_ALARM_TOPICS",
        "VPCLINK_PROBE",
        "VPCLINK_TEMPLATES",
        "VPCLINK_LOG_LEVEL",
        "VPCLINK_RETENTION_DAYS",
    ]
    assert all(description.endswith(".") for _, _, description in rows)


QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"


def test_a_queue_and_a_table_keep_everything_in_aws():
    assert load_settings({"VPCLINK_QUEUE_URL": QUEUE_URL, "VPCLINK_TABLE": "vpclink"}).on_aws
    assert not load_settings({}).on_aws


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"VPCLINK_QUEUE_URL": QUEUE_URL}, "VPCLINK_TABLE: missing; expected it together with VPCLINK_QUEUE_URL"),
        ({"VPCLINK_TABLE": "vpclink"}, "VPCLINK_QUEUE_URL: missing; expected it together with VPCLINK_TABLE"),
        ({"VPCLINK_QUEUE_URL": "jobs", "VPCLINK_TABLE": "vpclink"}, "expected the URL of an Amazon SQS standard queue"),
        ({"VPCLINK_QUEUE_URL": QUEUE_URL, "VPCLINK_TABLE": "my table"}, "expected the name of a DynamoDB table"),
    ],
    ids=["no table", "no queue", "a name for a URL", "a name with a space"],
)
def test_half_a_choice_of_aws_is_refused(given, expected):
    with pytest.raises(SettingsError, match=expected):
        load_settings(given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ()),
        ({"AWS_REGION": "eu-west-1"}, ("eu-west-1",)),
        ({"AWS_REGION": "eu-west-1", "VPCLINK_REGIONS": "us-east-1, eu-central-1"}, ("us-east-1", "eu-central-1")),
    ],
)
def test_where_an_alarm_is_looked_for(given, expected):
    assert load_settings({**SLACK, **given}).alarm_regions == expected


def test_alarms_that_come_by_themselves_need_a_channel():
    queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/alarms"
    with pytest.raises(SettingsError) as caught:
        load_settings({**SLACK, "VPCLINK_ALARM_QUEUES": queue})
    assert caught.value.problems == (
        "VPCLINK_ALARM_CHANNEL: missing; expected the id of the channel to post alarms in",
    )
    settings = load_settings({**SLACK, "VPCLINK_ALARM_QUEUES": queue, "VPCLINK_ALARM_CHANNEL": "C0123456789"})
    assert settings.alarm_queues == (queue,)


def test_sns_over_https_needs_the_http_server():
    given = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "VPCLINK_ALARM_TOPICS": "arn:aws:sns:eu-west-1:111122223333:alarms",
        "VPCLINK_ALARM_CHANNEL": "C0123456789",
    }
    with pytest.raises(SettingsError, match="PORT: missing"):
        load_settings(given)
    assert load_settings({**given, "PORT": "3000"}).alarm_topics
