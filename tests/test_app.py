"""The whole process: start, health, stop; and what it says when it cannot start."""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot import app as bot_app
from bot import world as bot_world
from bot.app import run
from bot.log_lines import JsonLines, event, referring
from bot.report.running_view import INTERRUPTED
from bot.settings import SettingsError
from bot.store.errors import StorageError
from bot.world import World
from tests.diagnosis import worlds as w
from tests.handlers.bench import (
    ALICE,
    CHANNEL,
    Listing,
    Reading,
    bot_on,
    control_of,
    local_slack,
    no_wait,
    settings_for,
)

ROOT = Path(__file__).parents[1]


async def get(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()


# --- health -------------------------------------------------------------------------------------------------------


async def test_health_in_http_mode(tmp_path):
    async with local_slack("http") as slack, bot_on(slack, tmp_path / "db.sqlite3", mode="http") as bench:
        status, facts = await get(f"{bench.service.http.address}/healthz")
        jobs = facts.pop("jobs")
        assert status == 200
        assert facts == {"status": "ok", "mode": "http", "problems": []}
        assert (set(jobs), jobs["dead"]) == ({"ready", "running", "dead"}, 0)


async def test_health_in_socket_mode_needs_a_port_that_was_chosen(tmp_path, unused_tcp_port):
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "a.sqlite3") as bench:
            assert bench.service.http is None
        async with bot_on(slack, tmp_path / "b.sqlite3", PORT=str(unused_tcp_port)) as bench:
            status, facts = await get(f"http://127.0.0.1:{unused_tcp_port}/healthz")
            assert (status, facts["mode"]) == (200, "socket")
            assert facts["slack_heard_seconds_ago"] < 60
            async with aiohttp.ClientSession() as session:
                answer = await session.post(f"http://127.0.0.1:{unused_tcp_port}/slack/events", json={})
                assert answer.status == 404, "in Socket Mode nothing of Slack's comes in by HTTP"
            assert bench.service.settings.port_is_set


async def test_a_queue_that_ended_is_unhealthy(tmp_path):
    async with local_slack("http") as slack, bot_on(slack, tmp_path / "db.sqlite3", mode="http") as bench:
        await bench.service.queue.stop()
        await asyncio.sleep(0)
        status, facts = await get(f"{bench.service.http.address}/healthz")
        assert (status, facts["status"], facts["problems"]) == (503, "unhealthy", ["queue ended"])


# --- start and stop -----------------------------------------------------------------------------------------------


async def test_it_runs_until_it_is_told_to_stop(tmp_path):
    stop = asyncio.Event()
    async with local_slack() as slack:
        settings = settings_for(slack, tmp_path / "db.sqlite3", "socket")
        running = asyncio.create_task(
            run(settings, stop, World(readers=Reading(), names=Listing(), sleep=no_wait, pace=0))
        )
        await slack.until(lambda: slack.journal.find("socket", "hello"), timeout=30)
        stop.set()
        await running
        assert slack._services.delivery.socket.connected(slack.workspace.apps[0].app_id) == 0


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_signals_stop_it_in_order(tmp_path, name, monkeypatch):
    monkeypatch.setattr(bot_world, "aws_readers", lambda _: (Reading(), None))
    monkeypatch.setattr(bot_app, "log_json", lambda _: None)
    async with local_slack() as slack:
        running = asyncio.create_task(bot_app.serve(settings_for(slack, tmp_path / "db.sqlite3", "socket")))
        await slack.until(lambda: slack.journal.find("socket", "hello"), timeout=30)
        os.kill(os.getpid(), name)
        await running
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(signal_)


