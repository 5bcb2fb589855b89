"""The faults, one function each: it makes something go wrong around one request, and undoes it at the end.

Every function is given a rig whose bot runs, asks for at least one diagnosis, and returns what it asked. What became
of it is judged outside (`tests/faults/trial.py`).
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.end_to_end.processes import running
from tests.faults.rig import CHANNEL, PATIENCE, Asked, Rig

VPCLINK = "U01VPCLINK"
LONGEST_RUN = 3.0
"""Seconds within which a run is hit: longer than it takes from the command to its last message."""


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    name: str
    happen: Callable[[Rig, Random], Awaitable[Asked]]
    slow: bool = False
    """Whether it takes too long for the test suite."""


FAULTS: list[Fault] = []


def fault(name: str, *, slow: bool = False) -> Callable[[Callable[[Rig, Random], Awaitable[Asked]]], Any]:
    """Put a function into the table under this name."""

    def add(happen: Callable[[Rig, Random], Awaitable[Asked]]) -> Any:
        FAULTS.append(Fault(name, happen, slow))
        return happen

    return add


async def finish(rig: Rig, asked: Asked) -> Asked:
    """Wait for the request's end."""
    await rig.settled(asked)
    return asked


async def while_it_runs(rig: Rig, asked: Asked, calls: int) -> None:
    """Wait until the diagnosis has made this many calls to AWS."""
    try:
        async with asyncio.timeout(PATIENCE):
            while len(rig.aws.recorder.calls()) < calls and (rig.job_of(asked) or ("", "done"))[1] != "done":
                await asyncio.sleep(0.01)
    except TimeoutError:
        return


# --- the process --------------------------------------------------------------------------------------------------


@fault("`kill -9` at a random moment, and a restart")
async def killed(rig: Rig, random: Random) -> Asked:
    asked = await rig.ask()
    await asyncio.sleep(random.uniform(0, LONGEST_RUN))
    await rig.kill()
    await rig.start()
    return await finish(rig, asked)


@fault("`kill -9` while the command is being taken")
async def killed_at_once(rig: Rig, random: Random) -> Asked:
    asking = asyncio.create_task(rig.ask())
    await asyncio.sleep(random.uniform(0, 0.03))
    await rig.kill()
    await rig.start()
    return await finish(rig, await asking)


@fault("`kill -9` of the process that reads AWS")
async def reader_killed(rig: Rig, random: Random) -> Asked:
    rig.aws.switches.latency = 0.2
    asked = await rig.ask()
    await while_it_runs(rig, asked, random.randint(1, 20))
    for child in children(rig):
        os.kill(child, signal.SIGKILL)
    return await finish(rig, asked)


@fault("SIGTERM at a random moment, and a restart")
async def terminated(rig: Rig, random: Random) -> Asked:
    asked = await rig.ask()
    await asyncio.sleep(random.uniform(0, LONGEST_RUN))
    if rig.process:
        rig.process.terminate()
        await rig.process.wait()
    await rig.start()
    return await finish(rig, asked)


@fault("two processes on one database, one of them killed", slow=True)
async def two_processes(rig: Rig, random: Random) -> Asked:
    async with running("serve", environment=rig.environment, log=rig.log):
        asked = await rig.ask()
        await asyncio.sleep(random.uniform(0, LONGEST_RUN))
        await rig.kill()
        await rig.settled(asked)
    await rig.start()
    return await finish(rig, asked)


def children(rig: Rig) -> list[int]:
    """The processes that the bot has started (Linux: proc_pid_task)."""
    pid = rig.process.pid if rig.process else 0
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# --- AWS ----------------------------------------------------------------------------------------------------------


@fault("AWS throttles 30 % of the calls")
async def throttled(rig: Rig, random: Random) -> Asked:
    rig.aws.switches.update({"throttle": 0.3, "seed": random.randrange(10**6)})
    return await finish(rig, await rig.ask())


@fault("AWS answers 30 % of the calls with HTTP 500")
async def flaky(rig: Rig, random: Random) -> Asked:
    rig.aws.switches.update({"flaky": 0.3, "seed": random.randrange(10**6)})
    return await finish(rig, await rig.ask())


@fault("one service of AWS is out")
async def outage(rig: Rig, random: Random) -> Asked:
    rig.aws.switches.server_error = {random.choice(["ec2:*", "elbv2:*", "logs:*", "cloudwatch:*", "apigateway:*"])}
    return await finish(rig, await rig.ask())


@fault("reads of AWS hang")
async def hanging(rig: Rig, random: Random) -> Asked:
    rig.aws.switches.hang = {random.choice(["elbv2:DescribeTargetHealth", "logs:*", "ec2:*", "apigateway:GetStage"])}
    return await finish(rig, await rig.ask())


@fault("credentials expire in the middle")
async def expired(rig: Rig, random: Random) -> Asked:
    rig.aws.switches.expires_after = random.randint(1, 30)
    return await finish(rig, await rig.ask())


