"""Socket Mode, with the real Bolt app and its real client."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from local_slack_helpers import ALICE, CHANNEL, bolt_app, deliveries, ignore, socket_mode
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import LocalSlack, ManualClock


async def test_a_persons_message_arrives_once(slack: LocalSlack, connected: AsyncApp, control):
    heard = []

    @connected.event("message")
    async def listen(event, body):
        heard.append((event["text"], event["channel_type"], body["event_id"]))

    await control("message", channel="incidents", user="alice", text="hello")
    await slack.until(lambda: deliveries(slack, "events_api:message") == ["ok"])
    assert heard == [("hello", "channel", "Ev01LOCAL0001")]


async def test_a_mention_comes_as_app_mention_and_as_message(slack: LocalSlack, connected: AsyncApp, control):
    ignore(connected, "message")

    @connected.event("app_mention")
    async def answer(event, say):
        await say(f"you said {event['text']}", thread_ts=event["ts"])

    asked = await control("message", channel="incidents", user="alice", text="@vpclink diagnose orders prod")
    await slack.until(lambda: len(slack.messages(CHANNEL)) == 2)
    reply = slack.messages(CHANNEL)[1]
    assert deliveries(slack, "events_api:app_mention") == ["ok"]
    assert reply["thread_ts"] == asked["ts"]
    assert reply["text"] == "you said <@U01VPCLINK> diagnose orders prod"
    elements = asked["message"]["blocks"][0]["elements"][0]["elements"]
    assert [one["type"] for one in elements] == ["user", "text"]


async def test_an_app_hears_its_own_messages_and_edits_and_bolt_ignores_them(slack, connected, client):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="mine"))["ts"]
    await client.chat_update(channel=CHANNEL, ts=ts, text="still mine")
    await slack.until(lambda: deliveries(slack, "events_api:message") == ["ok", "ok"])
    posted, changed = (entry.request["event"] for entry in slack.journal.find("delivery"))
    assert (posted["bot_id"], posted["app_id"], posted["user"]) == ("B01VPCLINK", "A01VPCLINK", "U01VPCLINK")
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("mine", "still mine")
    assert changed["hidden"]


async def test_an_alarm_of_another_app_arrives_as_a_bot_message_without_text(slack, connected, control):
    heard = []

    @connected.event("message")
    async def listen(event):
        heard.append(event)

    await control("alarm")
    await slack.until(lambda: heard)
    event = heard[0]
    assert (event["text"], event["bot_profile"]["name"]) == ("", "Amazon Q")
    title = event["attachments"][0]["blocks"][0]["text"]["text"]
    assert title.endswith("|🚨 CloudWatch Alarm | orders-prod-5xx | us-east-1 | Account: 111122223333>*")
    fields = [field["text"] for field in event["attachments"][0]["blocks"][1]["fields"]]
    assert "*ApiName*\norders" in fields


async def test_an_alarm_that_ends_is_a_reply_and_an_edit_of_the_first_card(slack, connected, control):
    events = []

    @connected.event("message")
    async def listen(event):
        events.append(event)

    raised = await control("alarm", state="ALARM")
    cleared = await control("alarm", state="OK")
    await slack.settled()
    assert cleared["message"]["thread_ts"] == raised["ts"]
    assert [event.get("subtype") for event in events] == [None, None, "message_changed"]
    edited = events[2]["message"]["attachments"][0]["blocks"][-1]["text"]["text"]
    assert edited == "*Latest Update*: ✅ OK"


class TestSlashCommands:
    async def test_the_payload_is_complete(self, slack: LocalSlack, connected: AsyncApp, control):
        got = []

        @connected.command("/vpclink")
        async def run(ack, command):
            got.append(command)
            await ack()

        answer = await control("command", channel="general", user="bruno", command="/vpclink", text="help me")
        assert answer["acknowledged"]
        command = got[0]
        assert (command["text"], command["user_name"], command["channel_name"]) == ("help me", "bruno", "general")
        assert command["response_url"].startswith(slack.url)
        assert command["trigger_id"]
        assert slack.messages("general") == []

    @pytest.mark.parametrize(
        ("answer", "visible_to"),
        [("just text", ALICE), ({"text": "for all", "response_type": "in_channel"}, None)],
        ids=["ephemeral by default", "in_channel on request"],
    )
    async def test_the_acknowledgement_may_answer(self, slack, connected, control, answer, visible_to):
        @connected.command("/vpclink")
        async def run(ack):
            await (ack(answer) if isinstance(answer, str) else ack(**answer))

        await control("command", channel="general", user="alice", command="/vpclink")
        message = slack.messages("general")[0]
        assert message["text"] in ("just text", "for all")
        assert message["visible_to"] == visible_to
        assert message["app"] == "vpclink"

    async def test_an_answer_with_invalid_blocks_is_reported(self, slack, connected, control):
        @connected.command("/vpclink")
        async def run(ack):
            await ack(text="x", blocks=[{"type": "sparkles"}])

        await control("command", channel="general", user="alice", command="/vpclink")
        assert "invalid_command_response" in slack.messages("general")[0]["text"]

    async def test_no_answer_in_three_seconds_is_told_to_the_person(self, slack, connected, control, clock):
        never = asyncio.Event()

        @connected.command("/vpclink")
        async def run():
            await never.wait()

        typed = asyncio.create_task(control("command", channel="general", user="alice", command="/vpclink"))
        await clock.until_sleeping(3)
        clock.move(3.1)
        assert (await typed)["outcome"] == "timeout"
        message = slack.messages("general")[0]
        assert message["text"] == '/vpclink failed with the error "operation_timeout"'
        assert message["visible_to"] == ALICE

    async def test_in_a_thread_slack_refuses_it(self, slack: LocalSlack, connected: AsyncApp, control):
        ts = (await control("message", channel="general", user="alice", text="root"))["ts"]
        await control("command", channel="general", user="alice", command="/vpclink", thread_ts=ts)
        refusal = slack.messages("general")[-1]
        assert "not supported in threads" in refusal["text"]
        assert refusal["thread_ts"] == ts
        assert deliveries(slack, "slash_commands:/vpclink") == []

    async def test_a_command_that_no_app_has(self, slack: LocalSlack, control):
        await control("command", channel="general", user="alice", command="/nothing")
        assert "/nothing is not a command" in slack.messages("general")[0]["text"]

    async def test_invite_adds_the_app_and_tells_it(self, slack: LocalSlack, connected: AsyncApp, control):
        ignore(connected, "member_left_channel", "member_joined_channel")
        await control("command", channel="general", user="alice", command="/remove", text="@vpclink")
        await control("command", channel="general", user="alice", command="/invite", text="@vpclink")
        await slack.settled()
        joined = slack.journal.find("delivery", "events_api:member_joined_channel")[0].request["event"]
        assert (joined["user"], joined["channel"], joined["inviter"]) == ("U01VPCLINK", "C01GENERAL", ALICE)


class TestOtherEvents:
    async def test_reactions_and_home(self, slack: LocalSlack, connected: AsyncApp, control):
        ignore(connected, "message")
        heard = []
        for name in ("reaction_added", "app_home_opened"):

            @connected.event(name)
            async def listen(event):
                heard.append(event)

        ts = (await control("message", channel="general", user="alice", text="look"))["ts"]
        await control("reaction", channel="general", messageTs=ts, user="bruno", name=":eyes:")
        await control("home", user="alice", app="vpclink")
        await slack.settled()
        assert heard[0]["item"] == {"type": "message", "channel": "C01GENERAL", "ts": ts}
        assert (heard[1]["user"], heard[1]["tab"]) == (ALICE, "home")

    async def test_an_app_outside_the_channel_hears_nothing(self, slack, connected, control):
        ignore(connected, "member_left_channel")
        await control("membership", channel="general", member="vpclink", action="leave")
        await slack.settled()
        await control("message", channel="general", user="alice", text="@vpclink are you there?")
        await slack.settled()
        assert [entry.name for entry in slack.journal.find("delivery")] == ["events_api:member_left_channel"]


class TestConnections:
    async def test_an_event_not_acknowledged_comes_again(self, slack: LocalSlack, control, clock: ManualClock):
        attempts = []
        async with raw_socket(slack) as socket:
            await control("message", channel="general", user="alice", text="hello")
            for wait in (3.1, 3.1):
                attempts.append(await socket.receive_json())
                await clock.until_sleeping(3)
                clock.move(wait)
            await clock.until_sleeping(60)
            clock.move(60.1)
            attempts.append(await socket.receive_json())
            await socket.send_json({"envelope_id": attempts[-1]["envelope_id"]})
            await slack.settled()
        assert [(one["retry_attempt"], one["retry_reason"]) for one in attempts] == [
            (0, ""),
            (1, "timeout"),
            (2, "timeout"),
        ]
        assert len({one["payload"]["event_id"] for one in attempts}) == 1
        assert deliveries(slack, "events_api:message") == ["timeout", "timeout", "ok"]

    async def test_each_envelope_goes_to_one_of_several_connections(self, slack: LocalSlack, control):
        got: list[str] = []

        def listening(name: str) -> AsyncApp:
            app = bolt_app(slack)

            @app.event("message")
            async def listen():
                got.append(name)

            return app

        async with socket_mode(slack, listening("first")), socket_mode(slack, listening("second")):
            for number in range(4):
                await control("message", channel="general", user="alice", text=str(number))
            await slack.settled()
        assert sorted(got) == ["first", "first", "second", "second"]

    async def test_an_event_waits_for_a_connection(self, slack: LocalSlack, app: AsyncApp, control):
        ignore(app, "message")
        await control("message", channel="general", user="alice", text="early")
        async with socket_mode(slack, app):
            await slack.until(lambda: deliveries(slack, "events_api:message") == ["ok"])

    @pytest.mark.parametrize("reason", ["refresh_requested", None], ids=["announced", "cut wire"])
    async def test_the_client_comes_back_after_a_disconnect(self, slack, control, reason):
        app = bolt_app(slack)
        heard = []

        @app.event("message")
        async def listen(event):
            heard.append(event["text"])

        async with socket_mode(slack, app) as handler:
            handler.client.ping_interval = 0.05
            answer = await control("disconnect", **({"reason": reason} if reason else {}))
            assert answer["connections"] == 1
            await slack.until(lambda: len(slack.journal.find("socket", "hello")) == 2)
            await control("message", channel="general", user="alice", text="welcome back")
            await slack.until(lambda: heard == ["welcome back"])

    async def test_a_connection_that_falls_silent_stays_open_and_hears_nothing(self, slack, control):
        async with raw_socket(slack) as socket:
            answer = await control("disconnect", reason="silence")
            assert answer["connections"] == 1
            await control("message", channel="general", user="alice", text="anybody there?")
            await socket.ping()
            await asyncio.sleep(0)
            assert not socket.closed
            assert slack.journal.find("socket", "closed") == []
            assert deliveries(slack, "events_api:message") == []

    async def test_a_link_opens_once_and_hello_says_for_whom(self, slack: LocalSlack):
        async with raw_socket(slack) as socket:
            url = socket.url
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(url)

    async def test_no_more_than_ten_connections(self, slack: LocalSlack):
        async with aiohttp.ClientSession() as session:
            sockets = [await session.ws_connect(await link(slack)) for _ in range(11)]
            last = await sockets[-1].receive_json()
        assert last["reason"] == "too_many_websockets"


async def link(slack: LocalSlack) -> str:
    app_token = slack.workspace.apps[0].app_token
    answer = await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token=app_token)
    return answer["url"]


class raw_socket:  # noqa: N801 # reads as the context manager that it is
    """A Socket Mode connection that acknowledges nothing by itself."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    async def __aenter__(self):
        self._session = aiohttp.ClientSession()
        url = await link(self._slack)
        socket = await self._session.ws_connect(url)
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        assert hello["connection_info"] == {"app_id": "A01VPCLINK"}
        socket.url = url
        return socket

    async def __aexit__(self, *_):
        await self._session.close()
