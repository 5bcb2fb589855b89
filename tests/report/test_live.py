import asyncio

from bot.report.live import LiveMessage


class Door:
    """A turn that is given by hand."""

    def __init__(self):
        self.asked = asyncio.Event()
        self._open = asyncio.Event()

    async def turn(self):
        self.asked.set()
        await self._open.wait()
        self._open.clear()
        self.asked.clear()

    def let_in(self):
        self._open.set()


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_changes_that_come_while_it_waits_become_one_edit():
    door, state, edits = Door(), [0], []

    async def edit():
        edits.append(state[0])

    live = LiveMessage(door.turn, edit)
    live.start()
    for number in range(1, 6):
        state[0] = number
        live.change()
    await door.asked.wait()
    door.let_in()
    await settle()
    assert edits == [5]
    live.change()
    await door.asked.wait()
    await live.stop()
    assert edits == [5]


async def test_an_edit_on_its_way_is_awaited_before_the_end():
    sent = asyncio.Event()
    finished = []

    async def edit():
        sent.set()
        await asyncio.sleep(0)
        finished.append(True)

    async def no_turn():
        pass

    live = LiveMessage(no_turn, edit)
    live.start()
    live.change()
    await sent.wait()
    await live.stop()
    assert finished == [True]


async def test_an_edit_that_fails_is_logged_and_the_next_one_is_made(caplog):
    tries = []

    async def edit():
        tries.append(True)
        if len(tries) == 1:
            raise RuntimeError("Slack is away")

    async def no_turn():
        pass

    live = LiveMessage(no_turn, edit)
    live.start()
    live.change()
    await settle()
    live.change()
    await settle()
    await live.stop()
    await live.stop()
    assert len(tries) == 2
    assert "Slack is away" in caplog.text
