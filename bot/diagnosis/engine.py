"""The orchestrator: collect, check, judge, report progress.

`collect` asks the plan what is wanted, has it read at the same time by a reader, and asks again after every answer,
until nothing is wanted or the deadline has passed. `report` is pure: the same evidence gives the same report.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from bot.diagnosis.changes import recorded
from bot.diagnosis.check import Check, run
from bot.diagnosis.checks import all_checks
from bot.diagnosis.drawing import draw
from bot.diagnosis.evidence import Evidence, Key, MissingEvidence, Outcome
from bot.diagnosis.model import (
    Finding,
    Gap,
    GapReason,
    LoggedRequest,
    Report,
    Request,
    ResolvedRequest,
    State,
    Timing,
    Verdict,
)
from bot.diagnosis.path import Walk
from bot.diagnosis.plan import wanted
from bot.diagnosis.probed import probed_addresses
from bot.diagnosis.request_log import outcome
from bot.diagnosis.sources import SOURCES, Source
from bot.diagnosis.unlogged import unlogged_failures
from bot.diagnosis.verdict import judge
from bot.language import _

SHOWN_REQUESTS = 10
"""How many failing requests a report carries; the bundle has every one that was read."""


class Reader(Protocol):
    """Reads evidence. It never raises for AWS's errors: they are gaps, or absent resources."""

    def batches(self, source: Source[Any], keys: Sequence[str]) -> Sequence[Sequence[str]]:
        """Split the keys into those that one call reads together."""

    def read(self, source: Source[Any], keys: Sequence[str], request: Request, at: datetime) -> Mapping[str, Outcome]:
        """Read these keys, each of which gets an outcome."""

    def timing(self) -> Timing:
        """What this reader has cost so far."""


@dataclass(frozen=True)
class Clock:
    """Time, injected: `now` is the wall clock in UTC, `monotonic` counts seconds."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]


Progress = Callable[[Evidence, frozenset[Key]], None]
"""Told after every answer: what is known, and what is being read."""


def collect(
    request: Request,
    reader: Reader,
    clock: Clock,
    *,
    deadline: float = 25.0,
    threads: int = 16,
    progress: Progress | None = None,
    only: frozenset[str] | None = None,
) -> Evidence:
    """Read everything that the path needs. What the deadline (seconds) leaves unread becomes a timeout gap.

    `only` names the sources that are to be read, where not all of them are.
    """
    started = clock.monotonic()
    evidence = Evidence(request=request, at=clock.now())
    answers: queue.SimpleQueue[tuple[Source[Any], Sequence[str], Mapping[str, Outcome]]] = queue.SimpleQueue()
    slots = threading.BoundedSemaphore(threads)
    pending: set[Key] = set()
    depth: dict[Key, int] = {}
    rounds = 0

    def start(source: Source[Any], keys: Sequence[str]) -> None:
        def work() -> None:
            with slots:
                answers.put((source, keys, reader.read(source, keys, request, evidence.at)))

        # In the caller's context: a log line of the thread carries the caller's reference.
        threading.Thread(target=copy_context().run, args=(work,), name=f"read-{source.name}", daemon=True).start()

    while True:
        new = frozenset(key for key in wanted(evidence) - pending if only is None or key[0] in only)
        for source, keys in _by_source(new):
            for batch in reader.batches(source, keys):
                pending.update((source.name, key) for key in batch)
                depth.update(((source.name, key), rounds + 1) for key in batch)
                start(source, batch)
        if progress:
            progress(evidence, frozenset(pending))
        if not pending:
            break
        try:
            source, answered, outcomes = answers.get(timeout=max(0.0, deadline - (clock.monotonic() - started)))
        except queue.Empty:
            evidence = evidence.with_reads({key: _late(key) for key in pending})
            break
        read = {(source.name, key): outcomes.get(key, _late((source.name, key))) for key in answered}
        rounds = max(rounds, *(depth[key] for key in read))
        pending -= read.keys()
        evidence = evidence.with_reads(read)
    timing = reader.timing().model_copy(update={"seconds": round(clock.monotonic() - started, 3), "rounds": rounds})
    return replace(evidence, timing=timing)


def with_changes(evidence: Evidence, names: Sequence[str], reader: Reader) -> Evidence:
    """Read who changed these resources; afterwards, for CloudTrail allows two look-ups a second."""
    reads: dict[Key, Outcome] = {}
    for name in names:
        outcomes = reader.read(SOURCES["changes"], [name], evidence.request, evidence.at)
        reads["changes", name] = outcomes[name]
        if isinstance(outcomes[name], Gap):
            break
    return evidence.with_reads(reads)


def _by_source(keys: frozenset[Key]) -> list[tuple[Source[Any], list[str]]]:
    grouped: dict[str, list[str]] = {}
    for name, key in sorted(keys):
        grouped.setdefault(name, []).append(key)
    return [(SOURCES[name], found) for name, found in grouped.items()]


def _late(key: Key) -> Gap:
    return Gap(
        action=SOURCES[key[0]].action, resource=key[1], reason=GapReason.TIMEOUT, detail="the run's deadline passed"
    )


def report(evidence: Evidence, checks: Sequence[Check[Any]] | None = None) -> Report:
    """Judge the evidence."""
    checks = all_checks() if checks is None else checks
    walk = Walk(evidence)
    findings = _once(finding for check in checks for finding in run(check, walk))
    failing = walk.failing
    shown = [what for x in failing if (what := outcome(x))]
    by_code = {check.code: check for check in checks}
    verdict = judge(
        findings,
        by_code,
        shown,
        failing=len(walk.failing_in_window),
        unlogged=0 if failing else unlogged_failures(walk),
    )
    if walk.ambiguous:
        verdict = Verdict(
            state=State.INCONCLUSIVE, summary=_("Several APIs are called {api}: give the id.", api=evidence.request.api)
        )
    return Report(
        at=evidence.at,
        request=_resolved(walk),
        verdict=verdict,
        path=draw(walk, findings),
        findings=findings,
        gaps=evidence.gaps(),
        logs=tuple(
            LoggedRequest(
                request_id=x.request_id or "",
                signature=x.explanation.signature,
                label=x.explanation.label,
                at=x.at,
                lines=tuple(line.message for line in x.lines),
            )
            for x in failing[:SHOWN_REQUESTS]
        ),
        failing_requests=len(failing),
        changes=recorded(walk, verdict.causes),
        probes=probed_addresses(evidence),
        timing=evidence.timing,
    )


def _once(findings: Any) -> tuple[Finding, ...]:
    """Several paths share hops: the same words about the same resource are said once, for all of the paths."""
    merged: dict[tuple[str, str, str, str], Finding] = {}
    for finding in findings:
        key = (finding.check, finding.status, finding.resource, finding.summary)
        known = merged.get(key)
        if known:
            paths = tuple(sorted({*known.paths, *finding.paths})) if known.paths and finding.paths else ()
            merged[key] = known.model_copy(update={"paths": paths})
        else:
            merged[key] = finding
    return tuple(merged.values())


def _resolved(walk: Walk) -> ResolvedRequest:
    request = walk.request
    try:
        api = walk.api
    except MissingEvidence:
        api = None
    try:
        account = walk.account
    except MissingEvidence:
        account = ""
    return ResolvedRequest(
        api=request.api,
        api_id=api.id if api else None,
        api_name=api.name if api else None,
        protocol=api.protocol if api else None,
        stage=request.stage,
        path=request.path,
        method=request.method,
        region=request.region,
        account=account or request.account,
        since_minutes=request.since_minutes,
        candidates=walk.candidates,
    )
