"""The watchdog over the Socket Mode connection."""

import asyncio

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from handlers.socket_mode import SILENCE_SECONDS, SocketMode
from tests.handlers.bench import local_slack


async def authorize(**_):
    return AuthorizeResult(enterprise_id=None, team_id="T", bot_token="xoxb-1")


class Time:
    """A clock that stands still, and a sleep that ends when it is told to."""

    def __init__(self):
        self.now = 1_700_000_000.0
        self._wake = asyncio.Event()
        self.asleep = asyncio.Event()

    def wall(self):
        return self.now

    async def sleep(self, _):
        self.asleep.set()
        await self._wake.wait()
        self._wake.clear()
        self.asleep.clear()

    def pass_(self, seconds):
        self.now += seconds
        self._wake.set()


async def connected(slack, time):
    app = AsyncApp(client=AsyncWebClient(base_url=slack.api_url), signing_secret="x", authorize=authorize)
    socket = SocketMode(app, slack.workspace.apps[0].app_token, wall=time.wall, sleep=time.sleep)
    await socket.start()
    await slack.until(lambda: slack.journal.find("socket", "hello"))
    return socket


async def test_a_connection_that_went_silent_is_replaced():
    time = Time()
    async with local_slack() as slack:
        socket = await connected(slack, time)
        await time.asleep.wait()
        socket._handler.client.last_ping_pong_time = None  # the SDK stamps pings with the machine's own clock
        time.pass_(SILENCE_SECONDS + 1)
        await slack.until(lambda: len(slack.journal.find("socket", "hello")) == 2)
        assert socket.replaced == 1
        assert socket.silence() < SILENCE_SECONDS
        await socket.stop()


async def test_a_connection_that_answers_is_left_alone():
    time = Time()
    async with local_slack() as slack:
        socket = await connected(slack, time)
        for _ in range(3):
            await time.asleep.wait()
            socket._handler.client.last_ping_pong_time = time.now  # a pong came
            time.pass_(SILENCE_SECONDS / 2)
            await asyncio.sleep(0)
        assert socket.replaced == 0
        await socket.stop()
        assert len(slack.journal.find("socket", "hello")) == 1


async def test_a_slack_that_is_away_is_looked_for_again(caplog):
    time = Time()
    async with local_slack() as slack:
        socket = await connected(slack, time)
        await time.asleep.wait()
        socket._handler.client.last_ping_pong_time = None

        async def refuse():
            raise ConnectionError("away")

        connect, socket._connect = socket._connect, refuse  # the SDK itself would try for ever
        time.pass_(SILENCE_SECONDS + 1)
        await asyncio.sleep(0)
        while "cannot be reached" not in caplog.text:
            await asyncio.sleep(0)
        socket._connect = connect
        await time.asleep.wait()
        time.pass_(SILENCE_SECONDS + 1)
        await slack.until(lambda: len(slack.journal.find("socket", "hello")) == 2)
        await socket.stop()
