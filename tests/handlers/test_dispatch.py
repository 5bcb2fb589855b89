"""What Slack sends → what is acknowledged, enqueued and answered, by the app's own dispatch, signatures included."""

import json
import logging

import pytest

from bot.diagnosis.model import Request
from bot.report.asking import encode_request, encode_rerun
from bot.report.logs_view import LogsState
from bot.store.database import Database
from bot.store.errors import StorageBusy, StorageError, StorageFull
from bot.store.interface import Run, RunState
from bot.store.sqlite import SqliteStore
from handlers import ids
from tests.handlers import payloads
from tests.handlers.payloads import body_of, command, in_modal, interactive, mention, pressed
from tests.report import samples
from tests.report.block_kit import block_problems, view_problems

REQUEST = {"api": "orders", "stage": "prod", "region": "eu-west-1"}


@pytest.fixture
async def store(tmp_path):
    async with Database(tmp_path / "vpclink.sqlite3") as database:
        yield SqliteStore(database)


@pytest.fixture
def desk(store):
    return payloads.Desk(store)


def asked(job):
    return {key: value for key, value in job["request"].items() if value is not None and key != "since_minutes"}


async def keep(store, report=None, run_id=samples.RUN):
    run = Run(
        run_id=run_id,
        job_key="k",
        request={**REQUEST, "path": "/kept"},
        created=samples.AT,
        state=RunState.DONE,
        report=(report or samples.report()).to_json(),
    )
    await store.runs.save(run)


def test_no_answer_of_a_listener_is_lost_in_the_background(desk):
    assert desk.app.process_before_response


# --- the slash command --------------------------------------------------------------------------------------------


async def test_a_command_is_kept_and_acknowledged_without_a_word(desk):
    response = await desk.send(command("diagnose orders prod /v1 GET --since 2h"))
    assert (response.status, response.body) == (200, "")
    job = desk.jobs.only
    assert job["kind"] == "diagnose"
    assert asked(job) == {**REQUEST, "path": "/v1", "method": "GET"}
    assert job["request"]["since_minutes"] == 120
    assert (job["channel"], job["thread_ts"], job["user"]) == ("C01", "", "U01ALICE")
    assert job["response_url"] == payloads.RESPONSE_URL
    assert job["reference"] == "ab12cd34"
    assert desk.calls == []


async def test_the_same_press_of_return_is_one_job(desk):
    for _ in range(2):
        await desk.send(command("diagnose orders prod"))
    assert len(desk.jobs.put_jobs) == 1
    await desk.send(command("diagnose orders prod", trigger_id="another"))
    assert len(desk.jobs.put_jobs) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("help", "I find out why"),
        ("", "I find out why"),
        ("diagnoze orders prod", "Did you mean diagnose?"),
        ("diagnose orders", "The stage is missing."),
        ("explain TG-01", "Target group has healthy targets"),
        ("explain tg-99", "There is no check TG-99."),
        ("explain Execution failed due to configuration error: Invalid endpoint address", "E11"),
    ],
)
async def test_what_needs_no_aws_is_answered_at_once_to_the_caller_alone(desk, text, said):
    response = await desk.send(command(text))
    answer = body_of(response)
    assert response.status == 200
    assert answer["response_type"] == "ephemeral"
    assert said in json.dumps(answer, ensure_ascii=False)
    assert block_problems(answer["blocks"], most=50, surface="message") == []
    assert desk.jobs.put_jobs == {}


async def test_a_command_of_a_newer_version_is_told_and_logged(desk, caplog):
    answer = body_of(await desk.send(command("x", name="/vpclink-next")))
    assert "I do not know the command /vpclink-next" in answer["text"]
    assert "app.command('/vpclink-next')" in caplog.text


async def test_a_request_with_a_wrong_signature_is_refused(desk):
    request = payloads.signed("command=%2Fvpclink&text=help", payloads.FORM, secret="somebody-else")
    assert (await desk.send(request)).status == 401
    assert desk.jobs.put_jobs == {}


