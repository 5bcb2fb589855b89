"""The Web API, called by the real slack_sdk client."""

from __future__ import annotations

import json

import aiohttp
import pytest
from local_slack_helpers import ALICE, CHANNEL, section, workspace_for_tests
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import LocalSlack, ManualClock, UserGroup, Workspace


async def test_auth_test_says_who_the_token_belongs_to(client: AsyncWebClient):
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U01VPCLINK", "B01VPCLINK", "T01LOCAL")
    assert "chat:write" in answer.headers["X-OAuth-Scopes"]


async def test_api_test_echoes_its_arguments(client: AsyncWebClient):
    assert (await client.api_test(foo="bar"))["args"]["foo"] == "bar"
    with pytest.raises(SlackApiError, match="my_error"):
        await client.api_test(error="my_error")


class TestPosting:
    async def test_a_message_is_stored_as_slack_stores_it(self, client: AsyncWebClient):
        answer = await client.chat_postMessage(channel=CHANNEL, text="hello", blocks=[section("*hi*")])
        message = answer["message"]
        assert message["ts"] == answer["ts"]
        assert message["bot_profile"]["name"] == "vpclink"
        assert message["blocks"][0]["block_id"]
        assert message["blocks"][0]["text"] == {"type": "mrkdwn", "text": "*hi*", "verbatim": False}

    @pytest.mark.parametrize("name", ["#incidents", "incidents", CHANNEL])
    async def test_a_channel_may_be_named(self, client: AsyncWebClient, name: str):
        assert (await client.chat_postMessage(channel=name, text="x"))["channel"] == CHANNEL

    async def test_a_user_id_means_direct_messages(self, slack: LocalSlack, client: AsyncWebClient):
        answer = await client.chat_postMessage(channel=ALICE, text="for you")
        assert answer["channel"].startswith("D")
        assert (await client.conversations_open(users=[ALICE]))["channel"]["id"] == answer["channel"]

    async def test_a_reply_of_a_reply_lands_in_the_same_thread(self, client: AsyncWebClient):
        root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
        reply = (await client.chat_postMessage(channel=CHANNEL, text="one", thread_ts=root))["ts"]
        await client.chat_postMessage(channel=CHANNEL, text="two", thread_ts=reply)
        thread = (await client.conversations_replies(channel=CHANNEL, ts=root))["messages"]
        assert [one["text"] for one in thread] == ["root", "one", "two"]
        assert thread[0]["reply_count"] == 2
        assert thread[1]["parent_user_id"] == "U01VPCLINK"

    async def test_a_broadcast_reply_shows_in_the_channel_too(self, client: AsyncWebClient):
        root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
        await client.chat_postMessage(channel=CHANNEL, text="hidden", thread_ts=root)
        await client.chat_postMessage(channel=CHANNEL, text="shown", thread_ts=root, reply_broadcast=True)
        history = (await client.conversations_history(channel=CHANNEL))["messages"]
        assert [one["text"] for one in history] == ["shown", "root"]
        assert history[0]["subtype"] == "thread_broadcast"

    async def test_a_very_long_text_is_cut_with_a_warning(self, slack: LocalSlack, client: AsyncWebClient):
        answer = await client.chat_postMessage(channel=CHANNEL, text="x" * 40_001)
        assert answer["response_metadata"]["warnings"] == ["message_truncated"]
        assert len(slack.messages(CHANNEL)[0]["text"]) == 40_000

    @pytest.mark.parametrize(
        ("where", "as_text"),
        [("json", False), ("json", True), ("form", True), ("query", True)],
        ids=["JSON body", "JSON body with blocks as text", "form body", "query string"],
    )
    async def test_arguments_come_in_any_of_slacks_ways(self, slack: LocalSlack, where: str, as_text: bool):
        blocks = [section("from anywhere")]
        arguments = {"channel": CHANNEL, "blocks": json.dumps(blocks) if as_text else blocks}
        headers = {"Authorization": f"Bearer {slack.workspace.apps[0].bot_token}"}
        passed = {"json": {"json": arguments}, "form": {"data": arguments}, "query": {"params": arguments}}[where]
        url = f"{slack.api_url}chat.postMessage"
        async with aiohttp.ClientSession() as session, session.post(url, headers=headers, **passed) as response:
            assert (await response.json())["ok"]
        assert slack.messages(CHANNEL)[0]["blocks"][0]["text"]["text"] == "from anywhere"

    async def test_query_and_body_are_merged(self, slack: LocalSlack):
        url = f"{slack.api_url}chat.postMessage?channel={CHANNEL}"
        data = {"text": "merged", "token": slack.workspace.apps[0].bot_token}
        async with aiohttp.ClientSession() as session, session.post(url, data=data) as response:
            assert (await response.json())["message"]["text"] == "merged"


