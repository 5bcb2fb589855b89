"""What can be made to go wrong: latency, throttling, denied actions, hanging, HTTP 500, expired credentials."""

from __future__ import annotations

import dataclasses
import fnmatch
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from bot.demo.aws import errors, permissions
from bot.demo.aws.limits import Limits
from bot.demo.aws.protocols import ParsedCall


@dataclasses.dataclass
class Switches:
    """The switches, all off. Patterns are shell patterns; set any of them while the server runs.

    latency: seconds that every call takes at least.
    throttle: fraction of calls, 0 to 1, that are throttled, drawn from ``seed``.
    real_limits: throttle as AWS does, one token bucket per action (AWS: each service's quotas page).
    deny: IAM actions that are refused, such as ``ec2:DescribeSubnets`` or ``apigateway:GET``; an action may be followed
        by a space and a resource pattern, such as ``apigateway:GET */account``.
    hang: ``service:Operation`` patterns that get no answer, such as ``elbv2:Describe*``.
    server_error: ``service:Operation`` patterns that answer HTTP 500.
    flaky: fraction of calls, 0 to 1, that answer HTTP 500, drawn from ``seed``.
    expired: every credential is expired.
    expires_after: the credentials expire after this many calls more; 0 leaves them alone.
    skewed: the caller's clock is wrong, so that no signature is accepted.
    """

    latency: float = 0.0
    throttle: float = 0.0
    real_limits: bool = False
    deny: set[str] = dataclasses.field(default_factory=set)
    hang: set[str] = dataclasses.field(default_factory=set)
    server_error: set[str] = dataclasses.field(default_factory=set)
    flaky: float = 0.0
    expired: bool = False
    expires_after: int = 0
    skewed: bool = False
    seed: int = 0
    clock: dataclasses.InitVar[Callable[[], float]] = time.monotonic

    def __post_init__(self, clock: Callable[[], float]) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # picks which calls to throttle: no secret depends on it
        self._limits = Limits(clock)
        self._lock = threading.Lock()

    def update(self, values: dict[str, Any]) -> None:
        """Set switches by name, as the control interface sends them. ValueError for an unknown name or a wrong type."""
        known = {f.name: f for f in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no switch named {name!r}: expected one of {', '.join(sorted(known))}")
            current = getattr(self, name)
            wanted = (
                (float, int)
                if isinstance(current, float)
                else (list,)
                if isinstance(current, set)
                else (type(current),)
            )
            if not isinstance(value, wanted):
                raise ValueError(f"switch {name!r} expects {wanted[0].__name__}, got {value!r}")
            setattr(self, name, set(value) if isinstance(value, list) else value)
        if "seed" in values:
            self._random.seed(self.seed)

    def values(self) -> dict[str, Any]:
        """The switches as JSON values."""
        found = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: sorted(value) if isinstance(value, set) else value for name, value in found.items()}

    def reset(self) -> None:
        """Everything off again; the random sequence starts anew."""
        for field in dataclasses.fields(self):
            empty = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
            setattr(self, field.name, empty)
        self._random.seed(self.seed)

    def hangs(self, call: ParsedCall) -> bool:
        """Whether this call gets no answer."""
        return _matches(f"{call.service}:{call.operation}", self.hang)

    def refusal(self, call: ParsedCall, account: str, principal: str) -> errors.AwsError | None:
        """The error that this call meets instead of an answer, or None."""
        if self._expire():
            return errors.expired_credentials(call.service)
        if self.skewed:
            return errors.skewed_clock(call.service)
        with self._lock:
            broken = self._random.random() < self.flaky if self.flaky else False
            throttled = self._random.random() < self.throttle if self.throttle else False
            throttled = throttled or (self.real_limits and not self._limits.admits(call, account))
        if throttled:
            return errors.throttled(call.service)
        if broken or _matches(f"{call.service}:{call.operation}", self.server_error):
            return errors.server_error(call.service)
        action, resource = permissions.action(call), permissions.resource(call, account)
        if action not in permissions.FREE and self._denied(action, resource):
            return errors.access_denied(call.service, principal, action, resource)
        return None

    def _expire(self) -> bool:
        with self._lock:
            if self.expires_after:
                self.expires_after -= 1
                self.expired = self.expires_after == 0
                return False
        return self.expired

    def _denied(self, action: str, resource: str) -> bool:
        for entry in list(self.deny):
            denied_action, _, denied_resource = entry.partition(" ")
            if fnmatch.fnmatchcase(action, denied_action) and fnmatch.fnmatchcase(resource, denied_resource or "*"):
                return True
        return False


def _matches(name: str, patterns: set[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in list(patterns))
