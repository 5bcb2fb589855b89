"""What is pressed → what is enqueued, opened or answered."""

import json

import pytest

from bot.diagnosis.model import Request
from bot.report.asking import encode_request
from bot.report.logs_view import LogsState
from handlers import ids
from tests.handlers import payloads
from tests.handlers.conftest import REQUEST, asked, keep, rerun
from tests.handlers.payloads import in_modal, pressed
from tests.report import samples
from tests.report.block_kit import view_problems

# --- buttons ------------------------------------------------------------------------------------------------------


async def test_rerun_asks_the_same_again_in_the_messages_thread(desk):
    response = await desk.send(rerun())
    assert response.status == 200
    job = desk.jobs.only
    assert asked(job) == REQUEST
    assert (job["thread_ts"], job["previous_run"]) == ("1700000000.000200", samples.RUN)


async def test_rerun_under_a_reply_stays_in_the_thread_of_the_reply(desk):
    await desk.send(rerun(thread_ts="1699999999.000001"))
    assert desk.jobs.only["thread_ts"] == "1699999999.000001"


async def test_every_press_is_a_new_run_and_one_press_is_one(desk):
    for action_ts in ("1.1", "1.1", "1.2"):
        await desk.send(rerun(action_ts=action_ts))
    assert len(desk.jobs.put_jobs) == 2


async def test_rerun_without_a_request_in_the_button_uses_the_stored_run(desk, store):
    await keep(store)
    await desk.send(pressed(ids.RERUN, json.dumps({"run": samples.RUN})))
    assert asked(desk.jobs.only) == {**REQUEST, "path": "/kept"}


@pytest.mark.parametrize("value", [json.dumps({"run": "gone"}), "", "not ours"])
async def test_rerun_of_a_run_that_is_forgotten_says_why(desk, value):
    response = await desk.send(pressed(ids.RERUN, value))
    assert response.status == 200
    (answer,) = desk.answers
    assert answer["response_type"] == "ephemeral"
    assert "no longer kept: reports are forgotten after 30 days" in answer["text"]


async def test_a_choice_is_answered_in_the_place_of_the_question(desk):
    value = encode_request(Request(**REQUEST))
    await desk.send(pressed(f"{ids.CHOOSE}-2", value))
    job = desk.jobs.only
    assert (job["message_ts"], job["thread_ts"], job["previous_run"]) == ("1700000000.000200", "", "")
    assert job["group"] == "message:C01:1700000000.000200"


async def test_a_choice_in_a_thread_stays_there(desk):
    await desk.send(pressed(f"{ids.CHOOSE}-1", encode_request(Request(**REQUEST)), thread_ts="1699999999.000001"))
    assert desk.jobs.only["thread_ts"] == "1699999999.000001"


async def test_a_choice_of_another_version_is_told(desk):
    await desk.send(pressed(f"{ids.CHOOSE}-1", "{}"))
    assert "older than I am" in desk.answers[0]["text"]


async def test_show_logs_opens_the_modal_from_the_stored_report(desk, store):
    await keep(store)
    response = await desk.send(pressed(ids.SHOW_LOGS, samples.RUN))
    assert response.status == 200
    ((method, sent),) = desk.calls
    assert method == "views.open"
    assert sent["trigger_id"] == payloads.TRIGGER
    view = json.loads(sent["view"]) if isinstance(sent["view"], str) else sent["view"]
    assert view_problems(view) == []
    assert "Method completed with status: 500" in json.dumps(view)


@pytest.mark.parametrize(
    ("kept", "said"),
    [(None, "no longer kept"), (samples.healthy(), "No failing request was logged")],
    ids=["forgotten", "no logs"],
)
async def test_show_logs_says_why_there_are_none(desk, store, kept, said):
    if kept:
        await keep(store, kept)
    await desk.send(pressed(ids.SHOW_LOGS, samples.RUN))
    assert said in json.dumps(desk.calls[0][1])


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ({"type": "button", "action_id": ids.LOGS_LATER, "value": "2"}, LogsState(samples.RUN, "all", 2)),
        ({"type": "button", "action_id": ids.LOGS_EARLIER, "value": "1"}, LogsState(samples.RUN, "all", 1)),
        (
            {"type": "static_select", "action_id": ids.LOGS_REQUEST, "selected_option": {"value": "1"}},
            LogsState(samples.RUN, "1", 1),
        ),
    ],
    ids=["later", "earlier", "another request"],
)
async def test_the_modal_is_turned_in_place(desk, store, action, state):
    long = samples.report(logs=(samples.logged(1, *["x" * 2900] * 5), samples.logged(2)))
    await keep(store, long)
    await desk.send(in_modal(action, LogsState(samples.RUN).encode()))
    ((method, sent),) = desk.calls
    assert method == "views.update"
    assert sent["view_id"] == "V01"
    view = json.loads(sent["view"]) if isinstance(sent["view"], str) else sent["view"]
    assert LogsState.decode(view["private_metadata"]) == state


async def test_a_modal_whose_report_is_gone_says_so(desk):
    await desk.send(in_modal({"type": "button", "action_id": ids.LOGS_LATER, "value": "2"}, "lost"))
    assert "no longer kept" in json.dumps(desk.calls[0][1])


async def test_a_button_of_another_version_is_told_and_logged(desk, caplog):
    response = await desk.send(pressed("vpclink_from_the_future", "x"))
    assert response.status == 200
    assert "another version" in desk.answers[0]["text"]
    assert "app.action('vpclink_from_the_future')" in caplog.text
