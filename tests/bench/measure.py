"""One diagnosis, measured from both sides: what the reader says that it cost, and what the local AWS saw."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

import boto3

from bot.aws.collectors import COLLECTORS
from bot.aws.connection import SERVICES, Connection
from bot.aws.limits import Limiter
from bot.aws.reader import AwsReader
from bot.demo.aws.recorder import RecordedCall
from bot.diagnosis.engine import Clock, collect, report
from bot.diagnosis.model import Request
from tests.bench.accounts import Served

REGION = "eu-west-1"
THREADS = 16
"""As many as `collect` takes unless told otherwise."""


@dataclass(frozen=True)
class Case:
    """A diagnosis to repeat: which API, called by which text, with how many threads."""

    name: str
    served: Served
    connection: Connection
    api: str
    threads: int = THREADS

    @property
    def sequential(self) -> bool:
        return self.threads == 1


@dataclass(frozen=True)
class Sample:
    """What one diagnosis cost; times in seconds."""

    verdict: str
    by_service: dict[str, int]
    rounds: int
    chain: int
    wall: float
    cpu: float
    judging: float
    serving: float

    @property
    def calls(self) -> int:
        return sum(self.by_service.values())


def connect(served: Served) -> tuple[Connection, float]:
    """Make every client that a diagnosis needs, and say how many seconds that took."""
    os.environ |= {
        "AWS_ENDPOINT_URL": served.endpoint_url,
        "AWS_ACCESS_KEY_ID": "AKIDLOCALEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    }
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    started = time.perf_counter()
    connection = Connection(boto3.Session(), REGION)
    for service in SERVICES:
        connection.client(service)
    return connection, time.perf_counter() - started


def measure(case: Case, latency: float) -> Sample:
    """Diagnose once, with full rate-limit buckets as after a quiet while."""
    case.connection.limiter = Limiter()
    case.served.forget_calls()
    reader = AwsReader(case.connection, COLLECTORS)
    clock = Clock(lambda: datetime.now(UTC), time.monotonic)
    request = Request(api=case.api, stage="prod", region=REGION)
    started, cpu = time.perf_counter(), time.process_time()
    evidence = collect(request, reader, clock, threads=case.threads)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    calls = case.served.calls()
    started = time.perf_counter()
    verdict = report(evidence).verdict
    return Sample(
        verdict=" ".join([str(verdict.state), *(cause.check for cause in verdict.causes)]),
        by_service=dict(Counter(call.service for call in calls)),
        rounds=evidence.timing.rounds,
        chain=longest_chain(calls),
        wall=wall,
        cpu=cpu,
        judging=time.perf_counter() - started,
        serving=sum(call.ended - call.started - latency for call in calls),
    )


def longest_chain(calls: Sequence[RecordedCall]) -> int:
    """How many calls ran one after the other at most, each begun after the one before had its answer."""
    length, free_at = 0, 0.0
    for call in sorted(calls, key=lambda call: call.ended):
        if call.started >= free_at:
            length, free_at = length + 1, call.ended
    return length


def middle(samples: Sequence[Sample]) -> Sample:
    """The median of each number; calls and verdict are those of the last run."""
    last = samples[-1]
    return Sample(
        verdict=last.verdict,
        by_service=last.by_service,
        rounds=round(median(s.rounds for s in samples)),
        chain=round(median(s.chain for s in samples)),
        wall=median(s.wall for s in samples),
        cpu=median(s.cpu for s in samples),
        judging=median(s.judging for s in samples),
        serving=median(s.serving for s in samples),
    )
