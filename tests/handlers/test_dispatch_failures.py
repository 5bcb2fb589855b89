"""What nobody listens to, and what goes wrong: everything gets an answer."""

import json
import logging

import pytest

from bot.report.logs_view import LogsState
from bot.store.errors import StorageBusy, StorageError, StorageFull
from handlers import ids
from tests.handlers import payloads
from tests.handlers.conftest import keep, rerun
from tests.handlers.payloads import body_of, command, in_modal, interactive, mention, option, pressed, submitted
from tests.report import samples

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
        pytest.param(payloads.event_callback({"type": "app_home_opened", "user": "U1", "tab": "messages"}), id="Home"),
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
        ("not_in_channel", "Write /invite for me in the channel"),
        ("missing_scope", "Install it again"),
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
    monkeypatch.setattr("handlers.logs.logs_view", lambda *_: 1 / 0)
    await desk.send(
        in_modal({"type": "button", "action_id": ids.LOGS_LATER, "value": "2"}, LogsState(samples.RUN).encode())
    )
    assert "Something went wrong" in json.dumps(desk.calls[-1][1])


async def test_a_modal_that_cannot_be_sent_shows_the_failure(desk):
    desk.jobs.trouble = StorageBusy("busy")
    entered = {f"{ids.PICK_API}-0": option("orders"), f"{ids.PICK_STAGE}-0": option("prod")}
    answer = body_of(await desk.send(submitted(ids.PICKER_VIEW, '{"channel": "C01"}', entered)))
    assert answer["response_action"] == "update"
    assert "My storage is busy" in json.dumps(answer["view"])


async def test_a_failure_in_app_home_is_told_in_the_messages_tab(desk):
    desk.jobs.trouble = StorageBusy("busy")
    button = {"type": "button", "action_id": ids.RUN_DOCTOR, "value": "eu-west-1"}
    assert (await desk.send(in_modal(button, "", "", type="home"))).status == 200
    ((method, sent),) = desk.calls
    assert (method, sent["channel"]) == ("chat.postMessage", "U01ALICE")


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
