"""boto3 clients for one account and region, shared by every run, and the calls of one run through them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.aws.errors import Failure, failure
from bot.aws.limits import Limiter
from bot.metrics import AWS_CALLS

T = TypeVar("T")

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=3,
    read_timeout=10,
    max_pool_connections=32,
    user_agent_extra="vpclink",
)
SERVICES = ("sts", "apigateway", "apigatewayv2", "logs", "ec2", "elbv2", "iam", "cloudwatch", "acm")
"""In the order in which a diagnosis meets them."""
READ_VERBS = ("get_", "describe_", "list_", "filter_", "lookup_", "discover_")
"""What an operation must begin with to be called at all: this program changes nothing in AWS."""
LOG_QUERIES = {"start_query", "stop_query"}
"""Reads of CloudWatch Logs by other names; CloudTrail's operations of the same names are writes."""

_PREFIXES = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}


class NotARead(RuntimeError):  # noqa: N818 - states the law that was about to be broken
    """Somebody tried to call an operation that is not a read."""


class Connection:
    """Clients of one account and region. boto3 makes a client slowly and not thread-safely: once, under a lock."""

    def __init__(self, session: boto3.Session, region: str, limiter: Limiter | None = None) -> None:
        self.region = region
        self.limiter = limiter or Limiter()
        self._session = session
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """Return the one client of a service."""
        with self._lock:
            if service not in self._clients:
                # The session's typed overloads need a literal name; a client is used by operation name here anyway.
                make: Callable[..., Any] = self._session.client
                self._clients[service] = make(service, region_name=self.region, config=CONFIG)
            return self._clients[service]

    def warm(self) -> None:
        """Make the clients in the background, so that the first run does not wait for one after the other."""

        def make_all() -> None:
            for service in SERVICES:
                self.client(service)

        threading.Thread(target=make_all, name="warm-clients", daemon=True).start()


class Calls:
    """The calls of one run: limited, counted, and their errors said in our words."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.counts: Counter[str] = Counter()
        self._cache: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Make one call; raise `Failure` where it does not succeed."""
        client = self._prepare(service, operation)
        try:
            result: dict[str, Any] = getattr(client, operation)(**parameters)
        except (ClientError, BotoCoreError) as error:
            raise _counted(service, failure(action_of(service, operation, client), error)) from error
        AWS_CALLS.labels(service, "ok").inc()
        return result

    def pages(self, service: str, operation: str, *, most: int = 200, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the pages of a listing, `most` at the most; raise `Failure` where one does not succeed."""
        client = self._prepare(service, operation, count=False)
        paginator = client.get_paginator(operation)
        pages = iter(paginator.paginate(**parameters))
        for _ in range(most):
            self._count(service)
            try:
                page = next(pages)
            except StopIteration:
                with self._lock:
                    self.counts[service] -= 1
                return
            except (ClientError, BotoCoreError) as error:
                raise _counted(service, failure(action_of(service, operation, client), error)) from error
            AWS_CALLS.labels(service, "ok").inc()
            yield page

    def once(self, name: str, read: Callable[[], T]) -> T:
        """Read something that several keys share only once in this run."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._cache:
                self._cache[name] = read()
            value: T = self._cache[name]
            return value

    def _prepare(self, service: str, operation: str, *, count: bool = True) -> Any:
        if not is_read(service, operation):
            raise NotARead(f"{service}:{operation} is not a read")
        client = self.connection.client(service)
        if count:
            self._count(service)
        return client

    def _count(self, service: str) -> None:
        self.connection.limiter.take(service)
        with self._lock:
            self.counts[service] += 1


def _counted(service: str, failed: Failure) -> Failure:
    AWS_CALLS.labels(service, failed.reason.value).inc()
    return failed


def is_read(service: str, operation: str) -> bool:
    """Whether an operation reads. Of STS, what gives out tokens does not."""
    if service == "sts":
        return operation == "get_caller_identity"
    return operation.startswith(READ_VERBS) or (service == "logs" and operation in LOG_QUERIES)


def action_of(service: str, operation: str, client: Any) -> str:
    """Return the IAM action of an operation. API Gateway's actions are HTTP verbs."""
    if service in {"apigateway", "apigatewayv2"}:
        return "apigateway:GET"
    return f"{_PREFIXES.get(service, service)}:{client.meta.method_to_api_mapping[operation]}"
