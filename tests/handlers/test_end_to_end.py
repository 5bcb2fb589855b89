"""A person in Slack, from the command to the logs: the real app over the real protocols, evidence instead of AWS."""

import json

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from handlers import ids
from tests.diagnosis import worlds as w
from tests.handlers.bench import ALICE, BRUNO, CHANNEL, Reading, bot_on, broken, local_slack
from tests.report.block_kit import block_problems

MODES = pytest.mark.parametrize("mode", ["socket", "http"])


@MODES
async def test_command_progress_verdict_thread_rerun_and_logs(tmp_path, mode):
    async with local_slack(mode) as slack, bot_on(slack, tmp_path / "db.sqlite3", mode=mode) as bench:
        answer = await bench.command("diagnose orders prod")
        assert (answer["outcome"], answer["response"]) == ("ok", None)
        await bench.idle()
        report, details = bench.messages()
        assert report["versions"][0]["text"].startswith("Diagnosing orders / prod")
        assert "0 of 2 targets healthy" in report["text"]
        assert f"<@{ALICE}>" in json.dumps(report["blocks"])
        assert details["thread_ts"] == report["ts"]

        bench.reading.evidence = w.healthy()
        assert (await bench.press(report, ids.RERUN, user=BRUNO))["outcome"] == "ok"
        await bench.idle()
        rerun = bench.reports()[-1]
        assert rerun["thread_ts"] == report["ts"]
        assert "1 corrigé" in rerun["text"]  # the Slack of whoever pressed speaks French

        assert (await bench.press(report, ids.SHOW_LOGS))["outcome"] == "ok"
        (opened,) = bench.calls("views.open")
        assert opened.outcome == "ok"
        assert "Method completed with status: 500" in json.dumps(opened.request)


@MODES
async def test_a_mention_in_a_thread_is_answered_there(tmp_path, mode):
    async with local_slack(mode) as slack, bot_on(slack, tmp_path / "db.sqlite3", mode=mode) as bench:
        root = await bench.say("the orders API answers 500")
        await bench.say("@vpclink diagnose orders prod", thread_ts=root["ts"])
        await slack.settled()
        await bench.idle()
        report, details = bench.messages()
        assert report["thread_ts"] == details["thread_ts"] == root["ts"]


@MODES
async def test_an_unknown_command_is_told_to_the_caller_alone(tmp_path, mode):
    async with local_slack(mode) as slack, bot_on(slack, tmp_path / "db.sqlite3", mode=mode) as bench:
        await bench.command("diagnoze orders prod")
        (answer,) = bench.messages()
        assert answer["visible_to"] == ALICE
        assert "Did you mean diagnose?" in answer["text"]


async def test_two_apis_of_one_name_are_asked_about_and_chosen_with_a_button(tmp_path):
    twins = tuple(r.Api(id=id_, name="twins", protocol="REST") for id_ in ("aaaaaaaaaa", "bbbbbbbbbb"))
    evidence = w.changed(s.REST_APIS, "twins", r.ApiMatches(apis=twins), w.healthy(api="twins"))
    for twin in twins:
        evidence = w.changed(s.STAGE, f"REST/{twin.id}/prod", w.stage(), evidence)
    reading = Reading(evidence)
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3", reading=reading) as bench:
        await bench.command("diagnose twins prod")
        await bench.idle()
        (question,) = bench.messages()
        assert "which one is meant" in json.dumps(question["blocks"])
        reading.evidence = broken()
        await bench.press(question, f"{ids.CHOOSE}-2")
        await bench.idle()
        assert reading.asked[-1].api == "bbbbbbbbbb"
        answer = bench.messages()[0]
        assert answer["ts"] == question["ts"]
        assert "0 of 2 targets healthy" in answer["text"]


async def test_where_the_bot_is_no_member_the_caller_learns_how_to_invite_it(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.control("membership", channel=CHANNEL, member="vpclink", action="leave")
        await bench.command("diagnose orders prod")
        await bench.idle()
        await bench.until(bench.messages)
        (answer,) = bench.messages()
        assert answer["visible_to"] == ALICE
        assert "/invite @vpclink" in answer["text"]


async def test_logs_can_be_turned_page_by_page(tmp_path):
    lines = [f"line {number} " + "x" * 200 for number in range(150)]
    evidence = w.logged(
        "Execution failed due to configuration error: There was an internal error while executing your request",
        *lines,
        "Method completed with status: 500",
        evidence=broken(),
    )
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3", reading=Reading(evidence)) as bench:
        await bench.command("diagnose orders prod")
        await bench.idle()
        await bench.press(bench.messages()[0], ids.SHOW_LOGS)
        view_id = bench.calls("views.open")[0].answer["view"]["id"]
        await bench.control("interact", viewId=view_id, user=ALICE, action=ids.LOGS_LATER)
        (turned,) = bench.calls("views.update")
        assert turned.outcome == "ok"
        assert "Page 2 of" in json.dumps(turned.request)


async def test_after_a_restart_the_logs_still_open_and_a_rerun_still_compares(tmp_path):
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            await bench.command("diagnose orders prod")
            await bench.idle()
        async with bot_on(slack, tmp_path / "db.sqlite3", reading=Reading(w.healthy())) as bench:
            await bench.press(bench.messages()[0], ids.SHOW_LOGS)
            assert "Method completed with status: 500" in json.dumps(bench.calls("views.open")[0].request)
            await bench.press(bench.messages()[0], ids.RERUN)
            await bench.idle()
            assert "1 fixed" in bench.reports()[-1]["text"]


async def test_a_forgotten_run_says_why_it_has_no_logs(tmp_path):
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "one.sqlite3") as bench:
            await bench.command("diagnose orders prod")
            await bench.idle()
        async with bot_on(slack, tmp_path / "another.sqlite3") as bench:
            await bench.press(bench.messages()[0], ids.SHOW_LOGS)
            assert "no longer kept" in json.dumps(bench.calls("views.open")[0].request)


async def test_one_press_that_is_delivered_twice_is_one_run(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnose orders prod")
        await bench.idle()
        await bench.press(bench.messages()[0], ids.RERUN)
        payload = slack.journal.find("delivery", "interactive:block_actions")[-1].request
        app = bench.service.app
        response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
        await bench.idle()
        assert response.status == 200
        assert len(bench.reading.asked) == 2


async def test_a_slack_without_plan_blocks_sees_the_same_progress(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.control("faults", method="*", error="invalid_blocks", when={"block_type": "plan"}, times=99)
        await bench.command("diagnose orders prod")
        await bench.idle()
        report, _ = bench.messages()
        assert "Diagnosing orders / prod" in json.dumps(report["versions"][0]["blocks"])
        assert "0 of 2 targets healthy" in report["text"]


async def test_everything_that_was_sent_is_valid_block_kit(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnose orders prod")
        await bench.idle()
        calls = [entry for entry in slack.journal.find("web_api") if entry.name in {"chat.postMessage", "chat.update"}]
        assert len(calls) > 3
        for entry in calls:
            blocks = entry.request["blocks"]
            blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
            assert block_problems(blocks, most=50, surface="message") == []
            assert entry.outcome == "ok"
