"""Two accounts that hold the same two paths, each served by a local AWS in a process of its own.

A process of its own, because the server would otherwise take its turns on the interpreter lock of what is measured.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe
from typing import Any
from urllib.parse import urlsplit

from bot.demo.aws.demo_world import add_noise
from bot.demo.aws.faults import FAULTS
from bot.demo.aws.recorder import RecordedCall
from bot.demo.aws.server import LocalAws
from bot.demo.aws.topology import rest_v1_nlb
from bot.demo.aws.world import World
from tests.bench.processes import apart, wait_for_end

HEALTHY, BROKEN = "orders", "payments"
FAULT = "target-security-group-closed"


@dataclass(frozen=True)
class Account:
    """What an account holds beside the two paths."""

    name: str
    apis: int
    balancers: int
    security_groups: int


SMALL = Account("small", apis=4, balancers=3, security_groups=5)
BIG = Account("big", apis=300, balancers=400, security_groups=3000)


@dataclass(frozen=True)
class Served:
    """An account that is being served: where, and the ids of its APIs by name."""

    account: Account
    endpoint_url: str
    api_ids: dict[str, str]

    def forget_calls(self) -> None:
        self._control("DELETE")

    def calls(self) -> list[RecordedCall]:
        """The calls since they were last forgotten."""
        return [RecordedCall(**call) for call in self._control("GET")]

    def _control(self, method: str) -> list[dict[str, Any]]:
        address = urlsplit(self.endpoint_url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        try:
            connection.request(method, "/_control/calls")
            found: list[dict[str, Any]] = json.load(connection.getresponse())
            return found
        finally:
            connection.close()


def make_world(account: Account) -> tuple[World, dict[str, str]]:
    """A healthy path, one with a fault, and the rest of the account."""
    world = World(now=datetime.now(UTC))
    ids = {HEALTHY: rest_v1_nlb(world, HEALTHY).api_id}
    broken = rest_v1_nlb(world, BROKEN)
    FAULTS[FAULT].apply(broken)
    ids[BROKEN] = broken.api_id
    add_noise(world, apis=account.apis, balancers=account.balancers, security_groups=account.security_groups)
    return world, ids


@contextmanager
def served(account: Account, latency: float) -> Iterator[Served]:
    """Serve an account until the block ends. Every call takes `latency` seconds at least."""
    with apart(_serve, make_world, account, latency) as (endpoint_url, ids):
        yield Served(account, endpoint_url, ids)


def make_regions(names: Sequence[str]) -> tuple[World, dict[str, str]]:
    """The path with a fault in each of these regions."""
    world, ids = World(now=datetime.now(UTC)), {}
    for name in names:
        broken = rest_v1_nlb(world, BROKEN, region=world.region(name))
        FAULTS[FAULT].apply(broken)
        ids[name] = broken.api_id
    return world, ids


@contextmanager
def served_regions(names: Sequence[str], latency: float) -> Iterator[str]:
    """Serve an account that has the broken path in several regions; yields its URL."""
    with apart(_serve, make_regions, names, latency) as (endpoint_url, _):
        yield endpoint_url


def _serve(pipe: Pipe, make: Callable[[Any], tuple[World, dict[str, str]]], what: object, latency: float) -> None:
    world, ids = make(what)
    with LocalAws(world) as aws:
        aws.switches.latency = latency
        pipe.send((aws.endpoint_url, ids))
        wait_for_end(pipe)
