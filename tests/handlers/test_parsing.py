import pytest

from bot.diagnosis.model import Request
from handlers.parsing import parse
from handlers.requested import (
    Diagnose,
    Doctor,
    EndWatch,
    ExplainCheck,
    ExplainLog,
    Help,
    History,
    ListWatches,
    Logs,
    Pick,
    StartWatch,
)
from handlers.usage import UsageError

HERE = "eu-west-1"
EVERY_VERB = "diagnose, logs, explain, history, watch, unwatch, alarms, doctor, forget, help"
URL = "https://a1b2c3d4e5.execute-api.us-east-2.amazonaws.com"


def request(**fields) -> Request:
    return Request(**{"api": "orders", "stage": "prod", "region": HERE, **fields})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("diagnose orders prod", request(), id="name and stage"),
        pytest.param("  Diagnose   orders\tprod ", request(), id="spaces and capitals"),
        pytest.param("diagnose a1b2c3d4e5 prod", request(api="a1b2c3d4e5"), id="id"),
        pytest.param('diagnose "my orders api" prod', request(api="my orders api"), id="name with spaces"),
        pytest.param("diagnose 'my orders api' prod", request(api="my orders api"), id="single quotes"),
        pytest.param("diagnose “my orders api” prod", request(api="my orders api"), id="a phone's quotes"),
        pytest.param("diagnose orders prod /v1/items", request(path="/v1/items"), id="path"),
        pytest.param("diagnose orders prod /v1 post", request(path="/v1", method="POST"), id="path and method"),
        pytest.param("diagnose orders prod POST /v1", request(path="/v1", method="POST"), id="the other way round"),
        pytest.param("diagnose orders prod '/a b'", request(path="/a b"), id="path with a space"),
        pytest.param("diagnose orders prod /v1?token=abc", request(path="/v1"), id="a query string is dropped"),
        pytest.param("diagnose orders GET", request(stage="GET"), id="a stage may be called like a method"),
        pytest.param("diagnose orders $default", request(stage="$default"), id="the default stage of an HTTP API"),
        pytest.param("diagnose orders prod --region eu-west-3", request(region="eu-west-3"), id="region"),
        pytest.param("diagnose orders prod --region=eu-west-3", request(region="eu-west-3"), id="region with ="),
        pytest.param("diagnose --region eu-west-3 orders prod", request(region="eu-west-3"), id="options first"),
        pytest.param("diagnose orders prod —region eu-west-3", request(region="eu-west-3"), id="a phone's em dash"),
        pytest.param("diagnose orders prod –since 2h", request(since_minutes=120), id="a phone's en dash"),
        pytest.param("diagnose orders prod -since 2h", request(since_minutes=120), id="one dash"),
        pytest.param("diagnose\u00a0orders\u00a0prod", request(), id="non-breaking spaces"),
        pytest.param("diagnose or\u200bders prod", request(), id="characters that cannot be seen"),
        pytest.param("`diagnose orders prod`", request(), id="in backticks"),
        pytest.param("diagnose `orders` prod", request(), id="a name in backticks"),
        pytest.param("diagnose orders&amp;co prod", request(api="orders&co"), id="Slack's entities"),
        pytest.param("diagnose orders prod --account staging", request(account="staging"), id="account name"),
        pytest.param('diagnose orders prod --account="team-a"', request(account="team-a"), id="quoted value"),
        pytest.param("diagnose orders prod --since 90", request(since_minutes=90), id="minutes without a unit"),
        pytest.param("diagnose orders prod --since 1d", request(since_minutes=1440), id="a day"),
        pytest.param(
            f"diagnose {URL}/prod/v1/items",
            request(api="a1b2c3d4e5", region="us-east-2", path="/v1/items"),
            id="invoke URL",
        ),
        pytest.param(
            f"diagnose <{URL}/prod/v1?x=1|a1b2.execute-api> GET",
            request(api="a1b2c3d4e5", region="us-east-2", path="/v1", method="GET"),
            id="invoke URL as Slack wraps it",
        ),
        pytest.param(f"diagnose {URL}/prod prod", request(api="a1b2c3d4e5", region="us-east-2"), id="the stage twice"),
        pytest.param(
            f"diagnose {URL}/v1/items $default",
            request(api="a1b2c3d4e5", stage="$default", region="us-east-2", path="/v1/items"),
            id="URL of an HTTP API whose stage is not in it",
        ),
        pytest.param(
            f"diagnose {URL}/prod /v2", request(api="a1b2c3d4e5", region="us-east-2", path="/v2"), id="URL and a path"
        ),
        pytest.param(
            "diagnose arn:aws:execute-api:us-east-2:111122223333:a1b2c3d4e5/prod/GET/v1",
            request(api="a1b2c3d4e5", region="us-east-2", path="/v1"),
            id="execute-api ARN",
        ),
        pytest.param(
            "diagnose arn:aws:apigateway:us-east-2::/restapis/a1b2c3d4e5 prod",
            request(api="a1b2c3d4e5", region="us-east-2"),
            id="API Gateway ARN",
        ),
    ],
)
def test_diagnose(text, expected):
    assert parse(text, default_region=HERE) == Diagnose(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Pick()),
        ("help", Help()),
        ("HELP", Help()),
        ("--help", Help()),
        ("?", Help()),
        ("diagnose --help", Help()),
        ("diagnose help", Help()),
        ("explain TG-01", ExplainCheck("TG-01")),
        ("explain `tg-01`", ExplainCheck("TG-01")),
        (
            'explain Execution failed due to configuration error: "x" <https://a.example.com|a>',
            ExplainLog('Execution failed due to configuration error: "x" <https://a.example.com|a>'),
        ),
        ("explain\nfirst line\nsecond line", ExplainLog("first line\nsecond line")),
        ("logs orders prod --since 2h", Logs(request(since_minutes=120))),
        ("history", History()),
        ('history "my api"', History("my api")),
        ("watch", ListWatches()),
        ("watch list", ListWatches()),
        ("watch orders prod", StartWatch(request(), 30)),
        ("watch orders prod 2h", StartWatch(request(), 120)),
        ("watch orders prod every 5m", StartWatch(request(), 5)),
        ("watch orders prod every 1d --region us-east-1", StartWatch(request(region="us-east-1"), 1440)),
        ("watch orders prod --since 30m", StartWatch(request(since_minutes=30), 30)),
        ("unwatch", ListWatches()),
        ("unwatch orders", EndWatch("orders")),
        ("unwatch orders prod", EndWatch("orders", "prod")),
        ("doctor", Doctor(HERE)),
        ("doctor --account production --region us-east-1", Doctor("us-east-1", "production")),
    ],
)
def test_the_other_commands(text, expected):
    assert parse(text, default_region=HERE) == expected


