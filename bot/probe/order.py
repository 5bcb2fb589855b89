"""An order to probe addresses of a diagnosed path, and carrying it out: the only place where "Probe now" connects.

Whoever places the order has resolved the path; here nothing is resolved and nothing is believed. An address is an
address, never a name; the law of `guard` holds for each; one that breaks it makes the whole order refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from bot.language import ENGLISH, _, speaking
from bot.probe.guard import allowed
from bot.probe.prober import probe_all
from bot.probe.result import ProbeResult
from bot.probe.target import Limits, Target

MOST_TARGETS = 8
LIMITS = Limits(answer=4.0, total=12.0, max_bytes=16_384, max_addresses=1, concurrency=MOST_TARGETS)
"""All targets of an order at the same time, each within twelve seconds: an answer comes while people look at it."""


class Refused(ValueError):  # noqa: N818 - states what became of the order
    """The order is not carried out; the text says which address breaks which rule."""


def _address(text: str) -> str:
    """The address in one spelling. `ip_address` takes no names, no octal or shortened forms; a zone is refused."""
    if "%" in text:
        raise ValueError("expected an IP address without a zone")
    return str(ip_address(text))


class OrderedTarget(BaseModel):
    """One address and how it is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    address: Annotated[str, StringConstraints(max_length=45), AfterValidator(_address)]
    port: int = Field(ge=1, le=65535)
    scheme: Literal["http", "https"]
    server_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{0,253}$")] = ""
    """SNI, Host header and the name to verify; never resolved."""
    path: Annotated[str, StringConstraints(pattern=r"^/[!-~]{0,2000}$")] = "/"

    @property
    def target(self) -> Target:
        """The target of the probe: it connects to the address, whatever the name."""
        return Target(
            scheme=self.scheme,
            host=self.server_name or self.address,
            port=self.port,
            path=self.path,
            address=self.address,
            server_name=self.server_name or None,
        )


class Order(BaseModel):
    """What is to be probed. `public` lets public addresses pass: the path's load balancer faces the internet."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    targets: tuple[OrderedTarget, ...] = Field(min_length=1, max_length=MOST_TARGETS)
    public: bool = False


def refusal(address: str, *, public: bool) -> str:
    """Why an address of the path may not be probed; empty where it may."""
    if not allowed(address, (address,)):
        return _("{address} is a metadata, loopback, link-local or otherwise special address", address=address)
    if ip_address(address).is_global and not public:
        return _(
            "{address} is a public address, and the load balancer of this path is not internet-facing", address=address
        )
    return ""


async def carry_out(order: Order, *, limits: Limits = LIMITS, ca_file: str | None = None) -> list[ProbeResult]:
    """Probe every target; results stand in their order. Refused where one breaks the law: then none is touched.

    What it says of them is English whoever asked: evidence keeps it. A refusal is told in the asker's language.
    """
    broken = [why for target in order.targets if (why := refusal(target.address, public=order.public))]
    if broken:
        raise Refused("; ".join(broken))
    targets: Sequence[Target] = [x.target.model_copy(update={"ca_file": ca_file}) for x in order.targets]
    with speaking(ENGLISH):
        return await probe_all(targets, limits=limits)
