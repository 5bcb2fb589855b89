"""Slack's rate limits, as token buckets: https://docs.slack.dev/apis/web-api/rate-limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from bot.demo.slack.clock import Clock

# Calls a minute of each tier; posting has its own rule, per channel.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}


class RateLimits(BaseModel):
    """The limits in force. Slack names one posted message a second and channel and tolerates short bursts.

    `tier_factor` widens or narrows the calls a minute of every other method.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    messages_per_second: float = Field(default=1, gt=0)
    message_burst: int = Field(default=3, ge=1)
    tier_factor: float = Field(default=1, gt=0)


@dataclass
class _Bucket:
    tokens: float
    updated: float


class RateLimiter:
    """Counts calls; each kind of call has a bucket that fills with time."""

    def __init__(self, clock: Clock, limits: RateLimits) -> None:
        self.limits = limits
        self._clock = clock
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def post(self, app_id: str, channel: str) -> int | None:
        """Count a message; seconds to wait if it is one too many."""
        return self._take(("post", app_id, channel), self.limits.messages_per_second, self.limits.message_burst)

    def call(self, app_id: str, method: str, tier: int) -> int | None:
        """Count a call of a method; seconds to wait if it is one too many."""
        a_minute = TIERS[tier] * self.limits.tier_factor
        return self._take(("call", app_id, method), a_minute / 60, max(1, int(a_minute)))

    def clear(self) -> None:
        """Forget all that was counted."""
        self._buckets.clear()

    def _take(self, key: tuple[str, ...], rate: float, size: int) -> int | None:
        if not self.limits.enabled:
            return None
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(size, now))
        bucket.tokens = min(size, bucket.tokens + (now - bucket.updated) * rate)
        bucket.updated = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return None
        return max(1, math.ceil((1 - bucket.tokens) / rate))
