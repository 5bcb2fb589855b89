"""`make scenarios`: builds each world of the library, diagnoses it over HTTP, and writes its folder.

The expectation comes from the recipe (the fault's own check, "healthy", "blind to …"), never from the verdict.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import boto3

from bot.aws.collectors import COLLECTORS
from bot.aws.connection import Connection
from bot.aws.limits import Limiter
from bot.aws.reader import AwsReader
from bot.demo.aws.faults import FAULTS
from bot.demo.aws.handle import Topology
from bot.demo.aws.server import LocalAws
from bot.demo.aws.world import World
from bot.diagnosis import engine
from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.evidence import Evidence, to_json
from bot.diagnosis.model import Request
from bot.diagnosis.request_log import failing_requests
from tests.scenarios.combinations import COMBINATIONS, HALF_BLIND
from tests.scenarios.further import FURTHER
from tests.scenarios.library import FOLDER, Expected
from tests.scenarios.look_alikes import LOOK_ALIKES
from tests.scenarios.topologies import TOPOLOGIES

NOW = datetime(2026, 11, 22, 3, 11, tzinfo=UTC)
KEPT_REQUESTS = 3
"""A bundle keeps the newest failing requests of its log; more of the same teach nothing."""
EXCEPTIONS = {
    "no-rule-for-host-http-v2-alb": Expected(
        "The client sees 404, not 500; an HTTP API's Host is not known.", "no-fault-found", tags=("visibility",)
    ),
    "no-rule-for-host": Expected(
        "The client sees 404, not 500.", "no-fault-found", finding="LB-09", tags=("visibility",)
    ),
    "log-delivered-to-bucket": Expected("The log is in a bucket.", "no-fault-found", tags=("visibility",)),
    "log-delivered-to-other-group": Expected("The log is in another group.", "no-fault-found", tags=("visibility",)),
}
"""Faults that are no cause of a 500, and whose check only tells."""
FAVOURITES = ("v1-instance", "rest-v2-alb", "http-v2-alb")


@dataclass(frozen=True)
class Recipe:
    """How a world is made, and what is expected of it."""

    name: str
    topology: str
    change: Callable[[Topology], None]
    expected: Expected
    deny: tuple[str, ...] = ()


def recipes() -> Iterator[Recipe]:
    """Yield every recipe of the library."""
    yield from _single_faults()
    for change, topology, check in FURTHER:
        about = (change.__doc__ or "").strip()
        name = f"{check.lower()}-{change.__name__.replace('_', '-')}-{topology}"
        yield Recipe(name, topology, change, _expected(check, about, topology))
    for change, topology in LOOK_ALIKES:
        name = f"healthy-{change.__name__.replace('_', '-')}-{topology}"
        about = (change.__doc__ or "").strip()
        yield Recipe(name, topology, change, Expected(about, "no-fault-found", tags=("healthy", topology)))
    for topology in TOPOLOGIES:
        expected = Expected("Nothing is wrong.", "no-fault-found", tags=("healthy", topology))
        yield Recipe(f"healthy-{topology}", topology, lambda _: None, expected)
    yield from COMBINATIONS(Recipe)
    yield from HALF_BLIND(Recipe)


def _single_faults() -> Iterator[Recipe]:
    for name, fault in FAULTS.items():
        fitting = [t for t in TOPOLOGIES if fault.fits(_built(t))]
        chosen = [t for t in FAVOURITES if t in fitting][:2] or fitting[:1]
        for topology in chosen:
            expected = (
                EXCEPTIONS.get(f"{name}-{topology}")
                or EXCEPTIONS.get(name)
                or _expected(fault.check, fault.summary, topology)
            )
            yield Recipe(f"{fault.check.lower()}-{name}-{topology}", topology, fault.apply, expected)


def _built(topology: str) -> Topology:
    return TOPOLOGIES[topology](World(account="111122223333", region_name="eu-west-1", now=NOW), "orders")


def _expected(check: str, about: str, topology: str) -> Expected:
    known = by_code().get(check)
    if known is None or known.role is Role.CONTEXT:
        return Expected(about, "no-fault-found", finding=check, tags=("visibility", topology))
    return Expected(about, "cause-found", cause=check, tags=("single", topology))


def record(recipe: Recipe, aws: LocalAws, connection: Connection) -> Evidence:
    """Build the world and read it over HTTP."""
    aws.world = World(account="111122223333", region_name="eu-west-1", now=NOW)
    aws.switches.reset()
    recipe.change(TOPOLOGIES[recipe.topology](aws.world, "orders"))
    aws.switches.deny = set(recipe.deny)
    request = Request(api="orders", stage="prod", region="eu-west-1")
    clock = engine.Clock(now=lambda: NOW, monotonic=time.monotonic)
    evidence = engine.collect(request, AwsReader(connection, COLLECTORS), clock)
    fixed = evidence.timing.model_copy(update={"seconds": 0.0})
    return _shortened(replace(evidence, timing=fixed))


def _shortened(evidence: Evidence) -> Evidence:
    for key, reading in list(evidence.items(s.EXECUTION_LOG)):
        kept = {request.request_id for request in failing_requests(reading.events)[:KEPT_REQUESTS]}
        events = tuple(e for e in reading.events if any(i and i in e.message for i in kept))
        evidence = evidence.with_value(s.EXECUTION_LOG, key, reading.model_copy(update={"events": events}))
    return evidence


def main() -> None:
    """Write every folder anew."""
    for old in FOLDER.glob("*/expected.json"):
        shutil.rmtree(old.parent)
    environment = {"AWS_ACCESS_KEY_ID": "AKIDLOCALEXAMPLE", "AWS_SECRET_ACCESS_KEY": "local"}
    with LocalAws(World(account="111122223333", region_name="eu-west-1", now=NOW)) as aws:
        os.environ.update(environment, AWS_ENDPOINT_URL=aws.endpoint_url)
        connection = Connection(boto3.Session(), "eu-west-1", Limiter({}))
        for recipe in recipes():
            folder = FOLDER / recipe.name
            folder.mkdir()
            evidence = record(recipe, aws, connection)
            (folder / "evidence.json").write_text(to_json(evidence), encoding="utf-8")
            told = {key: value for key, value in asdict(recipe.expected).items() if value}
            (folder / "expected.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
