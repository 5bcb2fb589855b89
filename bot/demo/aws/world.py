"""The world of the local AWS: accounts, regions, and in each the resources, kept as AWS-shaped dicts by kind.

A resource is the dict that the service's Describe or Get call would return. Keys that the call's model does not have
(``restApiId`` on a stage, ``Attributes`` on a load balancer) hold what other calls answer from; no client sees them.
"""

from __future__ import annotations

import bisect
import copy
import functools
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from bot.demo.aws.handle import Topology

Resource = dict[str, Any]
Kind = Literal[
    "account",
    "alarm",
    "api-resource",
    "base-path-mapping",
    "certificate",
    "client-certificate",
    "cloud-map-instance",
    "cloud-map-namespace",
    "cloud-map-service",
    "delivery",
    "delivery-destination",
    "delivery-source",
    "deployment",
    "domain-name",
    "endpoint-connection",
    "endpoint-service",
    "flow-log",
    "function",
    "gateway-response",
    "health-event",
    "http-api",
    "http-api-deployment",
    "http-api-integration",
    "http-api-link",
    "http-api-route",
    "http-api-stage",
    "instance",
    "listener",
    "load-balancer",
    "log-group",
    "network-acl",
    "network-interface",
    "peering-connection",
    "prefix-list",
    "quota",
    "rest-api",
    "role",
    "route-table",
    "rule",
    "security-group",
    "server-certificate",
    "stage",
    "subnet",
    "target-group",
    "trail-event",
    "vpc",
    "vpc-link",
]
MetricKey = tuple[str, str, frozenset[tuple[str, str]]]


@functools.lru_cache(maxsize=4096)
def _identifier(seed: str, length: int, alphabet: str) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        digits.append(alphabet[digit])
    return "".join(digits)


class Region:
    """What one account has in one region."""

    def __init__(self, world: World, account: str, name: str) -> None:
        self.world = world
        self.account = account
        self.name = name
        self.resources: dict[Kind, list[Resource]] = {}
        self.metrics: dict[MetricKey, list[tuple[float, float]]] = {}
        self.written = 0
        self.queries: dict[str, Resource] = {}

    @property
    def now(self) -> datetime:
        """The moment that the world shows."""
        return self.world.now

    @property
    def account_wide(self) -> Region:
        """Where the account's global resources (IAM) are kept."""
        return self.world.global_region(self.account)

    def arn(self, service: str, resource: str) -> str:
        """An ARN of this account and region."""
        return f"arn:aws:{service}:{self.name}:{self.account}:{resource}"

    def identifier(self, *parts: str, length: int = 17, alphabet: str = "0123456789abcdef") -> str:
        """A made-up id that is always the same for the same account, region and parts."""
        return _identifier("/".join((self.account, self.name, *parts)), length, alphabet)

    def add(self, kind: Kind, resource: Resource) -> Resource:
        """Put a resource into the region and hand it back."""
        self.resources.setdefault(kind, []).append(resource)
        return resource

    def all(self, kind: Kind) -> list[Resource]:
        """Every resource of a kind, in the order in which they were made."""
        return self.resources.get(kind, [])

    def select(self, kind: Kind, **fields: object) -> list[Resource]:
        """The resources whose fields have exactly these values."""
        return [r for r in self.all(kind) if all(r.get(name) == value for name, value in fields.items())]

    def find(self, kind: Kind, **fields: object) -> Resource | None:
        """The first resource whose fields have these values, or None."""
        return next(iter(self.select(kind, **fields)), None)

    def get(self, kind: Kind, **fields: object) -> Resource:
        """As `find`, but a missing resource is a mistake of the caller: LookupError says what was looked for."""
        found = self.find(kind, **fields)
        if found is None:
            raise LookupError(f"no {kind} with {fields} in {self.account}/{self.name}")
        return found

    def remove(self, kind: Kind, **fields: object) -> None:
        """Delete the resources whose fields have these values."""
        gone = self.select(kind, **fields)
        self.resources[kind] = [r for r in self.all(kind) if not any(r is other for other in gone)]

    def write_log(self, group: str, stream: str, at: datetime, message: str) -> None:
        """Append one log event; a group that does not exist drops it, as AWS does after a group was deleted by hand."""
        found = self.find("log-group", logGroupName=group)
        if found is None:
            return
        millis = round(at.timestamp() * 1000)
        event = {"logStreamName": stream, "timestamp": millis, "ingestionTime": millis + 900, "message": message}
        bisect.insort(found["events"], event, key=lambda each: int(each["timestamp"]))
        self.written += 1
        event["eventId"] = f"{millis:014d}{self.written:042d}"

    def put_metric(self, namespace: str, name: str, dimensions: dict[str, str], at: datetime, value: float) -> None:
        """Record one sample of a metric under exactly these dimensions (AWS publishes fixed combinations only)."""
        key = (namespace, name, frozenset(dimensions.items()))
        bisect.insort(self.metrics.setdefault(key, []), (at.timestamp(), value))


@dataclass
class World:
    """All accounts and regions, the credentials that lead to them, and the lock that every reader and writer holds.

    ``now`` is the moment up to which builders and faults write logs and metrics. ``log_events_per_page`` is how many
    stored events one FilterLogEvents call reads: with few, callers meet empty pages that have a successor, as in AWS.
    """

    account: str = "111122223333"
    region_name: str = "eu-west-1"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    log_events_per_page: int = 2000

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.sessions: dict[str, tuple[str, str]] = {}
        self.policies: dict[str, list[dict[str, Any]]] = {}
        self.topologies: dict[str, Topology] = {}
        self._regions: dict[tuple[str, str], Region] = {}

    @property
    def home(self) -> Region:
        """The world's own account in its own region."""
        return self.region()

    def region(self, name: str | None = None, account: str | None = None) -> Region:
        """A region of an account; it comes into being, empty, when it is first looked at."""
        key = (account or self.account, name or self.region_name)
        with self.lock:
            if key not in self._regions:
                self._regions[key] = Region(self, *key)
            return self._regions[key]

    def global_region(self, account: str | None = None) -> Region:
        """Where an account's global resources (IAM) are kept."""
        return self.region("aws-global", account)

    def regions(self) -> Iterator[Region]:
        """Every region of every account that has been looked at."""
        yield from list(self._regions.values())

    def caller(self, access_key: str) -> tuple[str, str]:
        """Account and ARN behind an access key; a key that no session has is a user of the world's own account."""
        return self.sessions.get(access_key, (self.account, f"arn:aws:iam::{self.account}:user/on-call"))

    def policies_of(self, access_key: str) -> list[dict[str, Any]]:
        """The policies that must all allow what this key does: a role's own and its session's; without one, all is
        allowed. The key of a user who has no session is the empty text.
        """
        return self.policies.get(access_key if access_key in self.sessions else "", [])

    def snapshot(self) -> dict[tuple[str, str], Any]:
        """A deep copy of all that the world holds, for `restore`."""
        with self.lock:
            return {key: copy.deepcopy((r.resources, r.metrics)) for key, r in self._regions.items()}

    def restore(self, snapshot: dict[tuple[str, str], Any]) -> None:
        """Go back to a snapshot; handles on regions stay valid."""
        with self.lock:
            for key, region in self._regions.items():
                region.resources, region.metrics = copy.deepcopy(snapshot.get(key, ({}, {})))