# --- mentions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thread_ts", "answered_in"),
    [
        pytest.param("1699999999.000001", "1699999999.000001", id="in a thread"),
        pytest.param(None, "1700000000.000100", id="in the channel: a thread under it"),
    ],
)
async def test_a_mention_is_answered_in_its_thread(desk, thread_ts, answered_in):
    response = await desk.send(mention("<@U0BOT> diagnose orders prod", thread_ts=thread_ts))
    assert response.status == 200
    job = desk.jobs.only
    assert asked(job) == REQUEST
    assert (job["channel"], job["thread_ts"], job["response_url"]) == ("C01", answered_in, "")


async def test_a_mention_is_taken_once_however_often_and_as_whatever_it_comes(desk):
    await desk.send(mention("<@U0BOT> diagnose orders prod"))
    await desk.send(mention("<@U0BOT> diagnose orders prod", headers={"x-slack-retry-num": "1"}))
    await desk.send(mention("<@U0BOT> diagnose orders prod", event_id="Ev02"))
    assert len(desk.jobs.put_jobs) == 1


async def test_a_mention_that_was_edited_is_asked_anew(desk):
    await desk.send(mention("<@U0BOT> diagnose orders prod"))
    await desk.send(mention("<@U0BOT> diagnose orders dev", edited={"user": "U01ALICE", "ts": "1700000005.000001"}))
    assert len(desk.jobs.put_jobs) == 2


async def test_a_mention_that_is_not_understood_is_told_to_its_writer_alone_and_once(desk):
    for _ in range(2):
        await desk.send(mention("<@U0BOT> thanks!", thread_ts="1699999999.000001"))
    ((method, sent),) = desk.calls
    assert method == "chat.postEphemeral"
    assert (sent["user"], sent["thread_ts"]) == ("U01ALICE", "1699999999.000001")
    assert "I do not know the command" in sent["text"]


async def test_a_bot_that_mentions_us_gets_no_usage_for_an_answer(desk):
    await desk.send(mention("<@U0BOT> hello", user=None, bot_id="B0OTHER"))
    assert desk.calls == []


async def test_an_explanation_goes_into_the_thread_for_everybody(desk):
    for _ in range(2):
        await desk.send(mention("<@U0BOT> explain TG-01"))
    ((method, sent),) = desk.calls
    assert method == "chat.postMessage"
    assert sent["thread_ts"] == "1700000000.000100"


# --- buttons ------------------------------------------------------------------------------------------------------


def rerun(request=None, **changes):
    return pressed(ids.RERUN, encode_rerun(samples.RUN, request or Request(**REQUEST)), **changes)


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


@pytest.mark.parametrize(
    "action_id", sorted({*ids.for_templates().values()} - {ids.COMMAND, ids.LOGS_VIEW, ids.NOTICE_VIEW})
)
async def test_every_id_of_the_templates_has_a_listener(desk, action_id, caplog):
    name = f"{action_id}-1" if action_id == ids.CHOOSE else action_id
    await desk.send(pressed(name, "x"))
    assert "no listener" not in caplog.text


# --- the rest -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            payloads.event_callback({"type": "message", "text": "hi", "channel": "C01", "ts": "1.1", "user": "U1"}),
            id="a message",
        ),
        pytest.param(
            payloads.event_callback({"type": "message", "subtype": "message_changed", "channel": "C01", "ts": "1.1"}),
            id="an edited message",
        ),
        pytest.param(payloads.event_callback({"type": "app_home_opened", "user": "U1", "tab": "home"}), id="Home"),
        pytest.param(
            interactive(
                {
                    "type": "view_submission",
                    "view": {"id": "V", "type": "modal", "callback_id": "x", "state": {"values": {}}},
                }
            ),
            id="a modal",
        ),
        pytest.param(
            interactive({"type": "view_closed", "view": {"id": "V", "type": "modal", "callback_id": "x"}}),
            id="a closed modal",
        ),
        pytest.param(interactive({"type": "shortcut", "callback_id": "x", "trigger_id": "1"}), id="a shortcut"),
        pytest.param(
            interactive(
                {"type": "message_action", "callback_id": "x", "trigger_id": "1", "message": {}, "channel": {"id": "C"}}
            ),
            id="a message shortcut",
        ),
        pytest.param(
            interactive(
                {"type": "block_suggestion", "action_id": "x", "block_id": "b", "value": "o", "view": {"id": "V"}}
            ),
            id="a menu that asks for options",
        ),
    ],
)
async def test_nothing_that_slack_sends_is_left_without_an_answer(desk, request_):
    assert (await desk.send(request_)).status == 200


