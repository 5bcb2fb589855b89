"""The page, used in a real browser as a newcomer would: messages, threads, alarms, pictures."""

from __future__ import annotations

import hashlib
import json

from local_slack_blocks import GOOD
from local_slack_helpers import ALICE, BRUNO, CHANNEL, actions, button, ignore, only_you, section
from playwright.async_api import expect

from bot.demo.slack.page_server import PAGE


def test_the_bundle_was_built_from_these_sources():
    sources = [PAGE / name for name in ("build.mjs", "package.json", "ui.jsx")] + list((PAGE / "src").iterdir())
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda path: str(path.relative_to(PAGE))):
        digest.update(source.read_bytes())
    with (PAGE / "ui.js").open() as bundle:
        assert bundle.readline().strip() == f"/* sources: {digest.hexdigest()} */", "see page/build.mjs"


async def test_a_command_a_thread_and_a_button(slack, connected, clock, page):
    @connected.command("/vpclink")
    async def diagnose(ack, command, client):
        await ack()
        blocks = [section(f"*Report* on {command['text']}"), actions(button("rerun", "Re-run"))]
        ts = (await client.chat_postMessage(channel=command["channel_id"], text="r", blocks=blocks))["ts"]
        await client.chat_postMessage(channel=command["channel_id"], thread_ts=ts, text="the *evidence*")

    @connected.action("rerun")
    async def again(ack, respond):
        await ack()
        await respond("Running again")

    await page.get_by_test_id("composer").press_sequentially("/vpc")
    await expect(page.get_by_role("listbox", name="Suggestions")).to_contain_text("diagnose <api> <stage>")
    await page.get_by_test_id("composer").press("Tab")
    await page.get_by_test_id("composer").press_sequentially("diagnose orders prod")
    await page.get_by_test_id("composer").press("Enter")
    report = page.get_by_test_id("message").filter(has_text="Report on diagnose orders prod")
    await report.get_by_text("1 reply").click()
    thread = page.get_by_test_id("thread")
    await expect(thread.get_by_text("the evidence")).to_be_visible()
    await thread.get_by_role("button", name="Re-run").click()
    await expect(only_you(page).first).to_contain_text("Running again")

    await page.get_by_test_id("user-switch").select_option(BRUNO)
    await expect(report).to_be_visible()
    await expect(only_you(page)).to_have_count(0)
    await page.get_by_test_id("user-switch").select_option(ALICE)
    await expect(only_you(page)).to_have_count(1)
    clock.move(1)
    await page.reload()
    await expect(report).to_be_visible()
    await expect(only_you(page)).to_have_count(0)


async def test_a_message_is_edited_while_one_looks(client, page):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="working"))["ts"]
    message = page.get_by_test_id("message")
    await expect(message).to_contain_text("working")
    await client.chat_update(channel=CHANNEL, ts=ts, text="done at 03:11:20")
    await expect(message).to_contain_text("done at 03:11:20")
    await expect(message).to_contain_text("(edited)")
    await client.chat_update(channel=CHANNEL, ts=ts, text="x", blocks=[section("report")])
    await expect(message).not_to_contain_text("(edited)")


async def test_a_mention_in_a_thread(slack, connected, control, page):
    ignore(connected, "message")
    asked = []

    @connected.event("app_mention")
    async def answer(event, say):
        asked.append(event["text"])
        await say("Looking :eyes:", thread_ts=event["thread_ts"])

    await control("message", channel=CHANNEL, user="bruno", text="is it down?")
    message = page.get_by_test_id("message").filter(has_text="is it down?")
    await message.hover()
    await message.get_by_role("button", name="Reply in thread").click()
    await page.get_by_test_id("thread-composer").press_sequentially("@vpc")
    await page.get_by_test_id("thread-composer").press("Enter")
    await page.get_by_test_id("thread-composer").press_sequentially("diagnose <orders> & co")
    await page.get_by_test_id("thread-composer").press("Enter")
    await expect(page.get_by_test_id("thread").get_by_text("Looking 👀")).to_be_visible()
    assert asked == ["<@U01VPCLINK> diagnose &lt;orders&gt; &amp; co"]
    await expect(page.get_by_test_id("thread")).to_contain_text("@vpclink diagnose <orders> & co")


