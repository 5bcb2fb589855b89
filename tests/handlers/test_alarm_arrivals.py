"""Alarms that no relay posts: the bot posts them itself and answers in their threads."""

import json

import pytest

from bot.intake.arrivals import Arrivals
from tests.alarms import samples
from tests.diagnosis import worlds as w
from tests.handlers.alarm_bench import CARDS, alarm_bot, alarm_reader, part_of
from tests.handlers.bench import CHANNEL, local_slack


@pytest.fixture(scope="module")
def reader():
    with alarm_reader() as (_, found):
        yield found


@pytest.fixture
async def bench(reader, tmp_path):
    async with local_slack(alarms=CARDS) as slack, alarm_bot(slack, tmp_path / "db.sqlite3", reader) as running:
        yield running


async def arrive(bench, payload, delivery="d-1"):
    arrivals = Arrivals(bench.service.queue, CHANNEL, settle=0)
    await arrivals.take(payload, delivery=delivery, now=bench.service.clock.now())
    await bench.settle()


async def test_the_alarm_is_posted_and_answered_in_its_thread(bench):
    await arrive(bench, samples.sns_envelope(samples.sns_message()))
    card, *thread = bench.messages()
    assert "orders-prod-5xx is in ALARM since 10:48 UTC (eu-west-1 · 111122223333)" in card["text"]
    assert "Threshold Crossed" in str(card["blocks"])
    assert {message["thread_ts"] for message in thread} == {card["ts"]}
    assert "0 of 2 targets healthy" in thread[1]["text"]


async def test_a_second_delivery_changes_nothing(bench):
    for delivery in ("d-1", "d-2"):
        await arrive(bench, samples.sns_message(), delivery)
    assert [part_of(message) for message in bench.messages()].count("alarm") == 1


async def test_the_recovery_is_told_under_the_alarm_that_was_posted(bench):
    await arrive(bench, samples.sns_message())
    bench.reading.evidence = w.healthy()
    bench.now_in("orders-prod-5xx", "OK")
    await arrive(bench, samples.sns_message(NewStateValue="OK", StateChangeTime="2026-03-04T11:00:00.000+0000"), "d-2")
    card, *_, last = bench.messages()
    assert last["thread_ts"] == card["ts"]
    assert "orders-prod-5xx is OK again after 12 min" in last["text"]
    assert card["reactions"]


async def test_what_is_none_of_our_business_is_not_posted(bench):
    trigger = {"MetricName": "Count", "Namespace": "AWS/ApiGateway"}
    await arrive(bench, samples.triggered_by(**trigger))
    await arrive(bench, samples.sns_message(AlarmName="cpu-high", AlarmArn=None, Trigger=None), "d-2")
    assert bench.messages() == []


async def test_an_alarm_that_slack_shows_too_is_answered_once(bench):
    await arrive(bench, samples.sns_message())
    said = len(bench.messages())
    await bench.relay(text=json.dumps(samples.sns_message()))
    assert len(bench.messages()) == said
