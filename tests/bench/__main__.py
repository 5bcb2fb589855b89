"""`python -m tests.bench`: what a diagnosis costs at a set latency per AWS call. Measures, and asserts nothing.

Every round runs each case once, so that a busy moment of the machine meets all of them and the ratios stay fair.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack

from tests.bench import table
from tests.bench.accounts import BIG, BROKEN, HEALTHY, SMALL, served
from tests.bench.measure import Case, Sample, connect, measure, middle

BUDGET = 70.0
"""Seconds after which no further round begins."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What a diagnosis costs.")
    parser.add_argument("--latency", type=float, default=0.08, help="seconds per AWS call (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, choices=range(1, 6), help="at most (default: %(default)s)")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    load = os.getloadavg()
    with ExitStack() as stack:
        cases, client_seconds = _cases(stack, options.latency)
        samples, runs = _repeat(cases, options.runs, options.latency, began + BUDGET)
    medians = {name: middle(found) for name, found in samples.items()}
    sys.stdout.write(
        f"{options.latency * 1000:.0f} ms per call; medians of {runs} runs after one warm-up;"
        f" {os.cpu_count()} cores, load {load[0]:.1f} before and {os.getloadavg()[0]:.1f} after;"
        f" making the clients took {client_seconds:.2f} s, once for every process;"
        f" the whole bench took {time.monotonic() - began:.0f} s\n\n"
    )
    sys.stdout.write("\n\n".join((table.figures(medians), table.services(medians), table.ratios(samples))) + "\n")
    return 0


def _cases(stack: ExitStack, latency: float) -> tuple[list[Case], float]:
    small, big = (stack.enter_context(served(account, latency)) for account in (SMALL, BIG))
    (of_small, seconds), (of_big, _) = connect(small), connect(big)
    cases = [
        Case("healthy", small, of_small, HEALTHY),
        Case("healthy by id", small, of_small, small.api_ids[HEALTHY]),
        Case("broken", small, of_small, BROKEN),
        Case("healthy" + table.SEQUENTIAL, small, of_small, HEALTHY, threads=1),
        Case("broken" + table.SEQUENTIAL, small, of_small, BROKEN, threads=1),
        Case("big account, healthy", big, of_big, HEALTHY),
        Case("big account, healthy by id", big, of_big, big.api_ids[HEALTHY]),
        Case("big account, broken", big, of_big, BROKEN),
    ]
    return cases, seconds


def _repeat(cases: Sequence[Case], runs: int, latency: float, until: float) -> tuple[dict[str, list[Sample]], int]:
    """Warm up, then measure every case in turn, as many rounds as fit."""
    for case in cases:
        if not case.sequential:  # it shares its connections with the same case at full width
            measure(case, latency)
    samples: dict[str, list[Sample]] = defaultdict(list)
    done = 0
    while done < runs and (done == 0 or time.monotonic() < until):
        for case in cases:
            samples[case.name].append(measure(case, latency))
        done += 1
    return samples, done


if __name__ == "__main__":
    sys.exit(main())
