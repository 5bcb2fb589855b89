"""The whole bot on a bench: a local Slack, the real protocols, the real queue and store, evidence instead of AWS."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aiohttp

from bot.app import build
from bot.aws.doctor import Reading as Tried
from bot.backends import open_backends
from bot.demo.slack import VPCLINK_APP, LocalSlack, RateLimits, demo_workspace
from bot.demo.slack.clock import ManualClock
from bot.demo.slack.workspace import DemoAlarm, UserGroup
from bot.diagnosis.checks import by_code
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Request
from bot.manifest import manifest
from bot.responding.looking import Alarms
from bot.service import Service
from bot.settings import Settings
from bot.store.catalogue import NamedApi, Parts
from bot.world import World, system_clock
from tests.diagnosis import worlds as w
from tests.saved_evidence import EvidenceReader, broken

CHECKS = [by_code()[code] for code in ("VPL-03", "TG-01", "LOG-06")]
"""Three checks stand for all: these tests are about what becomes of a report, not about what is in it."""
CHANNEL, ALICE, BRUNO = "C01INCIDENTS", "U01ALICE", "U01BRUNO"


@dataclass
class Reading:
    """What AWS holds now, how often it was asked, and what holds it back."""

    evidence: Evidence = field(default_factory=broken)
    gate: threading.Event | None = None
    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> EvidenceReader:
        self.asked.append(request)
        return EvidenceReader(self.evidence, self.gate)


@dataclass
class Listing:
    """The names and permissions that AWS holds. `gate` holds back every answer."""

    gate: threading.Event | None = None

    def apis(self, region: str, account: str | None) -> Sequence[NamedApi]:
        self._wait()
        return [NamedApi(w.API, "orders", "REST")]

    def parts(self, region: str, account: str | None, api_id: str) -> Parts:
        self._wait()
        return Parts(("prod",), ("GET /orders",))

    def examine(self, region: str, account: str | None) -> Sequence[Tried]:
        self._wait()
        return [Tried("apigateway:GET", "allowed"), Tried("ec2:DescribeSubnets", "denied")]

    def _wait(self) -> None:
        if self.gate:
            self.gate.wait(20)


async def no_wait(_: float) -> None:
    """Waiting that takes no time, but lets others go on."""
    await asyncio.sleep(0)


@dataclass
class Bench:
    """A running bot and its Slack."""

    slack: LocalSlack
    service: Service
    reading: Reading
    control: Callable[..., Any]

    def messages(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """What the bot has written in a channel, oldest first; its pictures are files."""
        written = [m for m in self.slack.messages(channel) if m["app"] == "vpclink" and not m["deleted"]]
        return [message for message in written if not message.get("files")]

    def files(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """The messages that share files, oldest first."""
        return [m for m in self.slack.messages(channel) if m["app"] == "vpclink" and m.get("files")]

    def reports(self) -> list[dict[str, Any]]:
        """The messages that hold a run's verdict or progress, oldest first; threads' details are others."""
        parts = [(m["metadata"] or {}).get("event_payload", {}).get("part") for m in self.messages()]
        return [message for message, part in zip(self.messages(), parts, strict=True) if part == "report"]

    def calls(self, method: str) -> list[Any]:
        """The Web API calls of one method."""
        return self.slack.journal.find("web_api", method)

    async def command(self, text: str, channel: str = CHANNEL, user: str = ALICE) -> dict[str, Any]:
        """Type the slash command."""
        return await self.control("command", channel=channel, user=user, command="/vpclink", text=text)

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Write a message as Alice."""
        return await self.control("message", channel=CHANNEL, user=ALICE, text=text, **more)

    async def press(self, message: dict[str, Any], action: str, user: str = ALICE) -> dict[str, Any]:
        """Press a button of a message."""
        return await self.control("interact", channel=CHANNEL, messageTs=message["ts"], user=user, action=action)

    async def choose(self, message: dict[str, Any], menu: str, value: str) -> dict[str, Any]:
        """Choose an option of a menu of a message."""
        return await self.control(
            "interact", channel=CHANNEL, messageTs=message["ts"], user=ALICE, action=menu, value=value
        )

    async def in_view(self, action: str, **more: Any) -> dict[str, Any]:
        """Press something in the modal that was opened or drawn last."""
        return await self.control("interact", viewId=self.view_id(), user=ALICE, action=action, **more)

    def view_id(self, method: str = "views.open") -> str:
        """The modal that was opened last, or the App Home."""
        return str(self.calls(method)[-1].answer["view"]["id"])

    async def until(self, predicate: Callable[[], object]) -> None:
        """Wait for something to be true of the workspace."""
        await self.slack.until(predicate, timeout=30)

    async def idle(self) -> None:
        """Wait until every job is done."""
        async with asyncio.timeout(30):
            while True:
                depth = await self.service.queue.depth()
                if not (depth.ready or depth.delayed or depth.running):
                    return
                await asyncio.sleep(0.01)


