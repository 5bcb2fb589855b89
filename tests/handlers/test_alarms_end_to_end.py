"""Alarms of another app in a channel, over the real protocols; the local AWS describes them, evidence is diagnosed."""

import json

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.reading import CannotReadError
from handlers import ids
from tests.alarms import samples
from tests.diagnosis import worlds as w
from tests.handlers.alarm_bench import CARDS, alarm_bot, alarm_reader
from tests.handlers.bench import ALICE, CHANNEL, Reading, local_slack


@pytest.fixture(scope="module")
def aws_and_reader():
    with alarm_reader() as found:
        yield found


@pytest.fixture
def aws(aws_and_reader):
    aws = aws_and_reader[0]
    yield aws
    aws.switches.reset()


@pytest.fixture
def reader(aws, aws_and_reader):
    return aws_and_reader[1]


@pytest.fixture
async def slack():
    async with local_slack(alarms=CARDS) as running:
        yield running


@pytest.fixture
async def bench(slack, reader, tmp_path):
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader) as running:
        yield running


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_an_alarm_gets_progress_then_a_verdict_in_its_own_thread(reader, tmp_path, mode):
    async with (
        local_slack(mode, alarms=CARDS) as slack,
        alarm_bot(slack, tmp_path / "db.sqlite3", reader, mode=mode) as bench,
    ):
        card = await bench.alarm("orders-prod-5xx")
        about, report, details = bench.messages()
        assert about["thread_ts"] == report["thread_ts"] == details["thread_ts"] == card["ts"]
        assert report["versions"][0]["text"].startswith("Diagnosing orders / prod")
        assert "0 of 2 targets healthy" in report["text"]


def sns_text(**changes):
    return json.dumps(samples.sns_message(**changes))


SHAPES = {
    "the SNS message as text": {"text": json.dumps(samples.sns_message())},
    "the SNS envelope as text": {"text": json.dumps(samples.sns_envelope(samples.sns_message()))},
    "a name and a region": {"text": 'ALARM: "orders-prod-5xx" in EU (Ireland)'},
    "an attachment": {"attachments": [{"title": '#91602: ALARM: "orders-prod-5xx" in EU (Ireland)'}]},
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
async def test_whatever_relay_tells_it(bench, content):
    message = await bench.relay(**content)
    assert "0 of 2 targets healthy" in bench.thread(message)[0]["text"]
    (asked,) = bench.reading.asked
    assert (asked.api, asked.stage, asked.region) == ("orders", "prod", "eu-west-1")


async def test_a_composite_alarm_is_about_what_its_children_watch(bench):
    card = await bench.alarm("everything")
    assert len(bench.thread(card)) == 2
    assert bench.reading.asked[0].api == "orders"


@pytest.mark.parametrize("name", ["cpu-high", "orders-prod-count"])
async def test_what_is_none_of_our_business_is_met_with_silence(bench, name):
    await bench.alarm(name)
    await bench.alarm(name, "OK")
    assert bench.messages() == []
    assert bench.calls("reactions.add") == []


async def test_what_a_person_pastes_starts_nothing(bench):
    await bench.say(json.dumps(samples.sns_message()))
    await bench.settle()
    assert bench.messages() == []


async def test_an_alarm_is_answered_once_however_often_slack_tells_of_it(slack, reader, tmp_path):
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader) as bench:
        await bench.alarm("orders-prod-5xx")
        (told,) = [e for e in slack.journal.find("delivery") if "CloudWatch Alarm" in json.dumps(e.request)]
        for _ in range(3):
            await bench.service.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=told.request))
        await bench.settle()
        assert len(bench.messages()) == 3
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader) as bench:
        await bench.service.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=told.request))
        await bench.settle()
        assert len(bench.messages()) == 3
        assert bench.reading.asked == []


async def test_a_second_alarm_of_the_same_api_and_stage_joins_the_first(bench):
    first = await bench.alarm("orders-prod-5xx")
    second = await bench.alarm("orders-prod-latency")
    assert len(bench.reading.asked) == 1
    line = bench.thread(first)[-1]
    assert "orders-prod-latency" in line["text"]
    assert f"/archives/{CHANNEL}/p{second['ts'].replace('.', '')}" in json.dumps(line["blocks"])
    (pointer,) = bench.thread(second)
    assert f"/archives/{CHANNEL}/p{first['ts'].replace('.', '')}" in json.dumps(pointer["blocks"])


async def test_an_alarm_that_flaps_joins_itself_in_one_line(bench):
    states = {"10:48": "ALARM", "10:51": "OK", "10:53": "ALARM", "10:57": "OK", "10:59": "ALARM"}
    posted = []
    for at, state in states.items():
        bench.now_in("orders-prod-5xx", state)
        text = sns_text(NewStateValue=state, StateChangeTime=f"2026-03-04T{at}:00.000+0000")
        posted.append(await bench.relay(text=text))
    report, _, *lines = [mine["text"] for mine in bench.thread(posted[0])]
    assert "0 of 2 targets healthy" in report
    assert [line.split(".")[0] for line in lines] == [
        "✅ orders-prod-5xx is OK again after 3 min",
        "🔔 orders-prod-5xx is in ALARM again since 10:59 UTC, 2 times so far",
        "✅ orders-prod-5xx is OK again after 4 min",
    ]
    assert len(bench.reading.asked) == 3  # the diagnosis, and what had changed at each recovery


async def test_an_alarm_that_rings_again_has_not_recovered(bench):
    card = await bench.alarm("orders-prod-5xx")
    said = len(bench.thread(card))
    await bench.relay(text=sns_text(NewStateValue="OK"))
    assert len(bench.thread(card)) == said


