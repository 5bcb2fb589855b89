"""Delivery by signed HTTP: to the real Bolt server, and to receivers that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from local_slack_helpers import CHANNEL, bolt_app, deliveries, served, workspace_for_tests
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.demo.slack import VPCLINK_APP, LocalSlack, ManualClock, Workspace


@pytest.fixture
def workspace() -> Workspace:
    return workspace_for_tests(mode="http", app_token=None)


class TestBolt:
    @pytest.fixture
    async def bolt(self, slack: LocalSlack) -> AsyncIterator[AsyncApp]:
        app = bolt_app(slack)
        async with served(app.web_app()) as url:
            await slack.set_request_url(VPCLINK_APP, url)
            yield app

    async def test_its_signature_check_accepts_events_commands_and_clicks(self, slack, bolt, client, control):
        done = []

        @bolt.event("message")
        async def listen(event):
            done.append(("event", event["text"]))

        @bolt.command("/vpclink")
        async def run(ack, command):
            done.append(("command", command["text"]))
            await ack("noted")

        @bolt.action("go")
        async def click(ack, action):
            done.append(("action", action["value"]))
            await ack()

        await control("message", channel="general", user="alice", text="a & b é")
        await slack.settled()
        await control("command", channel="general", user="alice", command="/vpclink", text="x=1&y=ü")
        element = {"type": "button", "action_id": "go", "value": "v", "text": {"type": "plain_text", "text": "Go"}}
        blocks = [{"type": "actions", "elements": [element]}]
        ts = (await client.chat_postMessage(channel=CHANNEL, text="press", blocks=blocks))["ts"]
        answer = await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="go")
        assert answer["acknowledged"]
        assert done == [("event", "a & b é"), ("command", "x=1&y=ü"), ("action", "v")]
        assert slack.messages("general")[1]["text"] == "noted"

    async def test_an_event_that_no_listener_wants_is_sent_again(self, slack, bolt, control, clock):
        await control("reaction", channel="general", user="alice", name="eyes", messageTs=await a_message(control))
        await slack.until(lambda: len(deliveries(slack, "events_api:reaction_added")) == 2)
        assert deliveries(slack, "events_api:reaction_added") == ["http_error", "http_error"]

    async def test_a_wrong_signing_secret_is_refused(self, slack: LocalSlack):
        app = AsyncApp(client=bolt_app(slack).client, signing_secret="another")
        async with served(app.web_app()) as url:
            with pytest.raises(ValueError, match="challenge"):
                await slack.set_request_url(VPCLINK_APP, url)


async def a_message(control) -> str:
    return (await control("message", channel="general", user="alice", text="x"))["ts"]


class Receiver:
    """A request URL that notes what comes and answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.answer = asyncio.Event()
        self.answer.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.text()))
        await self.answer.wait()
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def receiver(slack: LocalSlack) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/slack/events", receiver.handle)
    async with served(application) as url:
        slack.state.request_urls[VPCLINK_APP] = url
        yield receiver


async def test_what_slack_signs_can_be_verified(slack, receiver, control, clock):
    await control("message", channel="general", user="alice", text="hello")
    await slack.settled()
    headers, body = receiver.requests[0]
    verifier = SignatureVerifier(slack.workspace.apps[0].signing_secret)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + " ", headers)
    assert headers["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in headers


async def test_an_event_is_sent_four_times_at_most(slack, receiver, control, clock: ManualClock):
    receiver.status = 500
    await control("message", channel="general", user="alice", text="hello")
    await clock.until_sleeping(60)
    assert len(receiver.requests) == 2
    clock.move(60.1)
    await slack.until(lambda: len(deliveries(slack, "events_api:message")) == 3)
    await clock.until_sleeping(300)
    clock.move(300.1)
    await slack.until(lambda: len(deliveries(slack, "events_api:message")) == 4)
    await slack.settled()
    retries = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in receiver.requests]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]


async def test_an_app_may_ask_for_no_retry(slack, receiver, control):
    receiver.status, receiver.headers = 500, {"X-Slack-No-Retry": "1"}
    await control("message", channel="general", user="alice", text="hello")
    await slack.settled()
    assert deliveries(slack, "events_api:message") == ["http_error"]


async def test_a_late_answer_is_a_timeout(slack, receiver, control, clock: ManualClock):
    receiver.answer.clear()
    await control("message", channel="general", user="alice", text="hello")
    await clock.until_sleeping(3)
    clock.move(3.1)
    await slack.until(lambda: deliveries(slack, "events_api:message") == ["http_timeout"])
    receiver.answer.set()
    await slack.until(lambda: deliveries(slack, "events_api:message") == ["http_timeout", "ok"])
    assert receiver.requests[-1][0]["X-Slack-Retry-Reason"] == "http_timeout"


async def test_nobody_listening_is_a_failed_connection(slack, control):
    async with served(web.Application()) as url:
        slack.state.request_urls[VPCLINK_APP] = url
    await control("command", channel="general", user="alice", command="/vpclink")
    assert deliveries(slack, "slash_commands:/vpclink") == ["connection_failed"]
    assert slack.messages("general")[0]["text"] == '/vpclink failed with the error "dispatch_failed"'


async def test_an_interaction_is_sent_once_and_its_failure_told(slack, receiver, client, control):
    receiver.status = 500
    blocks = [
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
        }
    ]
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks))["ts"]
    answer = await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="go")
    assert (answer["acknowledged"], answer["outcome"]) == (False, "http_error")
    notice = slack.messages(CHANNEL)[-1]
    assert notice["text"] == 'vpclink failed with the error "dispatch_failed"'
    assert deliveries(slack, "interactive:block_actions") == ["http_error"]