@fault("the machine's clock is wrong")
async def skewed(rig: Rig, random: Random) -> Asked:
    rig.aws.switches.skewed = True
    return await finish(rig, await rig.ask())


# --- Slack --------------------------------------------------------------------------------------------------------


async def with_slack(rig: Rig, **what: Any) -> Asked:
    """Ask while Slack's Web API goes wrong in this way."""
    await rig.control("faults", **what)
    return await finish(rig, await rig.ask())


@fault("Slack answers 429 with Retry-After")
async def limited(rig: Rig, random: Random) -> Asked:
    method = random.choice(["chat.postMessage", "chat.update", "*"])
    return await with_slack(rig, method=method, retry_after=1, times=random.randint(1, 3))


@fault("Slack answers HTTP 500")
async def slack_500(rig: Rig, random: Random) -> Asked:
    method = random.choice(["chat.postMessage", "chat.update", "*"])
    return await with_slack(rig, method=method, http_status=random.choice([500, 502, 503]), times=random.randint(1, 3))


@fault("a message is posted and the reply is lost")
async def lost_reply(rig: Rig, random: Random) -> Asked:
    method = random.choice(["chat.postMessage", "chat.postMessage", "chat.update"])
    return await with_slack(rig, method=method, lost_reply=True, times=random.randint(1, 2))


@fault("a message is posted, the reply is lost, and the process is killed")
async def lost_and_killed(rig: Rig, random: Random) -> Asked:
    await rig.control("faults", method="chat.postMessage", lost_reply=True)
    asked = await rig.ask()
    await asyncio.sleep(random.uniform(0, 1.5))
    await rig.kill()
    await rig.start()
    return await finish(rig, asked)


@fault("Slack refuses the blocks")
async def invalid_blocks(rig: Rig, random: Random) -> Asked:
    method = random.choice(["chat.postMessage", "chat.update"])
    return await with_slack(rig, method=method, error="invalid_blocks", times=random.randint(1, 4))


@fault("the channel is archived in the middle")
async def archived(rig: Rig, random: Random) -> Asked:
    return await closed(rig, random, action="archive")


@fault("the bot is removed from the channel in the middle")
async def removed(rig: Rig, random: Random) -> Asked:
    return await closed(rig, random, action="leave", member=VPCLINK)


async def closed(rig: Rig, random: Random, **how: str) -> Asked:
    """Close the channel to the bot while it reads."""
    rig.aws.switches.latency = 0.1
    asked = await rig.ask()
    await while_it_runs(rig, asked, random.randint(1, 20))
    await rig.control("membership", channel=CHANNEL, **how)
    return await finish(rig, asked)


@fault("the token is revoked in the middle, and valid again seconds later")
async def revoked(rig: Rig, random: Random) -> Asked:
    asked = await rig.ask()
    await asyncio.sleep(random.uniform(0, 1))
    await rig.control("faults", method="*", error="token_revoked", times=random.randint(3, 6))
    return await finish(rig, asked)


async def disconnected(rig: Rig, reason: str | None) -> Asked:
    """Close the connection, and ask while the bot is looking for another."""
    hellos = len(rig.slack.journal.find("socket", "hello"))
    await rig.control("disconnect", reason=reason)
    asked = await finish(rig, await rig.ask())
    if reason != "warning":
        await rig.slack.until(lambda: len(rig.slack.journal.find("socket", "hello")) > hellos, timeout=PATIENCE)
        asked = await finish(rig, await rig.ask())
    return asked


@fault("Socket Mode: `warning`, `refresh_requested` or `link_disabled`")
async def told_to_leave(rig: Rig, random: Random) -> Asked:
    return await disconnected(rig, random.choice(["warning", "refresh_requested", "link_disabled"]))


@fault("Socket Mode: the wire is cut", slow=True)
async def cut(rig: Rig, random: Random) -> Asked:
    return await disconnected(rig, None)


@fault("Socket Mode: the connection falls silent", slow=True)
async def silent(rig: Rig, random: Random) -> Asked:
    return await disconnected(rig, "silence")


# --- the database -------------------------------------------------------------------------------------------------


@fault("another process locks the database for a second")
async def locked_briefly(rig: Rig, random: Random) -> Asked:
    asked = await rig.ask()
    await asyncio.sleep(random.uniform(0, 1))
    with closing(sqlite3.connect(rig.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(1)
    return await finish(rig, asked)


@fault("another process locks the database for long")
async def locked(rig: Rig, random: Random) -> Asked:
    running_one = await rig.ask()
    await asyncio.sleep(random.uniform(0, 1))
    with closing(sqlite3.connect(rig.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asked = await rig.ask()
    await rig.settled(running_one)
    return await finish(rig, asked if random.random() < 0.5 else running_one)


@fault("the disk is full")
async def full(rig: Rig, random: Random) -> Asked:
    running_one = await rig.ask()
    await asyncio.sleep(random.uniform(0, 1))
    pid = rig.process.pid if rig.process else 0
    unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    asked = await rig.ask()
    resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
    await rig.settled(running_one)
    return await finish(rig, asked if random.random() < 0.5 else running_one)
