"""What benches run beside vpclink, each in a process of its own, so that it does not share what is measured."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from bot.demo.slack import LocalSlack, RateLimits, SlackChannel, demo_workspace
from bot.manifest import manifest

CHANNELS = tuple(f"C01BENCH{number:02}" for number in range(20))


@contextmanager
def apart(serve: Callable[..., None], *arguments: Any) -> Iterator[Any]:
    """Run `serve(pipe, *arguments)` in a new process until the block ends. Yields the first thing that it sends."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_stepping_back, args=(serve, theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(30):
            raise RuntimeError(f"{serve.__name__} was not ready within 30 seconds")
        yield ours.recv()
    finally:
        ours.close()
        process.join(5)
        process.kill()


def _stepping_back(serve: Callable[..., None], *arguments: Any) -> None:
    """In earnest it runs on another machine: here it must not take the cores from what is measured."""
    os.nice(10)
    serve(*arguments)


def wait_for_end(pipe: Pipe) -> None:
    """Return when the other side has closed its end."""
    try:
        pipe.recv()
    except EOFError:
        return


@dataclass(frozen=True)
class Workspace:
    """A local Slack that runs somewhere else: where it is, and what its app vpclink is known by."""

    url: str
    api_url: str
    bot_token: str
    signing_secret: str


@contextmanager
def local_slack() -> Iterator[Workspace]:
    """A local Slack with many channels, and without rate limits: what is measured is the bot."""
    with apart(_serve_slack) as workspace:
        yield workspace


def _serve_slack(pipe: Pipe) -> None:
    asyncio.run(_until_closed(pipe))


async def _until_closed(pipe: Pipe) -> None:
    workspace = demo_workspace(manifest=manifest(None), mode="http")
    everybody = workspace.channels[0].members
    channels = tuple(SlackChannel(id=name, name=name.lower(), members=everybody) for name in CHANNELS)
    workspace = workspace.model_copy(update={"channels": channels, "alarms": ()})
    async with LocalSlack(workspace, rate_limits=RateLimits(enabled=False)) as slack:
        app = workspace.apps[0]
        pipe.send(Workspace(slack.url, slack.api_url, app.bot_token, app.signing_secret))
        await asyncio.to_thread(wait_for_end, pipe)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    """CPU that a process has used so far, all its threads together (Linux: proc_pid_stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_megabytes(pid: int) -> float:
    """Memory that a process holds: its resident set (Linux: proc_pid_status)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
