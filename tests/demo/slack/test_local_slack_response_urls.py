"""Response URLs, used by the real webhook client."""

from __future__ import annotations

import pytest
from local_slack_helpers import ALICE, CHANNEL, actions, button, ignore, post
from slack_sdk.webhook.async_client import AsyncWebhookClient


@pytest.fixture
async def ts(client) -> str:
    """A message with a button."""
    return await post(client, actions(button("go")))


@pytest.fixture
async def url(ts, clicks, control) -> AsyncWebhookClient:
    """What the click on its button gave the app to answer with."""
    await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="go")
    return AsyncWebhookClient(clicks[0]["response_url"])


async def test_ephemeral_by_default(slack, url):
    await url.send(text="only you")
    assert slack.messages(CHANNEL)[-1]["visible_to"] == ALICE


async def test_in_channel_and_in_a_thread(slack, url, ts):
    await url.send_dict({"text": "all", "response_type": "in_channel", "thread_ts": ts})
    assert slack.messages(CHANNEL)[-1]["visible_to"] is None
    assert slack.messages(CHANNEL)[-1]["thread_ts"] == ts


async def test_replacing_and_deleting_the_original(slack, url):
    await url.send(text="replaced", replace_original=True)
    assert [one["text"] for one in slack.messages(CHANNEL)] == ["replaced"]
    await url.send(delete_original=True)
    assert slack.messages(CHANNEL) == []


async def test_five_uses(url):
    answers = [await url.send(text=str(number)) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body


async def test_thirty_minutes(url, clock):
    clock.move(30 * 60 + 1)
    answer = await url.send(text="late")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


async def test_invalid_blocks_are_refused(url):
    answer = await url.send(text="x", blocks=[{"type": "sparkles"}])
    assert (answer.status_code, "invalid_blocks" in answer.body) == (400, True)


async def test_it_works_where_the_bot_is_no_member(slack, connected, control):
    @connected.command("/vpclink")
    async def run(ack, respond):
        await ack()
        await respond("Invite me first: /invite @vpclink")

    ignore(connected, "member_left_channel")
    await control("membership", channel="general", member="vpclink", action="leave")
    await control("command", channel="general", user="alice", command="/vpclink")
    await slack.until(lambda: slack.messages("general"))
    assert slack.messages("general")[0]["text"].startswith("Invite me first")
