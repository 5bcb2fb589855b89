"""The logs modal: turned, filtered and downloaded."""

import json

import pytest

from bot.report.logs_view import LogsState
from handlers import ids
from tests.handlers.conftest import keep
from tests.handlers.payloads import body_of, in_modal, pressed, submitted
from tests.report import samples
from tests.report.block_kit import view_problems

STATE = LogsState(samples.RUN, channel="C01", thread="1700000000.000200")


async def test_the_modal_remembers_where_it_was_opened(desk, store):
    await keep(store)
    await desk.send(pressed(ids.SHOW_LOGS, samples.RUN))
    assert LogsState.decode(desk.view("views.open")["private_metadata"]) == STATE


async def test_enter_in_the_field_shows_the_lines_with_its_text(desk, store):
    await keep(store)
    typed = {"type": "plain_text_input", "action_id": ids.LOGS_FILTER, "value": "METHOD completed"}
    await desk.send(in_modal(typed, STATE.encode()))
    said = json.dumps(desk.view("views.update"))
    assert "2 of 4 lines" in said
    assert "internal error" not in said


async def test_the_button_of_the_modal_filters_too(desk, store):
    await keep(store)
    entered = {ids.LOGS_FILTER: {"type": "plain_text_input", "value": "nowhere"}}
    answer = body_of(await desk.send(submitted(ids.LOGS_VIEW, STATE.encode(), entered)))
    assert answer["response_action"] == "update"
    assert view_problems(answer["view"]) == []
    assert "None of 4 lines has" in json.dumps(answer["view"])


async def test_an_emptied_field_shows_everything_again(desk, store):
    await keep(store)
    filtered = LogsState(samples.RUN, filter="x").encode()
    entered = {ids.LOGS_FILTER: {"type": "plain_text_input", "value": None}}
    answer = body_of(await desk.send(submitted(ids.LOGS_VIEW, filtered, entered)))
    assert "internal error" in json.dumps(answer["view"])


async def test_a_download_is_a_job_for_the_thread_that_the_modal_was_opened_from(desk, store):
    await keep(store)
    button = {"type": "button", "action_id": ids.LOGS_DOWNLOAD, "value": samples.RUN}
    await desk.send(in_modal(button, STATE.encode()))
    job = desk.jobs.only
    assert (job["kind"], job["what"], job["channel"], job["thread_ts"]) == ("export", "logs", "C01", STATE.thread)
    assert "in some seconds" in json.dumps(desk.view("views.update"))


@pytest.mark.parametrize("state", ["lost", LogsState("gone", channel="C01").encode()])
async def test_a_modal_whose_run_is_gone_says_so(desk, state):
    button = {"type": "button", "action_id": ids.LOGS_DOWNLOAD, "value": "x"}
    await desk.send(in_modal(button, state))
    assert "no longer kept" in json.dumps(desk.view("views.update"))
    assert desk.jobs.put_jobs == {}