async def test_our_own_messages_are_not_read(desk):
    request = payloads.event_callback(
        {"type": "app_mention", "user": "U0BOT", "text": "<@U0BOT> diagnose a b", "ts": "1", "channel": "C"}
    )
    assert (await desk.send(request)).status == 200
    assert desk.jobs.put_jobs == {}


async def test_the_url_is_verified(desk):
    request = payloads.signed(json.dumps({"type": "url_verification", "challenge": "abc"}), payloads.JSON)
    assert body_of(await desk.send(request)) == {"challenge": "abc"}


# --- failures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (StorageFull("at /data: full"), "the disk of vpclink is full. Nothing was started."),
        (StorageBusy("at /data: busy"), "My storage is busy."),
        (StorageError("at /data: bad"), "the storage of vpclink has trouble"),
        (RuntimeError("a token: xoxb-1-secret"), "Something went wrong in vpclink itself"),
    ],
)
async def test_a_failure_is_told_by_its_kind_with_the_reference_of_the_log(desk, trouble, said, caplog):
    desk.jobs.trouble = trouble
    response = await desk.send(command("diagnose orders prod"))
    answer = body_of(response)
    assert response.status == 200
    assert answer["response_type"] == "ephemeral"
    assert said in answer["text"]
    assert "ab12cd34" in answer["text"]
    assert str(trouble) not in answer["text"]
    assert "a listener failed on command /vpclink" in caplog.text


async def test_a_button_that_fails_is_told_where_only_the_presser_sees_it(desk):
    desk.jobs.trouble = StorageBusy("busy")
    response = await desk.send(rerun())
    assert response.status == 200
    (answer,) = desk.answers
    assert answer["response_type"] == "ephemeral"
    assert answer["replace_original"] is False
    assert "My storage is busy" in answer["text"]


async def test_a_mention_that_fails_is_told_in_the_thread_to_its_writer(desk):
    desk.jobs.trouble = StorageBusy("busy")
    response = await desk.send(mention("<@U0BOT> diagnose orders prod", thread_ts="1699999999.000001"))
    assert response.status == 200
    ((method, sent),) = desk.calls
    assert (method, sent["user"], sent["thread_ts"]) == ("chat.postEphemeral", "U01ALICE", "1699999999.000001")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("expired_trigger_id", "three seconds"),
        ("ratelimited", "slow down"),
        ("invalid_arguments", "refuses what I wanted to show (invalid_arguments)"),
    ],
)
async def test_what_slack_refuses_is_told(desk, store, code, said):
    await keep(store)
    desk.errors["views.open"] = code
    assert (await desk.send(pressed(ids.SHOW_LOGS, samples.RUN))).status == 200
    assert said in desk.answers[0]["text"]


async def test_a_failure_inside_a_modal_is_shown_in_the_modal(desk, store, monkeypatch):
    await keep(store)
    monkeypatch.setattr("handlers.buttons.logs_view", lambda *_: 1 / 0)
    await desk.send(
        in_modal({"type": "button", "action_id": ids.LOGS_LATER, "value": "2"}, LogsState(samples.RUN).encode())
    )
    assert "Something went wrong" in json.dumps(desk.calls[-1][1])


async def test_an_answer_that_cannot_be_given_is_logged_and_acknowledged(desk, caplog):
    desk.jobs.trouble = StorageBusy("busy")
    desk.errors["chat.postEphemeral"] = "channel_not_found"
    assert (await desk.send(mention("<@U0BOT> diagnose orders prod"))).status == 200
    assert "nobody could be told" in caplog.text


async def test_every_request_leaves_one_line_with_its_time(desk, caplog):
    caplog.set_level(logging.INFO)
    await desk.send(mention("<@U0BOT> diagnose orders prod", headers={"x-slack-retry-num": "2"}))
    (line,) = [record for record in caplog.records if record.message == "slack request handled"]
    assert line.vpclink_fields["what"] == "event app_mention"
    assert line.vpclink_fields["retry"] == "2"
    assert isinstance(line.vpclink_fields["milliseconds"], int)
