"""The page, used in a real browser: modals, menus, confirmations, Home, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from local_slack_blocks import plain
from local_slack_helpers import ALICE, CHANNEL, actions, button, only_you, section
from playwright.async_api import Page, expect


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")


@pytest.fixture
def submitted(connected) -> list[tuple[str, str]]:
    """What was submitted to an app that asks for an API, offers two, and wants a path to begin with a slash."""
    offered = [{"text": plain(name.title()), "value": name} for name in ("orders", "payments")]
    select = {"type": "external_select", "action_id": "api", "min_query_length": 0}
    written = {"type": "plain_text_input", "action_id": "path"}
    view = {
        "type": "modal",
        "callback_id": "ask",
        "title": plain("Diagnose"),
        "submit": plain("Go"),
        "blocks": [
            {"type": "input", "block_id": "api", "label": plain("API"), "element": select},
            {"type": "input", "block_id": "path", "optional": True, "label": plain("Path"), "element": written},
        ],
    }
    submitted = []

    @connected.command("/vpclink")
    async def ask(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @connected.options("api")
    async def offer(ack, payload):
        await ack(options=[option for option in offered if payload["value"] in option["value"]])

    @connected.view("ask")
    async def done(ack, body):
        values = body["view"]["state"]["values"]
        if values["path"]["path"]["value"] == "orders":
            await ack(response_action="errors", errors={"path": "It must begin with a slash"})
            return
        submitted.append((values["api"]["api"]["selected_option"]["value"], values["path"]["path"]["value"]))
        await ack()

    return submitted


async def test_a_modal_with_type_ahead_errors_and_submit(submitted, page):
    await write(page, "/vpclink")
    modal = page.get_by_role("dialog", name="Diagnose")
    await modal.get_by_role("button", name="Go").click()
    await expect(modal.get_by_role("alert")).to_have_text("Please fill in this field.")
    await modal.get_by_label("API").click()
    await modal.get_by_label("API").fill("pay")
    await modal.get_by_role("option", name="Payments").click()
    await modal.get_by_label("Path").fill("orders")
    await modal.get_by_role("button", name="Go").click()
    await expect(modal.get_by_role("alert")).to_have_text("It must begin with a slash")
    await modal.get_by_label("Path").fill("/orders")
    await modal.get_by_label("Path").press("Enter")
    await expect(modal).to_have_count(0)
    assert submitted == [("payments", "/orders")]


async def test_escape_closes_a_modal(slack, connected, page):
    @connected.command("/vpclink")
    async def ask(ack, body, client):
        await ack()
        view = {"type": "modal", "title": plain("Logs"), "blocks": [section("line")]}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    await write(page, "/vpclink")
    await expect(page.get_by_role("dialog", name="Logs")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert slack.state.views.stack(ALICE) == []


async def test_confirmation_and_menus_by_keyboard(slack, client, connected, page):
    pressed = []

    @connected.action(re.compile(".*"))
    async def click(ack, action):
        await ack()
        pressed.append(action.get("selected_option", action)["value"])

    confirm = {"title": plain("Probe now?"), "text": plain("One connection."), "confirm": plain("Probe")}
    options = [{"text": plain(name), "value": name} for name in ("Export", "Snooze")]
    menu = {"type": "overflow", "action_id": "more", "options": options}
    select = {"type": "static_select", "action_id": "pick", "placeholder": plain("Pick"), "options": options}
    probe = button("probe", "Probe", value="probed", confirm=confirm)
    await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[actions(probe, menu, select)])
    await page.get_by_role("button", name="Probe").click()
    await page.get_by_role("dialog", name="Probe now?").get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Probe").click()
    await page.get_by_role("dialog", name="Probe now?").get_by_role("button", name="Probe").click()
    await page.get_by_test_id("action-more").press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.get_by_role("combobox", name="Pick").press_sequentially("exp")
    await page.keyboard.press("Enter")
    await slack.until(lambda: len(pressed) == 3)
    assert pressed == ["probed", "Snooze", "Export"]


async def test_home(connected, page):
    @connected.event("app_home_opened")
    async def opened(event, client):
        view = {"type": "home", "blocks": [section("*Recent reports*"), actions(button("doctor", "Doctor"))]}
        await client.views_publish(user_id=event["user"], view=view)

    @connected.action("doctor")
    async def doctor(ack, body, client):
        await ack()
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": [section("All well")]})

    await page.get_by_test_id("app-vpclink").click()
    await expect(page.get_by_test_id("home")).to_contain_text("Recent reports")
    await page.get_by_role("button", name="Doctor").click()
    await expect(page.get_by_test_id("home")).to_contain_text("All well")


async def test_what_the_workspace_refuses_is_shown(client, control, page):
    await control("message", channel="general", user="alice", text="x")
    await page.get_by_test_id("channel-general").click()
    await control("membership", channel="general", member="bruno", action="leave")
    await page.get_by_test_id("composer").fill("/remove @bruno")
    await page.get_by_test_id("composer").press("Enter")
    await expect(only_you(page)).to_contain_text("@bruno was not in #general.")
    await client.chat_postMessage(channel="general", text="x", blocks=[actions(button("go"))])
    await page.route("**/_control/interact", lambda route: route.continue_(post_data="{"))
    await page.get_by_role("button", name="Go", exact=True).click()
    await expect(page.locator(".toast")).to_contain_text("expected a JSON object")
