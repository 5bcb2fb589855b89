"""The packaged bot, deployed on ministack, between a local Slack and a local AWS. For the tests and the benchmark."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from bot.demo.aws.demo_world import demo_world
from bot.demo.aws.server import LocalAws
from bot.demo.slack import VPCLINK_APP, LocalSlack, demo_workspace
from bot.demo.slack.delivery.signing import signature_headers
from bot.manifest import manifest
from tests.deploy.emulator import Emulator, endpoints, ministack
from tests.deploy.stack import SECRETS, Service, service_in

CHANNEL = "C01INCIDENTS"


@dataclass(frozen=True)
class Deployed:
    """The bot on the emulator."""

    emulator: Emulator
    slack: LocalSlack
    outputs: dict[str, str]
    signing_secret: str

    @property
    def request_url(self) -> str:
        """Where Slack posts to, as the emulator has it."""
        api = self.outputs["HttpApiId"]
        return f"{self.emulator.url}/_aws/execute-api/{api}/$default/slack/events"

    async def command(self, text: str) -> None:
        """Type it in Slack, which signs it and posts it to the bot."""
        body = {"channel": CHANNEL, "user": "U01ALICE", "command": "/vpclink", "text": text}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.slack.url}_control/command", json=body) as reply,
        ):
            assert reply.status == 200, await reply.text()

    def form(self, text: str, trigger: str) -> str:
        """The body of a command as Slack posts it."""
        return urlencode(
            {
                "command": "/vpclink",
                "text": text,
                "trigger_id": trigger,
                "channel_id": CHANNEL,
                "user_id": "U01ALICE",
                "response_url": f"{self.slack.url}commands/none",
            }
        )

    async def post(self, body: str, *, at: float | None = None, secret: str = "") -> int:
        """Post a signed request of Slack's kind; the status of the answer."""
        seconds = int(time.time() if at is None else at)
        signature = signature_headers(secret or self.signing_secret, seconds, body.encode())
        headers = {"Content-Type": "application/x-www-form-urlencoded", **signature}
        async with aiohttp.ClientSession() as session, session.post(self.request_url, data=body, headers=headers) as r:
            return r.status

    def reports(self, cause: str) -> list[str]:
        """The finished reports in the channel that name this cause, as JSON text; not what stands in their threads."""
        everything = self.slack.messages(CHANNEL)
        posted = [message for message in everything if message.get("thread_ts") in {None, message["ts"]}]
        texts = [json.dumps(message["blocks"], ensure_ascii=False) for message in posted]
        return [text for text in texts if cause in text and "Confirmed" in text]

    def thread_of(self, words: str) -> str:
        """What stands in the thread of the message with these words, as JSON text."""
        everything = self.slack.messages(CHANNEL)
        roots = {message["ts"] for message in everything if words in json.dumps(message["blocks"])}
        return json.dumps([message["blocks"] for message in everything if message.get("thread_ts") in roots])


@asynccontextmanager
async def deployed(folder: Path) -> AsyncIterator[Deployed]:
    """Package, deploy, and remove it at the end. The folder holds all that is written."""
    workspace = demo_workspace(manifest=manifest(None), mode="http")
    app = next(app for app in workspace.apps if app.app_id == VPCLINK_APP)
    secrets = {"slack-bot-token": app.bot_token, "slack-signing-secret": app.signing_secret}
    service = await asyncio.to_thread(service_in, folder)
    with LocalAws(demo_world(datetime.now(UTC))) as aws:
        async with LocalSlack(workspace) as slack:
            variables = {**endpoints(aws.endpoint_url), "SLACK_API_URL": slack.api_url}
            with ministack(folder, variables) as emulator:
                outputs = await asyncio.to_thread(_deploy, service, emulator, secrets)
                bot = Deployed(emulator, slack, outputs, app.signing_secret)
                # The first request waits for a cold start, which a busy machine draws out beyond Slack's three seconds.
                await bot.post("", at=0)
                await slack.set_request_url(VPCLINK_APP, bot.request_url)
                yield bot
                await asyncio.to_thread(service.osls, "remove", emulator=emulator)


def _deploy(service: Service, emulator: Emulator, secrets: dict[str, str]) -> dict[str, str]:
    for name, value in secrets.items():
        emulator.client("ssm").put_parameter(Name=f"{SECRETS}/{name}", Value=value, Type="SecureString")
    service.osls(
        "deploy",
        emulator=emulator,
        alarmChannel=CHANNEL,
        alarmRule="ENABLED",
        alarmRuleSource="vpclink.test",
        probeSubnets="subnet-0a1b2c3d4e5f60718",
        probeSecurityGroups="sg-0a1b2c3d4e5f60718",
    )
    return service.outputs(emulator)
