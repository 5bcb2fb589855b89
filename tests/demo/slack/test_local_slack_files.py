"""Uploads in three steps, with Slack's asynchronous processing."""

from __future__ import annotations

import aiohttp
import pytest
from local_slack_helpers import CHANNEL
from slack_sdk.errors import SlackApiError

PICTURE = b"\x89PNG\r\n\x1a\n made up"


async def test_the_sdks_upload_shares_a_file_in_a_thread(slack, client):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    answer = await client.files_upload_v2(
        channel=CHANNEL,
        thread_ts=root,
        filename="path.png",
        title="The path",
        content=PICTURE,
        alt_txt="eight hops",
        initial_comment="The path of the request",
    )
    message = slack.messages(CHANNEL)[1]
    assert (message["subtype"], message["thread_ts"]) == ("file_share", root)
    assert message["text"] == "The path of the request"
    file = message["files"][0]
    assert (file["id"], file["title"], file["alt_txt"]) == (answer["file"]["id"], "The path", "eight hops")
    async with aiohttp.ClientSession() as session, session.get(file["url_private"]) as response:
        assert (response.content_type, await response.read()) == ("image/png", PICTURE)


async def test_an_image_block_may_show_it_only_after_processing(slack, client, clock):
    uploaded = await client.files_upload_v2(filename="path.png", content=PICTURE)
    file_id = uploaded["file"]["id"]
    image = {"type": "image", "alt_text": "a", "slack_file": {"id": file_id}}
    assert (await client.files_info(file=file_id))["file"]["mimetype"] == ""
    with pytest.raises(SlackApiError) as failure:
        await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[image])
    assert failure.value.response["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    clock.move(1)
    assert (await client.files_info(file=file_id))["file"]["mimetype"] == "image/png"
    await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[image])


@pytest.mark.parametrize(("content", "status"), [(b"abc", 200), (b"abcd", 400)], ids=["as announced", "another length"])
async def test_the_bytes_must_be_as_many_as_announced(slack, client, content, status):
    answer = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(answer["upload_url"], data=content) as response:
        assert response.status == status


async def test_a_form_upload_works_too(slack, client):
    answer = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    form = aiohttp.FormData()
    form.add_field("file", b"abc", filename="a.txt")
    async with aiohttp.ClientSession() as session, session.post(answer["upload_url"], data=form) as response:
        assert await response.text() == "OK - 3"


async def test_completing_without_bytes_is_refused(client):
    answer = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": answer["file_id"], "title": "a"}])


async def test_a_file_that_could_run_is_served_as_text(slack, client):
    uploaded = await client.files_upload_v2(channel=CHANNEL, filename="a.html", content="<script>1</script>")
    assert uploaded["ok"]
    url = slack.messages(CHANNEL)[0]["files"][0]["url_private"]
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.content_type == "text/plain"
