"""What `doctor` saw last, by place: App Home shows it without asking AWS."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.store.interface import Values

_NAMESPACE: Final = "doctor"


@dataclass(frozen=True)
class Examination:
    """How many reads are allowed in one place, and which are not. `at` is ISO 8601."""

    region: str
    account: str
    at: str
    allowed: int
    denied: tuple[str, ...]
    unknown: tuple[str, ...]


class Examinations:
    """The last examination of every place."""

    def __init__(self, values: Values) -> None:
        self._values = values

    async def keep(self, found: Examination) -> None:
        """Keep it in place of the one before."""
        value = {**asdict(found), "denied": list(found.denied), "unknown": list(found.unknown)}
        await self._values.put(_NAMESPACE, f"{found.account}/{found.region}", value)

    async def all(self) -> tuple[Examination, ...]:
        """One for each place that was ever examined."""
        return tuple(_examination(entry.value) for entry in await self._values.scan(_NAMESPACE))


def _examination(value: dict[str, Any]) -> Examination:
    return Examination(**{**value, "denied": tuple(value["denied"]), "unknown": tuple(value["unknown"])})
