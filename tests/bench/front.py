"""`python -m tests.bench.front`: how fast `vpclink serve` acknowledges Slack's requests while diagnoses run.

The real process in HTTP mode, a local AWS and a local Slack in processes of their own. Signed commands arrive at a set
rate, whether the ones before were answered or not (open loop), and each is timed from the moment at which it was due.
Every command is a diagnosis, so every acknowledgement waits for a job to be synced to disk. Measures, asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from bot.demo.slack.delivery.signing import signature_headers
from tests.bench.accounts import BROKEN, served_regions
from tests.bench.processes import CHANNELS, Workspace, cpu_seconds, free_port, local_slack, memory_megabytes
from tests.end_to_end.processes import aws_environment, running

REGIONS = tuple(f"eu-west-{number}" for number in range(1, 21))


@dataclass(frozen=True)
class Shape:
    """One way to load the bot: how many diagnoses at once, spread over how many regions."""

    name: str
    diagnoses: int
    regions: Sequence[str]


SHAPES = (
    Shape("nothing runs", 0, REGIONS[:1]),
    Shape("20 diagnoses, one region", 20, REGIONS[:1]),
    Shape("20 diagnoses, 20 regions", 20, REGIONS),
)
"""One region: our own limits below AWS's make the diagnoses wait for each other. Twenty: nothing holds them back."""


@dataclass(frozen=True)
class Outcome:
    """What came of one shape; times in milliseconds, CPU as a fraction of one core."""

    shape: Shape
    took: list[float]
    refused: int
    cpu: float
    megabytes: float
    finished: int

    def percentile(self, share: float) -> float:
        """The time that this share of the requests did not exceed."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.front", description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=50, help="requests a second (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=20, help="for how long (default: %(default)s)")
    parser.add_argument("--latency", type=float, default=0.08, help="seconds per AWS call (default: %(default)s)")
    parser.add_argument("--only", help="the shapes whose name has this in it")
    options = parser.parse_args(arguments)
    shapes = [shape for shape in SHAPES if not options.only or options.only in shape.name]
    load = os.getloadavg()[0]
    outcomes = [asyncio.run(measure(shape, options.rate, options.seconds, options.latency)) for shape in shapes]
    sys.stdout.write(
        f"{options.rate} requests/s for {options.seconds} s, {options.latency * 1000:.0f} ms per AWS call;"
        f" {os.cpu_count()} cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after\n\n{table(outcomes)}\n"
    )
    return 0


def table(outcomes: Sequence[Outcome]) -> str:
    """The figures as Markdown."""
    lines = [
        "| while | requests | refused | p50 (ms) | p90 (ms) | p99 (ms) | greatest (ms) "
        "| diagnoses done | CPU (cores) | memory (MB) |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {o.shape.name} | {len(o.took)} | {o.refused} | {o.percentile(0.5):.0f} | {o.percentile(0.9):.0f}"
        f" | {o.percentile(0.99):.0f} | {max(o.took):.0f} | {o.finished} | {o.cpu:.2f} | {o.megabytes:.0f} |"
        for o in outcomes
    ]
    return "\n".join(lines)


async def measure(shape: Shape, rate: int, seconds: int, latency: float) -> Outcome:
    """Start everything, load it, and stop it again."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        aws = stack.enter_context(served_regions(shape.regions, latency))
        slack = stack.enter_context(local_slack())
        port = free_port()
        environment = {
            **aws_environment(aws),
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "PORT": str(port),
            "VPCLINK_HOST": "127.0.0.1",
            "VPCLINK_DATABASE": str(folder / "vpclink.sqlite3"),
            "VPCLINK_CONCURRENCY": str(shape.diagnoses or 1),
        }
        log = folder / "bot.log"
        process = await stack.enter_async_context(running("serve", environment=environment, log=log))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = Client(session, f"http://127.0.0.1:{port}", slack, shape)
        await client.ready()
        await client.busy(log)
        done = log.read_text().count('"run finished"')
        before, began = cpu_seconds(process.pid), time.monotonic()
        took, refused = await client.load(rate, seconds)
        cpu = (cpu_seconds(process.pid) - before) / (time.monotonic() - began)
        finished = log.read_text().count('"run finished"') - done
        return Outcome(shape, took, refused, cpu, memory_megabytes(process.pid), finished)


class Client:
    """Sends signed commands as Slack does."""

    def __init__(self, session: aiohttp.ClientSession, url: str, slack: Workspace, shape: Shape) -> None:
        self._session, self._url, self._slack, self._shape = session, url, slack, shape
        self._sent = 0

    async def ready(self) -> None:
        """Wait until the bot listens."""
        for _ in range(300):
            try:
                async with self._session.get(f"{self._url}/healthz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.1)
        raise RuntimeError("the bot was not ready within 30 seconds")

    async def busy(self, log: Path) -> None:
        """Send enough diagnoses to keep every place taken, and wait until the first is done: all is warm then."""
        if not self._shape.diagnoses:
            return
        for _ in range(self._shape.diagnoses * 2):
            await self.send()
        for _ in range(600):
            if '"run finished"' in log.read_text():
                return
            await asyncio.sleep(0.1)
        raise RuntimeError("no diagnosis was done within a minute")

    async def load(self, rate: int, seconds: int) -> tuple[list[float], int]:
        """Send at this rate; milliseconds from when each was due to its acknowledgement, and how many were refused."""
        loop = asyncio.get_running_loop()
        began = loop.time() + 0.1

        async def one(number: int) -> tuple[float, int]:
            due = began + number / rate
            await asyncio.sleep(due - loop.time())
            status = await self.send()
            return (loop.time() - due) * 1000, status

        results = await asyncio.gather(*(one(number) for number in range(rate * seconds)))
        return [took for took, _ in results], sum(status != 200 for _, status in results)

    async def send(self) -> int:
        """Send one command; its HTTP status."""
        number, self._sent = self._sent, self._sent + 1
        region = self._shape.regions[number % len(self._shape.regions)]
        # Each asks for another window, so that no two share their reading.
        text = f"diagnose {BROKEN} prod --region {region} --since {60 + number}m"
        if not self._shape.diagnoses:
            text = "help"
        body = urlencode(
            {
                "team_id": "T01TEST",
                "channel_id": CHANNELS[number % len(CHANNELS)],
                "user_id": "U01ALICE",
                "command": "/vpclink",
                "text": text,
                "response_url": f"{self._slack.url}responses/none/none",
                "trigger_id": f"{number}.{time.time_ns()}",
            }
        ).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            **signature_headers(self._slack.signing_secret, int(time.time()), body),
        }
        async with self._session.post(f"{self._url}/slack/events", data=body, headers=headers) as response:
            await response.read()
            return response.status


if __name__ == "__main__":
    sys.exit(main())