class TestUpdating:
    @pytest.mark.parametrize(
        ("update", "blocks_left"),
        [
            ({"text": "new"}, 0),
            ({"attachments": [{"text": "more"}]}, 1),
            ({"text": "new", "blocks": [section("b"), section("c")]}, 2),
            ({"text": "new", "blocks": []}, 0),
        ],
        ids=["text alone removes the blocks", "neither keeps them", "blocks replace", "an empty list removes"],
    )
    async def test_what_becomes_of_the_blocks(self, slack, client, update: dict, blocks_left: int):
        ts = (await client.chat_postMessage(channel=CHANNEL, text="old", blocks=[section("a")]))["ts"]
        await client.chat_update(channel=CHANNEL, ts=ts, **update)
        message = slack.messages(CHANNEL)[0]
        assert len(message["blocks"]) == blocks_left
        assert message["edited"]["user"] == "U01VPCLINK"
        assert [version["text"] for version in message["versions"]] == ["old"]

    async def test_metadata_is_kept_and_only_shown_on_request(self, client: AsyncWebClient):
        metadata = {"event_type": "run", "event_payload": {"run_id": "r1"}}
        ts = (await client.chat_postMessage(channel=CHANNEL, text="x", metadata=metadata))["ts"]
        await client.chat_update(channel=CHANNEL, ts=ts, text="y")
        shown = await client.conversations_replies(channel=CHANNEL, ts=ts, include_all_metadata=True)
        hidden = await client.conversations_history(channel=CHANNEL)
        assert shown["messages"][0]["metadata"] == metadata
        assert "metadata" not in hidden["messages"][0]

    async def test_deleting_a_message_with_replies_leaves_a_remainder(self, slack, client: AsyncWebClient):
        root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
        lonely = (await client.chat_postMessage(channel=CHANNEL, text="lonely"))["ts"]
        await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root)
        await client.chat_delete(channel=CHANNEL, ts=root)
        await client.chat_delete(channel=CHANNEL, ts=lonely)
        assert [one["text"] for one in slack.messages(CHANNEL)] == ["This message was deleted.", "reply"]


async def test_an_ephemeral_message_is_for_one_person_and_out_of_the_apis_reach(slack, client: AsyncWebClient):
    ts = (await client.chat_postEphemeral(channel=CHANNEL, user=ALICE, text="psst"))["message_ts"]
    assert slack.messages(CHANNEL)[0]["visible_to"] == ALICE
    assert (await client.conversations_history(channel=CHANNEL))["messages"] == []
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=CHANNEL, ts=ts, text="louder")


async def test_a_permalink_opens_the_message_in_the_page(slack: LocalSlack, client: AsyncWebClient):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
    link = (await client.chat_getPermalink(channel=CHANNEL, message_ts=ts))["permalink"]
    assert link == f"{slack.url}archives/{CHANNEL}/p{ts.replace('.', '')}"


