"""The poster against a local Slack that loses replies, refuses blocks and slows down."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from bot.demo.slack import VPCLINK_APP
from bot.demo.slack.faults import Fault
from bot.report.conservative import conservative, text_only
from bot.report.message import Message
from bot.report.pace import Pace
from bot.report.poster import Place, Poster, UnreachableError
from bot.report.render import Renderer
from bot.report.slack_client import worker_client
from handlers import ids
from tests.handlers.bench import CHANNEL, no_wait
from tests.report.block_kit import problems
from tests.report.test_golden import MESSAGES

RENDERER = Renderer(ids.for_templates())
HELLO = Message("hello", ({"type": "section", "text": {"type": "mrkdwn", "text": "*hello*"}},))
PLAN = RENDERER.message(MESSAGES["progress_half"]())
HERE = Place(CHANNEL)


class Waits:
    """Waiting that takes no time and is written down."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def waits():
    return Waits()


@pytest.fixture
def poster(slack, posts, waits):
    return new_poster(slack, posts, waits)


def new_poster(slack, posts, waits):
    app = next(app for app in slack.workspace.apps if app.app_id == VPCLINK_APP)
    client = worker_client(app.bot_token, slack.api_url, sleep=waits)
    return Poster(client, posts, Pace(lambda: 0.0, no_wait, 0), sleep=waits)


def shown(slack):
    return [message for message in slack.messages(CHANNEL) if message["app"] == "vpclink"]


async def test_a_message_is_posted_once_however_often_it_is_asked_for(slack, poster):
    first = await poster.ensure("run", "report", HERE, HELLO)
    again = await poster.ensure("run", "report", HERE, HELLO)
    (message,) = shown(slack)
    assert first.fresh
    assert not again.fresh
    assert first.ts == again.ts == message["ts"]
    assert message["metadata"] == {"event_type": "vpclink_report", "event_payload": {"run_id": "run", "part": "report"}}


async def test_parts_and_runs_are_told_apart(slack, poster):
    for run, part in (("a", "report"), ("a", "details-1"), ("b", "report")):
        await poster.ensure(run, part, HERE, HELLO)
    assert len(shown(slack)) == 3


async def test_a_part_goes_into_its_thread(slack, poster):
    root = await poster.ensure("run", "report", HERE, HELLO)
    await poster.ensure("run", "details-1", Place(CHANNEL, root.ts), HELLO)
    assert [message["thread_ts"] for message in shown(slack)][1] == root.ts


@pytest.mark.parametrize("thread", [False, True], ids=["in the channel", "in a thread"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"lost_reply": True}, id="the reply is lost"),
        pytest.param({"http_status": 503}, id="Slack stumbles before it posts"),
        pytest.param({"error": "internal_error"}, id="Slack says internal_error"),
    ],
)
async def test_a_lost_reply_posts_nothing_twice(slack, poster, fault, thread):
    place = Place(CHANNEL, (await poster.ensure("run", "root", HERE, HELLO)).ts) if thread else HERE
    slack.state.faults.add(Fault(method="chat.postMessage", **fault))
    posted = await poster.ensure("run", "report", place, HELLO)
    mine = [m for m in shown(slack) if m["metadata"]["event_payload"]["part"] == "report"]
    assert [message["ts"] for message in mine] == [posted.ts]


async def test_an_intent_without_a_ts_is_looked_for_before_anything_is_posted(slack, posts, poster, waits):
    """The process died between Slack's reply and the note of it."""
    await poster.ensure("run", "report", HERE, HELLO)
    (message,) = shown(slack)
    await posts.intend("other", "report", CHANNEL)  # died before posting
    reborn = new_poster(slack, ForgetfulPosts(posts), waits)
    assert (await reborn.ensure("run", "report", HERE, HELLO)).ts == message["ts"]
    assert (await reborn.ensure("other", "report", HERE, HELLO)).fresh
    assert len(shown(slack)) == 2


class ForgetfulPosts:
    """Posts that knows of the intent, and lost the `ts` with the process."""

    def __init__(self, posts):
        self._posts = posts

    async def intend(self, run_id, name, channel):
        known = await self._posts.intend(run_id, name, channel)
        return type(known)(known.channel, None, known.intended, fresh=False)

    async def posted(self, run_id, name, ts):
        await self._posts.posted(run_id, name, ts)


async def test_a_search_that_fails_is_not_taken_for_nothing_found(slack, poster):
    slack.state.faults.add(Fault(method="chat.postMessage", lost_reply=True))
    slack.state.faults.add(Fault(method="conversations.history", error="internal_error"))
    with pytest.raises(SlackApiError):
        await poster.ensure("run", "report", HERE, HELLO)
    assert (await poster.ensure("run", "report", HERE, HELLO)).ts == shown(slack)[0]["ts"]
    assert len(shown(slack)) == 1