def settings_for(slack: LocalSlack, database: Path, mode: Literal["socket", "http"], **more: str) -> Settings:
    app = next(app for app in slack.workspace.apps if app.app_id == VPCLINK_APP)
    environment = {
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "VPCLINK_DATABASE": str(database),
        "VPCLINK_HOST": "127.0.0.1",
        "AWS_REGION": w.REGION,
        "VPCLINK_ALARM_SETTLE": "0",
        **({"SLACK_APP_TOKEN": app.app_token or ""} if mode == "socket" else {}),
        **more,
    }
    return Settings.from_environment(environment)


@asynccontextmanager
async def local_slack(
    mode: Literal["socket", "http"] = "socket",
    alarms: tuple[DemoAlarm, ...] = (),
    user_groups: tuple[UserGroup, ...] = (),
) -> AsyncIterator[LocalSlack]:
    app = manifest(None, user_groups=bool(user_groups))
    workspace = demo_workspace(manifest=app, mode=mode, alarms=alarms).model_copy(update={"user_groups": user_groups})
    limits = RateLimits(enabled=False)
    async with LocalSlack(workspace, clock=ManualClock(), rate_limits=limits) as slack:
        yield slack


@asynccontextmanager
async def control_of(slack: LocalSlack) -> AsyncIterator[Callable[..., Any]]:
    """`await control("command", channel=…)` posts to the local Slack's control interface."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:

        async def control(path: str, **body: Any) -> dict[str, Any]:
            async with session.post(f"{slack.url}_control/{path}", json=body) as response:
                answer = dict(await response.json())
                assert answer["ok"], answer
                return answer

        yield control


@asynccontextmanager
async def bot_on(
    slack: LocalSlack,
    database: Path,
    *,
    mode: Literal["socket", "http"] = "socket",
    reading: Reading | None = None,
    alarms: Alarms | None = None,
    **more: str,
) -> AsyncIterator[Bench]:
    """The bot, started on this Slack and this database file."""
    reading = reading or Reading()
    listing = Listing(reading.gate)
    world = World(
        readers=reading,
        alarms=alarms,
        examine=listing.examine,
        names=listing,
        clock=system_clock(),
        sleep=no_wait,
        pace=0,
        checks=CHECKS,
    )
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)))
        control = await stack.enter_async_context(control_of(slack))
        settings = settings_for(slack, database, mode, **more)
        if mode == "http":
            settings = settings.model_copy(update={"port": 0})
        backends = await stack.enter_async_context(open_backends(settings, now=world.clock.now))
        service = await build(settings, backends, session, world)
        await service.start()
        stack.push_async_callback(service.stop)
        if mode == "http" and service.http:
            await slack.set_request_url(VPCLINK_APP, f"{service.http.address}/slack/events")
        yield Bench(slack, service, reading, control)
