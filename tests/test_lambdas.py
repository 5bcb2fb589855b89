"""The Lambda functions on a local SQS, DynamoDB and Slack; tests/deploy runs them from the zip."""

import base64
import json
import time
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from bot import lambdas
from bot.demo.slack import VPCLINK_APP, LocalSlack, demo_workspace
from bot.manifest import manifest
from bot.settings import SettingsError
from tests.alarms import samples
from tests.aws_services import REGION
from tests.handlers.payloads import SECRET

COMMAND = {
    "command": "/vpclink",
    "channel_id": "C01INCIDENTS",
    "user_id": "U01ALICE",
    "trigger_id": "1.2.3",
    "response_url": "http://127.0.0.1:9/response",
}


@pytest.fixture
async def slack():
    async with LocalSlack(demo_workspace(manifest=manifest(None), mode="http")) as local:
        yield local


@pytest.fixture
async def running(aws_services, slack, monkeypatch):
    """The functions' process, before its first invocation."""
    app = next(app for app in slack.workspace.apps if app.app_id == VPCLINK_APP)
    environment = {
        "AWS_ENDPOINT_URL": aws_services.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
        "VPCLINK_QUEUE_URL": aws_services.queue(),
        "VPCLINK_TABLE": aws_services.table(),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(lambdas, "log_json", lambda _: None)
    process = lambdas.Running()
    monkeypatch.setattr(lambdas, "_running", process)
    yield process
    await process.close()


def event(text: str, *, secret: str = SECRET, at: float | None = None, **changes) -> dict:
    """An event of an HTTP API, as AWS makes it of a form."""
    timestamp = str(int(at or time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=text)
    return {
        "version": "2.0",
        "rawPath": "/slack/events",
        "rawQueryString": "",
        "headers": {
            "content-length": str(len(text)),
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature,
        },
        "body": base64.b64encode(text.encode()).decode(),
        "isBase64Encoded": True,
        **changes,
    }


async def test_a_command_is_kept_in_the_queue_before_it_is_acknowledged(running):
    response = await lambdas._answer(event(urlencode({**COMMAND, "text": "diagnose orders prod"})))
    assert response["statusCode"] == 200
    assert (await (await running.now()).service.queue.depth()).ready == 1


async def test_what_needs_no_aws_is_answered_at_once(running):
    response = await lambdas._answer(event(urlencode({**COMMAND, "text": "explain TG-01"})))
    assert "TG-01" in json.loads(response["body"])["text"]


def refused() -> list[tuple[int, dict]]:
    """What must be refused, signed now: Slack's signatures grow old in five minutes."""
    return [
        (401, event("command=%2Fvpclink", secret="somebody-else")),
        (401, event("command=%2Fvpclink", at=1_000_000_000)),
        (401, event('{"type": ', secret="somebody-else")),
        (400, event("command=%2Fvpclink", body="no base64!")),
        (400, event("command=%2Fvpclink", body=base64.b64encode(b"\xff\xfe").decode())),
        (400, event("a=1&a=2")),
        (413, event("command=%2Fvpclink", headers={"content-length": "7000000"})),
        (413, {"version": "2.0", "headers": {"content-length": "x"}, "isBase64Encoded": False}),
    ]


async def test_what_is_not_signed_by_slack_is_refused_and_does_nothing(running):
    requests = refused()
    answers = [await lambdas._answer(request) for _, request in requests]
    assert [answer["statusCode"] for answer in answers] == [status for status, _ in requests]
    assert (await (await running.now()).service.queue.depth()).ready == 0


async def test_slack_is_asked_once_who_the_bot_is_not_at_every_cold_start(running, slack):
    await running.now()
    another = lambdas.Running()
    process = await another.now()
    await another.close()
    assert len(list(slack.journal.find("web_api", "auth.test"))) == 1
    assert process.settings.slack_bot_token.get_secret_value() == "xoxb-local-vpclink"


async def test_a_rotated_secret_makes_a_new_service(running, monkeypatch):
    first = await running.now()
    assert await running.now() is first
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "rotated")
    assert (await running.now()).settings.slack_signing_secret.get_secret_value() == "rotated"
    body = urlencode({**COMMAND, "text": "help"})
    assert (await lambdas._answer(event(body)))["statusCode"] == 401
    assert (await lambdas._answer(event(body, secret="rotated")))["statusCode"] == 200


async def test_a_reading_ends_early_enough_to_report_in_the_time_that_lambda_leaves(running):
    readings = (await running.now()).service.readings
    await lambdas._work({"Records": []}, remaining=120)
    assert readings.deadline == 25
    await lambdas._work({"Records": []}, remaining=20)
    assert readings.deadline == 20 - lambdas.SETTLING_SECONDS - lambdas.REPORTING_SECONDS


async def test_an_alarm_becomes_a_job(running, monkeypatch):
    monkeypatch.setenv("VPCLINK_ALARM_CHANNEL", "C01INCIDENTS")
    records = samples.sqs_record(samples.sns_envelope(samples.sns_message()))
    assert await lambdas._take(records) == {"batchItemFailures": []}
    queue = (await running.now()).service.queue
    done = []

    async def note(job) -> None:
        done.append((job.kind, job.body["channel"], job.body["alarm"]["alarm_name"]))
        await queue.drain(0)

    await queue.run(note, concurrency=1)
    assert done == [("alarm", "C01INCIDENTS", "orders-prod-5xx")]


async def test_an_alarm_without_a_channel_stays_in_the_queue_and_the_log_says_why(running):
    with pytest.raises(SettingsError, match="VPCLINK_ALARM_CHANNEL: missing"):
        await lambdas._take(samples.sqs_record(samples.sns_envelope(samples.sns_message())))


async def test_without_a_queue_the_process_says_what_is_missing(running, monkeypatch):
    monkeypatch.delenv("VPCLINK_QUEUE_URL")
    monkeypatch.delenv("VPCLINK_TABLE")
    with pytest.raises(SettingsError, match="VPCLINK_QUEUE_URL and VPCLINK_TABLE"):
        await running.now()
