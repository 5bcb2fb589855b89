"""The figures as Markdown, ready for docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tests.bench.measure import Sample

SEQUENTIAL = ", one thread"
RATIOS = (
    ("healthy", "healthy" + SEQUENTIAL, "at the same time / one after the other, healthy"),
    ("broken", "broken" + SEQUENTIAL, "at the same time / one after the other, broken"),
    ("big account, healthy", "healthy", "big account / small, by name"),
    ("big account, healthy by id", "healthy by id", "big account / small, by id"),
    ("big account, broken", "broken", "big account / small, broken, by name"),
)
"""Two cases whose wall times are divided, and what the quotient says."""


def figures(samples: Mapping[str, Sample]) -> str:
    """One line for each case. "Local AWS" is its work on all calls together, the set latency taken off."""
    lines = [
        "| case | verdict | calls | rounds | longest chain | wall (s) | own CPU (s) | judging (s) | local AWS (s) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {s.verdict} | {s.calls} | {'–' if name.endswith(SEQUENTIAL) else s.rounds} | {s.chain}"
        f" | {s.wall:.2f} | {s.cpu:.2f} | {s.judging:.3f} | {s.serving:.2f} |"
        for name, s in samples.items()
    ]
    return "\n".join(lines)


def services(samples: Mapping[str, Sample]) -> str:
    """Calls by service, one line for each case."""
    names = sorted({service for s in samples.values() for service in s.by_service})
    lines = ["| case | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| {case} | " + " | ".join(str(s.by_service.get(name, 0)) for name in names) + " |"
        for case, s in samples.items()
    ]
    return "\n".join(lines)


def ratios(samples: Mapping[str, Sequence[Sample]]) -> str:
    """Quotients of wall times within one round, which meet the same load: their median, least and greatest."""
    lines = ["| ratio of wall times | median | least | greatest |", "|---|---|---|---|"]
    for over, under, meaning in RATIOS:
        found = [a.wall / b.wall for a, b in zip(samples[over], samples[under], strict=True)]
        lines.append(f"| {meaning} | {median(found):.2f} | {min(found):.2f} | {max(found):.2f} |")
    return "\n".join(lines)
