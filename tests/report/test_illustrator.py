"""Pictures in a thread of a local Slack: shared once, with words for who cannot see them, and never in the way."""

import pytest

from bot.demo.slack.faults import Fault
from bot.report.illustrator import Illustrator
from bot.report.pace import Pace
from bot.report.pictures import Painter
from bot.report.poster import Place, Poster
from bot.report.render import Renderer
from bot.report.slack_client import worker_client
from bot.report.uploads import File, Uploads
from handlers import ids
from tests.handlers.bench import CHANNEL, no_wait
from tests.report import samples
from tests.report.test_pictures import evidence, minute

FAILURES = evidence(errors=[(minute(9), 2)], unhealthy=[(minute(9), 2)])
NOTE = File("note-1.txt", b"hello", "A note")


@pytest.fixture
def client(slack):
    return worker_client(slack.workspace.apps[0].bot_token, slack.api_url, sleep=no_wait)


@pytest.fixture
async def thread(client):
    return Place(CHANNEL, str((await client.chat_postMessage(channel=CHANNEL, text="report"))["ts"]))


def uploads(client, posts):
    return Uploads(client, posts, Pace(lambda: 0.0, no_wait, 0))


def illustrator(client, posts):
    pace = Pace(lambda: 0.0, no_wait, 0)
    poster = Poster(client, posts, pace, sleep=no_wait)
    return Illustrator(Painter(), uploads(client, posts), poster, Renderer(ids.for_templates()))


def shared(slack):
    return [file for message in slack.messages(CHANNEL) for file in message.get("files") or ()]


def charts(slack):
    blocks = [block for message in slack.messages(CHANNEL) for block in message.get("blocks") or ()]
    return [block for block in blocks if block["type"] == "data_visualization"]


async def test_the_thread_gets_the_drawn_path_and_the_chart(slack, client, posts, thread):
    await illustrator(client, posts).illustrate(samples.RUN, thread, samples.report(), FAILURES)
    (path,) = shared(slack)
    assert path["name"] == "path-0123456789ab.png"
    assert path["alt_txt"].startswith("The path of orders / prod. Confirmed: SG-03")
    assert len(charts(slack)) == 1
    assert {message.get("thread_ts") for message in slack.messages(CHANNEL)[1:]} == {thread.thread_ts}


async def test_a_slack_that_takes_no_charts_gets_a_picture_of_it(slack, client, posts, thread):
    slack.state.faults.add(Fault(method="chat.postMessage", error="invalid_blocks"))
    await illustrator(client, posts).illustrate(samples.RUN, thread, samples.report(), FAILURES)
    assert [file["title"] for file in shared(slack)] == ["The path", "Failures over time"]
    assert not charts(slack)


async def test_a_job_that_is_delivered_again_shares_nothing_twice(slack, client, posts, thread):
    for _ in range(2):
        await illustrator(client, posts).illustrate(samples.RUN, thread, samples.report(), FAILURES)
    assert len(shared(slack)) == len(charts(slack)) == 1


async def test_an_upload_whose_reply_was_lost_is_found_by_its_name(slack, client, posts, thread):
    slack.state.faults.add(Fault(method="files.completeUploadExternal", lost_reply=True))
    assert not await uploads(client, posts).ensure("run", "note", thread, [NOTE])
    assert await uploads(client, posts).ensure("run", "note", thread, [NOTE])
    assert [file["name"] for file in shared(slack)] == ["note-1.txt"]


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "storage_limit_reached"])
async def test_a_slack_that_takes_no_files_is_no_failure(slack, client, posts, thread, error, caplog):
    slack.state.faults.add(Fault(method="files.getUploadURLExternal", error=error))
    await illustrator(client, posts).illustrate(samples.RUN, thread, samples.report(), None)
    assert not shared(slack)
    assert error in caplog.text


async def test_a_healthy_path_needs_no_picture(slack, client, posts, thread):
    await illustrator(client, posts).illustrate(samples.RUN, thread, samples.healthy(), None)
    assert len(slack.messages(CHANNEL)) == 1
