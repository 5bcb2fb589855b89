"""Messages of other apps → jobs or nothing, by the app's own dispatch with signatures."""

import json

import pytest

from bot.store.errors import StorageBusy
from handlers import ids
from tests.alarms import samples
from tests.handlers.payloads import RESPONSE_URL, event_callback, interactive

ALARM = {"text": json.dumps(samples.sns_message())}
OK = {"text": json.dumps(samples.sns_message(NewStateValue="OK", OldStateValue="ALARM"))}
BY_APP = {"bot_id": "B0Q", "app_id": "A0Q", "user": "U0Q"}


def posted(**changes):
    event = {"type": "message", "channel": "C01", "ts": "1700000000.000100", **BY_APP, **changes}
    return event_callback({key: value for key, value in event.items() if value is not None})


def edited(**message):
    inner = {"type": "message", "ts": "1700000000.000100", **BY_APP, **message}
    return event_callback(
        {"type": "message", "subtype": "message_changed", "channel": "C01", "ts": "1700000001.000100", "message": inner}
    )


async def test_an_alarm_becomes_a_job_that_says_where_it_stands(desk):
    response = await desk.send(posted(**ALARM))
    assert response.status == 200
    job = desk.jobs.only
    assert (job["kind"], job["wanted"], job["channel"], job["ts"]) == ("alarm", "diagnosis", "C01", "1700000000.000100")
    assert (job["alarm"]["alarm_name"], job["alarm"]["region"]) == ("orders-prod-5xx", "eu-west-1")
    assert desk.calls == []


STARTS_NOTHING = {
    "a person's message": posted(**ALARM, bot_id=None, app_id=None),
    "our own message": posted(**ALARM, bot_id="B0BOT", user="U0BOT"),
    "our own message, by its bot alone": posted(**ALARM, bot_id="B0BOT", user=None),
    "an edit": edited(**ALARM),
    "a repeat in the thread": posted(**ALARM, thread_ts="1699999999.000001"),
    "a deletion": posted(
        subtype="message_deleted", previous_message={**BY_APP, **ALARM}, bot_id=None, app_id=None, user=None
    ),
    "another product's alarm": posted(text=json.dumps(samples.triggered_by(MetricName="CPU", Namespace="AWS/EC2"))),
    "small talk of an app": posted(text="Deployed orders to prod"),
    "no data any more": posted(text=json.dumps(samples.sns_message(NewStateValue="INSUFFICIENT_DATA"))),
}


@pytest.mark.parametrize("request_", STARTS_NOTHING.values(), ids=STARTS_NOTHING)
async def test_what_starts_nothing(desk, request_):
    response = await desk.send(request_)
    assert response.status == 200
    assert desk.jobs.put_jobs == {}
    assert desk.calls == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"subtype": "bot_message", "user": None, "app_id": None}, id="an incoming webhook"),
        pytest.param({"user": None, "bot_id": None, "app_id": None}, id="an author that Slack does not tell"),
        pytest.param({"user": "USLACKBOT", "bot_id": None, "app_id": None}, id="Slack's e-mail"),
    ],
)
async def test_others_that_post_alarms(desk, changes):
    await desk.send(posted(**ALARM, **changes))
    assert desk.jobs.only["wanted"] == "diagnosis"


@pytest.mark.parametrize(
    "request_",
    [pytest.param(posted(**OK), id="a message"), pytest.param(posted(**OK, thread_ts="1.1"), id="a reply")],
)
async def test_a_recovery_is_another_job_in_the_same_order(desk, request_):
    await desk.send(posted(**ALARM))
    await desk.send(request_)
    raised, recovered = desk.jobs.put_jobs.values()
    assert recovered["wanted"] == "recovery"
    assert raised["group"] == recovered["group"]


async def test_one_state_change_is_one_job_whichever_relays_tell_of_it(desk):
    await desk.send(posted(**ALARM))
    await desk.send(posted(**ALARM, ts="1700000003.000100"))
    await desk.send(posted(text=json.dumps(samples.sns_envelope(samples.sns_message())), ts="1700000004.000100"))
    assert len(desk.jobs.put_jobs) == 1
    await desk.send(posted(text=json.dumps(samples.sns_message(StateChangeTime="2026-03-04T11:00:00.000+0000"))))
    assert len(desk.jobs.put_jobs) == 2


async def test_two_channels_have_a_thread_each(desk):
    await desk.send(posted(**ALARM))
    await desk.send(posted(**ALARM, channel="C02"))
    assert len(desk.jobs.put_jobs) == 2


async def test_an_alarm_that_cannot_be_kept_is_not_acknowledged_so_slack_sends_it_again(desk):
    desk.jobs.trouble = StorageBusy("locked")
    assert (await desk.send(posted(**ALARM))).status == 503
    desk.jobs.trouble = None
    assert (await desk.send(posted(**ALARM))).status == 200
    assert len(desk.jobs.put_jobs) == 1


async def test_the_longest_names_are_no_failure(desk):
    message = samples.sns_message(AlarmName="é" * 8000, AlarmArn=None)
    assert (await desk.send(posted(text=json.dumps(message)))).status == 200
    assert len(desk.jobs.put_jobs) == 1


# --- the shortcut -------------------------------------------------------------------------------------------------


def used(message, action_ts="1700000009.000001"):
    return interactive(
        {
            "type": "message_action",
            "callback_id": ids.DIAGNOSE_ALARM,
            "trigger_id": "t",
            "response_url": RESPONSE_URL,
            "action_ts": action_ts,
            "message_ts": "1700000000.000100",
            "channel": {"id": "C01", "name": "incidents"},
            "message": {"type": "message", "ts": "1700000000.000100", **message},
        }
    )


async def test_the_shortcut_takes_any_message_and_each_use_once(desk):
    for action_ts in ("1.1", "1.1", "2.2"):
        assert (await desk.send(used({"user": "U01ALICE", **OK}, action_ts))).status == 200
    first, second = desk.jobs.put_jobs.values()
    assert first == second
    assert (first["wanted"], first["channel"], first["ts"]) == ("diagnosis", "C01", "1700000000.000100")
    assert (first["user"], first["response_url"]) == ("U01ALICE", RESPONSE_URL)


@pytest.mark.parametrize("text", ["lunch?", json.dumps(samples.triggered_by(MetricName="CPU", Namespace="AWS/EC2"))])
async def test_the_shortcut_on_anything_else_says_what_was_expected(desk, text):
    assert (await desk.send(used({"user": "U01ALICE", "text": text}))).status == 200
    assert desk.jobs.put_jobs == {}
    assert "nothing to diagnose" in desk.answers[0]["text"]
