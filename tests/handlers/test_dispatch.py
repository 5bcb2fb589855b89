"""What is asked in words → what is acknowledged, enqueued and answered, by the app's own dispatch with signatures."""

import json

import pytest

from tests.handlers import payloads
from tests.handlers.conftest import REQUEST, asked
from tests.handlers.payloads import body_of, command, mention
from tests.report.block_kit import block_problems


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
