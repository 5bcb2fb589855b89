"""Every surface around a report, clicked in a local Slack over the real protocols; evidence stands for AWS."""

import asyncio
import json
import threading

from handlers import ids
from tests.diagnosis import worlds as w
from tests.handlers.bench import ALICE, Reading, bot_on, local_slack

OK = "ok"


def shown(entry) -> str:
    return json.dumps(entry.request, ensure_ascii=False)


async def test_explain_test_this_fix_feedback_and_export(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnose orders prod")
        await bench.idle()
        report, details = bench.messages()
        run = report["metadata"]["event_payload"]["run_id"]

        about = f"TG-01 {run}"
        assert (await bench.choose(report, ids.MORE, f"explain:{about}"))["outcome"] == OK
        assert "How it is decided" in shown(bench.calls("views.open")[-1])

        assert (await bench.press(report, ids.TEST_FIX))["outcome"] == OK
        assert "Nothing on this path would explain" in shown(bench.calls("views.open")[-1])

        assert (await bench.choose(details, ids.ABOUT_CAUSE, f"explain:{about}"))["outcome"] == OK
        assert "Check TG-01" in shown(bench.calls("views.open")[-1])

        assert (await bench.choose(report, ids.MORE, f"wrong:{about}"))["outcome"] == OK
        sent = await bench.control(
            "interact", viewId=bench.view_id(), user=ALICE, submit=True, values={ids.COMMENT: {ids.COMMENT: "a WAF"}}
        )
        assert sent["outcome"] == "closed"
        assert (await bench.choose(report, ids.MORE, f"export:{about}"))["outcome"] == OK
        await bench.idle()
        exported = bench.files()[-1]
        assert exported["thread_ts"] == report["ts"]
        assert len(exported["files"]) == 2

        await bench.command("history")
        assert "TG-01 · 👎 1 “a WAF”" in json.dumps(bench.messages()[-1]["blocks"], ensure_ascii=False)


async def test_the_logs_modal_filters_and_downloads(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("logs orders prod")
        await bench.idle()
        (message,) = bench.messages()
        assert "1 failing request in the log" in message["text"]
        await bench.press(message, ids.SHOW_LOGS)
        await bench.in_view(ids.LOGS_FILTER, value="completed")
        assert "1 of 2 lines" in shown(bench.calls("views.update")[-1])
        await bench.control(
            "interact", viewId=bench.view_id(), user=ALICE, submit=True, values={ids.LOGS_FILTER: {ids.LOGS_FILTER: ""}}
        )
        await bench.in_view(ids.LOGS_DOWNLOAD)
        await bench.idle()
        (file,) = bench.files()
        assert file["thread_ts"] == message["ts"]


async def test_the_picker_offers_names_and_its_report_comes_into_the_channel(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("")
        await bench.idle()
        view = bench.view_id()

        async def offered(menu):
            answer = await bench.control("options", viewId=view, user=ALICE, action=menu, query="")
            return [option["value"] for option in answer["options"]]

        assert await offered(ids.PICK_API) == [w.API]
        await bench.in_view(ids.PICK_API, value=w.API)
        await bench.idle()
        assert await offered(ids.PICK_STAGE) == ["prod"]
        values = {f"{ids.PICK_STAGE}-0": {ids.PICK_STAGE: "prod"}}
        sent = await bench.control("interact", viewId=view, user=ALICE, submit=True, values=values)
        assert sent["outcome"] == "closed"
        await bench.idle()
        assert "0 of 2 targets healthy" in bench.reports()[0]["text"]


async def test_another_region_empties_the_api_that_was_chosen(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("")
        await bench.idle()
        view = bench.view_id()
        await bench.control("options", viewId=view, user=ALICE, action=ids.PICK_API, query="")
        await bench.in_view(ids.PICK_API, value=w.API)
        await bench.control("options", viewId=view, user=ALICE, action=ids.PICK_REGION, query="us-east-1")
        await bench.in_view(ids.PICK_REGION, value="us-east-1")
        shown_now = bench.calls("views.update")[-1].answer["view"]["state"]["values"]
        assert shown_now[f"{ids.PICK_API}-1"][ids.PICK_API]["selected_option"] is None


async def test_what_is_wrong_in_the_picker_stands_below_its_field(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("")
        view = bench.view_id()
        for menu in (ids.PICK_API, ids.PICK_STAGE):
            await bench.control("options", viewId=view, user=ALICE, action=menu, query="pr!od")
        values = {f"{ids.PICK_API}-0": {ids.PICK_API: "pr!od"}, f"{ids.PICK_STAGE}-0": {ids.PICK_STAGE: "pr!od"}}
        sent = await bench.control("interact", viewId=view, user=ALICE, submit=True, values=values)
        assert list(sent["errors"]) == [f"{ids.PICK_STAGE}-0"]


async def test_a_watch_survives_a_restart_and_is_ended_in_app_home(tmp_path):
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            await bench.command("watch orders prod every 5m")
            await bench.until(lambda: any("Watching orders" in message["text"] for message in bench.messages()))
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            depth = await bench.service.queue.depth()
            assert depth.delayed == 1
            await bench.control("home", user=ALICE, app="vpclink", tab="home")
            await bench.until(lambda: bench.calls("views.publish"))
            assert "every 5 minutes" in shown(bench.calls("views.publish")[-1])
            home = bench.view_id("views.publish")
            pressed = await bench.control("interact", viewId=home, user=ALICE, action=ids.UNWATCH)
            assert pressed["outcome"] == OK
            assert "Stop watching" not in shown(bench.calls("views.publish")[-1])


async def test_doctor_answers_the_caller_alone_and_app_home_shows_it(tmp_path):
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("doctor")
        await bench.idle()
        answer = bench.messages()[-1]
        assert answer["visible_to"] == ALICE
        assert "ec2:DescribeSubnets" in json.dumps(answer["blocks"])
        await bench.control("home", user=ALICE, app="vpclink", tab="home")
        await bench.until(lambda: bench.calls("views.publish"))
        assert "1 read allowed, 1 refused" in shown(bench.calls("views.publish")[-1])
        home = bench.view_id("views.publish")
        await bench.control("interact", viewId=home, user=ALICE, action=ids.RUN_DOCTOR)
        await bench.idle()
        direct = bench.calls("chat.postMessage")[-1]
        assert (direct.outcome, direct.request["channel"]) == (OK, ALICE)


async def test_after_a_restart_every_button_of_an_old_report_works(tmp_path):
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            await bench.command("diagnose orders prod")
            await bench.idle()
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            report = bench.messages()[0]
            for action in (ids.TEST_FIX, ids.SHOW_LOGS):
                assert (await bench.press(report, action))["outcome"] == OK
            opened = [shown(call) for call in bench.calls("views.open")]
            assert not any("no longer kept" in view for view in opened)


async def test_every_handler_answers_while_aws_hangs(tmp_path):
    """No answer may wait for AWS: the gate opens only after the last of them."""
    gate = threading.Event()
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
            await bench.command("diagnose orders prod")
            await bench.idle()
        async with bot_on(slack, tmp_path / "db.sqlite3", reading=Reading(gate=gate)) as bench:
            try:
                await everything_is_answered(bench)
                assert (await bench.service.queue.depth()).running > 0
            finally:
                gate.set()
                await asyncio.sleep(0)


async def everything_is_answered(bench):
    """Ask and press everything that there is."""
    report = bench.messages()[0]
    run = report["metadata"]["event_payload"]["run_id"]
    for text in (
        "diagnose orders prod",
        "logs orders prod",
        "doctor",
        "watch orders prod",
        "watch",
        "history",
        "explain TG-01",
        "help",
        "unwatch orders",
        "nonsense",
        "",
    ):
        assert (await bench.command(text))["outcome"] == OK, text
    picker = bench.view_id()
    for menu in (ids.PICK_REGION, ids.PICK_API, ids.PICK_STAGE, ids.PICK_ROUTE):
        answer = await bench.control("options", viewId=picker, user=ALICE, action=menu, query="prod")
        assert answer["options"], menu
    for action in (ids.RERUN, ids.TEST_FIX, ids.SHOW_LOGS, ids.PROBE):
        assert (await bench.press(report, action))["outcome"] == OK, action
    for name in ("explain", "right", "wrong", "export"):
        assert (await bench.choose(report, ids.MORE, f"{name}:TG-01 {run}"))["outcome"] == OK, name
    await bench.say("@vpclink diagnose orders prod", thread_ts=report["ts"])
    await bench.control("home", user=ALICE, app="vpclink", tab="home")
    await bench.until(lambda: bench.calls("views.publish"))
    home = bench.view_id("views.publish")
    for action in (ids.RUN_DOCTOR, ids.PICK):
        pressed = await bench.control("interact", viewId=home, user=ALICE, action=action)
        assert pressed["outcome"] == OK, action
