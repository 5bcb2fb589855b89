"""`make accuracy`: how often the first cause is right, over the library. `--write` puts it into docs/accuracy.md."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.scenarios.library import Scenario, scenarios

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/accuracy.md"


def measure(scenario: Scenario) -> Counter[str]:
    """Count what one scenario shows."""
    expected, verdict = scenario.expected, report(scenario.evidence).verdict
    causes = [cause.check for cause in verdict.causes]
    counts = Counter(scenarios=1)
    counts["state right"] = int(verdict.state == expected.state)
    if expected.cause:
        counts["broken"] = 1
        counts["first cause right"] = int(causes[:1] == [expected.cause])
        counts["in the list"] = int(expected.cause in causes)
        hops = {code: check.hop for code, check in by_code().items()}
        counts["wrong area"] = int(bool(causes) and hops[causes[0]] is not hops.get(expected.cause))
    counts["false causes"] = len(set(causes) - {expected.cause, *expected.may})
    return counts


def table() -> str:
    """Return the table by tag, as Markdown."""
    rows: dict[str, Counter[str]] = {"all": Counter()}
    for scenario in scenarios():
        counts = measure(scenario)
        for tag in ("all", *scenario.expected.tags):
            rows.setdefault(tag, Counter()).update(counts)
    columns = ("scenarios", "state right", "broken", "first cause right", "in the list", "wrong area", "false causes")
    lines = ["| tag | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {tag} | " + " | ".join(str(rows[tag][c]) for c in columns) + " |" for tag in rows]
    return "\n".join(lines) + "\n"


INTRODUCTION = """\
# Accuracy

Written by `make accuracy` from the scenario library in `tests/scenarios/`. Each scenario is the evidence that one
diagnosis collected over HTTP from the local AWS with one or more faults, and the verdict that is expected of it. The
library was made together with the checks, so this shows that nothing got lost, not how often vpclink is right in
worlds that nobody tuned it to.

"""


def page() -> str:
    """Return docs/accuracy.md."""
    return INTRODUCTION + table()


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(table())
