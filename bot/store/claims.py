"""
Who does a piece of work that several may start: a claim is absent, running until its lease ends, or done.

Running is not done: whoever meets a running claim waits or joins, because its owner may still fail. A claim whose
lease has ended is absent again. Works over any `Values`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.store.interface import Values


class ClaimState(StrEnum):
    """What came of taking a claim."""

    TAKEN = "taken"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class Claim:
    """Taken: it is yours. Running: `owner` has it. Done: `owner` had it, and `result` came out."""

    state: ClaimState
    owner: str
    result: Any = None


class Claims:
    """
    The claims of one namespace. `lease` is how long a claim stands without being renewed, `retention` how long a
    done one is known; both in seconds.
    """

    def __init__(self, values: Values, namespace: str, *, lease: float, retention: float) -> None:
        self._values = values
        self._namespace = namespace
        self._lease = lease
        self._retention = retention

    async def take(self, name: str, owner: str) -> Claim:
        """Take the claim if it is absent. Its own running owner gets it again: that is how a job resumes."""
        there = await self._values.put_if_absent(self._namespace, name, _running(owner), ttl=self._lease)
        if there is None:
            return Claim(ClaimState.TAKEN, owner)
        if there.value == _running(owner) and await self.renew(name, owner):
            return Claim(ClaimState.TAKEN, owner)
        return Claim(ClaimState(there.value["state"]), there.value["owner"], there.value.get("result"))

    async def renew(self, name: str, owner: str) -> bool:
        """Let the lease run its full length from now; False when the claim is no longer this owner's."""
        running = _running(owner)
        return await self._values.compare_and_set(self._namespace, name, running, running, ttl=self._lease)

    async def finish(self, name: str, owner: str, result: Any = None) -> bool:
        """Mark the work done; False when the claim is no longer this owner's."""
        done = {"state": ClaimState.DONE.value, "owner": owner, "result": result}
        return await self._values.compare_and_set(self._namespace, name, _running(owner), done, ttl=self._retention)

    async def release(self, name: str, owner: str) -> bool:
        """Make the claim absent, so that another may take it; False when it is no longer this owner's."""
        return await self._values.compare_and_delete(self._namespace, name, _running(owner))


def _running(owner: str) -> dict[str, str]:
    return {"state": ClaimState.RUNNING.value, "owner": owner}
