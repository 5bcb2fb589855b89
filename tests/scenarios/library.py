"""A scenario as it lies in its folder: `evidence.json` (a bundle) and `expected.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot.diagnosis.evidence import Evidence, from_json

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Expected:
    """What is expected of the verdict: `cause` is the first cause's check, `may` are others that are right too."""

    about: str
    state: str
    cause: str = ""
    may: tuple[str, ...] = ()
    finding: str = ""
    """A check that must warn or fail although it is no cause (logging faults)."""
    gap: str = ""
    """An IAM action that the gaps must name."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One world, frozen."""

    name: str
    expected: Expected

    @property
    def evidence(self) -> Evidence:
        """The recorded evidence."""
        return from_json((FOLDER / self.name / "evidence.json").read_text(encoding="utf-8"))


def scenarios() -> tuple[Scenario, ...]:
    """Return every scenario, by name."""
    found = []
    for path in sorted(FOLDER.glob("*/expected.json")):
        fields = json.loads(path.read_text(encoding="utf-8"))
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
        found.append(Scenario(path.parent.name, Expected(**values)))
    return tuple(found)
