"""A bot in a process of its own, to be killed: `python -m tests.handlers.crash_bot hold|go`, settings from outside.

`hold` reads for ever; `go` reads at once.
"""

import asyncio
import os
import sys
import threading

from bot.app import run
from bot.settings import Settings
from bot.world import World
from tests.handlers.bench import CHECKS, Listing, Reading, no_wait


async def main(mode: str) -> None:
    gate = threading.Event() if mode == "hold" else None
    world = World(readers=Reading(gate=gate), names=Listing(), sleep=no_wait, pace=0, checks=CHECKS)
    await run(Settings.from_environment(os.environ), asyncio.Event(), world)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
