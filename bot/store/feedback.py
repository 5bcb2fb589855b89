"""What people say of a verdict: right cause or wrong cause. The last word of each person counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Final

from bot.store.interface import Values

_NAMESPACE: Final = "feedback"
LONGEST_COMMENT: Final = 300


@dataclass(frozen=True)
class Opinion:
    """One person's word on one run. `cause` is the check's code that the verdict named, or empty."""

    run: str
    user: str
    right: bool
    cause: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Tally:
    """How many people said what of one run."""

    right: int = 0
    wrong: int = 0
    comment: str = ""
    """What somebody said about a wrong cause."""


class Feedback:
    """The opinions, kept for as many days as the runs themselves."""

    def __init__(self, values: Values, retention_days: int) -> None:
        self._values = values
        self._ttl = retention_days * 24 * 3600.0

    async def keep(self, opinion: Opinion) -> None:
        """Keep an opinion in place of what the same person said of the run before."""
        shortened = replace(opinion, comment=opinion.comment[:LONGEST_COMMENT])
        await self._values.put(_NAMESPACE, f"{opinion.run}/{opinion.user}", asdict(shortened), ttl=self._ttl)

    async def of_run(self, run: str) -> tuple[Opinion, ...]:
        """What was said of a run."""
        entries = await self._values.scan(_NAMESPACE, f"{run}/")
        return tuple(Opinion(**entry.value) for entry in entries)

    async def tally(self, run: str) -> Tally:
        """How many said what of a run."""
        opinions = await self.of_run(run)
        right = sum(opinion.right for opinion in opinions)
        said = next((opinion.comment for opinion in opinions if opinion.comment), "")
        return Tally(right, len(opinions) - right, said)
