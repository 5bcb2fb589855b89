"""What the tests of the local Slack share: small real Bolt apps, blocks, a look at the journal."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from playwright.async_api import Locator, Page
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import LocalSlack, SlackApp, Workspace, demo_workspace

Json = dict[str, Any]
Drive = Callable[..., Awaitable[Json]]
CHANNEL, ALICE, BRUNO = "C01INCIDENTS", "U01ALICE", "U01BRUNO"

MORE_SCOPES = {
    "channels:join",
    "connections:write",
    "im:history",
    "im:write",
    "reactions:read",
    "team:read",
    "usergroups:read",
}
MORE_EVENTS = {"message.im", "member_left_channel", "reaction_added", "reaction_removed"}


def workspace_for_tests(**changes: Any) -> Workspace:
    """The demo's workspace, with vpclink allowed more than it asks for, or changed as the test says."""
    workspace = demo_workspace()
    vpclink = workspace.apps[0]
    granted = {"scopes": vpclink.scopes | MORE_SCOPES, "events": vpclink.events | MORE_EVENTS}
    vpclink = SlackApp.model_validate({**vpclink.model_dump(), **granted, **changes})
    return workspace.model_copy(update={"apps": (vpclink, workspace.apps[1])})


def bolt_app(slack: LocalSlack) -> AsyncApp:
    """A Bolt app as its developer would write it, pointed at the local Slack."""
    vpclink = slack.workspace.apps[0]
    client = AsyncWebClient(token=vpclink.bot_token, base_url=slack.api_url)
    return AsyncApp(client=client, signing_secret=vpclink.signing_secret, logger=logging.getLogger("bolt"))


@asynccontextmanager
async def socket_mode(slack: LocalSlack, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app, connected by Socket Mode."""
    handler = AsyncSocketModeHandler(app, slack.workspace.apps[0].app_token)
    await handler.connect_async()
    try:
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def served(application: web.Application, path: str = "/slack/events") -> AsyncIterator[str]:
    """A web application on a free port of this machine."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{path}"
    finally:
        await runner.cleanup()


def ignore(app: AsyncApp, *events: str) -> None:
    """Acknowledge these events and do nothing: Bolt answers 404 to what no listener wants."""

    async def nothing() -> None:
        pass

    for event in events:
        app.event(event)(nothing)


def deliveries(slack: LocalSlack, name: str) -> list[str]:
    """How each delivery of that name went, oldest first."""
    return [entry.outcome for entry in slack.journal.find("delivery", name)]


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, label: str = "Go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": label}, **more}


def actions(*elements: Json, block_id: str = "buttons") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def only_you(page: Page) -> Locator:
    """The ephemeral messages on the page."""
    return page.get_by_test_id("message").filter(has_text="Only visible to you")


async def post(client: AsyncWebClient, *blocks: Json, **more: Any) -> str:
    """Post blocks in #incidents; returns the message's `ts`."""
    return str((await client.chat_postMessage(channel=CHANNEL, text="x", blocks=list(blocks), **more))["ts"])
