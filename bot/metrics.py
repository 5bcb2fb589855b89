"""What is counted, for Prometheus: every metric of the program, by name. `/metrics` shows them (handlers/web.py).

Names and units follow Prometheus's practice (https://prometheus.io/docs/practices/naming/). Labels have few values
each: never an API, a channel or a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest

from bot.jobs.interface import Depth

_PROJECT: Final = Path(__file__).parents[1] / "pyproject.toml"
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

JOBS_WAITING: Final = Gauge("vpclink_jobs", "Jobs in the queue now, by state.", ["state"])
JOBS: Final = Counter("vpclink_jobs_ended", "Attempts at a job, by kind and by how they ended.", ["kind", "outcome"])
JOB_SECONDS: Final = Histogram(
    "vpclink_job_duration_seconds",
    "How long an attempt at a job took.",
    ["kind"],
    buckets=(0.5, 1, 2, 3, 5, 10, 15, 20, 30, 60),
)
AWS_CALLS: Final = Counter("vpclink_aws_calls", "Calls to AWS, by service and outcome.", ["service", "outcome"])
SLACK_CALLS: Final = Counter("vpclink_slack_calls", "Calls to Slack, by method and outcome.", ["method", "outcome"])
ACKNOWLEDGEMENT_SECONDS: Final = Histogram(
    "vpclink_acknowledgement_seconds",
    "How long one of Slack's requests waited for its acknowledgement; Slack gives up after 3.",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)
RECONNECTS: Final = Counter("vpclink_socket_reconnects", "Socket Mode connections after the first one.")
_BUILD: Final = Gauge("vpclink_build_info", "Always 1; the label says which version runs.", ["version"])


def program_version() -> str:
    """The version of the installed package; in a container, which installs none, that of the project beside it."""
    try:
        return version("vpclink")
    except PackageNotFoundError:
        project = tomllib.loads(_PROJECT.read_text(encoding="utf-8")) if _PROJECT.exists() else {}
        return str(project.get("project", {}).get("version", "unknown"))


def exposition(depth: Depth | None) -> bytes:
    """Everything counted so far, in Prometheus's text format; `depth` is the queue's, None where it is not known."""
    _BUILD.labels(program_version()).set(1)
    JOBS_WAITING.clear()
    if depth is not None:
        states = {"ready": depth.ready, "delayed": depth.delayed, "running": depth.running, "dead": depth.dead}
        for state, jobs in states.items():
            JOBS_WAITING.labels(state).set(jobs)
    return generate_latest(REGISTRY)


@contextmanager
def attempt(kind: str) -> Iterator[None]:
    """Count and time one attempt at a job: done, failed, or returned where it was given back."""
    started, outcome = monotonic(), "returned"
    try:
        yield
        outcome = "done"
    except Exception:
        outcome = "failed"
        raise
    finally:
        JOBS.labels(kind, outcome).inc()
        JOB_SECONDS.labels(kind).observe(monotonic() - started)


class AwsTally:
    """The calls to AWS since they were last taken: how a reading process tells the service what it has counted."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def take(self) -> dict[tuple[str, str], float]:
        """How many calls were made since the last time, by service and outcome."""
        with self._lock:
            return self._take()

    def _take(self) -> dict[tuple[str, str], float]:
        now = {
            (sample.labels["service"], sample.labels["outcome"]): sample.value
            for metric in AWS_CALLS.collect()
            for sample in metric.samples
            if sample.name.endswith("_total")
        }
        new = {labels: value - self._told.get(labels, 0.0) for labels, value in now.items()}
        self._told = now
        return {labels: value for labels, value in new.items() if value}


def add_aws_calls(calls: Mapping[tuple[str, str], float]) -> None:
    """Count what another process has counted."""
    for (service, outcome), value in calls.items():
        AWS_CALLS.labels(service, outcome).inc(value)