async def test_an_alarm_its_shortcut_and_its_end(connected, page):
    ignore(connected, "message")

    @connected.shortcut("vpclink_diagnose_message")
    async def diagnose(ack, body, client):
        await ack()
        await client.chat_postMessage(channel=body["channel"]["id"], thread_ts=body["message_ts"], text="Diagnosing")

    await page.get_by_role("button", name="Raise").click()
    card = page.get_by_test_id("message").filter(has_text="CloudWatch Alarm | orders-prod-5xx")
    await card.hover()
    await card.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Diagnose this alarm").click()
    await expect(card).to_contain_text("1 reply")
    await page.get_by_role("button", name="Back to OK").click()
    await expect(card).to_contain_text("Latest Update: ✅ OK")
    await expect(card).to_contain_text("2 replies")


async def test_reactions(client, page):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
    await client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    await page.get_by_role("button", name="eyes: 1").click()
    await expect(page.get_by_role("button", name="eyes: 2")).to_have_attribute("aria-pressed", "true")


async def test_a_picture_is_shown_when_it_is_processed(slack, client, clock, page):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
    await client.files_upload_v2(channel=CHANNEL, filename="path.svg", title="Path", alt_txt="hops", content=svg)
    await expect(page.get_by_text("Path is being processed")).to_be_visible()
    await clock.until_sleeping(1)
    clock.move(1)
    await expect(page.get_by_role("img", name="hops")).to_be_visible()
    file_id = slack.messages(CHANNEL)[0]["files"][0]["id"]
    image = {"type": "image", "alt_text": "again", "slack_file": {"id": file_id}}
    await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[image])
    picture = page.get_by_role("img", name="again")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") == 10


async def test_an_app_that_is_not_connected_is_said(page):
    await expect(page.get_by_text("vpclink is not connected.")).to_be_visible()


async def test_a_permalink_opens_the_thread(client, page):
    root = (await client.chat_postMessage(channel="C01GENERAL", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C01GENERAL", text="the reply", thread_ts=root))["ts"]
    link = (await client.chat_getPermalink(channel="C01GENERAL", message_ts=reply))["permalink"]
    await page.goto(link)
    await expect(page.get_by_test_id("thread")).to_contain_text("the reply")
    await expect(page.get_by_role("heading", name="general")).to_be_visible()


async def test_every_kind_of_block_is_drawn(slack, client, page):
    for name, block in GOOD.items():
        here = json.dumps(block).replace("https://example.com/a.png", f"{slack.url}avatars/{ALICE}.svg")
        text = section(f"This is a {name}.")
        await client.chat_postMessage(channel=CHANNEL, text=name, blocks=[text, json.loads(here)])
    for name in GOOD:
        message = page.get_by_test_id("message").filter(has_text=f"This is a {name}.")
        drawn = message.locator(".blocks > *").last
        await expect(drawn).to_be_attached()
        height = await drawn.evaluate("element => element.getBoundingClientRect().height")
        assert height > 0, name


async def test_what_cannot_be_drawn_does_not_take_the_page_with_it(client, page, opened):
    odd = {"text": "the fallback", "attachments": [{"fields": "not a list of fields"}]}
    await client.chat_postMessage(channel=CHANNEL, **odd)
    await client.chat_postMessage(channel=CHANNEL, text="the next one")
    await expect(page.get_by_text("This message cannot be drawn here. the fallback")).to_be_visible()
    await expect(page.get_by_text("the next one")).to_be_visible()
    assert "fields" in opened.complaints[0]
    opened.complaints.clear()
