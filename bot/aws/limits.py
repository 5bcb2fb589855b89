"""Our own rate limits, below AWS's, so that a diagnosis never takes the console's and the pipelines' share.

API Gateway's control plane allows 10 requests a second for a whole account and region and cannot be raised (AWS:
limits); GetResources 5 in 2 seconds. ELB's Describe calls share 10 a second. FilterLogEvents has 5 to 25.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType


class TokenBucket:
    """Lets `rate` calls a second pass, `burst` of them at once; more wait their turn in the calling thread."""

    def __init__(
        self,
        rate: float,
        burst: int,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._burst = rate, burst
        self._monotonic, self._sleep = monotonic, sleep
        self._lock = threading.Lock()
        self._tokens = float(burst)
        self._at = monotonic()

    def take(self) -> None:
        """Take one token; the wait is booked before sleeping, so that threads queue up in order."""
        with self._lock:
            now = self._monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            self._tokens -= 1
            wait = -self._tokens / self._rate if self._tokens < 0 else 0.0
        if wait:
            self._sleep(wait)


LIMITS: dict[str, tuple[float, int]] = {
    "apigateway": (5, 15),
    "apigatewayv2": (5, 15),
    "elbv2": (8, 30),
    "logs": (4, 8),
    "cloudtrail": (1.5, 1),
    "iam": (5, 10),
}
"""Calls a second and burst, per account and region. The two API Gateway clients share one bucket."""


class Limiter:
    """The buckets of one account and region, made as they are needed."""

    def __init__(self, limits: Mapping[str, tuple[float, int]] = MappingProxyType(LIMITS)) -> None:
        self._limits = limits
        self._buckets: dict[str, TokenBucket] = {}
        self._lock = threading.Lock()

    def take(self, service: str) -> None:
        """Wait for this service's turn; a service without a limit has none."""
        if service not in self._limits:
            return
        with self._lock:
            name = "apigateway" if service == "apigatewayv2" else service
            bucket = self._buckets.setdefault(name, TokenBucket(*self._limits[service]))
        bucket.take()
