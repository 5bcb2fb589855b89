"""`vpclink serve` in Socket Mode against a Slack that we did not write: npm's local-slack-linux-x64@0.1.8, as it is."""

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from tests.end_to_end.processes import aws_environment, running

PACKAGE = "local-slack-linux-x64@0.1.8"
CHANNEL, USER = "C01GEN", "U01ALICE"
CONFIG = """
workspace: {name: Example, domain: example, teamId: T01TEST}
apps:
  - {appId: A01APP, botUserId: U0BOT, botName: vpclink, botToken: xoxb-test-token, appToken: xapp-test-token,
     signingSecret: test-signing-secret, mode: socket}
users:
  - {id: U01ALICE, name: alice, real_name: Alice}
channels:
  - {id: C01GEN, name: general, members: [U01ALICE, U0BOT]}
"""


@pytest.fixture(scope="session")
def binary(tmp_path_factory) -> Path:
    if not shutil.which("npm"):
        pytest.skip("there is no npm to install local-slack with")
    folder = tmp_path_factory.mktemp("local-slack")
    done = subprocess.run(  # noqa: S603 - a fixed command
        ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE],  # noqa: S607 - as found
        capture_output=True,
        check=False,
        timeout=240,
    )
    found = folder / "node_modules/local-slack-linux-x64/bin/local-slack"
    if done.returncode or not found.exists():
        pytest.skip(f"{PACKAGE} could not be installed: {done.stderr.decode()[-300:]}")
    return found


class IndependentSlack:
    """The control interface of local-slack."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session

    async def control(self, path: str, body: dict) -> dict:
        async with self._session.post(f"{self.url}/_control/{path}", json=body) as reply:
            return await reply.json()

    async def messages(self) -> list[dict]:
        async with self._session.get(f"{self.url}/_control/messages/{CHANNEL}") as reply:
            found = await reply.json()
        return found["messages"] if isinstance(found, dict) else found

    async def connected(self) -> None:
        """Wait for the bot's socket."""
        async with asyncio.timeout(40):
            while True:
                async with self._session.get(f"{self.url}/_control/log") as reply:
                    if "socket connected" in await reply.text():
                        return
                await asyncio.sleep(0.2)

    async def until(self, predicate: Callable[[list[dict]], object], seconds: float = 40) -> list[dict]:
        """Ask again until the messages are as wanted."""
        async with asyncio.timeout(seconds):
            while not predicate(found := await self.messages()):
                await asyncio.sleep(0.2)
        return found


@pytest.fixture
async def independent(binary, tmp_path) -> AsyncIterator[IndependentSlack]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = tmp_path / "slack.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    command = [str(binary), "--config", str(config), "--port", str(port), "--base-host", "127.0.0.1"]
    log = (tmp_path / "slack.log").open("wb")
    process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log, cwd=tmp_path)
    async with aiohttp.ClientSession() as session:
        slack = IndependentSlack(f"http://127.0.0.1:{port}", session)
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    await slack.messages()
                    break
                await asyncio.sleep(0.2)
        yield slack
    process.terminate()
    await process.wait()
    log.close()


def said(messages: list[dict]) -> str:
    return json.dumps(messages, ensure_ascii=False)


def button(message: dict, action_id: str) -> dict:
    """The action that a click on a button of the message sends."""
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == action_id:
                return {**element, "block_id": block.get("block_id", "")}
    raise AssertionError(f"no button {action_id} in {message}")


async def test_command_progress_verdict_thread_and_re_run(independent, local_aws, tmp_path):
    environment = {
        **aws_environment(local_aws.endpoint_url),
        "SLACK_BOT_TOKEN": "xoxb-test-token",
        "SLACK_APP_TOKEN": "xapp-test-token",
        "SLACK_API_URL": f"{independent.url}/api/",
        "VPCLINK_DATABASE": str(tmp_path / "vpclink.sqlite3"),
    }
    local_aws.switches.latency = 0.1
    async with running("serve", environment=environment, log=tmp_path / "bot.log"):
        command = {"channel": CHANNEL, "user": USER, "command": "/vpclink", "text": "diagnose orders prod"}
        await independent.connected()
        assert (await independent.control("command", command))["ok"]
        await independent.until(lambda m: "Diagnosing orders" in said(m))
        found = await independent.until(lambda m: "SG-03" in said(m) and any(x.get("thread_ts") for x in m))
        report = next(m for m in found if "SG-03" in said([m]) and m.get("thread_ts") in {None, m["ts"]})
        before = len(found)
        press = {"channel": CHANNEL, "messageTs": report["ts"], "user": USER, "action": button(report, "vpclink_rerun")}
        await independent.control("interact", press)
        again = await independent.until(lambda m: len(m) > before)
        assert all(m.get("thread_ts") == report["ts"] for m in again[before:])
