"""Collecting with a reader that answers from a world, and judging what came back."""

import itertools
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from bot.diagnosis import engine
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Absent, Evidence, from_json, to_json
from bot.diagnosis.model import Gap, GapReason, Request, State, Timing
from tests.diagnosis import worlds as w


class WorldReader:
    """Answers from another evidence; records what was asked; may hang on one source."""

    def __init__(self, world: Evidence, hanging: str = "") -> None:
        self.world, self.hanging = world, hanging
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.release = threading.Event()

    def batches(self, source: s.Source[Any], keys: Sequence[str]) -> Sequence[Sequence[str]]:
        return [keys] if source in (s.SUBNET, s.INSTANCE, s.METRIC) else [[key] for key in keys]

    def read(self, source: s.Source[Any], keys: Sequence[str], request: Request, at: datetime) -> Mapping[str, Any]:
        self.asked.append((source.name, tuple(keys)))
        if source.name == self.hanging:
            self.release.wait()
        empty: Any = w.r.Series() if source is s.METRIC else Absent()
        return {key: self.world.reads.get((source.name, key), empty) for key in keys}

    def timing(self) -> Timing:
        return Timing(aws_calls=len(self.asked))


def clock() -> engine.Clock:
    ticks = itertools.count()
    return engine.Clock(now=lambda: w.NOW, monotonic=lambda: float(next(ticks)) / 1000)


def test_everything_that_the_path_needs_is_read_once():
    reader = WorldReader(w.healthy())
    evidence = engine.collect(w.request(), reader, clock())
    only_where_connections_are_lost = {(s.LISTENER_ATTRIBUTES.name, w.LISTENER)}
    expected = {k: v for k, v in w.healthy().reads.items() if k not in only_where_connections_are_lost}
    assert {k: v for k, v in evidence.reads.items() if k[0] != "metric"} == expected
    keys = [(name, key) for name, asked in reader.asked for key in asked]
    assert len(keys) == len(set(keys))
    assert evidence.timing.aws_calls == len(reader.asked)
    assert evidence.timing.rounds == 7


def test_what_the_deadline_leaves_unread_is_a_timeout_and_the_rest_is_reported():
    reader = WorldReader(w.healthy(), hanging="target-health")
    now = iter([0.0] * 8 + [100.0] * 1000)
    slow = engine.Clock(now=lambda: w.NOW, monotonic=lambda: next(now))
    evidence = engine.collect(w.request(), reader, slow, deadline=25)
    reader.release.set()
    late = [o for o in evidence.reads.values() if isinstance(o, Gap)]
    assert late
    assert {gap.reason for gap in late} == {GapReason.TIMEOUT}
    assert engine.report(evidence).verdict.state is State.INCONCLUSIVE


def test_progress_is_told_after_every_answer():
    seen: list[int] = []
    engine.collect(
        w.request(), WorldReader(w.healthy()), clock(), progress=lambda evidence, _: seen.append(len(evidence.reads))
    )
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert len(seen) > 20


def test_the_same_evidence_gives_the_same_report_to_the_byte():
    evidence = w.logged(
        "Execution failed due to configuration error: There was an internal error while executing your request",
        evidence=w.changed(s.TARGET_HEALTH, w.GROUP, ()),
    )
    assert engine.report(from_json(to_json(evidence))).to_json() == engine.report(evidence).to_json()


def test_a_healthy_path_has_no_cause():
    report = engine.report(w.healthy())
    assert report.verdict.state is State.NO_FAULT_FOUND
    assert {hop.state for hop in report.path} == {"ok"}
    assert report.gaps == ()


@pytest.mark.parametrize(
    "source", [s.LOAD_BALANCER, s.TARGET_HEALTH, s.LISTENERS, s.VPC_LINK_V1, s.REST_APIS], ids=lambda x: x.name
)
def test_a_denied_read_abstains_and_names_the_action(source):
    report = engine.report(w.denied(source))
    assert report.verdict.state is State.INCONCLUSIVE
    assert source.action in report.verdict.summary
    assert source.action in {gap.action for gap in report.gaps}