async def test_work_that_does_not_end_in_time_is_interrupted_and_finished_after_the_restart(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.service.DRAIN_SECONDS", 0)
    reading = Reading(gate=threading.Event())
    database = tmp_path / "db.sqlite3"
    async with local_slack() as slack:
        async with bot_on(slack, database, reading=reading) as bench:
            await bench.command("diagnose orders prod")
            await bench.until(lambda: bench.messages() and reading.asked)
        (message,) = bench.messages()
        assert INTERRUPTED in message["text"]
        reading.gate.set()
        async with bot_on(slack, database) as bench:
            await bench.idle()
            report, _ = bench.messages()
        assert report["ts"] == message["ts"]
        assert "0 of 2 targets healthy" in report["text"]


async def test_what_came_while_the_bot_was_away_is_done_when_it_is_back(tmp_path):
    """Socket Mode: Slack keeps nothing, but a command that was acknowledged is kept by us."""
    database = tmp_path / "db.sqlite3"
    async with local_slack() as slack:
        async with bot_on(slack, database) as bench:
            await bench.service.queue.drain(0)  # the workers are gone, the door is still open
            answer = await bench.command("diagnose orders prod")
            assert answer["outcome"] == "ok"
            assert bench.messages() == []
        async with bot_on(slack, database) as bench:
            await bench.idle()
            assert "0 of 2 targets healthy" in bench.messages()[0]["text"]


async def test_a_bot_that_is_killed_in_the_middle_finishes_its_report_once_after_the_restart(tmp_path):
    async with local_slack() as slack, control_of(slack) as control:

        async def start(mode):
            app = slack.workspace.apps[0]
            environment = {
                **os.environ,
                "SLACK_BOT_TOKEN": app.bot_token,
                "SLACK_APP_TOKEN": app.app_token,
                "SLACK_API_URL": slack.api_url,
                "VPCLINK_DATABASE": str(tmp_path / "db.sqlite3"),
                "AWS_REGION": w.REGION,
            }
            command = (sys.executable, "-m", "tests.handlers.crash_bot", mode)
            return await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT)

        def shown():
            return [m for m in slack.messages(CHANNEL) if m["app"] == "vpclink" and not m.get("files")]

        bot = await start("hold")
        ask = {"channel": CHANNEL, "user": ALICE, "command": "/vpclink", "text": "diagnose orders prod"}
        await slack.until(lambda: slack.journal.find("socket", "hello"), timeout=30)
        await control("command", **ask)
        await slack.until(shown, timeout=30)
        bot.kill()
        await bot.wait()
        (begun,) = shown()
        assert begun["text"].startswith("Diagnosing")

        bot = await start("go")
        await slack.until(lambda: len(shown()) == 2, timeout=30)
        bot.terminate()
        await bot.wait()
        report, details = shown()
        assert report["ts"] == begun["ts"]
        assert "0 of 2 targets healthy" in report["text"]
        assert details["thread_ts"] == report["ts"]


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-of-nobody", "SLACK_BOT_TOKEN: Slack does not take it (invalid_auth)"),
        ("SLACK_APP_TOKEN", "xapp-of-nobody", "SLACK_APP_TOKEN: Slack does not take it (invalid_auth)"),
        ("SLACK_API_URL", "http://127.0.0.1:9/api/", "SLACK_API_URL: http://127.0.0.1:9/api/ cannot be reached"),
    ],
)
async def test_what_slack_does_not_take_is_told_at_the_start(tmp_path, setting, value, problem):
    async with local_slack() as slack:
        settings = settings_for(slack, tmp_path / "db.sqlite3", "socket", **{setting: value})
        with pytest.raises(SettingsError) as caught:
            await run(settings, asyncio.Event(), World(readers=Reading(), names=Listing(), sleep=no_wait))
    (told,) = caught.value.problems
    assert told.startswith(problem)
    assert "of-nobody" not in told


async def test_a_database_that_cannot_be_opened_is_told_at_the_start(tmp_path):
    (tmp_path / "file").write_text("this is no database, and long enough to be looked at" * 30)
    async with local_slack() as slack:
        settings = settings_for(slack, tmp_path / "file", "socket")
        with pytest.raises(StorageError, match="expected a SQLite database"):
            await run(settings, asyncio.Event(), World(readers=Reading(), names=Listing()))


async def test_old_runs_are_forgotten(tmp_path):
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            await bench.command("diagnose orders prod")
            await bench.idle()
            (run_,) = (await bench.service.store.runs.history()).runs
            old = run_.created.replace(year=run_.created.year - 1)
            await bench.service.store.runs.save(replace(run_, run_id="old", created=old))
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            async with asyncio.timeout(5):
                while await bench.service.store.runs.get("old"):
                    await asyncio.sleep(0)
            assert await bench.service.store.runs.get(run_.run_id)


# --- log lines ----------------------------------------------------------------------------------------------------


def line(record):
    return json.loads(JsonLines().format(record))


def logged(caplog, **fields):
    event(logging.getLogger("t"), "something happened", **fields)
    return caplog.records[-1]


def test_a_log_line_is_one_json_object_with_its_facts(caplog):
    caplog.set_level(logging.INFO)
    with referring("ab12cd34"):
        found = line(logged(caplog, run="r", seconds=1.5))
    assert found["event"] == "something happened"
    assert (found["level"], found["reference"], found["run"], found["seconds"]) == ("INFO", "ab12cd34", "r", 1.5)
    assert "reference" not in line(logged(caplog))


def test_secrets_do_not_reach_the_log(caplog):
    caplog.set_level(logging.INFO)
    try:
        raise RuntimeError("Authorization: Bearer abcdef0123456789abcdef")
    except RuntimeError:
        logging.getLogger("t").exception("password=hunter2 is wrong\nnext")
    text = JsonLines().format(caplog.records[-1])
    assert "\n" not in text
    assert "hunter2" not in text
    assert "abcdef0123456789abcdef" not in text


async def test_a_run_leaves_a_line_with_its_reference(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnose orders prod")
        await bench.idle()
    finished = next(record for record in caplog.records if record.message == "run finished")
    assert finished.vpclink_fields["verdict"] == "cause-found"
    assert finished.vpclink_fields["causes"] == ["TG-01"]
    for record in caplog.records:
        assert "xoxb-" not in JsonLines().format(record)
        assert "xapp-" not in JsonLines().format(record)
