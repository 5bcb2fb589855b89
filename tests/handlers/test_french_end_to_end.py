"""Bruno's Slack speaks French, Alice's English: each is answered in their own language, over the real protocols."""

import json

import pytest

from handlers import ids
from tests.handlers.alarm_bench import CARDS, alarm_bot, alarm_reader
from tests.handlers.bench import ALICE, BRUNO, bot_on, local_slack

VERDICT = "0 of 2 targets healthy"


@pytest.fixture
async def slack():
    async with local_slack(alarms=CARDS) as running:
        yield running


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_each_person_gets_verdict_and_thread_in_their_own_language(tmp_path, mode):
    async with local_slack(mode) as slack, bot_on(slack, tmp_path / "db.sqlite3", mode=mode) as bench:
        await bench.command("diagnose orders prod", user=BRUNO)
        await bench.idle()
        french, details = bench.messages()
        assert french["versions"][0]["text"].startswith("Diagnostic de orders / prod")
        assert "groupe cible" in json.dumps([french, details], ensure_ascii=False)
        assert VERDICT not in json.dumps([french["text"], details["blocks"]])
        await bench.command("diagnose orders prod", user=ALICE)
        await bench.idle()
        english = bench.reports()[-1]
        assert VERDICT in english["text"]
        asked = [call.request["user"] for call in bench.calls("users.info")]
        assert sorted(asked) == [ALICE, BRUNO]


async def test_a_rerun_in_another_language_compares_the_same_faults(tmp_path, slack):
    async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnose orders prod", user=BRUNO)
        await bench.idle()
        await bench.press(bench.reports()[0], ids.RERUN, user=ALICE)
        await bench.idle()
        text = bench.reports()[-1]["text"]
        assert VERDICT in text
        assert "1 still there" in text


async def test_a_modal_speaks_the_language_of_whoever_presses(tmp_path, slack):
    async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnose orders prod", user=ALICE)
        await bench.idle()
        report = bench.reports()[0]
        await bench.control("interact", channel=report["channel"], messageTs=report["ts"], user=BRUNO, action=ids.PROBE)
        told = [message for message in bench.messages() if message["visible_to"] == BRUNO]
        assert "Rien n'est installé" in told[-1]["text"]


async def test_the_logs_open_in_the_language_of_whoever_presses(tmp_path, slack):
    async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnose orders prod", user=ALICE)
        await bench.idle()
        for user, title in ((BRUNO, "Journaux"), (ALICE, "Logs")):
            await bench.press(bench.reports()[0], ids.SHOW_LOGS, user=user)
            assert bench.calls("views.open")[-1].answer["view"]["title"]["text"].startswith(title)


async def test_an_error_is_told_in_french(tmp_path, slack):
    async with bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.command("diagnoze orders prod", user=BRUNO)
        (answer,) = bench.messages()
        assert answer["visible_to"] == BRUNO
        assert "Vouliez-vous dire diagnose" in answer["text"]


@pytest.mark.parametrize(("setting", "line"), [("auto", "is OK again"), ("fr", "est revenue à OK")])
async def test_an_alarm_speaks_english_unless_the_setting_is_french(tmp_path, slack, setting, line):
    with alarm_reader() as (_aws, reader):
        async with alarm_bot(slack, tmp_path / "db.sqlite3", reader, VPCLINK_LANGUAGE=setting) as bench:
            await bench.alarm("orders-prod-5xx")
            report = next(
                message for message in bench.messages() if message["text"] and "orders / prod" in message["text"]
            )
            assert (VERDICT in report["text"]) is (setting == "auto")
            await bench.alarm("orders-prod-5xx", "OK")
            assert line in bench.messages()[-1]["text"]
            assert bench.calls("users.info") == []
