"""Where a probe stands: on the bot's own host, or in a function inside the VPC (`bot.aws.probe_function`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from bot.diagnosis.model import ResolvedRequest
from bot.language import _, marked
from bot.probe.order import LIMITS, Order, Refused, carry_out
from bot.probe.result import ProbeResult
from bot.probe.target import Limits

NOT_INSTALLED = marked(
    "Nothing is set up that could probe. Where I run inside the VPC, set VPCLINK_PROBE=local; otherwise install the "
    "probe function in the VPC and set VPCLINK_PROBE=lambda:NAME (docs/probe-now.md says how). From any host inside, "
    "vpclink diagnose with --probe does the same."
)


class CannotProbeError(Exception):
    """The probe could not be made at all; the text says why, and what to do."""


class Vantage(Protocol):
    """A place to probe from."""

    @property
    def name(self) -> str:
        """Where it stands, as a sentence says it: "the bot's host"."""

    async def probe(self, order: Order, request: ResolvedRequest) -> Sequence[ProbeResult]:
        """Carry out the order of a diagnosed request; CannotProbeError where that cannot be done."""


class LocalVantage:
    """Probes from this process.

    It works on an event loop of its own, in a thread: handshakes with eight servers do not hold up Slack. `new_loop`
    makes that loop; the demo's leads its private addresses to servers on loopback. `ca_file` holds further roots.
    """

    def __init__(
        self,
        name: str = marked("the bot's own host"),
        *,
        new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
        ca_file: str | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._name = name
        self._new_loop = new_loop
        self._ca_file = ca_file
        self._limits = limits

    @property
    def name(self) -> str:
        """Where it stands."""
        return _(self._name)

    async def probe(self, order: Order, request: ResolvedRequest) -> Sequence[ProbeResult]:  # noqa: ARG002 - one host
        """Carry out the order here."""
        return await asyncio.to_thread(self.probe_now, order)

    def probe_now(self, order: Order) -> Sequence[ProbeResult]:
        """Carry out the order, and return when it is done: for a process that has nothing else to do."""
        try:
            with asyncio.Runner(loop_factory=self._new_loop) as runner:
                return runner.run(carry_out(order, limits=self._limits, ca_file=self._ca_file))
        except (Refused, ValueError) as error:
            raise CannotProbeError(_("The probe was refused: {reason}.", reason=error)) from error