@pytest.mark.parametrize(
    ("text", "problem", "expected"),
    [
        ("diagnoze orders prod", "“diagnoze”. Did you mean diagnose?", EVERY_VERB),
        ("orders prod", "“orders”", EVERY_VERB),
        ("diagnose", "The API is missing", "diagnose <api> <stage>"),
        ("diagnose orders", "The stage is missing", "diagnose <api> <stage>"),
        (f"diagnose {URL}", "The stage is missing", "diagnose <api> <stage>"),
        ("diagnose my orders api prod", "“api”", "a name with spaces stands in quotes"),
        ("diagnose orders pr!od", "“pr!od” is no name of a stage", "$default"),
        ("diagnose orders prod items", "“items”", "A path begins with /"),
        ("diagnose orders prod /a /b", "“/b”", "diagnose <api> <stage>"),
        ("diagnose 'orders prod", "never closes", "both marks"),
        (f"diagnose {URL}/prod staging", "says the stage “prod”, and you wrote “staging”", "one stage"),
        ("diagnose https://api.example.com/v1 prod", "custom domain name", "its id"),
        ("diagnose arn:aws:lambda:eu-west-1:111122223333:function:f prod", "not an ARN of an API", "its ARN"),
        (f"diagnose {URL}/prod --region eu-west-1", "stands in us-east-2", "one region"),
        ("diagnose orders prod --region Ireland", "“Ireland” is no region", "--region eu-west-1"),
        ("diagnose orders prod --regoin eu-west-1", "“--regoin”. Did you mean --region?", "--since"),
        ("diagnose orders prod --region", "--region needs a value", "--region VALUE"),
        ("diagnose orders prod --region --since 1h", "--region needs a value", "--region VALUE"),
        ("diagnose orders prod --since 1h --since 2h", "given twice", "once"),
        ("diagnose orders prod --since soon", "“soon” is no time window", "30m, 2h or 1d"),
        ("diagnose orders prod --since 8d", "“8d” is no time window", "1m to 7d"),
        ("diagnose orders prod --since 0", "“0” is no time window", "1m to 7d"),
        ("diagnose orders prod --account 'a b'", "“a b” is no account", "12-digit"),
        ("explain", "nothing to explain", "check code"),
        ("logs", "The API is missing", "logs <api> <stage>"),
        ("history orders prod", "one API, or of all", "history [api]"),
        ("watch orders", "The stage is missing", "<stage>"),
        ("watch orders prod every 1m", "“1m” is no pause", "5m to 1d"),
        ("watch orders prod every soon", "“soon” is no pause", "5m to 1d"),
        ("watch orders prod every", "“” is no pause", "5m to 1d"),
        ("unwatch orders prod now", "the watch of one API", "unwatch <api> [stage]"),
        ("doctor orders", "every read of one region", "doctor [--account name]"),
    ],
)
def test_what_is_not_understood_says_what_was_expected(text, problem, expected):
    with pytest.raises(UsageError) as caught:
        parse(text, default_region=HERE)
    assert problem in caught.value.problem
    assert expected in caught.value.expected


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("diagnose", "api"),
        ("diagnose orders", "stage"),
        ("diagnose orders pr!od", "stage"),
        ("diagnose orders prod x", "route"),
        ("diagnose orders prod --region Ireland", "region"),
        ("diagnose orders prod --account 'a b'", "account"),
        ("diagnose orders prod --since soon", "since"),
    ],
)
def test_an_error_tells_which_part_of_the_request_it_is_about(text, field):
    with pytest.raises(UsageError) as caught:
        parse(text, default_region=HERE)
    assert caught.value.field == field


def test_a_request_without_a_region_says_where_one_can_come_from():
    with pytest.raises(UsageError, match="VPCLINK_DEFAULT_REGION"):
        parse("diagnose orders prod", default_region=None)
