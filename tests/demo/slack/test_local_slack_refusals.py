"""What the Web API refuses, and with which error code."""

from __future__ import annotations

import pytest
from local_slack_helpers import CHANNEL, section, workspace_for_tests
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import LocalSlack, Workspace


class TestRefusals:
    @pytest.mark.parametrize(
        ("token", "error"),
        [("", "not_authed"), ("xoxb-nobody", "invalid_auth"), ("xapp-local-vpclink", "not_allowed_token_type")],
    )
    async def test_who_may_call(self, slack: LocalSlack, token: str, error: str):
        with pytest.raises(SlackApiError, match=error):
            await AsyncWebClient(token=token, base_url=slack.api_url).chat_postMessage(channel=CHANNEL, text="x")

    async def test_a_bot_token_opens_no_socket(self, client: AsyncWebClient):
        with pytest.raises(SlackApiError, match="not_allowed_token_type"):
            await client.apps_connections_open(app_token=client.token or "")

    @pytest.mark.parametrize(
        ("method", "arguments", "error"),
        [
            ("no.such", {}, "unknown_method"),
            ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
            ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
            ("chat.postMessage", {"channel": CHANNEL}, "no_text"),
            ("chat.postMessage", {"channel": CHANNEL, "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
            ("chat.postMessage", {"channel": CHANNEL, "blocks": "{"}, "invalid_blocks_format"),
            ("chat.postMessage", {"channel": CHANNEL, "attachments": "[1]"}, "invalid_attachments"),
            ("chat.postMessage", {"channel": CHANNEL, "text": "x", "metadata": "[]"}, "invalid_metadata_format"),
            ("chat.postMessage", {"channel": CHANNEL, "text": "x", "metadata": '{"a": 1}'}, "invalid_metadata_schema"),
            ("chat.postEphemeral", {"channel": CHANNEL, "user": "U0NONE", "text": "x"}, "user_not_in_channel"),
            ("chat.update", {"channel": CHANNEL, "ts": "1.1", "text": "x"}, "message_not_found"),
            ("chat.getPermalink", {"channel": CHANNEL, "message_ts": "1.1"}, "message_not_found"),
            ("conversations.info", {"channel": "C0NONE"}, "channel_not_found"),
            ("conversations.list", {"cursor": "what"}, "invalid_cursor"),
            ("conversations.list", {"limit": "many"}, "invalid_arguments"),
            ("conversations.history", {"channel": CHANNEL, "oldest": "long ago"}, "invalid_ts_oldest"),
            ("conversations.replies", {"channel": CHANNEL, "ts": "1.1"}, "thread_not_found"),
            ("users.info", {"user": "U0NONE"}, "user_not_found"),
            ("bots.info", {"bot": "B0NONE"}, "bot_not_found"),
            ("reactions.add", {"channel": CHANNEL, "timestamp": "1.1", "name": "eyes"}, "message_not_found"),
            ("reactions.add", {"channel": CHANNEL, "timestamp": "1.1", "name": "Not A Name"}, "invalid_name"),
            ("files.info", {"file": "F0NONE"}, "file_not_found"),
            ("views.open", {"trigger_id": "1.1", "view": "{"}, "invalid_arguments"),
            ("views.update", {"view_id": "V0NONE", "view": "{}"}, "not_found"),
        ],
    )
    async def test_error_codes(self, client: AsyncWebClient, method: str, arguments: dict, error: str):
        with pytest.raises(SlackApiError) as failure:
            await client.api_call(method, params=arguments)
        assert failure.value.response["error"] == error

    async def test_a_bot_must_be_in_the_channel(self, client: AsyncWebClient, control):
        await control("membership", channel="general", member="vpclink", action="leave")
        for call in (
            client.chat_postMessage(channel="general", text="x"),
            client.conversations_history(channel="C01GENERAL"),
        ):
            with pytest.raises(SlackApiError, match="not_in_channel"):
                await call

    async def test_an_archived_channel_takes_nothing_more(self, client: AsyncWebClient, control):
        await control("membership", channel="general", action="archive")
        with pytest.raises(SlackApiError, match="is_archived"):
            await client.chat_postMessage(channel="general", text="x")

    async def test_a_message_of_another_app_cannot_be_changed(self, client: AsyncWebClient, control):
        ts = (await control("alarm"))["ts"]
        with pytest.raises(SlackApiError, match="cant_update_message"):
            await client.chat_update(channel=CHANNEL, ts=ts, text="x")
        with pytest.raises(SlackApiError, match="cant_delete_message"):
            await client.chat_delete(channel=CHANNEL, ts=ts)

    async def test_an_update_may_not_be_as_long_as_a_message(self, client: AsyncWebClient):
        ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
        with pytest.raises(SlackApiError, match="msg_too_long"):
            await client.chat_update(channel=CHANNEL, ts=ts, text="x" * 4001)

    async def test_the_blocks_together_have_a_limit_too(self, client: AsyncWebClient):
        with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
            await client.chat_postMessage(channel=CHANNEL, blocks=[section("x" * 2700) for _ in range(5)])

    async def test_invalid_blocks_say_where(self, client: AsyncWebClient):
        blocks = [section("fine"), {"type": "section"}, {"type": "sparkles"}]
        with pytest.raises(SlackApiError) as failure:
            await client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)
        assert failure.value.response["error"] == "invalid_blocks"
        assert failure.value.response["response_metadata"]["messages"] == [
            "[ERROR] must define either text or fields [json-pointer:/blocks/1]",
            "[ERROR] unsupported type: sparkles [json-pointer:/blocks/2/type]",
        ]


class TestScopes:
    @pytest.fixture
    def workspace(self) -> Workspace:
        return workspace_for_tests(scopes=frozenset({"chat:write"}), events=frozenset())

    async def test_a_missing_scope_is_named(self, client: AsyncWebClient):
        with pytest.raises(SlackApiError) as failure:
            await client.users_list()
        assert failure.value.response.data == {
            "ok": False,
            "error": "missing_scope",
            "needed": "users:read",
            "provided": "chat:write",
        }