async def test_refused_blocks_are_sent_in_a_form_that_every_slack_takes(slack, poster, caplog):
    slack.state.faults.add(Fault(method="chat.postMessage", error="invalid_blocks", when={"block_type": "plan"}))
    await poster.ensure("run", "report", HERE, PLAN)
    (message,) = shown(slack)
    assert {block["type"] for block in message["blocks"]} == {"section", "context"}
    assert "Slack refuses these blocks" in caplog.text


async def test_a_slack_that_refuses_plans_is_not_asked_again(slack, poster):
    slack.state.faults.add(Fault(method="*", error="invalid_blocks", when={"block_type": "plan"}, times=9))
    posted = await poster.ensure("run", "report", HERE, PLAN)
    assert await poster.update(CHANNEL, posted.ts, PLAN)
    refused = [entry for entry in slack.journal.find("web_api") if entry.outcome == "invalid_blocks"]
    assert len(refused) == 1


async def test_where_no_block_is_taken_the_text_remains(slack, poster):
    slack.state.faults.add(Fault(method="chat.postMessage", error="invalid_blocks", times=2))
    await poster.ensure("run", "report", HERE, PLAN)
    (message,) = shown(slack)
    assert message["blocks"] == []
    assert message["text"].startswith("Diagnosing orders / prod")
    assert "VPC link orders-link" in message["text"]


async def test_an_edit_without_blocks_takes_the_old_ones_away(slack, poster):
    posted = await poster.ensure("run", "report", HERE, HELLO)
    await poster.update(CHANNEL, posted.ts, Message("bare"))
    (message,) = shown(slack)
    assert (message["text"], message["blocks"]) == ("bare", [])


async def test_slack_says_how_long_to_wait(slack, poster, waits):
    slack.state.faults.add(Fault(method="chat.postMessage", retry_after=7, times=2))
    await poster.ensure("run", "report", HERE, HELLO)
    assert waits.seconds == [7, 7]
    assert len(shown(slack)) == 1


async def test_a_wait_of_minutes_is_left_to_the_queue(slack, poster, waits):
    slack.state.faults.add(Fault(method="chat.postMessage", retry_after=300))
    with pytest.raises(SlackApiError):
        await poster.ensure("run", "report", HERE, HELLO)
    assert waits.seconds == []


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found", "is_archived", "restricted_action"])
async def test_a_closed_door_is_told_from_a_failure(slack, poster, code):
    slack.state.faults.add(Fault(method="chat.postMessage", error=code))
    with pytest.raises(UnreachableError, match=code):
        await poster.ensure("run", "report", HERE, HELLO)


async def test_an_edit_survives_a_lost_reply(slack, poster):
    posted = await poster.ensure("run", "report", HERE, HELLO)
    slack.state.faults.add(Fault(method="chat.update", lost_reply=True))
    assert await poster.update(CHANNEL, posted.ts, Message("new"))
    assert shown(slack)[0]["text"] == "new"


async def test_an_edit_says_where_the_message_is_gone(poster):
    assert not await poster.update(CHANNEL, "1.000001", HELLO)


async def test_an_answer_that_slack_does_not_take_is_no_failure(slack, poster, caplog):
    assert not await poster.answer(f"{slack.url}responses/A01VPCLINK/none", HELLO)
    assert not await poster.answer("http://127.0.0.1:9/nobody", HELLO)
    assert "could not be answered" in caplog.text


# --- pace ---------------------------------------------------------------------------------------------------------


async def test_each_channel_has_a_turn_a_second():
    now, waited = 100.0, []

    async def sleep(seconds):
        nonlocal now
        waited.append(round(seconds, 3))
        now += seconds

    pace = Pace(lambda: now, sleep, 1.0)
    for channel in ("C1", "C1", "C2", "C1"):
        await pace.turn(channel)
        now += 0.25
    assert waited == [0.75, 0.5]


async def test_what_is_urgent_does_not_wait_and_counts_for_those_who_do():
    waited = []

    async def sleep(seconds):
        nonlocal now
        waited.append(seconds)
        now += seconds

    now = 100.0
    pace = Pace(lambda: now, sleep, 1.0)
    for _ in range(3):
        await pace.turn("C1", urgent=True)
    assert waited == []
    await pace.turn("C1")
    assert waited == [1.0]


async def test_channels_that_nobody_waits_for_are_forgotten():
    pace = Pace(lambda: 100.0, no_wait, 1.0)
    for number in range(2500):
        await pace.turn(f"C{number}")
    assert len(pace._last) <= 1001


# --- the conservative form ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_a_conservative_form(name):
    message = RENDERER.message(MESSAGES[name]())
    plain = conservative(message)
    assert problems(plain) == []
    assert {block["type"] for block in plain.blocks} <= {"header", "section", "context", "actions", "divider"}
    assert len(text_only(message).text) <= 3900


def test_what_does_not_fit_into_the_conservative_form_is_counted():
    log = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x" * 2900}]}
    plain = conservative(Message("x", ({"type": "rich_text", "elements": [log, log]},) * 40))
    assert len(plain.blocks) == 50
    assert plain.blocks[-1]["text"]["text"] == "+31 more"
