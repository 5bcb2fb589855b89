"""Many alarms in one moment: few answers, one summary that is edited, and none lost."""

import json
import re

import pytest

from bot.responding import storm, summary
from tests.alarms import samples
from tests.handlers.alarm_bench import AMAZON_Q, alarm_bot, alarm_reader, part_of
from tests.handlers.bench import CHANNEL, local_slack

ALARMS, APIS = 40, 20


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch):
    monkeypatch.setattr(storm, "SUMMARY_SECONDS", 0.2)


@pytest.fixture
async def bench(tmp_path):
    with alarm_reader() as (_, reader):
        async with local_slack() as slack, alarm_bot(slack, tmp_path / "db.sqlite3", reader) as running:
            yield running


def raised(number, **changes):
    """One of many alarms, none of which the local AWS describes."""
    trigger = {
        **samples.TRIGGER,
        "Dimensions": [{"name": "ApiName", "value": f"api-{number % APIS}"}, {"name": "Stage", "value": "prod"}],
    }
    name = f"storm-{number:03}"
    return samples.sns_message(AlarmName=name, AlarmArn=samples.ARN.replace("orders-prod-5xx", name), Trigger=trigger)


async def many(bench, messages):
    for message in messages:
        await bench.control("message", channel=CHANNEL, app=AMAZON_Q, text=json.dumps(message))
    await bench.settle()


def summaries(bench):
    return [message for message in bench.messages() if part_of(message) == "summary"]


async def test_a_storm_is_few_runs_one_summary_and_every_alarm_is_in_it_or_answered(bench):
    await many(bench, [raised(number) for number in range(ALARMS)])
    assert len(bench.reading.asked) <= storm.BURST + summary.MOST_RUNS + 2  # two more fit in while it goes on
    (told,) = summaries(bench)
    assert told["thread_ts"] in {None, told["ts"]}
    total = int(re.search(r"(\d+) more alarms", told["text"])[1])
    lists = [message for message in bench.messages() if part_of(message).startswith("names-")]
    listed = set(re.findall(r"storm-\d{3}", json.dumps([message["blocks"] for message in lists])))
    assert len(listed) == total
    answered = {m["thread_ts"] for m in bench.messages() if m["thread_ts"] not in {"", None, told["ts"]}}
    posted = {
        m["ts"]: json.loads(m["text"])["AlarmName"] for m in bench.slack.messages(CHANNEL) if m["app"] == AMAZON_Q
    }
    assert {posted[ts] for ts in answered} | listed == set(posted.values())
    assert len(posted) == ALARMS


async def test_noise_in_a_storm_is_left_out_of_it(bench):
    noise = [samples.sns_message(AlarmName=f"cpu-{number}", AlarmArn=None, Trigger=None) for number in range(ALARMS)]
    await many(bench, noise)
    assert bench.messages() == []


async def test_what_is_over_is_counted_in_the_summary(bench):
    numbers = [number % 3 + APIS * number for number in range(ALARMS)]  # of three APIs
    await many(bench, [raised(number) for number in numbers])
    (before,) = summaries(bench)
    over = {**raised(numbers[-1]), "NewStateValue": "OK", "StateChangeTime": "2026-03-04T11:00:00.000+0000"}
    await many(bench, [over])
    (after,) = summaries(bench)
    assert after["ts"] == before["ts"]
    assert "1 of them OK again" in after["text"]
