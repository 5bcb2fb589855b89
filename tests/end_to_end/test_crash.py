"""`kill -9` in the middle of a run: after the restart the job is finished, and its report appears once."""

import json
import os
import signal

import aiohttp
import pytest

from tests.end_to_end.processes import running

CHANNEL = "C01INCIDENTS"


async def command(slack, text: str) -> None:
    body = {"channel": CHANNEL, "user": "U01ALICE", "command": "/vpclink", "text": text}
    async with aiohttp.ClientSession() as session, session.post(f"{slack.url}_control/command", json=body) as reply:
        assert reply.status == 200, await reply.text()


def reports(slack) -> list[dict]:
    return [m for m in slack.messages(CHANNEL) if not m.get("thread_ts") or m["thread_ts"] == m["ts"]]


def thread(slack) -> list[dict]:
    parents = {report["ts"] for report in reports(slack)}
    return [m for m in slack.messages(CHANNEL) if m.get("thread_ts") in parents and m["ts"] not in parents]


def connected(slack) -> bool:
    return any(entry for entry in slack.journal.find("web_api", "apps.connections.open"))


@pytest.mark.parametrize("moment", ["while it reads", "before it reads"])
async def test_a_killed_run_is_finished_after_the_restart_and_appears_once(
    slack, local_aws, environment, tmp_path, moment
):
    log = tmp_path / "bot.log"
    local_aws.switches.latency = 0.4 if moment == "while it reads" else 5.0
    async with running("serve", environment=environment, log=log) as process:
        await slack.until(lambda: connected(slack), timeout=30)
        await command(slack, "diagnose orders prod")
        await slack.until(lambda: len(reports(slack)) == 1, timeout=30)
        if moment == "while it reads":
            await slack.until(lambda: len(local_aws.recorder.calls()) > 8, timeout=30)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
    assert "Confirmed" not in json.dumps(reports(slack), ensure_ascii=False)

    local_aws.switches.latency = 0.0
    async with running("serve", environment=environment, log=log):
        await slack.until(lambda: "Confirmed" in json.dumps(reports(slack), ensure_ascii=False), timeout=90)
        await slack.until(lambda: thread(slack), timeout=30)
    (report,) = reports(slack)
    assert "SG-03" in json.dumps(report["blocks"])
    texts = [json.dumps(message["blocks"], sort_keys=True) for message in thread(slack)]
    assert len(texts) == len(set(texts))
