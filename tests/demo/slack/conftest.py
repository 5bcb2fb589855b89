"""A local Slack, and small real Bolt apps that talk to it over Socket Mode and over signed HTTP."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from local_slack_helpers import Drive, Json, bolt_app, socket_mode, workspace_for_tests
from playwright.async_api import Page, async_playwright
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import LocalSlack, ManualClock, RateLimits, Workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture
def workspace() -> Workspace:
    return workspace_for_tests()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def slack(workspace: Workspace, clock: ManualClock) -> AsyncIterator[LocalSlack]:
    limits = RateLimits(enabled=False)
    async with LocalSlack(workspace, clock=clock, rate_limits=limits) as running:
        yield running


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.workspace.apps[0].bot_token, base_url=slack.api_url)


@pytest.fixture
async def control(slack: LocalSlack) -> AsyncIterator[Drive]:
    """`await control("command", channel=…)` posts to the control interface; `control("log")` reads from it."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:

        async def drive(path: str, **body: Any) -> Json:
            url = f"{slack.url}_control/{path}"
            if body or path in ("reset", "disconnect", "alarm", "faults"):
                async with session.post(url, json=body) as response:
                    return dict(await response.json())
            async with session.get(url) as response:
                return dict(await response.json())

        yield drive


@pytest.fixture
def app(slack: LocalSlack) -> AsyncApp:
    return bolt_app(slack)


@pytest.fixture
async def connected(slack: LocalSlack, app: AsyncApp) -> AsyncIterator[AsyncApp]:
    """The Bolt app `app`, connected by Socket Mode; listeners may be added before or after."""
    async with socket_mode(slack, app):
        yield app


@pytest.fixture
def clicks(connected) -> list[dict]:
    """The payload of every click that the app acknowledged."""
    seen: list[dict] = []

    @connected.action(re.compile(".*"))
    async def click(ack, body):
        seen.append(body)
        await ack()

    return seen


class Opened:
    """A page and what went wrong or left the machine while it was open."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("request", lambda request: self._follow(request.url))

    def _note(self, kind: str, text: str) -> None:
        # A refused request is shown to the person; the browser logs it too.
        if kind == "error" and "400 (Bad Request)" not in text:
            self.complaints.append(text)

    def _follow(self, url: str) -> None:
        if not url.startswith((self.url, "data:")):
            self.strangers.append(url)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one browser for all tests: starting it takes longer than any of them."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium on the PATH")
    profile = tmp_path_factory.mktemp("chromium")
    command = [str(CHROMIUM), *QUIET, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 # the browser found above
        assert process.stderr is not None
        yield next(line.split()[-1] for line in process.stderr if "DevTools listening on" in line)
        process.terminate()


@pytest.fixture
async def opened(slack, chromium: str) -> AsyncIterator[Opened]:
    """Alice's page; afterwards it must have made no error and asked no other server for anything."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        context = await browser.new_context(viewport={"width": 1400, "height": 900})
        page = await context.new_page()
        page.set_default_timeout(10_000)
        opened = Opened(page, slack.url)
        await page.goto(slack.url)
        yield opened
        await context.close()
    assert opened.complaints == []
    assert opened.strangers == []


@pytest.fixture
def page(opened: Opened) -> Page:
    """Alice's page, watched."""
    return opened.page
