"""The real `vpclink serve` between a local AWS and a local Slack, both with switches, and what became of a request."""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import aiohttp

from bot.demo.aws.demo_world import demo_world
from bot.demo.aws.server import LocalAws
from bot.demo.slack import VPCLINK_APP, LocalSlack, RateLimits, demo_workspace
from bot.manifest import manifest
from tests.end_to_end.processes import aws_environment, running

CHANNEL, ALICE = "C01INCIDENTS", "U01ALICE"
PATIENCE = 90.0
"""Seconds after which a request that nobody has answered counts as lost."""

Fate = Literal["reported", "told", "wrong", "lost"]
"""A report; a clear word to the asker why there is none; a report that names another cause, or none; nothing."""
CAUSE = "SG-03"
"""What is wrong with the API that is asked about."""


@dataclass(frozen=True)
class Asked:
    """A request: its number, whether Slack saw it acknowledged, and what it was answered at once."""

    number: int
    acknowledged: bool
    response: str


class Rig:
    """One bot and its surroundings. `environment` is what the bot is started with."""

    def __init__(self, slack: LocalSlack, aws: LocalAws, environment: dict[str, str], folder: Path) -> None:
        self.slack, self.aws, self.environment, self.folder = slack, aws, environment, folder
        self.log = folder / "bot.log"
        self.process: asyncio.subprocess.Process | None = None
        self._stack = AsyncExitStack()
        self._numbers = itertools.count(61)
        self._session: aiohttp.ClientSession | None = None

    async def start(self, **more: str) -> None:
        """Start the bot, unless it runs, and wait until it is connected."""
        if self.process is not None and self.process.returncode is None:
            return
        hellos = len(self.slack.journal.find("socket", "hello"))
        environment = {**self.environment, **more}
        self.process = await self._stack.enter_async_context(running("serve", environment=environment, log=self.log))
        await self.slack.until(lambda: len(self.slack.journal.find("socket", "hello")) > hellos, timeout=60)

    async def end(self) -> None:
        """Stop the bot and everything of it."""
        await self._stack.aclose()
        if self._session:
            await self._session.close()

    async def kill(self) -> None:
        """`kill -9`."""
        if self.process is not None:
            self.process.kill()
            await self.process.wait()

    async def control(self, path: str, **body: Any) -> dict[str, Any]:
        """Ask the local Slack for something."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(f"{self.slack.url}_control/{path}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def ask(self, api: str = "orders") -> Asked:
        """Have Alice ask for a diagnosis, each with another window, so that none is mistaken for another."""
        number = next(self._numbers)
        text = f"diagnose {api} prod --since {number}m"
        answer = await self.control("command", channel=CHANNEL, user=ALICE, command="/vpclink", text=text)
        return Asked(number, bool(answer.get("acknowledged")), json.dumps(answer.get("response")))

    def job_of(self, asked: Asked) -> tuple[str, str] | None:
        """Id and state of the job that a request became."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as database:
            for run_id, state, body in database.execute(
                "SELECT id, state, coalesce((SELECT request FROM run WHERE run_id = job.id), body) FROM job"
            ):
                request = json.loads(body)
                if request.get("request", request).get("since_minutes") == asked.number:
                    return run_id, state
        return None

    @property
    def database(self) -> Path:
        """The bot's database."""
        return Path(self.environment["VPCLINK_DATABASE"])

    async def settled(self, asked: Asked, patience: float = PATIENCE) -> bool:
        """Wait until the request's job is done or dead; False where that does not come about."""
        try:
            async with asyncio.timeout(patience):
                while (job := self.job_of(asked)) is not None and job[1] not in ("done", "dead"):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return True

    def fate(self, asked: Asked) -> Fate:
        """What became of a request that has settled."""
        job = self.job_of(asked)
        if job is None:  # it was never taken: Slack itself, or our answer, has told the asker
            return (
                "told" if not asked.acknowledged or "kept" in asked.response or "started" in asked.response else "lost"
            )
        texts = [message["text"] for message in self._of_run(job[0], "report", "report-again")]
        if any(not text.startswith("Diagnosing") and "itself failed" not in text for text in texts):
            return self._worth(job[0])
        told = any("itself failed" in text for text in texts) or bool(self._told_alone())
        return "told" if told else "lost"

    def doubled(self) -> int:
        """How many messages stand in the channel more than once."""
        parts = Counter(
            (payload["run_id"], payload["part"])
            for message in self.slack.messages(CHANNEL)
            if not message["deleted"] and (payload := (message["metadata"] or {}).get("event_payload"))
        )
        return sum(times - 1 for times in parts.values())

    def first_sign(self, asked: Asked) -> bool:
        """Whether the request's message stands in the channel."""
        job = self.job_of(asked)
        return job is not None and bool(self._of_run(job[0], "report"))

    def _worth(self, run_id: str) -> Fate:
        """Whether the report names the cause, or says that it cannot tell; without one, the message told why."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as database:
            (report,) = database.execute("SELECT report FROM run WHERE run_id = ?", (run_id,)).fetchone()
        if report is None:
            return "told"
        verdict = json.loads(report)["verdict"]
        right = verdict["state"] == "inconclusive" or [cause["check"] for cause in verdict["causes"]] == [CAUSE]
        return "reported" if right else "wrong"

    def _of_run(self, run_id: str, *parts: str) -> list[dict[str, Any]]:
        return [
            message
            for message in self.slack.messages(CHANNEL)
            if (payload := (message["metadata"] or {}).get("event_payload"))
            and payload["run_id"] == run_id
            and payload["part"] in parts
        ]

    def _told_alone(self) -> list[dict[str, Any]]:
        return [message for message in self.slack.messages(CHANNEL) if message["visible_to"] == ALICE]


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """A rig whose bot is not started yet. Slack's rate limits are off: they are one of the faults."""
    workspace = demo_workspace(manifest=manifest(None), alarms=())
    with LocalAws(demo_world(datetime.now(UTC))) as aws:
        async with LocalSlack(workspace, rate_limits=RateLimits(enabled=False)) as slack:
            app = next(app for app in workspace.apps if app.app_id == VPCLINK_APP)
            environment = {
                **aws_environment(aws.endpoint_url),
                "SLACK_BOT_TOKEN": app.bot_token,
                "SLACK_APP_TOKEN": app.app_token or "",
                "SLACK_API_URL": slack.api_url,
                "VPCLINK_DATABASE": str(folder / "vpclink.sqlite3"),
                "VPCLINK_DEADLINE": "6",
            }
            one = Rig(slack, aws, environment, folder)
            try:
                yield one
            finally:
                await one.end()