async def test_an_alarm_that_is_ok_by_then_is_left_alone(bench):
    bench.now_in("orders-prod-5xx", "OK")
    message = await bench.relay(text=sns_text())
    assert bench.messages() == []
    await shortcut(bench, message)
    (answer,) = bench.messages()
    assert answer["visible_to"] == ALICE
    assert "alarm is OK by now" in answer["text"]


async def test_what_makes_an_alarm_doubtful_is_told_before_its_diagnosis(bench):
    reason = "Threshold Crossed: no datapoints were received for 1 period"
    message = await bench.relay(text=sns_text(NewStateReason=reason))
    assert "no data came" in bench.introduction(message)["text"]


async def test_without_a_window_every_alarm_is_diagnosed(slack, reader, tmp_path):
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader, VPCLINK_ALARM_WINDOW="0") as bench:
        await bench.alarm("orders-prod-5xx")
        second = await bench.alarm("orders-prod-latency")
        assert len(bench.thread(second)) == 2


async def test_a_recovery_is_told_in_the_thread_with_what_changed(bench):
    card = await bench.alarm("orders-prod-5xx")
    bench.reading.evidence = w.healthy()
    await bench.alarm("orders-prod-5xx", "OK")
    line = bench.thread(card)[-1]
    assert "orders-prod-5xx is OK again" in line["text"]
    assert "fixed: TG-01" in line["text"]
    assert len(bench.thread(card)) == 3
    assert [r["name"] for r in bench.raised(card["ts"])["reactions"]] == ["white_check_mark"]


async def test_a_recovery_that_changed_nothing_says_so(bench):
    card = await bench.alarm("orders-prod-5xx")
    await bench.alarm("orders-prod-5xx", "OK")
    assert "still there: TG-01" in bench.thread(card)[-1]["text"]


async def test_the_alarm_that_joined_recovers_in_the_thread_that_it_joined(bench):
    first = await bench.alarm("orders-prod-5xx")
    second = await bench.alarm("orders-prod-latency")
    await bench.alarm("orders-prod-latency", "OK")
    assert "orders-prod-latency is OK again" in bench.thread(first)[-1]["text"]
    assert bench.raised(second["ts"])["reactions"]
    assert "reactions" not in bench.raised(first["ts"])


async def test_an_alarm_without_a_stage_takes_the_only_one(bench):
    card = await bench.alarm("orders-any")
    assert "0 of 2 targets healthy" in bench.thread(card)[0]["text"]
    assert bench.reading.asked[0].stage == "prod"


async def test_an_alarm_without_a_stage_asks_which_and_is_answered_in_its_thread(bench):
    card = await bench.alarm("twostages-any")
    (question,) = bench.thread(card)
    assert "Which one shall I diagnose?" in question["text"]
    labels = [element["text"]["text"] for element in question["blocks"][1]["elements"]]
    assert sorted(labels) == ["twostages / dev", "twostages / prod"]
    await bench.press(question, f"{ids.CHOOSE}-1")
    await bench.settle()
    assert bench.reading.asked[0].api == "twostages"
    assert {mine["thread_ts"] for mine in bench.messages()} == {card["ts"]}


async def test_where_alarms_may_not_be_read_the_card_is_enough_and_the_permission_is_named(aws, bench):
    aws.switches.deny.add("cloudwatch:DescribeAlarms")
    card = await bench.alarm("orders-prod-5xx")
    note, report, _ = bench.thread(card)
    assert "`cloudwatch:DescribeAlarms`: access denied; grant it" in json.dumps(note["blocks"])
    assert "0 of 2 targets healthy" in report["text"]


async def test_where_nothing_can_be_known_it_is_said_once_in_an_hour(aws, bench):
    aws.switches.deny.add("cloudwatch:DescribeAlarms")
    first = await bench.alarm("everything")
    await bench.alarm("cpu-high")
    (note,) = bench.messages()
    assert note["thread_ts"] == first["ts"]
    assert "I cannot tell whether it is about API Gateway" in note["text"]


# --- the shortcut -------------------------------------------------------------------------------------------------


async def shortcut(bench, message):
    used = await bench.control(
        "shortcut", channel=CHANNEL, messageTs=message["ts"], user=ALICE, callback_id=ids.DIAGNOSE_ALARM
    )
    await bench.settle()
    return used


async def test_the_shortcut_diagnoses_what_a_person_pasted(bench):
    message = await bench.say(json.dumps(samples.sns_message()))
    assert (await shortcut(bench, message))["outcome"] == "ok"
    assert "0 of 2 targets healthy" in bench.thread(message)[0]["text"]


async def test_the_shortcut_runs_again_at_each_use(bench):
    card = await bench.alarm("orders-prod-5xx")
    await shortcut(bench, card)
    assert len(bench.reading.asked) == 2
    assert len(bench.reports()) == 2


@pytest.mark.parametrize("name", ["talk", "cpu-high"])
async def test_the_shortcut_on_anything_else_is_answered_to_the_asker_alone(bench, name):
    message = await bench.say("lunch?") if name == "talk" else await bench.alarm(name)
    await shortcut(bench, message)
    (answer,) = bench.messages()
    assert answer["visible_to"] == ALICE
    assert "othing to diagnose" in answer["text"]


async def test_a_run_that_failed_is_not_joined(slack, reader, tmp_path):
    reading = Unreadable()
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader, reading=reading) as bench:
        await bench.alarm("orders-prod-5xx")
        reading.configured = True
        second = await bench.alarm("orders-prod-latency")
        assert "0 of 2 targets healthy" in bench.thread(second)[0]["text"]


class Unreadable(Reading):
    """An account that nobody configured, until somebody does."""

    configured = False

    def __call__(self, request):
        if not self.configured:
            raise CannotReadError("The account is not configured here.")
        return super().__call__(request)
