"""`python -m tests.bench.lambdas`: the bot on Lambda: size, cold import, warm answers. Measures, and asserts nothing.

The import is that of the unzipped package in fresh processes of this machine's Python. The answers come from the front
function on ministack: each is timed at the client, so that the emulator's own work is in it. The worker stands still
meanwhile: here it would share the machine with the front, which it never does on Lambda.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.packaging import Target, files, package
from tests.deploy import tools
from tests.deploy.deployed import Deployed, deployed
from tests.deploy.stack import HERE

IMPORT = """
import sys, time
sys.path.insert(0, sys.argv[1])
wall, cpu = time.perf_counter(), time.process_time()
import bot.lambdas
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lambdas", description="The bot on Lambda.")
    parser.add_argument("--imports", type=int, default=9, help="fresh processes (default: %(default)s)")
    parser.add_argument("--answers", type=int, default=200, help="requests of each kind (default: %(default)s)")
    options = parser.parse_args(arguments)
    if problem := tools.missing():
        sys.exit(problem)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before\n")
    with tempfile.TemporaryDirectory(prefix="vpclink-bench-") as folder:
        _sizes(Path(folder) / "packages", options.imports)
        asyncio.run(_answers(Path(folder), options.answers))
    print(f"\nload {os.getloadavg()[0]:.1f} after")
    return 0


def _sizes(folder: Path, imports: int) -> None:
    print("| package | zipped (MB) | unzipped (MB) | bytecode | cold import (s), median and greatest | CPU (s) |")
    print("|---|---|---|---|---|---|")
    for target in (Target("arm64", "3.13"), HERE):
        made = package(target, folder)
        sizes = f"{made.size / 1e6:.1f} | {made.unzipped / 1e6:.1f}"
        if target != HERE:
            print(f"| {target.name} | {sizes} | {'yes' if made.has_bytecode else 'no'} | not of this machine | |")
            continue
        unzipped = folder / target.name
        print(f"| {target.name} | {sizes} | yes | {_imports(unzipped, imports)} |")
        for path in list(files(unzipped)):
            if path.suffix == ".pyc":
                path.unlink()
        print(f"| {target.name} | | | no | {_imports(unzipped, imports)} |")


def _imports(unzipped: Path, count: int) -> str:
    """Wall and CPU seconds of the import; nothing is written, as Lambda's folder is read-only."""
    command = [sys.executable, "-S", "-B", "-c", IMPORT, str(unzipped)]
    runs = []
    for _ in range(count + 1):
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={})  # noqa: S603 - our own command
        runs.append([float(part) for part in done.stdout.split()])
    wall, cpu = zip(*runs[1:], strict=True)  # the first one also reads the disk
    return f"{statistics.median(wall):.2f}, {max(wall):.2f} | {statistics.median(cpu):.2f}"


async def _answers(folder: Path, count: int) -> None:
    (folder / "service").mkdir()
    async with deployed(folder / "service") as bot:
        functions = bot.emulator.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        print("\n| request | answers | p50 (ms) | p99 (ms) | greatest (ms) |")
        print("|---|---|---|---|---|")
        for text in ("help", "explain TG-01", "diagnose orders prod"):
            await bot.post(bot.form(text, f"warm.{text.split()[0]}"))
            took = [await _timed(bot, text, number) for number in range(count)]
            cuts = statistics.quantiles(took, n=100)
            print(f"| `/vpclink {text}` | {count} | {cuts[49]:.0f} | {cuts[98]:.0f} | {max(took):.0f} |")


async def _timed(bot: Deployed, text: str, number: int) -> float:
    """Milliseconds until the answer."""
    body = bot.form(text, f"{number}.{text.split()[0]}")
    begun = time.perf_counter()
    status = await bot.post(body)
    if status != 200:
        raise RuntimeError(f"expected an acknowledgement, got HTTP {status}")
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
