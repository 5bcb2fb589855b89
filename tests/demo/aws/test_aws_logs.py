"""CloudWatch Logs: filter patterns, pages without a match, streams, Insights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.demo.aws import LocalAws, World
from bot.demo.aws.errors import AwsError
from bot.demo.aws.faults import deployments, security_groups
from bot.demo.aws.services.logs_insights import run
from bot.demo.aws.services.logs_pattern import compile_pattern
from bot.demo.aws.topology import rest_v1_nlb

FAILED = "(11298af6) Execution failed due to configuration error: There was an internal error"
COMPLETED = "(11298af6) Method completed with status: 500"
JSON_EVENT = '{"status": 500, "path": "/items", "user": {"name": "ann"}, "retries": null, "tags": ["a", "b"]}'


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", FAILED, True),
        ('"Execution failed"', FAILED, True),
        ('"execution failed"', FAILED, False),
        ('"failed Execution"', FAILED, False),
        ("failed Execution", FAILED, True),
        ("Execution absent", FAILED, False),
        ('"Execution failed" -timeout', FAILED, True),
        ("Execution -internal", FAILED, False),
        ("?timeout ?internal", FAILED, True),
        ("?timeout ?absent", FAILED, False),
        ('?"Execution failed" ?"status: 500"', COMPLETED, True),
        ("Execution ?absent", FAILED, True),
        ("%Execution (failed|died)%", FAILED, True),
        ("%Execution died%", FAILED, False),
        ("{ $.status = 500 }", JSON_EVENT, True),
        ("{ $.status != 500 }", JSON_EVENT, False),
        ('{ $.status >= 400 && $.path = "/items" }', JSON_EVENT, True),
        ("{ ($.status = 404) || ($.user.name = a*) }", JSON_EVENT, True),
        ("{ $.status = 500 && ($.path = /other || $.path = /items) }", JSON_EVENT, True),
        ("{ $.absent = 1 }", JSON_EVENT, False),
        ("{ $.absent NOT EXISTS }", JSON_EVENT, True),
        ("{ $.retries IS NULL }", JSON_EVENT, True),
        ("{ $.tags[1] = b }", JSON_EVENT, True),
        ("{ $.path = %^/it% }", JSON_EVENT, True),
        ("{ $.status = 500 }", FAILED, False),
    ],
)
def test_filter_patterns(pattern: str, message: str, matches: bool) -> None:
    assert compile_pattern(pattern)(message) is matches


@pytest.mark.parametrize("pattern", ["failed: due", '"open', "{ $.status }", "{ $.a = 1 && }", "{ ($.a = 1 }", "%(%"])
def test_patterns_that_cannot_be_read(pattern: str) -> None:
    with pytest.raises(AwsError, match="Invalid filter pattern"):
        compile_pattern(pattern)


@pytest.fixture(scope="module")
def world(world: World) -> World:
    security_groups.target_security_group_closed(rest_v1_nlb(world))
    deployments.canary_broken(rest_v1_nlb(world, "search"))
    return world


def millis(world: World, **ago: float) -> int:
    return round((world.now - timedelta(**ago)).timestamp() * 1000)


def test_events_of_a_window_that_match(aws: LocalAws, client: Any) -> None:
    group = aws.world.topologies["orders"].log_group
    ask = {"logGroupName": group, "filterPattern": '"Execution failed"'}
    everything = client("logs").filter_log_events(**ask)["events"]
    recent = client("logs").filter_log_events(**ask, startTime=millis(aws.world, minutes=5))["events"]
    assert len(everything) == 36
    assert len(recent) == 15
    assert all("There was an internal error" in each["message"] for each in everything)
    assert [e["timestamp"] for e in everything] == sorted(e["timestamp"] for e in everything)


def test_newest_first(aws: LocalAws, client: Any) -> None:
    group = aws.world.topologies["orders"].log_group
    events = client("logs").filter_log_events(logGroupName=group, startFromHead=False, limit=5)["events"]
    assert [e["timestamp"] for e in events] == sorted((e["timestamp"] for e in events), reverse=True)


def test_a_page_may_be_empty_and_have_a_successor(aws: LocalAws, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws.world, "log_events_per_page", 60)
    group = aws.world.topologies["orders"].log_group
    pages = (
        client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=group, filterPattern='"Execution failed"')
    )
    sizes = [len(page["events"]) for page in pages]
    assert sizes[0] == 0
    assert sum(sizes) == 36


def test_a_limit_ends_the_page_but_not_the_search(aws: LocalAws, client: Any) -> None:
    group = aws.world.topologies["orders"].log_group
    ask = {"logGroupName": group, "filterPattern": '"Execution failed"', "limit": 10}
    seen: list[str] = []
    token: dict[str, str] = {}
    while len(seen) < 100:
        page = client("logs").filter_log_events(**ask, **token)
        seen += [event["eventId"] for event in page["events"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert len(seen) == len(set(seen)) == 36


def test_a_stream_is_read_to_its_end(aws: LocalAws, client: Any) -> None:
    group = aws.world.topologies["orders"].log_group
    stream = client("logs").filter_log_events(logGroupName=group, limit=1)["events"][0]["logStreamName"]
    ask = {"logGroupName": group, "logStreamName": stream, "startFromHead": True, "limit": 40}
    read = 0
    token: dict[str, str] = {}
    while True:
        page = client("logs").get_log_events(**ask, **token)
        read += len(page["events"])
        if token.get("nextToken") == page["nextForwardToken"]:
            break
        token = {"nextToken": page["nextForwardToken"]}
    everything = aws.world.home.get("log-group", logGroupName=group)["events"]
    assert read == sum(event["logStreamName"] == stream for event in everything)


def test_canary_group_is_found_by_prefix(aws: LocalAws, client: Any) -> None:
    group = aws.world.topologies["search"].log_group
    names = [g["logGroupName"] for g in client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]]
    assert names == [group, f"{group}/Canary"]


def insights(client: Any, world: World, text: str, **more: Any) -> list[dict[str, str]]:
    group = world.topologies["orders"].log_group
    window = {"startTime": int(world.now.timestamp()) - 3600, "endTime": int(world.now.timestamp())}
    started = client("logs").start_query(logGroupName=group, queryString=text, **window, **more)
    assert client("logs").get_query_results(queryId=started["queryId"])["status"] == "Running"
    reply = client("logs").get_query_results(queryId=started["queryId"])
    assert reply["status"] == "Complete"
    return [{field["field"]: field["value"] for field in row} for row in reply["results"]]


def test_insights(aws: LocalAws, client: Any) -> None:
    text = "fields @timestamp, @message | filter @message like /Execution failed/ | sort @timestamp asc | limit 3"
    rows = insights(client, aws.world, text)
    assert len(rows) == 3
    assert set(rows[0]) == {"@timestamp", "@message", "@ptr"}
    assert rows[0]["@timestamp"] < rows[2]["@timestamp"]


def test_insights_over_a_rarely_read_group(aws: LocalAws, client: Any) -> None:
    group = aws.world.home.get("log-group", logGroupName=aws.world.topologies["orders"].log_group)
    group["logGroupClass"] = "INFREQUENT_ACCESS"
    assert insights(client, aws.world, 'filter @message like "Execution failed"', limit=2)
    group["logGroupClass"] = "STANDARD"


EVENTS = [
    {"@timestamp": "1", "@message": "GET | failed", "status": "500"},
    {"@timestamp": "2", "@message": "GET ok", "status": "200"},
    {"@timestamp": "3", "@message": "POST failed", "status": "504"},
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fields @timestamp", ["3", "2", "1"]),
        ("sort @timestamp asc", ["1", "2", "3"]),
        ('filter @message like "failed"', ["3", "1"]),
        ("filter @message not like /failed/", ["2"]),
        ("filter @message =~ /^GET/", ["2", "1"]),
        ("filter @message like /GET \\| f/", ["1"]),
        ("filter status >= 500", ["3", "1"]),
        ("filter status = 500 or status = 200", ["2", "1"]),
        ("filter status >= 500 and @message like /POST/", ["3"]),
        ("filter status != 200\n| sort @timestamp asc\n| limit 1", ["1"]),
    ],
)
def test_insights_language(text: str, found: list[str]) -> None:
    query = text if text.startswith("fields") else f"{text} | display @timestamp"
    assert [row["@timestamp"] for row in run(query, EVENTS)] == found


@pytest.mark.parametrize("text", ["stats count(*) by bin(5m)", "filter (status = 1)", "limit many"])
def test_what_insights_cannot_do_here_is_refused_not_ignored(text: str, aws: LocalAws, client: Any) -> None:
    group = aws.world.topologies["orders"].log_group
    with pytest.raises(ClientError, match="The local AWS cannot") as caught:
        client("logs").start_query(logGroupName=group, startTime=0, endTime=1, queryString=text)
    assert caught.value.response["Error"]["Code"] == "MalformedQueryException"


def test_a_query_can_be_stopped_once(aws: LocalAws, client: Any) -> None:
    group = aws.world.topologies["orders"].log_group
    query = client("logs").start_query(logGroupName=group, startTime=0, endTime=1, queryString="limit 1")["queryId"]
    assert client("logs").stop_query(queryId=query)["success"] is True
    assert client("logs").get_query_results(queryId=query)["status"] == "Cancelled"
    with pytest.raises(ClientError, match="not running"):
        client("logs").stop_query(queryId=query)
