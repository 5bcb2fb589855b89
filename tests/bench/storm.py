"""`python -m tests.bench.storm`: 500 alarms in a minute, against `vpclink serve` in a process of its own.

The local Slack has Slack's own rate limits, the local AWS answers each call after a set latency. Measures, and asserts
nothing; what it prints stands in `docs/performance.md`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.demo.aws.demo_world import demo_world
from bot.demo.aws.server import LocalAws
from bot.demo.slack import VPCLINK_APP, LocalSlack, demo_workspace
from bot.manifest import manifest
from tests.alarms.samples import ARN, TRIGGER, sns_message
from tests.end_to_end.processes import aws_environment, running

CHANNEL = "C01INCIDENTS"
APIS = ("orders", "payments", "invoices", "shipping", "users", "search", "reports", "billing", "legacy", "catalog")
IDLE_SECONDS = 3.0
"""The storm is over when there was no job for so long."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.storm", description="What a storm of alarms costs.")
    parser.add_argument("--alarms", type=int, default=500, help="how many (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="in how long (default: %(default)s)")
    parser.add_argument("--latency", type=float, default=0.08, help="seconds per AWS call (default: %(default)s)")
    asyncio.run(_storm(parser.parse_args(arguments)))
    return 0


async def _storm(options: argparse.Namespace) -> None:
    world = demo_world(datetime.now(UTC))
    row = next(row for row in world.home.all("alarm") if row["AlarmName"] == "orders-prod-5xx")
    for number in range(options.alarms):
        own = {"AlarmName": _name(number), "AlarmArn": ARN.replace("orders-prod-5xx", _name(number))}
        watched = [{"Name": name, "Value": value} for name, value in _dimensions(number).items()]
        world.home.add("alarm", {**row, **own, "Dimensions": watched})
    with LocalAws(world) as aws, tempfile.TemporaryDirectory(prefix="vpclink-storm-") as folder:
        aws.switches.update({"latency": options.latency})
        async with LocalSlack(demo_workspace(manifest=manifest(None))) as slack:
            database = Path(folder) / "storm.sqlite3"
            app = next(app for app in slack.workspace.apps if app.app_id == VPCLINK_APP)
            environment = {
                **aws_environment(aws.endpoint_url),
                "SLACK_BOT_TOKEN": app.bot_token,
                "SLACK_APP_TOKEN": app.app_token or "",
                "SLACK_API_URL": slack.api_url,
                "VPCLINK_DATABASE": str(database),
            }
            log = Path(folder) / "log"
            async with running("serve", environment=environment, log=log) as process:
                await slack.until(lambda: slack.journal.find("socket"), timeout=30)
                before = _memory(process.pid)
                began = time.monotonic()
                await _post(slack, options.alarms, options.seconds)
                posted = time.monotonic() - began
                await _done(database)
                ended = time.monotonic() - began - IDLE_SECONDS
                peak = _memory(process.pid)
            _print(slack, options.alarms, posted, ended, before, peak, log.read_text("utf-8"))


def _name(number: int) -> str:
    return f"storm-{number:04}"


def _dimensions(number: int) -> dict[str, str]:
    return {"ApiName": APIS[number % len(APIS)], "Stage": "prod"}


async def _post(slack: LocalSlack, alarms: int, seconds: float) -> None:
    """Post the alarms as SNS messages, evenly."""
    async with aiohttp.ClientSession() as session:
        began = time.monotonic()
        for number in range(alarms):
            await asyncio.sleep(max(0.0, began + number * seconds / alarms - time.monotonic()))
            dimensions = [{"name": name, "value": value} for name, value in _dimensions(number).items()]
            message = sns_message(
                AlarmName=_name(number),
                AlarmArn=ARN.replace("orders-prod-5xx", _name(number)),
                Trigger={**TRIGGER, "Dimensions": dimensions},
            )
            body = {"channel": CHANNEL, "app": "Amazon Q", "text": json.dumps(message)}
            async with session.post(f"{slack.url}_control/message", json=body) as response:
                response.raise_for_status()


async def _done(database: Path) -> None:
    """Wait until no job is left, and none came of the last ones."""
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < IDLE_SECONDS:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            (left,) = connection.execute("SELECT count(*) FROM job WHERE state IN ('ready', 'leased')").fetchone()
        idle_since = time.monotonic() if left else idle_since
        await asyncio.sleep(0.5)


def _memory(pid: int) -> float:
    """The greatest resident memory of a process, in MB (proc(5): VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def _print(slack: LocalSlack, alarms: int, posted: float, ended: float, before: float, peak: float, log: str) -> None:
    calls = slack.journal.find("web_api")
    outcomes = Counter((entry.name, entry.outcome) for entry in calls)
    mine = [m for m in slack.messages(CHANNEL) if m["app"] == "vpclink"]
    parts = Counter((m["metadata"] or {}).get("event_payload", {}).get("part", "").split("-")[0] for m in mine)
    events = Counter(json.loads(line).get("event") for line in log.splitlines() if line.startswith("{"))
    lists = [m for m in mine if (m["metadata"] or {}).get("event_payload", {}).get("part", "").startswith("names-")]
    listed = set(re.findall(r"storm-\d{4}", json.dumps([m["blocks"] for m in lists])))
    threads = {m["thread_ts"] for m in mine}
    own = {
        json.loads(m["text"])["AlarmName"]
        for m in slack.messages(CHANNEL)
        if m["app"] == "Amazon Q" and m["ts"] in threads
    }
    refused = sum(number for (_, outcome), number in outcomes.items() if outcome == "ratelimited")
    rows = {
        "alarms posted": f"{alarms} in {posted:.0f} s",
        "until the last word": f"{ended:.0f} s after the first alarm",
        "diagnoses": events["run finished"],
        "messages of vpclink": f"{len(mine)}: {', '.join(f'{name} {number}' for name, number in parts.most_common())}",
        "edits": sum(number for (name, _), number in outcomes.items() if name == "chat.update"),
        "calls that Slack refused for their rate": f"{refused}, each waited out",
        "answered in their own thread": len(own),
        "named in the summary's thread": len(listed),
        "lost": alarms - len(own | listed),
        "peak memory of vpclink": f"{peak:.0f} MB ({before:.0f} MB before the storm)",
        "jobs given up": events["job given up"],
    }
    width = max(map(len, rows))
    sys.stdout.write("\n".join(f"| {name:<{width}} | {value} |" for name, value in rows.items()) + "\n")
    summary = next((m["text"] for m in mine if (m["metadata"] or {})["event_payload"]["part"] == "summary"), "none")
    sys.stdout.write(f"\nThe summary: {summary}\n")
    sys.stdout.write(f"Log lines: {dict(events.most_common())}\n")


if __name__ == "__main__":
    sys.exit(main())
