"""Rate limits, and the faults that a test can ask for."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from local_slack_helpers import CHANNEL, section
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from bot.demo.slack import LocalSlack


class TestRateLimits:
    @pytest.fixture
    async def limited(self, slack, control) -> None:
        await control("settings", rate_limits={"enabled": True})

    async def test_posting_allows_a_small_burst_then_one_a_second_and_channel(self, limited, client, clock):
        async def post(channel: str = CHANNEL) -> int | str:
            try:
                await client.chat_postMessage(channel=channel, text="x")
            except SlackApiError as error:
                response = error.response
                return f"{response.status_code} {response['error']}, retry after {response.headers['Retry-After']}"
            return "posted"

        assert [await post() for _ in range(4)] == ["posted"] * 3 + ["429 ratelimited, retry after 1"]
        assert await post("C01GENERAL") == "posted"
        clock.move(1)
        assert [await post(), await post()] == ["posted", "429 ratelimited, retry after 1"]

    async def test_updates_are_tier_three(self, limited, client, clock):
        ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
        for number in range(50):
            await client.chat_update(channel=CHANNEL, ts=ts, text=str(number))
        with pytest.raises(SlackApiError) as failure:
            await client.chat_update(channel=CHANNEL, ts=ts, text="one too many")
        assert failure.value.response.headers["Retry-After"] == "2"
        clock.move(2)
        await client.chat_update(channel=CHANNEL, ts=ts, text="now")

    async def test_an_impossible_limit_is_refused(self, control):
        answer = await control("settings", rate_limits={"messages_per_second": 0})
        assert "messages_per_second" in answer["error"]


class TestFaults:
    async def test_an_error_for_one_kind_of_block_once(self, client, control):
        when = {"block_type": "plan"}
        await control("faults", method="chat.postMessage", error="invalid_blocks", when=when)
        plan = {"type": "plan", "title": "Diagnosis"}
        await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[section("no plan")])
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[plan])
        await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[plan])

    async def test_a_fault_for_one_value_of_an_argument(self, client, control):
        await control("faults", method="*", error="fatal_error", times=2, when={"channel": "C01GENERAL"})
        await client.chat_postMessage(channel=CHANNEL, text="x")
        for _ in range(2):
            with pytest.raises(SlackApiError, match="fatal_error"):
                await client.chat_postMessage(channel="C01GENERAL", text="x")
        await client.chat_postMessage(channel="C01GENERAL", text="x")

    async def test_too_many_requests(self, client, control):
        await control("faults", method="chat.postMessage", retry_after=7)
        with pytest.raises(SlackApiError) as failure:
            await client.chat_postMessage(channel=CHANNEL, text="x")
        assert (failure.value.response.status_code, failure.value.response.headers["Retry-After"]) == (429, "7")

    async def test_the_sdk_retries_after_too_many_requests(self, slack, client, control, monkeypatch):
        waited = []

        async def note(seconds: float) -> None:
            waited.append(seconds)

        monkeypatch.setattr("slack_sdk.http_retry.builtin_async_handlers.asyncio.sleep", note)
        client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
        await control("faults", method="chat.postMessage", retry_after=7)
        await client.chat_postMessage(channel=CHANNEL, text="x")
        assert [one["text"] for one in slack.messages(CHANNEL)] == ["x"]
        assert 7 <= waited[0] <= 8

    async def test_a_lost_reply_does_the_work(self, slack: LocalSlack, client, control):
        client.retry_handlers.clear()
        await control("faults", method="chat.postMessage", lost_reply=True)
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.chat_postMessage(channel=CHANNEL, text="x")
        assert [one["text"] for one in slack.messages(CHANNEL)] == ["x"]

    async def test_the_sdks_default_retry_then_posts_twice(self, slack: LocalSlack, client, control):
        await control("faults", method="chat.postMessage", lost_reply=True)
        await client.chat_postMessage(channel=CHANNEL, text="x")
        assert [one["text"] for one in slack.messages(CHANNEL)] == ["x", "x"]

    async def test_a_server_error_does_not_do_the_work(self, slack: LocalSlack, client, control):
        await control("faults", method="chat.postMessage", http_status=500)
        with pytest.raises(SlackApiError) as failure:
            await client.chat_postMessage(channel=CHANNEL, text="x")
        assert failure.value.response.status_code == 500
        assert slack.messages(CHANNEL) == []
        assert slack.journal.find("web_api")[0].outcome == "http_500"

    async def test_a_delay_waits_and_then_answers(self, slack: LocalSlack, client, control, clock):
        await control("faults", method="auth.test", delay=5)
        call = asyncio.create_task(client.auth_test())
        await clock.until_sleeping(5)
        assert not call.done()
        clock.move(5)
        assert (await call)["ok"]
        assert slack.journal.find("web_api", "auth.test")[0].seconds == 5

    async def test_waiting_faults_are_listed_and_reset(self, control):
        await control("faults", method="chat.update", error="x", times=3)
        assert (await control("state"))["faults"][0]["times"] == 3
        await control("reset")
        assert (await control("state"))["faults"] == []

    async def test_a_misspelt_fault_is_refused(self, control):
        answer = await control("faults", method="chat.update", eror="x")
        assert answer == {"ok": False, "error": "eror: Extra inputs are not permitted"}
