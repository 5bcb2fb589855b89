"""`python -m tests.bench.faults`: every fault many times on the real process; the table of docs/reliability.md."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.faults import FAULTS, Fault
from tests.faults.rig import rig
from tests.faults.trial import Row, table, tried

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
BEGIN, END = "<!-- measured: faults -->", "<!-- end of measured faults -->"
KILLS = "`kill -9` at a random moment, and a restart"


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every fault and print the table. Exit status 1 where something was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__.partition(": ")[2])
    parser.add_argument("--times", type=int, default=10, help="how often each fault is tried (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=100, help="how often the bot is killed (default: %(default)s)")
    parser.add_argument("--slow", type=int, default=2, help="how often each slow fault is tried (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="chooses the moments (default: %(default)s)")
    parser.add_argument("--only", default="", help="the faults whose name has this in it")
    parser.add_argument("--write", action="store_true", help="write the table into docs/reliability.md, too")
    options = parser.parse_args(arguments)

    def times(fault: Fault) -> int:
        return int(options.kills if fault.name == KILLS else options.slow if fault.slow else options.times)

    chosen = [(fault, times(fault)) for fault in FAULTS if options.only in fault.name]
    rows = asyncio.run(measure(chosen, options.seed))
    sys.stdout.write(f"\nseed {options.seed}\n\n{table(rows)}\n")
    if options.write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{rest.partition(END)[2]}")
    return int(any(row.bad for row in rows))


async def measure(faults: Sequence[tuple[Fault, int]], seed: int) -> list[Row]:
    """One row for each fault, each on a workspace and a database of its own."""
    rows = []
    for fault, times in faults:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            async with rig(Path(folder)) as one:
                row = await tried(one, fault, times, seed)
                if row.bad:
                    sys.stderr.write(one.log.read_text()[-20_000:])
        rows.append(row)
        seconds = time.monotonic() - began
        sys.stderr.write(f"{row.name}: {dict(row.fates)}, doubled {row.doubled}, {seconds:.0f} s\n")
    return rows


if __name__ == "__main__":
    sys.exit(main())
