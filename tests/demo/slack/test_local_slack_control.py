"""The control interface: what a test or the page drives the workspace with, and what it shows."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

import aiohttp
import pytest
from local_slack_helpers import ALICE, CHANNEL, section
from pydantic import ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import LocalSlack, SlackApp, SlackChannel, SlackUser, Workspace, demo_workspace


class TestMessages:
    async def test_everything_is_listed_with_its_history(self, client, control):
        root = (await client.chat_postMessage(channel=CHANNEL, text="v1"))["ts"]
        await client.chat_update(channel=CHANNEL, ts=root, text="v2")
        await client.chat_update(channel=CHANNEL, ts=root, text="v3", blocks=[section("three")])
        await control("message", channel=CHANNEL, user="alice", text="reply", thread_ts=root)
        await client.chat_postEphemeral(channel=CHANNEL, user=ALICE, text="psst")
        messages = (await control(f"messages/{CHANNEL}"))["messages"]
        assert [one["text"] for one in messages] == ["v3", "reply", "psst"]
        first, reply, whisper = messages
        assert [version["text"] for version in first["versions"]] == ["v1", "v2"]
        assert (first["app"], first["user"]) == ("vpclink", "U01VPCLINK")
        assert first["edited"]["user"] == "U01VPCLINK"
        assert first["blocks"][0]["text"]["text"] == "three"
        assert (reply["app"], reply["user"], reply["thread_ts"]) == (None, ALICE, root)
        assert whisper["visible_to"] == ALICE
        for message in messages:
            assert {"ts", "thread_ts", "text", "blocks", "attachments", "metadata", "edited"} <= set(message)

    async def test_an_app_can_post_a_card(self, control):
        answer = await control(
            "message", channel="incidents", app="Amazon Q", attachments=[{"blocks": [section("*card*")]}]
        )
        assert answer["message"]["app"] == "Amazon Q"
        assert answer["message"]["text"] == ""

    async def test_a_person_can_edit_what_they_wrote_and_nothing_else(self, control):
        ts = (await control("message", channel="general", user="alice", text="tpyo"))["ts"]
        edited = await control("edit", channel="general", messageTs=ts, user="alice", text="typo")
        refused = await control("edit", channel="general", messageTs=ts, user="bruno", text="mine")
        assert edited["message"]["versions"][0]["text"] == "tpyo"
        assert edited["message"]["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "typo"}]
        assert "did not write" in refused["error"]

    @pytest.mark.parametrize(
        ("text", "stored"),
        [
            ("@vpclink help", "<@U01VPCLINK> help"),
            ("ask @bruno in #general", "ask <@U01BRUNO> in <#C01GENERAL|general>"),
            ("mail alice@example.com or @nobody", "mail alice@example.com or @nobody"),
            ("<@U01ALICE> stays", "<@U01ALICE> stays"),
        ],
    )
    async def test_names_become_mentions(self, control, text, stored):
        answer = await control("message", channel="general", user="alice", text=text)
        assert answer["message"]["text"] == stored


class TestBadRequests:
    @pytest.mark.parametrize(
        ("path", "body", "error"),
        [
            ("command", {"channel": "general", "user": "alice"}, "command: Field required"),
            (
                "command",
                {"channel": "general", "user": "zoe", "command": "/x"},
                "user: expected one of U01ALICE (alice), U01BRUNO (bruno); got 'zoe'",
            ),
            (
                "message",
                {"channel": "nowhere", "user": "alice", "text": "x"},
                "channel: expected one of C01INCIDENTS (#incidents), C01GENERAL (#general); got 'nowhere'",
            ),
            ("message", {"channel": "general", "text": "x"}, "body: Value error, give either user or app"),
            ("message", {"channel": "general", "user": "alice"}, "text: expected text, blocks or attachments"),
            ("message", {"channel": "general", "app": "Slackbot", "text": "x"}, "app: expected one of A01VPCLINK"),
            ("interact", {"user": "alice", "action": "go"}, "give either channel and messageTs, or viewId"),
            ("interact", {"user": "alice", "viewId": "V1"}, "give an action, or submit or close for a view"),
            (
                "interact",
                {"user": "alice", "viewId": "V1", "submit": True},
                "viewId: U01ALICE has no view 'V1' open",
            ),
            ("alarm", {"name": "none"}, "name: expected one of orders-prod-5xx; got 'none'"),
            ("home", {"user": "alice", "app": "Amazon Q"}, "app: Amazon Q has no Home tab"),
            ("disconnect", {"reason": "boredom"}, "reason: Input should be"),
        ],
    )
    async def test_the_error_says_what_was_expected(self, control, path, body, error):
        answer = await control(path, **body)
        assert not answer["ok"]
        assert error in answer["error"]

    async def test_a_body_that_is_no_json(self, slack: LocalSlack):
        url = f"{slack.url}_control/command"
        async with aiohttp.ClientSession() as session, session.post(url, data="{") as response:
            assert response.status == 400
            assert "expected a JSON object" in (await response.json())["error"]

    async def test_another_site_may_not_drive_the_workspace(self, slack: LocalSlack):
        url, headers = f"{slack.url}_control/reset", {"Origin": "https://example.com"}
        async with aiohttp.ClientSession() as session, session.post(url, json={}, headers=headers) as response:
            assert response.status == 403


class TestJournal:
    async def test_calls_and_deliveries_with_answers_and_times(self, slack, connected, client, control):
        @connected.command("/vpclink")
        async def run(ack):
            await ack("noted")

        await control("command", channel="general", user="alice", command="/vpclink", text="help")
        await client.chat_postMessage(channel="C01GENERAL", text="x")
        await slack.settled()
        log = (await control("log"))["log"]
        command = next(entry for entry in log if entry["name"] == "slash_commands:/vpclink")
        call = next(entry for entry in log if entry["name"] == "chat.postMessage")
        assert (command["kind"], command["transport"], command["outcome"]) == ("delivery", "socket", "ok")
        assert command["answer"] == {"text": "noted"}
        assert command["request"]["text"] == "help"
        assert (call["kind"], call["app"], call["outcome"]) == ("web_api", "A01VPCLINK", "ok")
        assert call["request"] == {"channel": "C01GENERAL", "text": "x"}
        assert call["answer"]["ts"]
        assert call["seconds"] == 0
        newer = (await control(f"log?after={call['number']}"))["log"]
        assert all(entry["number"] > call["number"] for entry in newer)

    async def test_no_token_is_ever_shown(self, slack, client, control):
        await client.auth_test()
        shown = json.dumps([await control("log"), await control("state")])
        vpclink = slack.workspace.apps[0]
        for secret in (vpclink.bot_token, vpclink.app_token, vpclink.signing_secret):
            assert secret not in shown


async def test_reset_empties_the_workspace_and_keeps_the_connection(slack, connected, client, control):
    await client.chat_postMessage(channel=CHANNEL, text="x")
    await slack.settled()
    await control("membership", channel="general", member="bruno", action="leave")
    await control("reset")
    state = await control("state")
    assert (await control(f"messages/{CHANNEL}"))["messages"] == []
    assert (await control("log"))["log"] == []
    assert "U01BRUNO" in state["channels"][1]["members"]
    assert state["apps"][0]["connections"] == 1


MANIFEST = {
    "display_information": {"name": "helper"},
    "features": {"slash_commands": [{"command": "/helper", "description": "d", "url": "https://example.com/s"}]},
    "oauth_config": {"scopes": {"bot": ["commands", "channels:history"]}},
    "settings": {
        "event_subscriptions": {"request_url": "https://example.com/s", "bot_events": ["message.channels"]},
        "socket_mode_enabled": False,
    },
}


class TestWorkspace:
    def test_an_app_comes_from_its_manifest(self):
        app = SlackApp.from_manifest(MANIFEST, app_id="A1", bot_token="xoxb-1", signing_secret="s")
        assert (app.name, app.bot_user_id, app.bot_id, app.mode) == ("helper", "U1", "B1", "http")
        assert app.request_url == "https://example.com/s"
        assert [command.command for command in app.slash_commands] == ["/helper"]

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"events": {"app_mention"}}, "app_mention needs the scope app_mentions:read"),
            ({"slash_commands": [{"command": "helper"}]}, "String should match pattern"),
            ({"colour": "red"}, "Extra inputs are not permitted"),
        ],
        ids=["event without scope", "command without slash", "unknown field"],
    )
    def test_what_slack_would_not_install_is_refused(self, changes, complaint):
        app = SlackApp.from_manifest(MANIFEST, app_id="A1", bot_token="xoxb-1", signing_secret="s")
        with pytest.raises(ValidationError, match=complaint):
            SlackApp.model_validate({**app.model_dump(), **changes})

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"users": [SlackUser(id="U1", name="a", real_name="A")] * 2}, "given twice: U1"),
            ({"channels": [SlackChannel(id="C1", name="c", members=("U9",))]}, "#c has members that do not exist: U9"),
        ],
        ids=["same id twice", "unknown member"],
    )
    def test_a_workspace_must_be_consistent(self, changes, complaint):
        with pytest.raises(ValidationError, match=complaint):
            Workspace.model_validate(changes)


class TestAlone:
    async def test_it_runs_by_itself_and_ends_on_sigterm(self):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.demo.slack", "--port", "0", stdout=asyncio.subprocess.PIPE
        )
        lines = {}
        while "SLACK_SIGNING_SECRET" not in lines:
            name, _, value = (await process.stdout.readline()).decode().strip().rpartition(" ")
            lines[name.strip().rstrip(":")] = value
        client = AsyncWebClient(token=lines["SLACK_BOT_TOKEN"], base_url=lines["SLACK_API_URL"])
        assert (await client.auth_test())["user"] == "vpclink"
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0

    async def test_a_taken_port_is_said(self, slack: LocalSlack):
        port = slack.url.rsplit(":", 1)[1].strip("/")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.demo.slack", "--port", port, stderr=asyncio.subprocess.PIPE, env=os.environ
        )
        _, complaint = await process.communicate()
        assert process.returncode == 2
        assert b"Choose another with --port" in complaint

    async def test_start_twice_on_free_ports(self):
        async with LocalSlack(demo_workspace()) as first, LocalSlack(demo_workspace()) as second:
            assert first.url != second.url
