"""history, watch, unwatch, logs, doctor and App Home: by the command, by a mention, by their buttons."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.access import Guard
from bot.config import Access, Accounts, Config, Rule
from bot.diagnosis.model import Request
from bot.report.asking import HistoryCursor
from bot.responding.channels import Shown
from bot.store.catalogue import NamedApi, Place
from bot.store.feedback import Opinion
from bot.store.health import Examination
from bot.watching.watch import MOST_PER_CHANNEL, Watch, watch_id
from handlers import ids
from tests.handlers.conftest import REQUEST, asked, keep
from tests.handlers.payloads import Desk, body_of, command, event_callback, in_modal, mention, pressed
from tests.report import samples, surfaces
from tests.report.block_kit import block_problems, view_problems

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
ORDERS = Request(**REQUEST)


def watch(request=ORDERS, channel="C01", **changes) -> Watch:
    return replace(
        surfaces.watch(request=request.model_dump(mode="json")),
        id=watch_id(channel, request),
        channel=channel,
        **changes,
    )


async def told(desk, text):
    """The ephemeral answer to a command."""
    answer = body_of(await desk.send(command(text)))
    assert answer["response_type"] == "ephemeral"
    assert block_problems(answer["blocks"], most=50, surface="message") == []
    return answer


# --- history ------------------------------------------------------------------------------------------------------


async def test_history_lists_the_runs_with_what_people_said_of_them(desk, store):
    await keep(store)
    await desk.edge.feedback.keep(Opinion(samples.RUN, "U1", right=True))
    answer = await told(desk, "history")
    assert "SG-03 · 👍 1" in json.dumps(answer, ensure_ascii=False)


async def test_history_of_an_api_is_found_by_its_name(desk, store):
    for number, api in ((1, "orders"), (2, "payments"), (3, "orders")):
        request = {**REQUEST, "api": api}
        await store.runs.save(surfaces.run(number, request=request, api_id=f"{api}-id"))
    answer = await told(desk, "history Payments")
    assert len([b for b in answer["blocks"] if "SG-03" in json.dumps(b)]) == 1


async def test_history_knows_the_name_of_an_api_that_was_asked_for_by_its_id(desk, store):
    await store.runs.save(surfaces.run(request={**REQUEST, "api": "a1b2c3d4e5"}, api_id="a1b2c3d4e5"))
    await desk.edge.catalogue.keep_apis(Place("eu-west-1"), [NamedApi("a1b2c3d4e5", "orders", "REST")], NOW)
    assert "SG-03" in json.dumps(await told(desk, "history orders"))


async def test_history_is_turned_in_place(desk, store):
    for number in range(1, 9):
        await store.runs.save(surfaces.run(number))
    answer = await told(desk, "history")
    (older,) = answer["blocks"][-1]["elements"]
    await desk.send(pressed(ids.OLDER, older["value"]))
    (turned,) = desk.answers
    assert turned["replace_original"] is True
    assert len([b for b in turned["blocks"] if "SG-03" in json.dumps(b)]) == 2
    (newest,) = turned["blocks"][-1]["elements"]
    assert (newest["action_id"], HistoryCursor.decode(newest["value"]).before) == (ids.NEWER, "")


async def test_a_page_of_another_version_is_the_first_one(desk, store):
    await keep(store)
    for value in ("not ours", json.dumps({"before": "nonsense"})):
        await desk.send(pressed(ids.OLDER, value))
    assert all("SG-03" in json.dumps(answer) for answer in desk.answers)


# --- logs and doctor ----------------------------------------------------------------------------------------------


async def test_logs_is_a_job(desk):
    response = await desk.send(command("logs orders prod --since 2h"))
    assert body_of(response) == {}
    job = desk.jobs.only
    assert (job["kind"], asked(job), job["request"]["since_minutes"]) == ("logs", REQUEST, 120)


async def test_logs_of_a_thread_are_answered_there(desk):
    await desk.send(mention("<@U0BOT> logs orders prod", thread_ts="1699999999.000001"))
    assert (desk.jobs.only["kind"], desk.jobs.only["thread_ts"]) == ("logs", "1699999999.000001")


async def test_doctor_is_a_job_and_says_so(desk):
    answer = await told(desk, "doctor --region us-east-1")
    assert (desk.jobs.only["kind"], desk.jobs.only["region"]) == ("doctor", "us-east-1")
    assert "in some seconds" in answer["text"]


# --- watches ------------------------------------------------------------------------------------------------------


async def test_a_watch_is_kept_and_checked_at_once(desk):
    answer = await told(desk, "watch orders prod every 15m")
    (kept,) = await desk.edge.watches.in_channel("C01")
    assert (kept.asked, kept.every_minutes, kept.user) == (ORDERS, 15, "U01ALICE")
    job = desk.jobs.only
    assert (job["kind"], job["watch"], datetime.fromisoformat(job["due"])) == ("watch", kept.id, kept.due_at)
    assert "every 15 minutes" in answer["text"]


async def test_watching_twice_is_one_watch_and_a_new_pause_counts(desk):
    await desk.edge.watches.add(watch())
    assert "watched already, every 30 minutes" in (await told(desk, "watch orders prod"))["text"]
    assert "every 60 minutes from now on" in (await told(desk, "watch orders prod 1h"))["text"]
    (kept,) = await desk.edge.watches.all()
    assert kept.every_minutes == 60


async def test_a_watch_that_is_asked_for_in_a_thread_stays_there(desk):
    await desk.send(mention("<@U0BOT> watch orders prod", thread_ts="1699999999.000001"))
    (kept,) = await desk.edge.watches.all()
    assert kept.thread_ts == "1699999999.000001"


async def test_a_channel_has_only_so_many_watches(desk):
    for number in range(MOST_PER_CHANNEL):
        await desk.edge.watches.add(watch(ORDERS.model_copy(update={"api": f"api-{number}"})))
    assert f"{MOST_PER_CHANNEL} watches already" in (await told(desk, "watch orders prod"))["text"]
    assert desk.jobs.put_jobs == {}


async def test_the_watches_of_this_channel_are_listed(desk):
    await desk.edge.watches.add(watch())
    await desk.edge.watches.add(watch(channel="C02"))
    answer = await told(desk, "watch")
    assert len([block for block in answer["blocks"] if ids.UNWATCH in json.dumps(block)]) == 1
    assert "Nothing is watched here" in body_of(await desk.send(command("watch", channel_id="C03")))["text"]


async def test_a_watch_ends_with_a_word(desk):
    await desk.edge.watches.add(watch())
    assert "No longer watching orders / prod" in (await told(desk, "unwatch ORDERS"))["text"]
    assert await desk.edge.watches.all() == ()
    assert "not watched in this channel" in (await told(desk, "unwatch orders"))["text"]


async def test_the_button_ends_a_watch_where_everybody_sees_it(desk):
    await desk.edge.watches.add(watch())
    await desk.send(pressed(ids.UNWATCH, watch().id))
    ((method, sent),) = desk.calls
    assert (method, sent["channel"], sent["thread_ts"]) == ("chat.postMessage", "C01", watch().thread_ts)
    assert "<@U01ALICE> ended it" in json.dumps(sent)
    await desk.send(pressed(ids.UNWATCH, watch().id))
    assert "ended already" in desk.answers[0]["text"]


async def test_a_watch_that_is_ended_in_the_callers_list_leaves_it(desk):
    await desk.edge.watches.add(watch())
    await desk.send(pressed(ids.UNWATCH, watch().id, ephemeral=True))
    (answer,) = desk.answers
    assert answer["replace_original"] is True
    assert "Nothing is watched here" in answer["text"]
    assert desk.calls[0][1]["thread_ts"] == watch().thread_ts


# --- App Home -----------------------------------------------------------------------------------------------------


def opened(tab="home"):
    return event_callback({"type": "app_home_opened", "user": "U01ALICE", "tab": tab, "channel": "D1"})


async def test_app_home_shows_runs_watches_and_what_may_be_read(desk, store):
    await keep(store)
    await desk.edge.watches.add(watch())
    await desk.edge.examinations.keep(Examination("eu-west-1", "", NOW.isoformat(), 40, ("ec2:DescribeSubnets",), ()))
    assert (await desk.send(opened())).status == 200
    view = desk.view("views.publish")
    assert view_problems(view) == []
    said = json.dumps(view, ensure_ascii=False)
    for expected in ("SG-03", "Stop watching", "40 reads allowed, 1 refused"):
        assert expected in said


async def test_an_empty_app_home_says_how_to_begin(desk):
    await desk.send(opened())
    view = desk.view("views.publish")
    assert view_problems(view) == []
    assert "None yet." in json.dumps(view)
    assert "Look now" in json.dumps(view)


async def test_the_messages_tab_is_left_alone(desk):
    await desk.send(opened("messages"))
    assert desk.calls == []


async def test_a_watch_that_is_ended_in_app_home_leaves_it(desk):
    await desk.edge.watches.add(watch())
    button = {"type": "button", "action_id": ids.UNWATCH, "value": watch().id}
    await desk.send(in_modal(button, "", "", type="home"))
    assert "Stop watching" not in json.dumps(desk.view("views.publish"))


async def test_a_snooze_that_is_ended_in_app_home_leaves_it(desk):
    alarm = Shown("C01", "0123", "orders-5xx", "eu-west-1", "03:11 UTC")
    await desk.edge.alarm_channels.snooze(alarm, "1h", "U01ALICE")
    await desk.edge.alarm_channels.switch("C02", "U01ALICE", on=False)
    await desk.send(opened())
    said = json.dumps(desk.view("views.publish"))
    assert "orders-5xx" in said
    assert "Left alone in <#C02>" in said
    desk.calls.clear()
    button = {"type": "button", "action_id": ids.WAKE_AT_HOME, "value": "C01/0123"}
    await desk.send(in_modal(button, "", "", type="home"))
    assert "orders-5xx" not in json.dumps(desk.view("views.publish"))


async def test_app_home_has_the_reads_tried_again(desk):
    button = {"type": "button", "action_id": ids.RUN_DOCTOR, "value": "eu-west-1 production"}
    await desk.send(in_modal(button, "", "", type="home"))
    job = desk.jobs.only
    assert (job["region"], job["account"], job["channel"]) == ("eu-west-1", "production", "U01ALICE")


# --- who may ------------------------------------------------------------------------------------------------------

ONLY_BRUNO = Guard(Accounts(Config(access=Access(allow=(Rule(users=("U01BRUNO",)),)))))


@pytest.fixture
def guarded(store):
    return Desk(store, guard=ONLY_BRUNO)


@pytest.mark.parametrize("text", ["diagnose orders prod", "logs orders prod", "doctor", "watch orders prod"])
async def test_who_may_not_is_told_who_may_and_nothing_is_started(guarded, text):
    answer = await told(guarded, text)
    assert "You may not ask about this account" in answer["text"]
    assert guarded.jobs.put_jobs == {}
    assert await guarded.edge.watches.all() == ()


async def test_lists_leave_out_what_one_may_not_ask_about(guarded, store):
    await keep(store)
    await guarded.edge.watches.add(watch())
    assert "SG-03" not in json.dumps(await told(guarded, "history"))
    await guarded.send(opened())
    said = json.dumps(guarded.view("views.publish"))
    assert "SG-03" not in said
    assert "Stop watching" not in said


@pytest.mark.parametrize("action", [ids.SHOW_LOGS, ids.TEST_FIX])
async def test_buttons_of_a_report_are_refused_too(guarded, store, action):
    await keep(store)
    await guarded.send(pressed(action, samples.RUN if action == ids.SHOW_LOGS else f"SG-03 {samples.RUN}"))
    assert "You may not ask" in guarded.answers[0]["text"]
    assert guarded.calls == []