class TestConversations:
    async def test_lists_are_paged_by_cursor(self, client: AsyncWebClient):
        names = []
        async for page in await client.conversations_list(limit=1):
            names += [channel["name"] for channel in page["channels"]]
        assert names == ["incidents", "general"]

    async def test_history_is_limited_by_time(self, client: AsyncWebClient):
        stamps = [(await client.chat_postMessage(channel=CHANNEL, text=str(n)))["ts"] for n in range(4)]
        newest = await client.conversations_history(channel=CHANNEL, limit=2)
        assert [one["text"] for one in newest["messages"]] == ["3", "2"]
        assert newest["has_more"]
        between = await client.conversations_history(channel=CHANNEL, oldest=stamps[0], latest=stamps[2])
        assert [one["text"] for one in between["messages"]] == ["1"]
        inclusive = await client.conversations_history(
            channel=CHANNEL, oldest=stamps[0], latest=stamps[2], inclusive=True
        )
        assert [one["text"] for one in inclusive["messages"]] == ["2", "1", "0"]

    async def test_info_members_and_own_channels(self, client: AsyncWebClient, control):
        await control("membership", channel="general", member="vpclink", action="leave")
        assert (await client.conversations_info(channel=CHANNEL))["channel"]["is_member"]
        assert not (await client.conversations_info(channel="C01GENERAL"))["channel"]["is_member"]
        assert ALICE in (await client.conversations_members(channel=CHANNEL))["members"]
        mine = await client.users_conversations()
        assert [one["name"] for one in mine["channels"]] == ["incidents"]
        await client.conversations_join(channel="C01GENERAL")
        assert (await client.conversations_info(channel="C01GENERAL"))["channel"]["is_member"]


class TestPeople:
    async def test_users_and_bots(self, client: AsyncWebClient):
        alice = (await client.users_info(user=ALICE, include_locale=True))["user"]
        assert (alice["real_name"], alice["locale"], alice["tz"]) == ("Alice Martin", "en-GB", "Europe/Paris")
        assert (await client.users_info(user="U01VPCLINK"))["user"]["is_bot"]
        everybody = (await client.users_list())["members"]
        assert {one["name"] for one in everybody} == {"alice", "bruno", "vpclink", "amazonq"}
        assert (await client.bots_info(bot="B01AMAZONQ"))["bot"]["name"] == "Amazon Q"
        assert (await client.team_info())["team"]["domain"] == "example"


class TestUserGroups:
    @pytest.fixture
    def workspace(self) -> Workspace:
        group = UserGroup(id="S01ONCALL", handle="oncall", users=(ALICE,))
        return workspace_for_tests().model_copy(update={"user_groups": (group,)})

    async def test_who_is_in_a_group(self, client: AsyncWebClient):
        assert (await client.usergroups_users_list(usergroup="S01ONCALL"))["users"] == [ALICE]
        with pytest.raises(SlackApiError, match="no_such_subteam"):
            await client.usergroups_users_list(usergroup="S01NOBODY")


async def test_reactions_are_added_listed_and_removed_once(client: AsyncWebClient):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
    await client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="already_reacted"):
        await client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    message = (await client.reactions_get(channel=CHANNEL, timestamp=ts))["message"]
    assert message["reactions"] == [{"name": "eyes", "users": ["U01VPCLINK"], "count": 1}]
    await client.reactions_remove(channel=CHANNEL, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="no_reaction"):
        await client.reactions_remove(channel=CHANNEL, timestamp=ts, name="eyes")


async def test_a_thread_status_lasts_until_the_next_message_or_two_minutes(slack, client, clock: ManualClock):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]

    async def set_status() -> None:
        await client.assistant_threads_setStatus(channel_id=CHANNEL, thread_ts=ts, status="is reading logs")

    await set_status()
    assert [one["status"] for one in slack.state.statuses.values()] == ["is reading logs"]
    await client.chat_postMessage(channel=CHANNEL, thread_ts=ts, text="done")
    assert slack.state.statuses == {}
    await set_status()
    await clock.until_sleeping(120)
    clock.move(120.5)
    await slack.until(lambda: not slack.state.statuses)
