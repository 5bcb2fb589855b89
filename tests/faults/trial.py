"""One fault, tried several times on a running bot: how often the request survived, was lost, or was shown twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.faults.faults import VPCLINK, Fault
from tests.faults.rig import CHANNEL, Rig


@dataclass
class Row:
    """What came of a fault."""

    name: str
    fates: Counter[str] = field(default_factory=Counter)
    doubled: int = 0

    @property
    def tried(self) -> int:
        return self.fates.total()

    @property
    def bad(self) -> int:
        """How often something came out that must not."""
        return self.fates["lost"] + self.fates["wrong"] + self.doubled


async def tried(rig: Rig, fault: Fault, times: int, seed: int) -> Row:
    """Try a fault this many times. A bot that has ended is started again."""
    row, random = Row(fault.name), Random(f"{seed} {fault.name}")  # noqa: S311 - chooses moments, guards nothing
    for _ in range(times):
        await mended(rig)
        await rig.start()
        asked = await fault.happen(rig, random)
        row.fates[rig.fate(asked)] += 1
        row.doubled += rig.doubled()
    await mended(rig)
    return row


async def mended(rig: Rig) -> None:
    """Everything goes well again."""
    rig.aws.switches.reset()
    rig.aws.recorder.clear()
    connections = rig.slack.state
    connections.faults.clear()
    place = connections.conversations.find(CHANNEL)
    if place is not None and (place.is_archived or VPCLINK not in place.members):
        connections.reset()


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| fault | tried | reported | told why not | wrong | lost | doubled |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {r.name} | {r.tried} | {r.fates['reported']} | {r.fates['told']}"
        f" | {r.fates['wrong']} | {r.fates['lost']} | {r.doubled} |"
        for r in rows
    ]
    total = Row("all", sum((r.fates for r in rows), Counter()), sum(r.doubled for r in rows))
    lines.append(
        f"| **all** | {total.tried} | {total.fates['reported']} | {total.fates['told']}"
        f" | **{total.fates['wrong']}** | **{total.fates['lost']}** | **{total.doubled}** |"
    )
    return "\n".join(lines)
